/** The first instant of the day after `now` in `timeZone`: what is due before it is due today (or overdue). */
export function endOfDay(now: Date, timeZone: string): Date {
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const today = format.format(now);
  // A day has at most 25 hours, in steps of a quarter of an hour wherever clocks change.
  const quarter = 15 * 60_000;
  let at = Math.floor(now.getTime() / quarter) * quarter + quarter;
  while (format.format(at) === today) at += quarter;
  return new Date(at);
}
