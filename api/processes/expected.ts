import type { BusinessCalendar } from '../../activities/deadlines/business-calendar.ts';
import { computeDeadlines } from '../../activities/deadlines/deadlines.ts';
import type { Db } from '../../db/connect.ts';
import { currentCalendar, currentPolicy } from '../../db/queries/timeouts.ts';

/** When the planned steps of a process will be due if each is decided just in time; null where a step has no due time. */
export type ExpectedDues = (type: string, steps: readonly string[], from: Date) => Promise<(Date | null)[]>;

/**
 * Chains the steps' due times by the policies and the calendar in force: each step opens when the one before it is due. That is what the
 * company promises at the latest, not a forecast.
 */
export function createExpectedDues(db: Db): ExpectedDues {
  // A calendar's schedules are cached per object and take milliseconds to make: one object per version.
  let known: { version: number; calendar: BusinessCalendar } | undefined;

  return async (type, steps, from) => {
    if (steps.length === 0) return [];
    const current = await currentCalendar(db);
    if (known?.version !== current.version) known = current;
    const { calendar } = known;
    const policies = await Promise.all(steps.map((step) => currentPolicy(db, type, step)));
    let opens = from;
    return policies.map(({ policy }) => {
      const { dueAt } = computeDeadlines(policy, calendar, opens);
      opens = dueAt ?? opens;
      return dueAt;
    });
  };
}
