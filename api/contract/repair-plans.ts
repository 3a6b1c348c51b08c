import { z } from 'zod';
import { inUnit, titled, worded } from '../../workflows/lib/form.ts';
import { categories, type Category } from '../../workflows/repair-order/contract.ts';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';
import { id } from './processes.ts';

const dispatcher = { roles: ['dispatcher'] } as const;
const category = worded(z.enum(Object.keys(categories) as [Category]), categories);
/** A day of the company's calendar; nobody plans further ahead. */
const day = z.iso.date().refine((value) => value >= '2000-01-01' && value <= '2099-12-31', { error: 'statistics.day' });

const order = z.object({
  processId: z.string(),
  number: z.string(),
  /** The day that it was opened for. */
  dueOn: z.string(),
  status: z.enum(['running', 'ended']),
  outcome: z.string().nullable(),
  startedAt: instant,
  completedAt: instant.nullable(),
});

const plan = z.object({
  id: z.string(),
  title: z.string(),
  placeId: z.string(),
  place: z.string(),
  placeEn: z.string(),
  /** False: the place is out of use, and nothing is opened. */
  placeActive: z.boolean(),
  category,
  description: z.string(),
  everyMonths: z.int().nullable(),
  everyDays: z.int().nullable(),
  nextOn: z.string(),
  /** The next few days on which it is due, `nextOn` first. */
  nextTimes: z.array(z.string()),
  active: z.boolean(),
  createdBy: z.object({ id: z.string(), name: z.string() }),
  last: order.nullable(),
});

const fields = z.strictObject({
  title: titled(z.string().trim().min(1).max(60).regex(/^\P{Cc}*$/u, 'text.one-line'), '保养内容', 'What is done'),
  placeId: titled(id, '地点', 'Place'),
  category: titled(category, '类别', 'Category'),
  description: titled(z.string().trim().min(1).max(500), '保养说明', 'What to do'),
  everyMonths: titled(inUnit(z.int().min(1).max(60).nullable(), '个月', 'months'), '每几个月', 'Every so many months'),
  everyDays: titled(inUnit(z.int().min(1).max(366).nullable(), '天', 'days'), '每几天', 'Every so many days'),
  nextOn: titled(day, '下次日期', 'Next on'),
}).superRefine(({ everyMonths, everyDays }, context) => {
  if ((everyMonths === null) === (everyDays === null)) context.addIssue({ code: 'custom', path: ['everyMonths'], message: 'repair-plan.every' });
});

/** Preventive plans: what is looked after again and again. Each due day opens one order. */
export const repairPlanContract = {
  listRepairPlans: endpoint({
    method: 'get', path: '/repairs/plans', access: dispatcher,
    summary: { zh: '保养计划：下次日期与最近一单', en: 'Preventive plans with their next days and last orders' },
    response: z.object({ items: z.array(plan) }),
  }),
  addRepairPlan: endpoint({
    method: 'post', path: '/repairs/plans', access: dispatcher, status: 201, idempotent: true,
    summary: { zh: '新增保养计划', en: 'Add a preventive plan' },
    body: fields, response: plan,
  }),
  changeRepairPlan: endpoint({
    method: 'put', path: '/repairs/plans/:id', access: dispatcher, idempotent: true,
    summary: { zh: '修改保养计划', en: 'Change a preventive plan' },
    params: z.strictObject({ id }), body: fields, response: plan,
  }),
  pauseRepairPlan: endpoint({
    method: 'post', path: '/repairs/plans/:id/pause', access: dispatcher, idempotent: true,
    summary: { zh: '暂停保养计划', en: 'Pause a preventive plan' },
    params: z.strictObject({ id }), response: plan,
  }),
  resumeRepairPlan: endpoint({
    method: 'post', path: '/repairs/plans/:id/resume', access: dispatcher, idempotent: true,
    summary: { zh: '恢复保养计划；暂停期间错过的不补', en: 'Resume a preventive plan; what was due meanwhile is passed over' },
    params: z.strictObject({ id }), response: plan,
  }),
  openRepairPlan: endpoint({
    method: 'post', path: '/repairs/plans/:id/open', access: dispatcher, status: 201, idempotent: true,
    summary: { zh: '立即开单：下次的那一单提前开，计划随之顺延', en: 'Open the next order now; the plan moves on by one' },
    params: z.strictObject({ id }),
    body: z.strictObject({ dueOn: titled(day, '下次日期', 'Next on') }),
    response: z.object({ processId: z.string(), number: z.string(), plan }),
  }),
  listRepairPlanOrders: endpoint({
    method: 'get', path: '/repairs/plans/:id/orders', access: dispatcher,
    summary: { zh: '一个计划开过的工单，最近的在前', en: 'The orders that a plan opened, the latest first' },
    params: z.strictObject({ id }), response: z.object({ items: z.array(order) }),
  }),
};
