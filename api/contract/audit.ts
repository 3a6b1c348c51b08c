import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { listQuery } from '../lists.ts';
import { processFilter } from './process-filter.ts';
import { id, instant, person, text, timelineEntry } from './processes.ts';

const access = { roles: ['auditor', 'process-administrator'] } as const;
const params = z.strictObject({ id });
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const day = processFilter.startedFrom;

/** What an audit event says beside who, when and what. */
const auditFacts = {
  refused: z.boolean(),
  code: z.string().nullable(),
  /** Why it was refused, in words. */
  refusal: text.nullable(),
  /** What was tried, in words, where the action is an endpoint that refused. */
  attempt: text.nullable(),
  onBehalfOf: person.nullable(),
  policyVersion: z.number().int().nullable(),
  calendarVersion: z.number().int().nullable(),
};

const build = z.object({ version: z.string(), fingerprint: z.string() });

/** What the auditor reads beside the lists that everyone has. */
export const auditContract = {
  exportProcesses: endpoint({
    method: 'get',
    path: '/audit/processes.csv',
    access,
    summary: { zh: '按条件导出全部流程（CSV，最多 10,000 条）', en: 'All cases by filter as CSV, at most 10,000' },
    query: z.strictObject(processFilter),
    raw: true,
    produces: 'text/csv',
  }),
  filterNames: endpoint({
    method: 'get',
    path: '/audit/filters',
    access,
    summary: { zh: '筛选条件可选的部门、操作，以及所选人员的姓名', en: 'Departments and actions to filter by, and the names of people chosen' },
    query: z.strictObject({ people: z.string().max(1_000).default('') }),
    response: z.object({
      departments: z.array(z.object({ id: z.string(), name: z.string(), nameEn: z.string() })),
      people: z.array(z.object({ id: z.string(), name: z.string(), title: z.string(), department: z.string(), departmentEn: z.string() })),
      actions: z.array(z.object({ action: z.string(), attempt: text.nullable() })),
    }),
  }),
  events: endpoint({
    method: 'get',
    path: '/audit/events',
    access,
    summary: { zh: '操作日志：登录、办理、策略、人员、物品等全部审计事件', en: 'The operations log: every audit event of the system' },
    query: listQuery({
      actor: id.optional(),
      actorKind: z.enum(['person', 'clock', 'system', 'administrator']).optional(),
      action: z.string().min(1).max(200).optional(),
      refused: flag.optional(),
      q: z.string().trim().max(100).optional(),
      from: day,
      to: day,
    }),
    response: z.object({
      items: z.array(z.object({
        seq: z.number().int(),
        at: instant,
        actorKind: z.enum(['person', 'clock', 'system', 'administrator']),
        actor: person.nullable(),
        action: z.string(),
        process: z.object({ id: z.string(), number: z.string(), title: z.string(), type: z.string() }).nullable(),
        step: text.nullable(),
        object: text.nullable(),
        outcome: text.nullable(),
        detail: z.record(z.string(), z.unknown()),
        ...auditFacts,
      })),
      nextCursor: z.string().nullable(),
      total: z.int(),
      /** True when there are more than `total`, which is counted up to 10,000. */
      more: z.boolean(),
    }),
  }),
  processEvents: endpoint({
    method: 'get',
    path: '/audit/processes/:id/events',
    access,
    summary: { zh: '全部审计事件，含被拒绝的操作', en: 'Every audit event of a process, refused attempts included' },
    params,
    response: z.object({ items: z.array(timelineEntry.extend(auditFacts)) }),
  }),
  processHistory: endpoint({
    method: 'get',
    path: '/audit/processes/:id/history',
    access,
    summary: { zh: '原始流程历史（JSON），可用 npm run replay 重放', en: 'The raw Temporal history, which npm run replay takes' },
    params,
    raw: true,
    produces: 'application/json',
  }),
  replayHistory: endpoint({
    method: 'post',
    path: '/audit/processes/:id/replay',
    access,
    summary: { zh: '用正在运行的版本重放流程历史', en: 'Replays the history against the running build, on a worker, and says what it found' },
    params,
    response: z.object({
      events: z.int(),
      same: z.boolean(),
      departure: z.object({ words: text, code: z.string(), event: z.int().nullable() }).nullable(),
      at: instant,
      build,
    }),
  }),
};
