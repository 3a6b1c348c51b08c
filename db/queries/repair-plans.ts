import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { recordAudit, type Actor } from './audit.ts';
import { startProcess, type NewProcess } from './processes.ts';

/** What the service centre says of a plan. Days are `YYYY-MM-DD` by the company's clock; one of the two rhythms is given. */
export interface PlanFields {
  title: string;
  placeId: string;
  category: string;
  description: string;
  everyMonths: number | null;
  everyDays: number | null;
  nextOn: string;
}

/** A plan with the names that a page shows, and its last order. */
export interface PlanRow extends PlanFields {
  id: string;
  active: boolean;
  dayOfMonth: number;
  place: string;
  placeEn: string;
  placeActive: boolean;
  createdBy: string;
  createdByName: string;
  last: PlanOrder | null;
}

/** An order that a plan opened, and for which day. */
export interface PlanOrder {
  processId: string;
  number: string;
  dueOn: string;
  status: 'running' | 'ended';
  outcome: string | null;
  startedAt: Date;
  completedAt: Date | null;
}

type OrderJson = Omit<PlanOrder, 'startedAt' | 'completedAt'> & { startedAt: string; completedAt: string | null };

function orderOf({ startedAt, completedAt, ...order }: OrderJson): PlanOrder {
  return { ...order, startedAt: new Date(startedAt), completedAt: completedAt === null ? null : new Date(completedAt) };
}

/** The company's day by the database's clock. */
export const TODAY = "(now() AT TIME ZONE 'Asia/Shanghai')::date";

const ORDER = `json_build_object('processId', process.id, 'number', process.number, 'dueOn', to_char(opened.due_on, 'YYYY-MM-DD'), 'status', process.status,
  'outcome', process.outcome, 'startedAt', process.started_at, 'completedAt', repair.completed_at)`;
const OPENED = `repair_plan_order opened JOIN process ON process.id = opened.process_id LEFT JOIN repair_order repair ON repair.process_id = process.id`;
const LAST = `(SELECT ${ORDER} FROM ${OPENED} WHERE opened.plan_id = plan.id ORDER BY opened.due_on DESC LIMIT 1) AS last`;
const ORDERS = `SELECT ${ORDER} AS each FROM ${OPENED} WHERE opened.plan_id = ? ORDER BY opened.due_on DESC LIMIT ?`;
const DUE = `plan.next_on <= ${TODAY}`;
const TODAY_TEXT = `to_char(${TODAY}, 'YYYY-MM-DD')`;
const YESTERDAY_TEXT = `to_char(${TODAY} - 1, 'YYYY-MM-DD')`;

/** All plans: those in use by when they are next due, then those that are paused. */
export async function repairPlans(db: Db | Knex.Transaction, id?: string): Promise<PlanRow[]> {
  const rows: (Omit<PlanRow, 'last'> & { last: OrderJson | null })[] = await db('repair_plan as plan').join('place_path as place', 'place.id', 'plan.place_id').join('person', 'person.id', 'plan.created_by')
    .modify((query) => { if (id !== undefined) void query.where('plan.id', id); })
    .orderBy([{ column: 'plan.active', order: 'desc' }, 'plan.next_on', 'plan.id'])
    .select({
      id: 'plan.id', title: 'plan.title', placeId: 'plan.place_id', category: 'plan.category', description: 'plan.description', everyMonths: 'plan.every_months',
      everyDays: 'plan.every_days', dayOfMonth: 'plan.day_of_month', active: 'plan.active', place: 'place.full_name', placeEn: 'place.full_name_en',
      placeActive: 'place.active', createdBy: 'plan.created_by', createdByName: 'person.name',
    }, db.raw('to_char(plan.next_on, \'YYYY-MM-DD\') AS "nextOn"'),
    db.raw(LAST));
  return rows.map((row) => ({ ...row, last: row.last && orderOf(row.last) }));
}

/** The orders that a plan opened, the latest first. */
export async function planOrders(db: Db, id: string, limit: number): Promise<PlanOrder[]> {
  const { rows } = await db.raw(ORDERS, [id, limit]);
  return rows.map(({ each }: { each: OrderJson }) => orderOf(each));
}

/** Adds a plan. */
export async function addPlan(trx: Knex.Transaction, id: string, fields: PlanFields, by: string): Promise<void> {
  await trx('repair_plan').insert({ id, ...columnsOf(fields), created_by: by });
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action: 'repair-plan-added', object: id, detail: { ...rhythmOf(fields) } });
}

/** Writes a plan anew. A day that stays as it was keeps the day of the month that is meant. False when there is none. */
export async function changePlan(trx: Knex.Transaction, id: string, fields: PlanFields, by: string): Promise<boolean> {
  const before = await lockPlan(trx, id);
  if (!before) return false;
  const { day_of_month: day, ...columns } = columnsOf(fields);
  await trx('repair_plan').where({ id }).update({ ...columns, ...(before.nextOn !== fields.nextOn && { day_of_month: day }), updated_at: trx.fn.now() });
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action: 'repair-plan-changed', object: id, detail: { ...rhythmOf(fields) } });
  return true;
}

