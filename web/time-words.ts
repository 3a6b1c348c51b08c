import { language, t, type TextKey } from './texts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The company's time, wherever the browser is. */
const ZONE = 'Asia/Shanghai';

function format(at: Date, options: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(language.value, { ...options, timeZone: ZONE, hourCycle: 'h23' }).format(at);
}

/** The calendar day of `at` in the company's time, as a number that grows by one a day. */
function dayOf(at: Date): number {
  const [year, month, day] = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, dateStyle: 'short' }).format(at).split('-').map(Number);
  return Date.UTC(year!, month! - 1, day) / DAY;
}

/** An instant in full, to the second: for a tooltip. */
export function exactTime(at: string | Date): string {
  return format(new Date(at), { dateStyle: 'full', timeStyle: 'medium' });
}

/** An instant as people say it: 今天 14:30, 昨天 09:05, 11月20日 16:00. */
export function clockWords(at: string | Date, now: Date): string {
  const then = new Date(at);
  const time = format(then, { hour: '2-digit', minute: '2-digit' });
  const days = dayOf(then) - dayOf(now);
  const near: Record<number, TextKey> = { [-1]: 'time.yesterday', 0: 'time.today', 1: 'time.tomorrow' };
  const key = near[days];
  if (key) return t(key, { time });
  const sameYear = format(then, { year: 'numeric' }) === format(now, { year: 'numeric' });
  const date = format(then, { ...(!sameYear && { year: 'numeric' }), month: 'short', day: 'numeric' });
  return `${date} ${time}`;
}

/** A coming instant as people say it: 今天 14:30, 周四 10:30 within six days, then the date. */
export function comingWords(at: string | Date, now: Date): string {
  const then = new Date(at);
  const days = dayOf(then) - dayOf(now);
  if (days <= 1 || days >= 7) return clockWords(at, now);
  return `${format(then, { weekday: 'short' })} ${format(then, { hour: '2-digit', minute: '2-digit' })}`;
}

/** How long ago, while that is easier to grasp than the clock's time: 刚刚, 5 分钟前, 3 小时前; then clockWords. */
export function agoWords(at: string | Date, now: Date): string {
  const past = now.getTime() - new Date(at).getTime();
  if (past >= 0 && past < MINUTE) return t('time.now');
  if (past >= 0 && past < HOUR) return t('time.minutes-ago', { n: Math.floor(past / MINUTE) });
  if (past >= 0 && past < 12 * HOUR) return t('time.hours-ago', { n: Math.floor(past / HOUR) });
  return clockWords(at, now);
}

/** A length of time in its largest unit: 40 分钟, 3 小时, 2 天. */
export function lengthWords(milliseconds: number): string {
  const length = Math.abs(milliseconds);
  if (length >= DAY) return t('time.days', { n: Math.floor(length / DAY) });
  if (length >= HOUR) return t('time.hours', { n: Math.floor(length / HOUR) });
  return t('time.minutes', { n: Math.max(1, Math.floor(length / MINUTE)) });
}

/** Time left until a deadline, and how pressing that is. */
export function dueWords(dueAt: string | Date, now: Date): { words: string; level: 'overdue' | 'soon' | 'calm' } {
  const left = new Date(dueAt).getTime() - now.getTime();
  const time = lengthWords(left);
  if (left < 0) return { words: t('due.overdue', { time }), level: 'overdue' };
  return { words: t('due.left', { time }), level: left < 4 * HOUR ? 'soon' : 'calm' };
}
