import { z } from 'zod';
import { addBusinessTime, type BusinessCalendar } from './business-calendar.ts';

const time = z.string().regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, { error: 'calendar.time' });
const hours = z.array(z.strictObject({ from: time, to: time })).max(10).optional();
const day = z.iso.date();

/** A business calendar in a request body, without its version. Its messages are keys of the error catalogue. */
export const businessCalendarSchema = z
  .strictObject({
    timeZone: z.string().min(1).max(60).refine(isTimeZone, { error: 'calendar.time-zone' }),
    week: z.strictObject({ 1: hours, 2: hours, 3: hours, 4: hours, 5: hours, 6: hours, 7: hours }),
    holidays: z.array(day).max(1_000),
    workdays: z.array(day).max(1_000),
  })
  .superRefine((calendar, context) => {
    const issues = contradictions(calendar);
    for (const { path, message, params } of issues) context.addIssue({ code: 'custom', path, message, ...(params && { params }) });
    if (issues.length === 0 && !isUsable({ ...calendar, version: 0 } as BusinessCalendar)) {
      context.addIssue({ code: 'custom', path: ['holidays'], message: 'calendar.closed-too-long' });
    }
  });

interface Contradiction {
  path: (string | number)[];
  message: string;
  params?: Record<string, string>;
}

/** What does not go together, each with the field that is to be mended. */
function contradictions({ week, holidays, workdays }: Omit<BusinessCalendar, 'version'>): Contradiction[] {
  const found: Contradiction[] = [];
  for (const [day, periods = []] of Object.entries(week)) {
    periods.forEach(({ from, to }, n) => {
      const before = periods[n - 1];
      // Times are written with two digits each, so that they sort as text.
      if (from >= to) found.push({ path: ['week', day, n, 'to'], message: 'calendar.hours.order', params: { from } });
      else if (before && from < before.to) found.push({ path: ['week', day, n, 'from'], message: 'calendar.hours.overlap', params: { to: before.to } });
    });
  }
  if (!Object.values(week).some((periods) => periods && periods.length > 0)) found.push({ path: ['week'], message: 'calendar.no-hours' });
  const off = new Set(holidays);
  workdays.forEach((date, n) => {
    if (off.has(date)) found.push({ path: ['workdays', n], message: 'calendar.both', params: { date } });
  });
  return found;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

// A calendar with which no deadline can be computed would stop every process that opens a task.
function isUsable(calendar: BusinessCalendar): boolean {
  try {
    addBusinessTime(calendar, new Date(), { days: 1, hours: 0, minutes: 0, seconds: 0 });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
