import type { Knex } from 'knex';
import type { BusinessCalendar } from '../../activities/deadlines/business-calendar.ts';
import type { TimeoutPolicy } from '../../activities/deadlines/deadlines.ts';
import type { Db } from '../connect.ts';

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
