import { parseDuration, type Duration, type DurationParts } from './duration.ts';

/** Clock times `HH:MM`; `from` is worked, `to` is not any more. `to` may be `24:00`; a night shift is two entries. */
export interface WorkingHours {
  readonly from: string;
  readonly to: string;
}

/** 1 is Monday, 7 is Sunday. */
export type Weekday = 1 | 2 | 3 | 4 | 5 | 6 | 7;

/**
 * When the company works; plain data. A change is a new object with a new version (what was computed from one is kept).
 * A weekday without hours is a day off; so is a date in `holidays`. A date in `workdays` (调休) is worked although its
 * weekday is off, with the hours of the week's first working weekday. Dates are `YYYY-MM-DD` in `timeZone`.
 */
export interface BusinessCalendar {
  readonly version: number;
  readonly timeZone: string;
  readonly week: Readonly<Partial<Record<Weekday, readonly WorkingHours[]>>>;
  readonly holidays: readonly string[];
  readonly workdays: readonly string[];
}

/**
 * The instant at which `duration` of working time has passed since `from`. From an instant that is not worked (closing
 * time is not) the count starts at the next opening. Days first: the same clock time on the n-th next working day, or,
 * where that day does not work at that time, its closing before it, else its opening. Then the hours, minutes and
 * seconds of working time; they may end at a closing time. Parts may all be zero: the result is where the count starts.
 * Throws a RangeError for a malformed calendar or duration, an invalid date, or 400 days without working time.
 */
export function addBusinessTime(calendar: BusinessCalendar, from: Date, duration: Duration | DurationParts): Date {
  const { days, hours, minutes, seconds } = typeof duration === 'string' ? parseDuration(duration) : duration;
  const milliseconds = 1000 * (hours * 3600 + minutes * 60 + seconds);
  for (const part of [days, milliseconds]) requireWhole(part);
  const schedule = scheduleOf(calendar);
  const start = addWorking(schedule, instantOf(from), 0);
  const onDay = days === 0 ? start : addWorkingDays(schedule, start, days);
  return new Date(milliseconds === 0 ? onDay : addWorking(schedule, onDay, milliseconds));
}

/** As `addBusinessTime`, for a length in milliseconds of working time (0 or more). */
export function addBusinessMilliseconds(calendar: BusinessCalendar, from: Date, milliseconds: number): Date {
  requireWhole(milliseconds);
  return new Date(addWorking(scheduleOf(calendar), instantOf(from), milliseconds));
}

/**
 * The working time in [a, b), in milliseconds; negative when b is before a.
 * Throws a RangeError for a malformed calendar, an invalid date, or instants more than 200 years apart.
 */
export function businessMillisecondsBetween(calendar: BusinessCalendar, a: Date, b: Date): number {
  const schedule = scheduleOf(calendar);
  const start = Math.min(instantOf(a), instantOf(b));
  const end = Math.max(instantOf(a), instantOf(b));
  if (end - start > 73_050 * dayLength) throw new RangeError('Working time is counted over at most 200 years.');

  // One day more: where clocks go back across midnight, an instant that reads as yesterday can lie in today's hours.
  const lastDay = schedule.dayOf(end) + 1;
  let sum = 0;
  for (let day = schedule.dayOf(start); day <= lastDay; day += 1) {
    for (const { from, to } of schedule.hoursOn(day)) sum += Math.max(0, Math.min(to, end) - Math.max(from, start));
  }
  return a <= b ? sum : -sum;
}

/**
 * Every stretch of working time that touches [a, b), whole and in order: for whoever must count working time where these functions cannot be
 * called, such as in SQL. Throws a RangeError as `businessMillisecondsBetween` does.
 */
export function workingTimes(calendar: BusinessCalendar, a: Date, b: Date): { from: Date; to: Date }[] {
  const schedule = scheduleOf(calendar);
  const [start, end] = [instantOf(a), instantOf(b)];
  if (end - start > 73_050 * dayLength) throw new RangeError('Working time is counted over at most 200 years.');
  const times: { from: Date; to: Date }[] = [];
  for (let day = schedule.dayOf(start); day <= schedule.dayOf(end) + 1; day += 1) {
    for (const { from, to } of schedule.hoursOn(day)) if (to > start && from < end) times.push({ from: new Date(from), to: new Date(to) });
  }
  return times;
}

const dayLength = 86_400_000;
const longestClosure = 400;

/** Half-open, in milliseconds: instants, or times of day. */
interface Interval {
  readonly from: number;
  readonly to: number;
}

/** A calendar made ready for arithmetic; days are numbered from 1970-01-01, as the company's own clock shows them. */
interface Schedule {
  readonly wallClock: WallClock;
  readonly dayOf: (instant: number) => number;
  readonly instantAt: (wall: number) => number;
  readonly hoursOn: (day: number) => readonly Interval[];
  readonly workingDayFrom: (day: number) => number;
}

function addWorking(schedule: Schedule, start: number, milliseconds: number): number {
  let left = milliseconds;
  for (let day = schedule.workingDayFrom(schedule.dayOf(start)); ; day = schedule.workingDayFrom(day + 1)) {
    for (const { from, to } of schedule.hoursOn(day)) {
      if (to <= start) continue;
      const begin = Math.max(from, start);
      if (left <= to - begin) return begin + left;
      left -= to - begin;
    }
  }
}

function addWorkingDays(schedule: Schedule, start: number, days: number): number {
  const startDay = schedule.dayOf(start);
  let day = startDay;
  for (let n = 0; n < days; n += 1) day = schedule.workingDayFrom(day + 1);

  const clockTime = schedule.wallClock(start) - startDay * dayLength;
  const wanted = schedule.instantAt(day * dayLength + clockTime);
  const hours = schedule.hoursOn(day);
  const last = hours.findLast(({ from }) => from <= wanted);
  return last ? Math.min(wanted, last.to) : hours[0]!.from;
}