/** Whether a plan has an order for a day. */
export async function isOpened(trx: Knex.Transaction, id: string, dueOn: string): Promise<boolean> {
  return (await trx('repair_plan_order').where({ plan_id: id, due_on: dueOn }).first('plan_id')) !== undefined;
}

/** Pauses a plan, or resumes it: then what would have been due meanwhile is passed over. False when there is none. */
export async function setPlanActive(
  trx: Knex.Transaction, id: string, active: boolean, { by, nextOf }: { by: string; nextOf: NextOf },
): Promise<boolean> {
  const plan = await lockPlan(trx, id);
  if (!plan) return false;
  if (plan.active === active) return true;
  const nextOn = active && plan.nextOn < plan.today ? nextOf(plan.nextOn, plan, plan.yesterday) : plan.nextOn;
  await trx('repair_plan').where({ id }).update({ active, next_on: nextOn, updated_at: trx.fn.now() });
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action: active ? 'repair-plan-resumed' : 'repair-plan-paused', object: id });
  return true;
}

/** Ids of plans whose day has come, the longest due first. */
export async function duePlans(db: Db, most: number): Promise<string[]> {
  return db('repair_plan as plan').join('place_path as place', 'place.id', 'plan.place_id').where({ 'plan.active': true, 'place.active': true })
    .whereRaw(DUE).orderBy(['plan.next_on', 'plan.id']).limit(most).pluck('plan.id');
}

/** The first time after a due day that lies after another day. */
export type NextOf = (due: string, rhythm: Pick<PlanRow, 'everyMonths' | 'everyDays' | 'dayOfMonth'>, after: string) => string;

/**
 * Opens the order of a plan for the day it is due and moves the plan on, past today: one that was missed for days opens one order, not many.
 * With `dueOn`, by hand and before its time, too. Answers the process, or why there is none: no such plan, out of use, opened for that day
 * before, or nobody who could ask.
 */
export async function openPlanOrder(trx: Knex.Transaction, id: string, { dueOn, actor, processOf, nextOf }: {
  dueOn?: string; actor: Actor; nextOf: NextOf; processOf(plan: PlanFields & { place: string }, by: { requesterId: string; departmentId: string }): NewProcess;
}): Promise<{ id: string; number: string } | 'not-found' | 'not-due' | 'not-in-use' | 'nobody'> {
  const plan = await lockPlan(trx, id);
  if (!plan) return 'not-found';
  if (dueOn === undefined ? plan.nextOn > plan.today : plan.nextOn !== dueOn) return 'not-due';
  const place = await trx('place_path').where({ id: plan.placeId }).first('full_name', 'active');
  if (!plan.active || !place.active) return 'not-in-use';
  const last = plan.nextOn > plan.today ? plan.nextOn : plan.today;
  const moveOn = () => trx('repair_plan').where({ id }).update({ next_on: nextOf(plan.nextOn, plan, last), updated_at: trx.fn.now() });
  if (await isOpened(trx, id, plan.nextOn)) {
    await moveOn();
    return 'not-due';
  }
  const by = await trx('person').where('person.active', true)
    .whereIn('person.id', trx('person_role').select('person_id').where('role_id', 'dispatcher'))
    .orderByRaw('person.id = ? DESC, person.id', [plan.createdBy]).first('person.id', 'department_id');
  if (!by) return 'nobody';
  const process = await startProcess(trx, processOf({ ...plan, place: place.full_name }, { requesterId: by.id, departmentId: by.department_id }), actor);
  await trx('repair_plan_order').insert({ plan_id: id, due_on: plan.nextOn, process_id: process.id });
  await moveOn();
  await recordAudit(trx, { actor, action: 'repair-plan-opened', processId: process.id, object: id, detail: { dueOn: plan.nextOn } });
  return { id: process.id, number: process.number };
}

type LockedPlan = PlanFields & Pick<PlanRow, 'dayOfMonth' | 'active' | 'createdBy'> & { today: string; yesterday: string };

/** Two who open, change or pause a plan do so one after the other, and the second sees what the first did. */
async function lockPlan(trx: Knex.Transaction, id: string): Promise<LockedPlan | undefined> {
  return trx('repair_plan').where({ id }).forUpdate().first({
    title: 'title', placeId: 'place_id', category: 'category', description: 'description', everyMonths: 'every_months', everyDays: 'every_days',
    dayOfMonth: 'day_of_month', active: 'active', createdBy: 'created_by', nextOn: trx.raw("to_char(next_on, 'YYYY-MM-DD')"),
    today: trx.raw(TODAY_TEXT), yesterday: trx.raw(YESTERDAY_TEXT),
  });
}

function columnsOf({ title, placeId, category, description, everyMonths, everyDays, nextOn }: PlanFields) {
  return {
    title, place_id: placeId, category, description, every_months: everyMonths, every_days: everyDays, next_on: nextOn, day_of_month: Number(nextOn.slice(8)),
  };
}

function rhythmOf({ everyMonths, everyDays, nextOn }: PlanFields): object {
  return { ...(everyMonths !== null ? { everyMonths } : { everyDays }), nextOn };
}
