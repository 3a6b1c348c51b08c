import {
  addBusinessMilliseconds, addBusinessTime, businessMillisecondsBetween, type BusinessCalendar,
} from './business-calendar.ts';
import { durationToMilliseconds, parseDuration, type Duration, type DurationParts } from './duration.ts';

/** The outcome of an expiry that closes nothing: the task goes to the superior. */
export const handOverToSuperior = 'hand-over';

/**
 * What happens to a task that nobody decides; every `after` counts from its opening. `due` is what the page shows and
 * overdue is measured by. Days of the business clock are working days, those of the wall clock are 24 hours.
 */
export interface TimeoutPolicy {
  readonly clock: 'business' | 'wall';
  readonly due: Duration | null;
  /** The first after `after`, then one every `every`, `times` (0 to 20) in all. */
  readonly remind: { readonly after: Duration; readonly every: Duration; readonly times: number } | null;
  readonly escalate: { readonly after: Duration } | null;
  /** `outcome` is one of the step's, or `hand-over`: to the superior. */
  readonly expire: { readonly after: Duration; readonly outcome: string } | null;
}

/** A time during which a task was on hold, half-open; `to` is null while it still is. */
export interface Pause {
  readonly from: Date;
  readonly to: Date | null;
}

/** `n` counts from 1 within its kind, and is the same whenever it is computed again under the same policy. */
export interface Deadline {
  readonly kind: 'remind' | 'escalate' | 'expire';
  readonly n: number;
  readonly at: Date;
  /** On `expire` only. */
  readonly outcome?: string;
}

/** What `openTask` stores and returns; see `computeDeadlines`. */
export interface Deadlines {
  readonly dueAt: Date | null;
  readonly deadlines: Deadline[];
}

/**
 * The instants of a task's deadlines, earliest first (ties: remind, escalate, expire), none after the expiry.
 * Paused time does not count: each deadline moves by the clock's time of the pauses that began before it. One that came
 * before a pause stays where it was, so after a resumption the caller passes over each (kind, n) already dealt with.
 * While a pause is open nothing is known: `dueAt` is null and there are no deadlines, until the resumption calls again.
 * Throws a RangeError as `parseDuration` and `addBusinessTime` do, and for an invalid opening or pause.
 */
export function computeDeadlines(
  policy: TimeoutPolicy, calendar: BusinessCalendar, openedAt: Date, pauses: readonly Pause[] = [],
): Deadlines {
  if (Number.isNaN(openedAt.getTime())) throw new RangeError('A task is opened at a valid date.');
  const closed = pauses.map(closedPause);
  if (!closed.every((pause) => pause !== null)) return { dueAt: null, deadlines: [] };

  const clock = policy.clock === 'business' ? businessClock(calendar) : wallClock;
  const held = joinPauses(closed, openedAt);
  const instantAfter = (duration: DurationParts): Date =>
    held.reduce(
      (at, pause) => (pause.from < at ? clock.shift(at, clock.between(pause.from, pause.to)) : at),
      clock.add(openedAt, duration),
    );

  const { due, remind, escalate, expire } = policy;
  const deadlines: Deadline[] = [];
  if (remind) {
    const [after, every] = [parseDuration(remind.after), parseDuration(remind.every)];
    for (let n = 1; n <= remind.times; n += 1) {
      deadlines.push({ kind: 'remind', n, at: instantAfter(sumOf(after, every, n - 1)) });
    }
  }
  if (escalate) deadlines.push({ kind: 'escalate', n: 1, at: instantAfter(parseDuration(escalate.after)) });
  if (expire) {
    const at = instantAfter(parseDuration(expire.after));
    deadlines.push({ kind: 'expire', n: 1, at, outcome: expire.outcome });
  }

  // The sort is stable, so ties keep the order in which they were pushed.
  deadlines.sort((a, b) => a.at.getTime() - b.at.getTime());
  const end = deadlines.findIndex(({ kind }) => kind === 'expire');
  return {
    dueAt: due === null ? null : instantAfter(parseDuration(due)),
    deadlines: end === -1 ? deadlines : deadlines.slice(0, end + 1),
  };
}

interface ClosedPause {
  readonly from: Date;
  readonly to: Date;
}

interface Clock {
  readonly add: (from: Date, duration: DurationParts) => Date;
  readonly shift: (from: Date, milliseconds: number) => Date;
  readonly between: (a: Date, b: Date) => number;
}

function businessClock(calendar: BusinessCalendar): Clock {
  return {
    add: (from, duration) => addBusinessTime(calendar, from, duration),
    // A pause outside working hours must not move a deadline from closing time to the next opening.
    shift: (from, milliseconds) => (milliseconds === 0 ? from : addBusinessMilliseconds(calendar, from, milliseconds)),
    between: (a, b) => businessMillisecondsBetween(calendar, a, b),
  };
}

const wallClock: Clock = {
  add: (from, duration) => new Date(from.getTime() + durationToMilliseconds(duration)),
  shift: (from, milliseconds) => new Date(from.getTime() + milliseconds),
  between: (a, b) => b.getTime() - a.getTime(),
};

function closedPause({ from, to }: Pause): ClosedPause | null {
  if (to !== null && !(from <= to)) throw new RangeError('A pause ends no earlier than it begins.');
  return to === null ? null : { from, to };
}

/** Sorted, overlaps joined (no time is held twice), and only what lies after the opening. */
function joinPauses(pauses: readonly ClosedPause[], openedAt: Date): ClosedPause[] {
  const joined: ClosedPause[] = [];
  for (const { from, to } of pauses.toSorted((a, b) => a.from.getTime() - b.from.getTime())) {
    const begin = from < openedAt ? openedAt : from;
    const last = joined.at(-1);
    if (last && begin <= last.to) joined.splice(-1, 1, { from: last.from, to: to > last.to ? to : last.to });
    else if (begin < to) joined.push({ from: begin, to });
  }
  return joined;
}

/** Summed before the clock sees it: one by one, a reminder at closing time would push the next to an opening. */
function sumOf(first: DurationParts, every: DurationParts, times: number): DurationParts {
  return {
    days: first.days + times * every.days,
    hours: first.hours + times * every.hours,
    minutes: first.minutes + times * every.minutes,
    seconds: first.seconds + times * every.seconds,
  };
}
