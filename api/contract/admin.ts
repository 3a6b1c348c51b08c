import { z } from 'zod';
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

const time = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'calendar.time' });
const day = z.iso.date();
const hours = z.array(z.strictObject({ from: time, to: time })).max(10).optional();

/** The company's calendar without its version, which the server gives. */
const calendar = z.strictObject({
  timeZone: z.string().min(1).max(60),
  week: z.strictObject({ 1: hours, 2: hours, 3: hours, 4: hours, 5: hours, 6: hours, 7: hours }),
  holidays: z.array(day).max(1000),
  workdays: z.array(day).max(1000),
});

const calendarVersion = z.object({ version: z.int(), calendar: calendar.extend({ version: z.int() }), changedAt: instant, changedBy: person });
const key = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);

export const adminContract = {
  timeoutPolicies: endpoint({
    method: 'get',
    path: '/admin/timeout-policies',
    access: administrator,
    summary: { zh: '各步骤现行的时限策略', en: 'The timeout policy in force of each step' },
    response: z.object({ items: z.array(policyItem) }),
  }),
  putTimeoutPolicy: endpoint({
    method: 'put',
    path: '/admin/timeout-policies/:type/:step',
    access: administrator,
    summary: { zh: '发布时限策略的新版本，适用于之后的任务', en: 'A new version of a timeout policy, for tasks from now on' },
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
    body: calendar,
    response: calendarVersion,
    idempotent: true,
  }),
};
