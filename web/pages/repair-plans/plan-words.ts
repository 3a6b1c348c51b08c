import type { Answer } from '../../client.ts';
import { language, t } from '../../texts.ts';

/** A preventive plan as the API answers it. */
export type Plan = Answer<'get /repairs/plans'>['items'][number];

const DAY_MS = 86_400_000;

/** How often: every month, every 10 days. */
export function rhythmWords({ everyMonths, everyDays }: Pick<Plan, 'everyMonths' | 'everyDays'>): string {
  if (everyMonths !== null) return everyMonths === 1 ? t('repair-plans.every.month') : t('repair-plans.every.months', { n: everyMonths });
  return everyDays === 1 ? t('repair-plans.every.day') : t('repair-plans.every.days', { n: everyDays ?? 0 });
}

/** Today by the company's calendar, `YYYY-MM-DD`. */
export function todayOf(now: Date): string {
  return new Date(now.getTime() + 8 * 3_600_000).toISOString().slice(0, 10);
}

/** A day of the company's calendar, with its year where that is another one. */
export function dayWords(day: string, now: Date): string {
  const sameYear = day.slice(0, 4) === todayOf(now).slice(0, 4);
  return new Intl.DateTimeFormat(language.value, { ...(!sameYear && { year: 'numeric' }), month: 'short', day: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** How far away a day is: today, in 5 days, 2 days late. */
export function awayWords(day: string, now: Date): string {
  const days = Math.round((Date.parse(day) - Date.parse(todayOf(now))) / DAY_MS);
  if (days === 0) return t('repair-plans.today');
  return days > 0 ? t('repair-plans.in-days', { n: days }) : t('repair-plans.late', { n: -days });
}
