import { z } from 'zod';
import { businessCalendarSchema } from '../../activities/deadlines/business-calendar-schema.ts';
import { timeoutPolicySchema } from '../../activities/deadlines/timeout-policy-schema.ts';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';

const administrator = { roles: ['process-administrator'] } as const;
const person = z.object({ id: z.string(), name: z.string() }).nullable();

const policyItem = z.object({
  type: z.string(),
  step: z.string(),
  version: z.int(),
  policy: timeoutPolicySchema,
  changedAt: instant,
  /** Null: the process type's own default. */
  changedBy: person,
});

const calendarVersion = z.object({
  version: z.int(),
  calendar: z.object({ ...businessCalendarSchema.shape, version: z.int() }),
  changedAt: instant,
  changedBy: person,
});
const key = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);

export const adminContract = {
  timeoutPolicies: endpoint({
    method: 'get',
    path: '/admin/timeout-policies',
    access: administrator,
    summary: { zh: '各步骤现行的超时策略', en: 'The timeout policy in force of each step' },
    response: z.object({ items: z.array(policyItem) }),
  }),
  putTimeoutPolicy: endpoint({
    method: 'put',
    path: '/admin/timeout-policies/:type/:step',
    access: administrator,
    summary: { zh: '发布超时策略的新版本，适用于之后的任务', en: 'A new version of a timeout policy, for tasks from now on' },
    params: z.strictObject({ type: key, step: key }),
    body: timeoutPolicySchema,
    response: policyItem,
    idempotent: true,
  }),
  calendar: endpoint({
    method: 'get',
    path: '/admin/calendar',
    access: administrator,
    summary: { zh: '现行的工作日历', en: 'The business calendar in force' },
    response: calendarVersion,
  }),
  putCalendar: endpoint({
    method: 'put',
    path: '/admin/calendar',
    access: administrator,
    summary: { zh: '发布工作日历的新版本，适用于之后的任务', en: 'A new version of the business calendar, for tasks from now on' },
    body: businessCalendarSchema,
    response: calendarVersion,
    idempotent: true,
  }),
};
