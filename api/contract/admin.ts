import { z } from 'zod';
import { businessCalendarSchema } from '../../activities/deadlines/business-calendar-schema.ts';
import { timeoutPolicySchema } from '../../activities/deadlines/timeout-policy-schema.ts';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';

const administrator = { roles: ['process-administrator'] } as const;
const person = z.object({ id: z.string(), name: z.string() }).nullable();

const policyVersion = z.object({
  version: z.int(),
  policy: timeoutPolicySchema,
  changedAt: instant,
  /** Null: the process type's own default. */
  changedBy: person,
});

const policyItem = z.object({
  type: z.string(),
  step: z.string(),
  ...policyVersion.shape,
  /** What the step lets its policy say. */
  rules: z.object({ expireOutcomes: z.array(z.string()), mayEscalate: z.boolean(), expiryNeeded: z.boolean() }),
});

const sample = z.object({
  about: z.enum(['now', 'friday', 'given']),
  openedAt: instant,
  dueAt: instant.nullable(),
  deadlines: z.array(z.object({ kind: z.enum(['remind', 'escalate', 'expire']), n: z.int(), at: instant, outcome: z.string().optional() })),
});

const calendarVersion = z.object({
  version: z.int(),
  calendar: z.object({ ...businessCalendarSchema.shape, version: z.int() }),
  changedAt: instant,
  changedBy: person,
});
const key = z.string().regex(/^[a-z][a-z0-9-]{0,63}$/);
const step = z.strictObject({ type: key, step: key });
/** The version that a change is a change of: where another one has come meanwhile, it is refused. */
const basedOn = z.strictObject({ basedOn: z.coerce.number<number | string>().int().min(1).max(2_147_483_647).optional() });

export const adminContract = {
  timeoutPolicies: endpoint({
    method: 'get',
    path: '/admin/timeout-policies',
    access: administrator,
    summary: { zh: '各步骤现行的超时策略', en: 'The timeout policy in force of each step' },
    response: z.object({ items: z.array(policyItem) }),
  }),
  timeoutPolicyVersions: endpoint({
    method: 'get',
    path: '/admin/timeout-policies/:type/:step/versions',
    access: administrator,
    summary: { zh: '某步骤超时策略的各个版本，最新的在前', en: 'The versions of a step’s timeout policy, the newest first' },
    params: step,
    response: z.object({ items: z.array(policyVersion) }),
  }),
  previewTimeoutPolicy: endpoint({
    method: 'post',
    path: '/admin/timeout-policies/:type/:step/preview',
    access: administrator,
    summary: { zh: '超时策略意味着什么、涉及哪些任务；不作改动', en: 'What a timeout policy would mean, and whom it would touch; changes nothing' },
    params: step,
    body: z.strictObject({ policy: timeoutPolicySchema, openedAt: z.iso.datetime().refine((at) => /^(20|21)\d\d-/.test(at), 'instant.out-of-range').optional() }),
    response: z.object({
      samples: z.array(sample),
      /** Allowed, but hardly meant; in the caller's language. */
      warnings: z.array(z.object({ path: z.string(), message: z.string() })),
      /** Tasks open at the step now; they keep the deadlines that they were given when they were opened. */
      touches: z.object({ openTasks: z.int(), keepDeadlines: z.boolean() }),
    }),
  }),
  putTimeoutPolicy: endpoint({
    method: 'put',
    path: '/admin/timeout-policies/:type/:step',
    access: administrator,
    summary: { zh: '发布超时策略的新版本，适用于之后的任务', en: 'A new version of a timeout policy, for tasks from now on' },
    params: step,
    query: basedOn,
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
    query: basedOn,
    body: businessCalendarSchema,
    response: calendarVersion,
    idempotent: true,
  }),
};
