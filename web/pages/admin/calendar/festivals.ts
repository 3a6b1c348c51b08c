import type { TextKey } from '../../../texts.ts';

export type Festival = 'new-year' | 'spring' | 'qingming' | 'labour' | 'dragon-boat' | 'mid-autumn' | 'national';

const DAY = 86_400_000;
/** Make-up workdays lie within this many days of their holiday. */
const NEAR_DAYS = 12;

const lunar = new Intl.DateTimeFormat('en-u-ca-chinese', { month: 'numeric', day: 'numeric', timeZone: 'UTC' });
const LUNAR: Readonly<Record<string, Festival>> = { '1-1': 'spring', '5-5': 'dragon-boat', '8-15': 'mid-autumn' };
const SOLAR: Readonly<Record<string, Festival>> = { '01-01': 'new-year', '05-01': 'labour', '10-01': 'national' };

/** The festival that falls on a date (`YYYY-MM-DD`); the holidays about it are in the calendar. */
function festivalOn(date: string): Festival | undefined {
  const solar = SOLAR[date.slice(5)];
  if (solar) return solar;
  if (date.slice(5) === qingming(Number(date.slice(0, 4)))) return 'qingming';
  const parts = lunar.formatToParts(new Date(`${date}T00:00:00Z`));
  const part = (type: string): string => parts.find((each) => each.type === type)?.value ?? '';
  // A leap month is written like 5bis: its fifth day is no festival.
  return LUNAR[`${part('month')}-${part('day')}`];
}

/** Qingming is the solar term of April 4 to 6: the rule of thumb for this century. */
function qingming(year: number): string {
  const y = year % 100;
  return `04-0${Math.floor(y * 0.2422 + 4.81) - Math.floor(y / 4)}`;
}

/** A run of holidays, or a make-up workday, with the festival that it is for. */
export interface Run {
  kind: 'holiday' | 'workday';
  first: string;
  last: string;
  days: number;
  festival: Festival | undefined;
}

const dayOf = (date: string): number => Date.parse(`${date}T00:00:00Z`) / DAY;
const dateOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10);

/** The holidays of a year as runs, and its make-up workdays, in order. */
export function runsOf(year: number, holidays: readonly string[], workdays: readonly string[]): Run[] {
  const runs: Run[] = [];
  for (const date of holidays.filter((each) => each.startsWith(`${year}-`)).toSorted()) {
    const last = runs.at(-1);
    if (last && dayOf(last.last) + 1 === dayOf(date)) Object.assign(last, { last: date, days: last.days + 1 });
    else runs.push({ kind: 'holiday', first: date, last: date, days: 1, festival: undefined });
  }
  for (const run of runs) run.festival = festivalBetween(dayOf(run.first), dayOf(run.last));
  const made = workdays.filter((each) => each.startsWith(`${year}-`)).toSorted()
    .map((date): Run => ({ kind: 'workday', first: date, last: date, days: 1, festival: festivalNear(date, runs) }));
  return [...runs, ...made].sort((a, b) => a.first.localeCompare(b.first));
}

function festivalBetween(from: number, to: number): Festival | undefined {
  for (let day = from; day <= to; day += 1) {
    const found = festivalOn(dateOf(day));
    if (found) return found;
  }
  return undefined;
}

function festivalNear(date: string, runs: readonly Run[]): Festival | undefined {
  const distance = (run: Run): number => Math.min(Math.abs(dayOf(run.first) - dayOf(date)), Math.abs(dayOf(run.last) - dayOf(date)));
  const nearest = runs.filter(({ kind, festival }) => kind === 'holiday' && festival).toSorted((a, b) => distance(a) - distance(b))[0];
  return nearest && distance(nearest) <= NEAR_DAYS ? nearest.festival : undefined;
}

/** The key of a festival's name. */
export function festivalText(festival: Festival | undefined): TextKey {
  return festival ? `festival.${festival}` : 'calendar.other';
}
