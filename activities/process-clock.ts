import type { Knex } from 'knex';
import type { Db } from '../db/connect.ts';
import { timeoutsInForce } from '../db/queries/timeouts.ts';
import type { BusinessCalendar } from './deadlines/business-calendar.ts';
import { computeDeadlines } from './deadlines/deadlines.ts';

/** An instant at which a process's clock speaks. `at` is ISO 8601; `n` is the same whenever it is computed again under the same policy. */
export interface ClockDeadline {
  kind: 'clock-remind' | 'clock-due' | 'clock-escalate';
  n: number;
  at: string;
}

interface ClockRow {
  process_id: string;
  type: string;
  policy: string;
  started_at: Date;
  pauses: { from: string; to: string }[];
  paused_at: Date | null;
  passed: string[];
}

/** True for what a process's clock says, not a task's own. */
export function isOfClock(kind: string): kind is ClockDeadline['kind'] {
  return kind.startsWith('clock-');
}

/**
 * Sets a process's clock as a task that opens wants it, starting it if need be, and answers what is still to come of it. Paused time is the
 * business's or the wall's, as the policy counts. Done again for a task that is open already it changes nothing.
 */
export async function turnClock(
  db: Db, calendars: Map<number, BusinessCalendar>,
  { processId, taskId, policy, runs, openedAt }: { processId: string; taskId: string; policy: string; runs: boolean; openedAt: string },
): Promise<ClockDeadline[]> {
  return db.transaction(async (trx) => {
    await trx('process').where({ id: processId }).forUpdate().first('id');
    // A worker that was taken for dead may come late: then the clock stands as a later task wanted it.
    if (await trx('task').where({ id: taskId }).first('id')) return [];
    const row = await findClock(trx, processId);
    if (!row) {
      if (!runs) return [];
      await trx('process_clock').insert({ process_id: processId, policy, started_at: openedAt });
    } else {
      const pauses = runs && row.paused_at ? [...row.pauses, { from: row.paused_at.toISOString(), to: laterOf(row.paused_at, openedAt) }] : row.pauses;
      await trx('process_clock').where({ process_id: processId })
        .update({ policy, pauses: JSON.stringify(pauses), paused_at: runs ? null : row.paused_at ?? openedAt });
    }
    return clockDeadlines(trx, calendars, processId);
  });
}

/** What is still to come of a process's clock, by the policy and calendar in force; nothing while it stands still. Keeps its due instant. */
export async function clockDeadlines(trx: Knex.Transaction, calendars: Map<number, BusinessCalendar>, processId: string): Promise<ClockDeadline[]> {
  const row = await findClock(trx, processId);
  if (!row || row.paused_at) return [];
  const { policy, calendarVersion, calendar: read } = await timeoutsInForce(trx, { type: row.type, step: row.policy, known: [...calendars.keys()] });
  const calendar = calendars.get(calendarVersion) ?? read!;
  calendars.set(calendarVersion, calendar);
  const { dueAt, deadlines } = computeDeadlines(policy, calendar, row.started_at, row.pauses.map(({ from, to }) => ({ from: new Date(from), to: new Date(to) })));
  await trx('process_clock').where({ process_id: processId }).update({ due_at: dueAt });
  const all = [
    ...deadlines.map(({ kind, n, at }) => ({ kind: `clock-${kind}` as ClockDeadline['kind'], n, at: at.toISOString() })),
    ...(dueAt ? [{ kind: 'clock-due' as const, n: 1, at: dueAt.toISOString() }] : []),
  ];
  return all.filter(({ kind, n }) => !row.passed.includes(`${row.policy}.${kind}.${n}`));
}

/** Marks a deadline of the clock as passed and answers the clock's policy; undefined when it stands still or was passed before. */
export async function passClock(trx: Knex.Transaction, processId: string, { kind, n }: Pick<ClockDeadline, 'kind' | 'n'>): Promise<string | undefined> {
  const row = await findClock(trx, processId);
  if (!row || row.paused_at || row.passed.includes(`${row.policy}.${kind}.${n}`)) return undefined;
  await trx('process_clock').where({ process_id: processId }).update({ passed: [...row.passed, `${row.policy}.${kind}.${n}`] });
  return row.policy;
}

async function findClock(trx: Knex.Transaction, processId: string): Promise<ClockRow | undefined> {
  return trx('process_clock').join('process', 'process.id', 'process_clock.process_id').where({ process_id: processId })
    .first('process_clock.*', 'process.type');
}

function laterOf(a: Date, b: string): string {
  return new Date(Math.max(a.getTime(), Date.parse(b))).toISOString();
}
