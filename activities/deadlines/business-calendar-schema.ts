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
    const reason = whyUnusable({ ...calendar, version: 0 } as BusinessCalendar);
    if (reason) context.addIssue({ code: 'custom', message: 'calendar.invalid', params: { reason } });
  });

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone.length > 0;
  } catch {
    return false;
  }
}

// A calendar with which no deadline can be computed would stop every process that opens a task.
function whyUnusable(calendar: BusinessCalendar): string | undefined {
  try {
    addBusinessTime(calendar, new Date(), { days: 1, hours: 0, minutes: 0, seconds: 0 });
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return error.message;
    throw error;
  }
}
