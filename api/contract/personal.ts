import { z } from 'zod';
import { titled } from '../../workflows/lib/form.ts';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';
import { id } from './processes.ts';

const administrator = { roles: ['process-administrator'] } as const;
const days = z.int().min(1).max(365);
const daysKept = {
  idNumberDays: titled(days, '证件号码保存天数', 'Days for ID numbers'),
  otherDays: titled(days, '姓名、电话、车牌保存天数', 'Days for names, phones and plates'),
};

/** What is personal in forms: seen in clear for a reason, and deleted when its time is over. */
export const personalContract = {
  revealPersonal: endpoint({
    method: 'post',
    path: '/processes/:id/reveal',
    access: 'session',
    summary: { zh: '查看个人信息原文（须说明原因，留痕，每人每天 20 次）', en: 'Shows personal data in clear, for a reason that is recorded, 20 times a day' },
    params: z.strictObject({ id }),
    body: z.strictObject({
      /** Where in the form, such as `visitors.0`; all of it without. */
      path: z.string().max(100).default(''),
      reason: titled(z.string().trim().min(1).max(200), '原因', 'Reason'),
    }),
    response: z.object({ values: z.array(z.object({ path: z.string(), kind: z.enum(['name', 'phone', 'id-number', 'plate']), value: z.string() })) }),
  }),
  retention: endpoint({
    method: 'get',
    path: '/admin/retention',
    access: administrator,
    summary: { zh: '个人信息保存期限及上次清理', en: 'How long personal data are kept, and the last deletion' },
    response: z.object({ ...daysKept, lastRun: z.object({ at: instant, values: z.int(), processes: z.int() }).nullable(), kept: z.int() }),
  }),
  setRetention: endpoint({
    method: 'put',
    path: '/admin/retention',
    access: administrator,
    summary: { zh: '修改个人信息保存期限', en: 'Changes how long personal data are kept' },
    body: z.strictObject(daysKept),
    response: z.object(daysKept),
  }),
};
