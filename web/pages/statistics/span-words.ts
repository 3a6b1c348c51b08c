import { t } from '../../texts.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** A length of time in milliseconds with one decimal where that says more: 40 秒, 12 分钟, 3.5 小时, 2.3 天. `day` is a working day's length for working time. */
export function spanWords(milliseconds: number | null | undefined, day?: number): string {
  if (milliseconds === null || milliseconds === undefined) return '—';
  if (milliseconds < MINUTE) return t('statistics.seconds', { n: Math.round(milliseconds / 1_000) });
  if (milliseconds < HOUR) return t('time.minutes', { n: Math.round(milliseconds / MINUTE) });
  const whole = day ?? 24 * HOUR;
  if (milliseconds < whole || whole === 0) return t('time.hours', { n: decimal(milliseconds / HOUR) });
  return t(day === undefined ? 'time.days' : 'statistics.working-days', { n: decimal(milliseconds / whole) });
}

/** How a number moved against an earlier one, such as `+12%`; undefined when the earlier one is nothing to compare with. */
export function changeWords(now: number, then: number): string | undefined {
  if (then === 0) return undefined;
  const percent = Math.round(((now - then) / then) * 100);
  return `${percent > 0 ? '+' : percent < 0 ? '−' : '±'}${Math.abs(percent)}%`;
}

/** A part of a whole as `85%`; undefined of nothing. */
export function shareWords(part: number, whole: number): string | undefined {
  return whole === 0 ? undefined : `${Math.round((part / whole) * 100)}%`;
}

/** At most one decimal. */
export function decimal(value: number): number {
  return Math.round(value * 10) / 10;
}
