import { z } from 'zod';
import { processTypes } from '../workflows/contracts.ts';
import { approvalStep, type ProcessContract } from '../workflows/lib/contract.ts';
import { instant, inUnit, photos, titled, type ProcessType } from '../workflows/lib/form.ts';

export const CHECK_UP = 'check-up';

const contract = {
  type: CHECK_UP,
  title: { zh: '设施检查', en: 'Check-up' },
  category: { zh: '测试', en: 'Test' },
  about: { zh: '检查一处设施', en: 'Looks at a place' },
  numberPrefix: 'JC',
  path: ['visit'],
  facts: [],
  roles: {},
  steps: {
    visit: approvalStep({ zh: '上门检查', en: 'Visit' }, ['role:storekeeper'], {
      outcomes: { done: { zh: '完成', en: 'Done' }, rejected: { zh: '拒绝', en: 'Reject' } },
      facts: [],
      timeouts: { clock: 'business', due: 'P2D', remind: null, escalate: null, expire: null },
    }),
  },
  outcomes: { done: { title: { zh: '已完成', en: 'Done' }, fulfilled: true }, withdrawn: { title: { zh: '已撤回', en: 'Withdrawn' }, fulfilled: false } },
  notices: {},
  paper: { title: { zh: '设施检查单', en: 'Check-up' }, signs: [] },
} as const satisfies ProcessContract;

const form = z.strictObject({
  placeId: titled(z.string().min(1).max(100), '地点', 'Place'),
  at: titled(instant().optional(), '方便时间', 'Convenient time'),
  words: titled(z.string().trim().min(1).max(200), '情况', 'What is wrong'),
});

/** A visit's account: everything that a decision may ask for, all of it optional but the time it took. */
const done = z.strictObject({
  arrivedAt: titled(instant().optional(), '到场时间', 'Arrived'),
  minutes: inUnit(titled(z.int().min(1).max(1_440), '用时', 'Time spent'), '分钟', 'min'),
  pictures: titled(photos(3).optional(), '照片', 'Photos'),
  parts: titled(z.array(z.strictObject({
    itemId: titled(z.string().min(1).max(100), '物品', 'Item'),
    quantity: titled(z.int().min(1).max(999), '数量', 'Quantity'),
  })).max(20).optional(), '用料', 'Parts'),
});

const checkUp: ProcessType = {
  contract, workflow: 'checkUp', form, decisions: { visit: { done } }, references: { placeId: 'place', 'parts.itemId': 'item' },
  title: ({ placeId, words }: z.output<typeof form>, label) => `${label(placeId)} ${words}`,
};

/**
 * Puts a process type into the catalogue that has what forms can refer to, for tests of the API alone; no worker knows it. Answers what takes
 * it away again.
 */
export function addCheckUp(): () => void {
  const types = processTypes as Record<string, ProcessType>;
  types[CHECK_UP] = checkUp;
  return () => { delete types[CHECK_UP]; };
}