const schedules = new WeakMap<BusinessCalendar, Schedule>();

function scheduleOf(calendar: BusinessCalendar): Schedule {
  let schedule = schedules.get(calendar);
  if (!schedule) {
    schedule = createSchedule(calendar);
    schedules.set(calendar, schedule);
  }
  return schedule;
}

function createSchedule(calendar: BusinessCalendar): Schedule {
  const wallClock = createWallClock(calendar.timeZone);
  const week = ([1, 2, 3, 4, 5, 6, 7] as const).map((weekday) => parseHours(calendar.week[weekday] ?? []));
  const makeUpHours = week.find((hours) => hours.length > 0) ?? [];
  const holidays = new Set(calendar.holidays.map(parseDay));
  const workdays = new Set(calendar.workdays.map(parseDay));
  const both = calendar.workdays.find((date) => holidays.has(parseDay(date)));
  if (both) throw new RangeError(`The business calendar has ${both} both as a holiday and as a workday.`);

  const instantAt = (wall: number): number => firstInstantAt(wallClock, wall);
  const hoursByDay = new Map<number, readonly Interval[]>();
  const timesOn = (day: number): readonly Interval[] => {
    if (holidays.has(day)) return [];
    const regular = week[(((day + 3) % 7) + 7) % 7]!;
    return regular.length === 0 && workdays.has(day) ? makeUpHours : regular;
  };
  const hoursOn = (day: number): readonly Interval[] => {
    let hours = hoursByDay.get(day);
    if (!hours) {
      hours = timesOn(day)
        .map(({ from, to }) => ({ from: instantAt(day * dayLength + from), to: instantAt(day * dayLength + to) }))
        .filter(({ from, to }) => from < to);
      hoursByDay.set(day, hours);
    }
    return hours;
  };
  const workingDayFrom = (day: number): number => {
    for (let candidate = day; candidate < day + longestClosure; candidate += 1) {
      if (hoursOn(candidate).length > 0) return candidate;
    }
    const date = new Date(day * dayLength).toISOString().slice(0, 10);
    throw new RangeError(`The business calendar has no working time in the ${longestClosure} days from ${date} on.`);
  };
  const dayOf = (instant: number): number => Math.floor(wallClock(instant) / dayLength);
  return { wallClock, dayOf, instantAt, hoursOn, workingDayFrom };
}

/** What a clock shows at an instant, written in milliseconds as if it were UTC. */
type WallClock = (instant: number) => number;

const wallClocks = new Map<string, WallClock>();

/** The clock of a zone; by Intl only, so the process's own zone plays no part. */
function createWallClock(timeZone: string): WallClock {
  const known = wallClocks.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23',
    year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  });
  const wallClock: WallClock = (instant) => {
    const [month, day, year, hour, minute, second] = format.format(instant).match(/\d+/g)!.map(Number) as
      [number, number, number, number, number, number];
    return Date.UTC(year, month - 1, day, hour, minute, second) + instant - Math.floor(instant / 1000) * 1000;
  };
  wallClocks.set(timeZone, wallClock);
  return wallClock;
}

/** The first instant at which the clock shows that time or a later one: one and in order even where clocks change. */
function firstInstantAt(wallClock: WallClock, wall: number): number {
  const offsetAt = (instant: number): number => wallClock(instant) - instant;
  // Two days off is on the other side of a change of the clock in every zone, and no zone changes twice in four days.
  const candidates = [wall - offsetAt(wall - 2 * dayLength), wall - offsetAt(wall + 2 * dayLength)] as const;
  let early = Math.min(...candidates);
  let late = Math.max(...candidates);
  if (wallClock(early) === wall) return early;
  if (wallClock(late) === wall) return late;
  while (late - early > 1) {
    const middle = Math.floor((early + late) / 2);
    if (wallClock(middle) < wall) early = middle;
    else late = middle;
  }
  return late;
}

function parseHours(hours: readonly WorkingHours[]): readonly Interval[] {
  let closed = 0;
  return hours.map(({ from, to }) => {
    const interval = { from: parseTime(from), to: parseTime(to) };
    if (interval.from < closed || interval.from >= interval.to) {
      throw new RangeError(`The business calendar's hours ${from} to ${to} are out of order or overlap.`);
    }
    closed = interval.to;
    return interval;
  });
}

function parseTime(text: string): number {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$|^(24):(00)$/.exec(text);
  if (!match) {
    throw new RangeError(`A time in the business calendar is written like 08:30, not ${JSON.stringify(text)}.`);
  }
  return (Number(match[1] ?? match[3]) * 60 + Number(match[2] ?? match[4])) * 60_000;
}

function parseDay(text: string): number {
  const instant = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : NaN;
  // Date.parse takes 2026-02-30 for a day in March.
  if (Number.isNaN(instant) || new Date(instant).toISOString().slice(0, 10) !== text) {
    throw new RangeError(`A date in the business calendar is written like 2026-10-01, not ${JSON.stringify(text)}.`);
  }
  return instant / dayLength;
}

function requireWhole(length: number): void {
  if (!Number.isSafeInteger(length) || length < 0) {
    throw new RangeError('Working time is added in whole numbers, none of them negative.');
  }
}

function instantOf(date: Date): number {
  const instant = date.getTime();
  if (Number.isNaN(instant)) throw new RangeError('Working time is counted from a valid date.');
  return instant;
}
