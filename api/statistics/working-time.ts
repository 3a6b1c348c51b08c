import { defaultCalendar } from '../../activities/deadlines/calendar-2026.ts';
import { workingTimes, type BusinessCalendar } from '../../activities/deadlines/business-calendar.ts';
import type { Db } from '../../db/connect.ts';
import { findCalendar } from '../../db/queries/policies.ts';
import { earliestStart, type WorkingSeconds } from '../../db/queries/statistics-times.ts';
import { plusDays } from './period.ts';

/** The calendar in force; the same object while it stays in force, since making one ready for arithmetic takes a moment. */
export function createCalendarInForce(db: Db): () => Promise<BusinessCalendar> {
  let known: BusinessCalendar = defaultCalendar;
  return async () => {
    const found = await findCalendar(db);
    if (found && found.version !== known.version) known = found.calendar;
    return known;
  };
}

/** Working time from the first start of a process of `type` on until the period's end, for the queries to count with. */
export async function workingSeconds(db: Db, { type, to }: { type: string; to: string }, calendar: BusinessCalendar): Promise<WorkingSeconds> {
  const from = await earliestStart(db, type);
  // Nothing was decided in days that are still to come.
  const end = new Date(Math.min(Date.parse(`${plusDays(to, 2)}T00:00:00Z`), Date.now() + 86_400_000));
  const times = from && from < end ? workingTimes(calendar, from, end) : [];
  const lengths = times.map((time) => (time.to.getTime() - time.from.getTime()) / 1_000);
  let sum = 0;
  return {
    openings: times.map((time) => time.from.getTime() / 1_000),
    lengths,
    before: lengths.map((length) => (sum += length) - length),
  };
}

/** Working time of the week's first working day, in milliseconds. */
export function businessDay({ week }: BusinessCalendar): number {
  const minutes = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3));
  const hours = ([1, 2, 3, 4, 5, 6, 7] as const).map((day) => week[day] ?? []).find((each) => each.length > 0) ?? [];
  return 60_000 * hours.reduce((sum, { from, to }) => sum + minutes(to) - minutes(from), 0);
}
