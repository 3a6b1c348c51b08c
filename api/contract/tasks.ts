import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { listOf, listQuery } from '../lists.ts';
import { cc, holder, id, instant, person, supplyLines, text, timelineEntry } from './processes.ts';

const json = z.unknown();
const actorKind = z.enum(['person', 'clock', 'system', 'administrator']);

/** A task in a list. In view=copied there is no task, only its process. */
export const taskSummary = z.object({
  id: z.string().nullable(),
  processId: z.string(),
  number: z.string(),
  type: z.string(),
  typeTitle: text,
  title: z.string(),
  step: z.string().nullable(),
  stepTitle: text.nullable(),
  state: z.enum(['open', 'decided', 'closed', 'copied']),
  requester: person,
  department: z.string(),
  departmentEn: z.string(),
  assignee: person.nullable(),
  openedAt: instant.nullable(),
  dueAt: instant.nullable(),
  expireAt: instant.nullable(),
  overdue: z.boolean(),
  urged: z.boolean(),
  outcome: z.string().nullable(),
  decidedAt: instant.nullable(),
  copiedBy: z.string().nullable(),
  copiedAt: instant.nullable(),
});

/** A task ready to be decided: with its form, what may be answered, and what bounds the answer. */
export const taskDetail = taskSummary.extend({
  id: z.string(),
  form: json,
  formVersion: z.number().int(),
  labels: z.record(z.string(), z.string()),
  supply: supplyLines.nullable(),
  outcomes: z.array(z.object({ outcome: z.string(), title: text, commentNeeded: z.boolean(), dataSchema: json })),
  bounds: z.object({
    toStep: z.array(z.string()).optional(),
    most: z.record(z.string(), z.number()).optional(),
    lines: z.object({
      field: z.string(),
      most: z.record(z.string(), z.number().int()),
      reasonWhenLower: z.boolean().optional(),
    }).optional(),
  }),
  note: text.nullable(),
  shortage: z.array(z.object({ itemId: z.string(), missing: z.number().int() })),
  candidates: z.array(z.string()),
  holders: z.array(holder),
  actorKind: actorKind.nullable(),
  decidedBy: person.nullable(),
  comment: z.string().nullable(),
  data: json,
  mayDecide: z.boolean(),
  timeline: z.array(timelineEntry),
});

/** What became of one task of many. */
const rowResult = z.object({
  id: z.string(),
  ok: z.boolean(),
  /** Why not, as `POST /tasks/:id/decision` would answer it. */
  problem: z.looseObject({ code: z.string(), status: z.number(), title: z.string(), detail: z.string() }).nullable(),
});

const params = z.strictObject({ id });

/** The inbox and what people do to tasks. */
export const taskContract = {
  listTasks: endpoint({
    method: 'get',
    path: '/tasks',
    access: 'session',
    summary: { zh: '待办、已办、抄送', en: 'My inbox: open, done or copied to me' },
    query: listQuery({
      view: z.enum(['open', 'done', 'copied']).default('open'),
      type: z.string().max(60).optional(),
      step: z.string().max(60).optional(),
      requester: id.optional(),
      q: z.string().trim().max(100).optional(),
      due: z.enum(['overdue', 'today']).optional(),
      sort: z.enum(['due', 'created']).default('due'),
    }),
    /** `more`: there are at least `total`, which is counted up to 10,000. */
    response: listOf(taskSummary).extend({ more: z.boolean() }),
  }),
  getTask: endpoint({
    method: 'get',
    path: '/tasks/:id',
    access: 'session',
    summary: { zh: '任务详情', en: 'A task with its form, outcomes, bounds and timeline' },
    params,
    response: taskDetail,
  }),
  decideTask: endpoint({
    method: 'post',
    path: '/tasks/:id/decision',
    access: 'session',
    summary: { zh: '办理', en: 'Decides a task: one decision, the first one wins' },
    idempotent: true,
    params,
    body: z.strictObject({
      outcome: z.string().min(1).max(60),
      comment: z.string().trim().max(2_000).optional(),
      data: json.optional(),
      cc,
    }),
    response: z.object({
      id: z.string(),
      processId: z.string(),
      state: z.literal('decided'),
      outcome: z.string(),
      decidedBy: person,
      decidedAt: instant,
    }),
  }),
  decideTasks: endpoint({
    method: 'post',
    path: '/tasks/decisions',
    access: 'session',
    summary: { zh: '批量办理：逐项办理，逐项给出结果', en: 'Decides many tasks in the same way: each by itself, with a result for each' },
    idempotent: true,
    body: z.strictObject({
      ids: z.array(id).min(1).max(200),
      // One that needs nothing but words: a row whose outcome needs more is refused.
      outcome: z.string().min(1).max(60),
      comment: z.string().trim().max(2_000).optional(),
    }),
    response: z.object({ results: z.array(rowResult), decided: z.number().int() }),
  }),
  claimTask: endpoint({
    method: 'post',
    path: '/tasks/:id/claim',
    access: 'session',
    summary: { zh: '认领', en: 'Claims a task that is nobody’s' },
    idempotent: true,
    params,
    response: taskSummary,
  }),
  releaseTask: endpoint({
    method: 'post',
    path: '/tasks/:id/release',
    access: 'session',
    summary: { zh: '释放', en: 'Gives a claimed task back to its candidates' },
    idempotent: true,
    params,
    response: taskSummary,
  }),
  transferTask: endpoint({
    method: 'post',
    path: '/tasks/:id/transfer',
    access: 'session',
    summary: { zh: '转办', en: 'Gives a task to another person' },
    idempotent: true,
    params,
    body: z.strictObject({ to: id, comment: z.string().trim().max(500).optional() }),
    response: taskSummary,
  }),
};
