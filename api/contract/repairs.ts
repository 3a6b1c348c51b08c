import { z } from 'zod';
import { instant as instantField, titled, worded } from '../../workflows/lib/form.ts';
import { categories, contract, urgencies, type Category, type Urgency } from '../../workflows/repair-order/contract.ts';
import { endpoint } from '../endpoint.ts';
import { instant, listOf, listQuery } from '../lists.ts';
import { id } from './processes.ts';

const dispatcher = { roles: ['dispatcher'] } as const;
const repairer = { roles: ['repairer'] } as const;
const readers = { roles: ['dispatcher', 'service-centre-director', 'process-administrator', 'auditor'] } as const;

const category = worded(z.enum(Object.keys(categories) as [Category]), categories);
const urgency = worded(z.enum(Object.keys(urgencies) as [Urgency]), urgencies);
const step = z.enum(Object.keys(contract.steps) as [keyof typeof contract.steps]);
const person = z.object({ id: z.string(), name: z.string() });
const time = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, 'calendar.time');
const hours = z.array(z.strictObject({ from: time, to: time })).max(5).optional();

/** The clock over an order's steps; it stands still while the requester has it, or on hold. */
export const orderClock = z.object({
  dueAt: instant.nullable(),
  /** Since when it stands still; null while it runs. */
  pausedAt: instant.nullable(),
  /** Past its due instant while it ran. */
  late: z.boolean(),
}).nullable();

/** What speaks for a repairer, the lowest score first. */
const fit = z.object({
  id: z.string(),
  name: z.string(),
  duty: z.enum(['now', 'next', 'on-call']),
  /** Hours until duty begins; 0 for whoever is asked at once. */
  dutyIn: z.number(),
  place: z.enum(['home', 'near', 'any', 'far']),
  open: z.int(),
  recent: z.int(),
  /** Hours of duty in a week, against which the recent orders are weighed. */
  weekHours: z.number(),
  score: z.int(),
});

/** An order as the dispatcher and its repairer see it. */
export const orderItem = z.object({
  id: z.string(),
  number: z.string(),
  title: z.string(),
  place: z.string(),
  placeEn: z.string(),
  spot: z.string().nullable(),
  category,
  urgency,
  description: z.string(),
  photos: z.array(z.string()),
  times: z.array(z.string()),
  requester: person,
  department: z.string(),
  departmentEn: z.string(),
  status: z.enum(['running', 'ended']),
  outcome: z.string().nullable(),
  /** The open step and its task; null while the next step is being arranged, or at the end. */
  step: step.nullable(),
  taskId: z.string().nullable(),
  since: instant.nullable(),
  dueAt: instant.nullable(),
  expireAt: instant.nullable(),
  /** Words of the contract's `notes` on the open task. */
  note: z.string().nullable(),
  offeredTo: person.nullable(),
  repairer: person.nullable(),
  eta: instant.nullable(),
  /** The promise has passed and nobody is there. */
  etaBroken: z.boolean(),
  clock: orderClock,
  startedAt: instant,
  completedAt: instant.nullable(),
  stars: z.number().nullable(),
});

const absence = z.object({ id: z.string(), from: instant, until: instant, reason: z.string() });

const repairerItem = z.object({
  id: z.string(),
  name: z.string(),
  phone: z.string().nullable(),
  skills: z.array(category),
  buildingIds: z.array(z.string()),
  week: z.record(z.string(), z.array(z.object({ from: z.string(), to: z.string() }))),
  onCall: z.boolean(),
  active: z.boolean(),
  onDuty: z.boolean(),
  away: z.boolean(),
  open: z.int(),
  recent: z.int(),
  absences: z.array(absence),
});

const offer = z.object({
  repairer: person,
  at: instant,
  /** How it was answered; null while it is open. */
  outcome: z.string().nullable(),
  comment: z.string().nullable(),
  by: z.enum(['click', 'hand']),
  /** Of so many who could be asked, or who were named. */
  of: z.int(),
  why: fit.omit({ id: true, name: true }).nullable(),
});

const stars = z.strictObject(Object.fromEntries(Object.entries(contract.evaluation)
  .map(([aspect, { zh, en }]) => [aspect, titled(z.int().min(1).max(5), zh, en)])) as Record<keyof typeof contract.evaluation, z.ZodInt>);

/** What an order's page shows beside the case itself. */
const orderDetail = z.object({
  repairer: z.object({ id: z.string(), name: z.string(), phone: z.string().nullable() }).nullable(),
  eta: instant.nullable(),
  etaBroken: z.boolean(),
  clock: orderClock,
  /** Only for the service centre and those who oversee it. */
  offers: z.array(offer),
  parts: z.array(z.object({ itemId: z.string(), name: z.string(), unit: z.string(), quantity: z.int(), missing: z.int(), fen: z.int() })),
  minutes: z.int(),
  partsFen: z.int(),
  /** What the repairer reported last. */
  done: z.object({ description: z.string(), photos: z.array(z.string()) }).nullable(),
  /** What the requester said after the end, the latest last, beside the evaluation. */
  ratings: z.array(z.object({ stars: z.record(z.string(), z.int()), words: z.string(), at: instant })),
  mayRate: z.boolean(),
});

