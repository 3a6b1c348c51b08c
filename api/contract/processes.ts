import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { listOf, listQuery } from '../lists.ts';
import { processFilter } from './process-filter.ts';

export const id = z.string().min(1).max(200);
export const text = z.object({ zh: z.string(), en: z.string() });
export const person = z.object({ id: z.string(), name: z.string() });
export const instant = z.iso.datetime();
export const cc = z.array(id).max(50).optional();
const json = z.unknown();

/** One entry of what happened: by a person, the clock, the system or an administrator. */
export const timelineEntry = z.object({
  seq: z.number().int(),
  at: instant,
  actorKind: z.enum(['person', 'clock', 'system', 'administrator']),
  actor: person.nullable(),
  onBehalfOf: person.nullable(),
  action: z.string(),
  taskId: z.string().nullable(),
  step: z.string().nullable(),
  stepTitle: text.nullable(),
  outcome: z.string().nullable(),
  text: z.string().nullable(),
  /** Whom it went to: a new holder, a superior, those who got a copy. */
  to: z.array(text),
  detail: z.record(z.string(), json),
});

/** Who may act: a person, a role or the leader of a department, with the people behind it now. */
export const holder = z.object({ principal: z.string(), name: text, people: z.array(person) });

/** A process in a list. `holders` of an open task are told by the list, while nobody has claimed it. */
export const processSummary = z.object({
  id: z.string(),
  number: z.string(),
  type: z.string(),
  typeTitle: text,
  title: z.string(),
  status: z.enum(['running', 'ended']),
  outcome: z.string().nullable(),
  outcomeTitle: text.nullable(),
  requester: person,
  department: z.string(),
  departmentEn: z.string(),
  startedAt: instant,
  endedAt: instant.nullable(),
  current: z.array(z.object({
    taskId: z.string(), step: z.string(), stepTitle: text, assignee: person.nullable(), holders: z.array(holder), openedAt: instant,
    dueAt: instant.nullable(), overdue: z.boolean(),
  })),
});

const openTask = z.object({
  id: z.string(),
  step: z.string(),
  stepTitle: text,
  assignee: person.nullable(),
  candidates: z.array(z.string()),
  holders: z.array(holder),
  openedAt: instant,
  dueAt: instant.nullable(),
  expireAt: instant.nullable(),
  /** What the clock answers at `expireAt`: an outcome of the step, or `hand-over` to the superior. */
  expireOutcome: z.string().nullable(),
  deadlines: z.array(z.object({ kind: z.enum(['remind', 'escalate', 'expire', 'promise', 'clock-remind', 'clock-due', 'clock-escalate']), n: z.number().int(), at: instant })),
  policyVersion: z.number().int(),
  calendarVersion: z.number().int(),
  mayDecide: z.boolean(),
  mayReassign: z.boolean(),
});

const step = z.object({
  step: z.string(),
  title: text,
  state: z.enum(['done', 'current', 'planned', 'closed']),
  taskId: z.string().nullable(),
  outcome: z.string().nullable(),
  actorKind: z.enum(['person', 'clock', 'system', 'administrator']).nullable(),
  decidedBy: person.nullable(),
  openedAt: instant.nullable(),
  decidedAt: instant.nullable(),
  /** Of a planned step, when it is expected to be due. */
  dueAt: instant.nullable(),
  comment: z.string().nullable(),
  data: json,
});

/** Office items of a process by line; null where it is not decided yet. Money is integer fen, at today's prices. */
export const supplyLines = z.object({
  lines: z.array(z.object({
    itemId: z.string(),
    code: z.string(),
    name: z.string(),
    specification: z.string(),
    unit: z.string(),
    priceFen: z.int(),
    /** On hand and nobody's, now. */
    available: z.int(),
    note: z.string(),
    requested: z.int(),
    approved: z.int().nullable(),
    reason: z.string().nullable(),
    missing: z.int().nullable(),
    issued: z.int().nullable(),
    amountFen: z.int(),
  })),
  requested: z.int(),
  approved: z.int().nullable(),
  missing: z.int().nullable(),
  issued: z.int().nullable(),
  amountFen: z.int(),
});

