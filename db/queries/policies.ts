import type { Knex } from 'knex';
import type { StepTimeouts } from '../../workflows/lib/contract.ts';
import type { Db } from '../connect.ts';

/** A version of a timeout policy; `changedBy` is null for the process type's own default. */
export interface PolicyVersion {
  type: string;
  step: string;
  version: number;
  policy: StepTimeouts;
  changedAt: Date;
  changedBy: { id: string; name: string } | null;
}

/** When the company works; its schema is that of the deadlines. */
export interface Calendar {
  timeZone: string;
  week: Record<string, { from: string; to: string }[] | undefined>;
  holidays: string[];
  workdays: string[];
}

/** A version of the business calendar; `changedBy` is null for the one of the first start. */
export interface CalendarVersion {
  version: number;
  calendar: Calendar & { version: number };
  changedAt: Date;
  changedBy: { id: string; name: string } | null;
}

const CALENDAR_LOCK = 4_867_402;

const changedBy =
  `CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'name', p.name) END AS "changedBy"`;

/** The policy in force of each step, or of one. */
export async function listPolicies(
  db: Db | Knex.Transaction, only?: { type: string; step: string },
): Promise<PolicyVersion[]> {
  const latest = db('timeout_policy').distinctOn('type', 'step')
    .orderBy(['type', 'step', { column: 'version', order: 'desc' }]).as('t');
  const query = db.from(latest).leftJoin('person as p', 'p.id', 't.created_by')
    .select<PolicyVersion[]>('t.type', 't.step', 't.version', 't.policy')
    .select('t.created_at as changedAt', db.raw(changedBy))
    .orderBy(['t.type', 't.step']);
  return only ? query.where({ 't.type': only.type, 't.step': only.step }) : query;
}

/** The versions of one step's policy, the newest first. */
export async function policyVersions(db: Db, { type, step }: { type: string; step: string }, limit: number): Promise<PolicyVersion[]> {
  return db.from('timeout_policy as t').leftJoin('person as p', 'p.id', 't.created_by')
    .select<PolicyVersion[]>('t.type', 't.step', 't.version', 't.policy')
    .select('t.created_at as changedAt', db.raw(changedBy))
    .where({ 't.type': type, 't.step': step }).orderBy('t.version', 'desc').limit(limit);
}

/** Makes whoever changes a step's policy at the same time wait until this transaction ends. */
export async function lockPolicy(trx: Knex.Transaction, { type, step }: { type: string; step: string }): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`timeout_policy ${type} ${step}`]);
}

/** Adds the next version of a step's policy. Whoever does it at the same time gets the version after it. */
export async function addPolicy(
  trx: Knex.Transaction, policy: { type: string; step: string; policy: StepTimeouts; personId: string },
): Promise<number> {
  const { type, step } = policy;
  await lockPolicy(trx, policy);
  const [row] = await trx('timeout_policy')
    .insert({ type, step, policy: JSON.stringify(policy.policy), created_by: policy.personId,
      version: trx('timeout_policy').where({ type, step }).select(trx.raw('coalesce(max(version), 0) + 1')) })
    .returning<{ version: number }[]>('version');
  return row!.version;
}

/** The business calendar in force. */
export async function findCalendar(db: Db | Knex.Transaction): Promise<CalendarVersion | undefined> {
  return db('business_calendar as c').leftJoin('person as p', 'p.id', 'c.created_by').orderBy('c.version', 'desc')
    .first<CalendarVersion | undefined>('c.version', 'c.calendar', 'c.created_at as changedAt', db.raw(changedBy));
}

/** Makes whoever changes the business calendar at the same time wait until this transaction ends. */
export async function lockCalendar(trx: Knex.Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [CALENDAR_LOCK]);
}

/** Adds the next version of the business calendar. Whoever does it at the same time gets the version after it. */
export async function addCalendar(
  trx: Knex.Transaction, { personId, calendar }: { personId: string; calendar: Calendar },
): Promise<number> {
  await lockCalendar(trx);
  const [latest] = await trx('business_calendar').max<{ max: number | null }[]>('version');
  const version = (latest?.max ?? 0) + 1;
  const row = { version, calendar: JSON.stringify({ ...calendar, version }), created_by: personId };
  await trx('business_calendar').insert(row);
  return version;
}

/** How many tasks are open at a step. */
export async function countOpenTasks(db: Db, { type, step }: { type: string; step: string }): Promise<number> {
  const row = await db('task').join('process', 'process.id', 'task.process_id')
    .where({ 'task.state': 'open', 'task.step': step, 'process.type': type }).count<{ n: string }>('* as n').first();
  return Number(row?.n ?? 0);
}