/** Repairs beyond what every process has: the dispatch board, the repairer's own pages, rota and skills. */
export const repairContract = {
  repairBoard: endpoint({
    method: 'get', path: '/repairs/board', access: readers,
    summary: { zh: '派单台：在办工单与各维修人员的负荷', en: 'The dispatch board: running orders, and each repairer’s load' },
    query: z.strictObject({ q: z.string().trim().max(100).optional() }),
    response: z.object({ items: z.array(orderItem), total: z.int(), repairers: z.array(repairerItem) }),
  }),
  repairSuggestions: endpoint({
    method: 'get', path: '/repairs/:id/suggestions', access: dispatcher,
    summary: { zh: '一键派单会依次询问谁，为什么', en: 'Whom one click would ask, in order, and why' },
    params: z.strictObject({ id }), query: z.strictObject({ urgency: urgency.optional() }),
    response: z.object({ items: z.array(fit), able: z.int() }),
  }),
  myRepairs: endpoint({
    method: 'get', path: '/repairs/mine', access: repairer,
    summary: { zh: '派给我的：待接单与进行中', en: 'What is offered to me, and what I have at hand' },
    response: z.object({ offers: z.array(orderItem), work: z.array(orderItem) }),
  }),
  myRepairHistory: endpoint({
    method: 'get', path: '/repairs/mine/history', access: repairer,
    summary: { zh: '我修过的，最近的在前', en: 'What I have repaired, the latest first' },
    query: listQuery({}), response: listOf(orderItem),
  }),
  repairDetail: endpoint({
    method: 'get', path: '/repairs/:id', access: 'session',
    summary: { zh: '一张工单：谁来、何时、时限、配件与评价', en: 'An order: who comes and when, its clock, parts and ratings' },
    params: z.strictObject({ id }), response: orderDetail,
  }),
  repairContact: endpoint({
    method: 'post', path: '/repairs/:id/contact', access: 'session',
    summary: { zh: '报修人的联系电话（仅经办的维修人员与派单员；留有记录）', en: 'The requester’s phone, for the repairer at work on it and the dispatcher; it is recorded' },
    params: z.strictObject({ id }), response: z.object({ name: z.string(), phone: z.string() }),
  }),
  rateRepair: endpoint({
    method: 'post', path: '/repairs/:id/ratings', access: 'session', status: 201, idempotent: true,
    summary: { zh: '结束后补充评价（不覆盖原评价）', en: 'Rate once more after the end; the evaluation stays' },
    params: z.strictObject({ id }),
    body: z.strictObject({ stars: titled(stars, '评分', 'Stars'), words: titled(z.string().trim().max(500).optional(), '评语', 'Words') }),
    response: z.object({ at: instant }),
  }),
  listRepairers: endpoint({
    method: 'get', path: '/repairs/repairers', access: dispatcher,
    summary: { zh: '维修人员：技能、班次、请假与负荷', en: 'Repairers: skills, duty, absences, load' },
    response: z.object({ items: z.array(repairerItem) }),
  }),
  putRepairer: endpoint({
    method: 'put', path: '/repairs/repairers/:id', access: dispatcher,
    summary: { zh: '设置维修人员的技能与班次', en: 'Say what a repairer can do and when' },
    params: z.strictObject({ id }),
    body: z.strictObject({
      skills: titled(z.array(category).min(1).max(20), '技能', 'Skills'),
      buildingIds: titled(z.array(id).max(50), '负责楼栋', 'Buildings'),
      week: titled(z.strictObject({ 1: hours, 2: hours, 3: hours, 4: hours, 5: hours, 6: hours, 7: hours }), '班次', 'Duty'),
      onCall: titled(z.boolean(), '紧急待命', 'On call'),
      active: titled(z.boolean(), '参与派单', 'Is dispatched'),
    }).superRefine(({ week }, context) => {
      for (const [day, periods = []] of Object.entries(week)) {
        periods.forEach(({ from, to }, n) => {
          if (from >= to) context.addIssue({ code: 'custom', path: ['week', day, n, 'to'], message: 'calendar.hours.order', params: { from } });
        });
      }
    }),
    response: repairerItem,
  }),
  addAbsence: endpoint({
    method: 'post', path: '/repairs/repairers/:id/absences', access: dispatcher, status: 201,
    summary: { zh: '登记请假', en: 'Note an absence' },
    params: z.strictObject({ id }),
    body: z.strictObject({
      from: titled(instantField(), '开始', 'From'), until: titled(instantField(), '结束', 'Until'),
      reason: titled(z.string().trim().max(100).optional(), '原因', 'Reason'),
    }).refine(({ from, until }) => from < until, { path: ['until'], error: 'repair.until' }),
    response: repairerItem,
  }),
  removeAbsence: endpoint({
    method: 'post', path: '/repairs/repairers/:id/absences/:absenceId/removal', access: dispatcher,
    summary: { zh: '取消请假', en: 'Take an absence back' },
    params: z.strictObject({ id, absenceId: id }), response: repairerItem,
  }),
};
