import { addBusinessTime, type BusinessCalendar } from '../../activities/deadlines/business-calendar.ts';
import { computeDeadlines, type Deadlines, type TimeoutPolicy } from '../../activities/deadlines/deadlines.ts';
import type { Locale } from '../actor.ts';
import { fieldTexts, fill } from '../errors.ts';

/** What a policy means for a task that is opened at `openedAt`. */
export interface Sample extends Deadlines {
  readonly about: 'now' | 'friday' | 'given';
  readonly openedAt: Date;
}

/** Something that is allowed, but hardly meant. */
export interface Warning {
  readonly path: string;
  readonly message: string;
}

const DAY = 86_400_000;
const FRIDAYS = 10;

/** The deadlines of tasks opened now, on a Friday afternoon, and at `given`: by the function that `openTask` calls. */
export function samplesOf(policy: TimeoutPolicy, calendar: BusinessCalendar, now: Date, given: Date | undefined): Sample[] {
  const openings = [
    ...(given ? [{ about: 'given' as const, openedAt: given }] : []),
    { about: 'now' as const, openedAt: now },
    { about: 'friday' as const, openedAt: fridayAfternoon(calendar, now) },
  ];
  return openings.map(({ about, openedAt }) => ({ about, openedAt, ...computeDeadlines(policy, calendar, openedAt) }));
}

/** What is odd about a policy, in the caller's language, each with its field. */
export function warningsOf(policy: TimeoutPolicy, calendar: BusinessCalendar, openedAt: Date, locale: Locale): Warning[] {
  const { dueAt, deadlines } = computeDeadlines(policy, calendar, openedAt);
  const at = (kind: string): Date | undefined => deadlines.find((each) => each.kind === kind)?.at;
  const reminders = deadlines.filter(({ kind }) => kind === 'remind').length;
  const [remind, escalate, expire] = [at('remind'), at('escalate'), at('expire')];
  const warnings: Warning[] = [];
  const warn = (path: string, key: string, params: Record<string, number> = {}): void => {
    warnings.push({ path, message: fill(fieldTexts[`timeout-policy.warn.${key}`]!, locale, params) });
  };
  if (dueAt && expire && dueAt > expire) warn('due', 'due-after-expire');
  if (policy.remind && reminders < policy.remind.times) warn('remind.times', 'remind-after-expire', { times: reminders });
  if (dueAt && remind && remind > dueAt) warn('remind.after', 'remind-after-due');
  if (dueAt && escalate && escalate < dueAt) warn('escalate.after', 'escalate-before-due');
  if (policy.escalate && !escalate) warn('escalate.after', 'escalate-after-expire');
  return warnings;
}

/** 16:00 on the next Friday that is worked then, by the company's clock; where none of the next ten is, simply on the next one. */
function fridayAfternoon(calendar: BusinessCalendar, now: Date): Date {
  const fridays: Date[] = [];
  for (let day = 1; fridays.length < FRIDAYS; day += 1) {
    const { weekday, date } = wallClock(calendar.timeZone, new Date(now.getTime() + day * DAY));
    if (weekday === 'Fri') fridays.push(instantOf(calendar.timeZone, `${date}T16:00:00Z`));
  }
  const noTime = { days: 0, hours: 0, minutes: 0, seconds: 0 };
  return fridays.find((friday) => addBusinessTime(calendar, friday, noTime).getTime() === friday.getTime()) ?? fridays[0]!;
}

function wallClock(timeZone: string, at: Date): { weekday: string; date: string; wall: number } {
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone, hourCycle: 'h23', weekday: 'short', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((each) => each.type === type)!.value;
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  return { weekday: part('weekday'), date, wall: Date.parse(`${date}T${part('hour')}:${part('minute')}:00Z`) };
}

/** The instant at which the clock of a zone shows `wall`, which is written as if it were UTC. */
function instantOf(timeZone: string, wall: string): Date {
  const wanted = Date.parse(wall);
  // The second guess is right where the clock changes between the first one and the answer.
  let at = wanted;
  for (let n = 0; n < 2; n += 1) at += wanted - wallClock(timeZone, new Date(at)).wall;
  return new Date(at);
}
