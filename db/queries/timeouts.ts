import type { Knex } from 'knex';
import type { BusinessCalendar } from '../../activities/deadlines/business-calendar.ts';
import type { TimeoutPolicy } from '../../activities/deadlines/deadlines.ts';
import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';

/** The timeout policy in force for a step. Every step of a contract has one from the first start on. */
export async function currentPolicy(
  db: Db | Knex.Transaction,
  type: string,
  step: string,
): Promise<{ policy: TimeoutPolicy; version: number }> {
  const row = await db('timeout_policy').select('policy', 'version').where({ type, step }).orderBy('version', 'desc').first();
  if (!row) throw new Error('timeout-policy-missing');
  return row;
}

/** The company's business calendar in force. */
export async function currentCalendar(db: Db | Knex.Transaction): Promise<{ calendar: BusinessCalendar; version: number }> {
  const row = await db('business_calendar').select('calendar', 'version').orderBy('version', 'desc').first();
  if (!row) throw new Error('business-calendar-missing');
  return row;
}

/** Policy and calendar in force for a step, with their versions. The calendar itself only when the caller does not know that version. */
export interface TimeoutsInForce {
  policy: TimeoutPolicy;
  policyVersion: number;
  calendarVersion: number;
  calendar: BusinessCalendar | null;
}

/** Columns and tables of `TimeoutsInForce`, with the bindings `type`, `step` and `known` (versions of calendars). */
export const IN_FORCE = {
  columns: `p.policy, p.version AS "policyVersion", c.version AS "calendarVersion",
      CASE WHEN c.version = ANY (:known::int[]) THEN NULL ELSE c.calendar END AS calendar`,
  tables: `(SELECT policy, version FROM timeout_policy WHERE type = :type AND step = :step ORDER BY version DESC LIMIT 1) AS p,
      (SELECT calendar, version FROM business_calendar ORDER BY version DESC LIMIT 1) AS c`,
} as const;

/** Policy and calendar in force for a step, in one look. Every step of a contract has a policy from the first start on. */
export async function timeoutsInForce(
  trx: Knex.Transaction, { type, step, known }: { type: string; step: string; known: readonly number[] },
): Promise<TimeoutsInForce> {
  const [row] = await prepared<TimeoutsInForce>(trx, 'timeouts-in-force', `SELECT ${IN_FORCE.columns} FROM ${IN_FORCE.tables}`, { type, step, known: [...known] });
  if (!row) throw new Error('timeout-policy-missing');
  return row;
}
