import { z } from 'zod';
import { instant, inUnit, personal, photos, titled, worded, type ProcessType } from '../lib/form.ts';
import { categories, contract, times, urgencies, type Category, type Urgency } from './contract.ts';

const MOST_PHOTOS = 6;
const MOST_PARTS = 30;
/** A promise or a hold lies at most so far ahead, in days. */
const MOST_DAYS_AHEAD = 60;
/** The page's clock and ours differ a little. */
const GRACE_MS = 60_000;

const urgency = worded(z.enum(Object.keys(urgencies) as [Urgency]), urgencies);

/** An instant that is still to come. */
const ahead = () => instant().refine((at) => {
  const milliseconds = Date.parse(at) - Date.now();
  return milliseconds > -GRACE_MS && milliseconds < MOST_DAYS_AHEAD * 86_400_000;
}, 'repair.ahead');

const form = z.strictObject({
  placeId: titled(z.string().min(1).max(100), '地点', 'Place'),
  spot: titled(z.string().trim().max(60).optional(), '具体位置', 'Where exactly'),
  category: titled(worded(z.enum(Object.keys(categories) as [Category]), categories), '报修类别', 'Category'),
  urgency: titled(urgency, '紧急程度', 'Urgency'),
  description: titled(z.string().trim().min(1).max(500), '故障描述', 'What is wrong'),
  photos: titled(photos(MOST_PHOTOS).optional(), '照片', 'Photos'),
  times: titled(z.array(worded(z.enum(Object.keys(times) as [keyof typeof times]), times)).max(4).optional(), '方便的时间', 'Times that suit'),
  contact: titled(personal('phone').optional(), '联系电话（不填则用通讯录中的）', 'Contact phone (the directory’s if left out)'),
});

/** What somebody reports. */
export type RepairForm = z.output<typeof form>;

/** One click dispatches: nobody named means the fittest, one after the other. */
const dispatched = z.strictObject({
  repairers: titled(z.array(z.string().min(1).max(100)).min(1).max(5).optional(), '指定维修人员', 'Repairers named'),
  urgency: titled(urgency.optional(), '调整紧急程度', 'Change the urgency'),
}).optional();

const eta = titled(ahead(), '预计到场时间', 'Time of arrival');

/** A promise: when, and at which number the requester reaches whoever comes. */
const accepted = z.strictObject({
  eta,
  contact: titled(z.string().trim().regex(/^[\d+ -]{7,20}$/, 'repair.contact').optional(), '联系电话（不填则用通讯录中的）', 'Contact phone (the directory’s if left out)'),
});

const completed = z.strictObject({
  description: titled(z.string().trim().min(1).max(500), '维修情况', 'What was done'),
  photos: titled(photos(MOST_PHOTOS).optional(), '完工照片', 'Photos'),
  minutes: titled(inUnit(z.int().min(1).max(10_000), '分钟', 'min'), '用时', 'Time spent'),
  parts: titled(z.array(z.strictObject({
    itemId: titled(z.string().min(1).max(100), '配件', 'Part'),
    quantity: titled(z.int().min(1).max(999), '数量', 'Quantity'),
  })).max(MOST_PARTS).superRefine((parts, context) => {
    const seen = new Set<string>();
    parts.forEach(({ itemId }, i) => {
      if (seen.has(itemId)) context.addIssue({ code: 'custom', path: [i, 'itemId'], message: 'lines.repeated' });
      seen.add(itemId);
    });
  }).optional(), '领用配件', 'Parts taken'),
});

/** A repair as the API and the web know it. */
export const repairOrder: ProcessType = {
  contract,
  workflow: 'repairOrder',
  form,
  decisions: {
    dispatch: { dispatched },
    accept: { accepted },
    'accept-emergency': { accepted },
    arrival: { 'eta-changed': z.strictObject({ eta }) },
    work: { completed, held: z.strictObject({ until: titled(ahead(), '挂起至', 'On hold until') }) },
  },
  references: { placeId: 'place', repairers: 'repairer', 'parts.itemId': 'item' },
  title: ({ placeId, category }: RepairForm, label) => `${label(placeId)} ${categories[category].zh}报修`,
};
