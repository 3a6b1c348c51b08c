/** Days of the company's calendar, `YYYY-MM-DD`, both included. */
export interface Period {
  readonly from: string;
  readonly to: string;
}

const DAY = 86_400_000;

/** The calendar day of an instant in `zone`. */
export function dayOf(at: Date, zone: string): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(at);
}

/**
 * What a period is compared with: the same days a year earlier when it begins with the year and ends in it, as many months before when it is
 * whole months, else as many days before.
 */
export function periodBefore({ from, to }: Period): Period {
  const [year, month, day] = parts(from);
  const [toYear, toMonth] = parts(to);
  if (month === 1 && day === 1 && toYear === year) return { from: `${year - 1}-01-01`, to: yearEarlier(to) };
  if (day === 1 && plusDays(to, 1).endsWith('-01')) {
    const months = (toYear - year) * 12 + toMonth - month + 1;
    return { from: iso(Date.UTC(year, month - 1 - months, 1)), to: plusDays(from, -1) };
  }
  const days = (utc(to) - utc(from)) / DAY + 1;
  return { from: plusDays(from, -days), to: plusDays(from, -1) };
}

/** Every month of a period, `YYYY-MM`. */
export function monthsOf({ from, to }: Period): string[] {
  const months: string[] = [];
  const [year, month] = parts(from);
  for (let n = 0; ; n += 1) {
    const each = iso(Date.UTC(year, month - 1 + n, 1)).slice(0, 7);
    if (each > to.slice(0, 7)) return months;
    months.push(each);
  }
}

/** The day `days` after `day`. */
export function plusDays(day: string, days: number): string {
  return iso(utc(day) + days * DAY);
}

function yearEarlier(day: string): string {
  const [year, month] = parts(day);
  const same = `${year - 1}${day.slice(4)}`;
  // 29 February is compared with 28 February.
  return iso(utc(same)) === same ? same : iso(Date.UTC(year - 1, month, 0));
}

const utc = (day: string): number => Date.UTC(...(parts(day).map((part, index) => (index === 1 ? part - 1 : part)) as [number, number, number]));
const iso = (at: number): string => new Date(at).toISOString().slice(0, 10);
const parts = (day: string): [number, number, number] => day.split('-').map(Number) as [number, number, number];