/** A process as everybody who may see it sees it. */
export const processDetail = processSummary.extend({
  form: json,
  formVersion: z.number().int(),
  formVersions: z.array(z.object({ version: z.number().int(), form: json, hash: z.string(), createdAt: instant, createdBy: z.string() })),
  labels: z.record(z.string(), z.string()),
  supply: supplyLines.nullable(),
  withdrawable: z.boolean(),
  arranging: z.boolean(),
  /** Calls to the outside that are being tried again: what, why, since when, and when next. */
  outside: z.array(z.object({ what: z.literal('sms'), template: z.string(), code: z.string(), attempts: z.int(), since: instant, nextAt: instant.nullable() })),
  steps: z.array(step),
  openTasks: z.array(openTask),
  timeline: z.array(timelineEntry),
});

const params = z.strictObject({ id });

/** Starting, reading and following processes. */
export const processContract = {
  listProcessTypes: endpoint({
    method: 'get',
    path: '/process-types',
    access: 'session',
    summary: { zh: '可发起的流程', en: 'The process types, with the JSON Schema of their forms' },
    response: z.object({
      items: z.array(z.object({
        type: z.string(),
        title: text,
        category: text,
        /** The page that starts it, where that is not the catalogue's. */
        startsAt: z.string().nullable(),
        formSchema: json,
        steps: z.array(z.object({
          step: z.string(), title: text, outcomes: z.record(z.string(), text),
          // By outcome, where a decision has data of this process's own.
          decisionSchemas: z.record(z.string(), json),
        })),
        outcomes: z.record(z.string(), text),
      })),
    }),
  }),
  startProcess: endpoint({
    method: 'post',
    path: '/processes',
    access: 'session',
    summary: { zh: '发起流程', en: 'Starts a process; answered when it is durable' },
    status: 201,
    idempotent: true,
    body: z.strictObject({ type: z.string().min(1).max(60), form: z.record(z.string(), json), cc }),
    response: processSummary,
  }),
  listProcesses: endpoint({
    method: 'get',
    path: '/processes',
    access: 'session',
    summary: { zh: '我的申请；审计员和管理员可看全部', en: 'My requests; view=all is everything, for auditors and administrators' },
    query: listQuery({ view: z.enum(['mine', 'all']).default('mine'), ...processFilter }),
    response: listOf(processSummary),
  }),
  getProcess: endpoint({
    method: 'get',
    path: '/processes/:id',
    access: 'session',
    summary: { zh: '流程详情：表单、步骤、时间线', en: 'A process: its form, steps and timeline' },
    params,
    response: processDetail,
  }),
  withdrawProcess: endpoint({
    method: 'post',
    path: '/processes/:id/withdraw',
    access: 'session',
    summary: { zh: '撤回', en: 'Withdraws one’s own running process' },
    idempotent: true,
    params,
    body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
    response: processSummary,
  }),
  urgeHolders: endpoint({
    method: 'post',
    path: '/processes/:id/remind',
    access: 'session',
    summary: { zh: '催办（每 4 小时一次）', en: 'Urges whoever holds one’s process, once per 4 hours' },
    idempotent: true,
    params,
    response: z.object({ reminded: z.number().int() }),
  }),
  addComment: endpoint({
    method: 'post',
    path: '/processes/:id/comments',
    access: 'session',
    summary: { zh: '评论', en: 'Comments on a process that one may see' },
    status: 201,
    idempotent: true,
    params,
    body: z.strictObject({ text: z.string().trim().min(1).max(2_000) }),
    response: z.object({ processId: z.string() }),
  }),
  listColleagues: endpoint({
    method: 'get',
    path: '/people',
    access: 'session',
    summary: { zh: '通讯录：按姓名查找在职人员', en: 'The directory: active people by name' },
    query: z.strictObject({ q: z.string().trim().max(60).default(''), limit: z.coerce.number().int().min(1).max(100).default(20) }),
    response: z.object({
      items: z.array(z.object({ id: z.string(), name: z.string(), title: z.string(), department: z.string(), departmentEn: z.string() })),
    }),
  }),
};
