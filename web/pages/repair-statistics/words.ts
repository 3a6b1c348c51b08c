import type { Answer } from '../../client.ts';
import { categories, type Category, type Urgency } from '../../../workflows/repair-order/contract.ts';
import { words } from '../../contracts.ts';
import { language, t, textKey } from '../../texts.ts';
import { decimal } from '../statistics/span-words.ts';

/** Statistics of repairs as the API answers them. */
export type Statistics = Answer<'get /repairs/statistics'>;

/** Urgencies in the order in which they press, with the colours that they are drawn in. */
export const URGENCIES = [['normal', 'line-strong'], ['urgent', 'warning'], ['emergency', 'danger']] as const satisfies readonly (readonly [Urgency, string])[];

/** A whole number, with its thousands apart. */
export function count(n: number): string {
  return n.toLocaleString('en-US');
}

/** A trade's name. */
export function categoryWords(category: string): string {
  return words(categories[category as Category]) || category;
}

/** An urgency in one word. */
export function urgencyWords(urgency: string): string {
  return t(`repairs.urgency.${urgency as Urgency}`);
}

/** The name in the page's language. */
export function nameIn({ name, nameEn }: { name: string; nameEn: string }): string {
  return (textKey.value === 'en' && nameEn) || name;
}

/** Minutes of work, in hours from one on. */
export function workWords(minutes: number): string {
  return minutes < 60 ? t('time.minutes', { n: minutes }) : t('time.hours', { n: decimal(minutes / 60).toLocaleString('en-US') });
}

/** A mean of stars with one decimal. */
export function starWords(stars: number | null): string {
  return stars === null ? '—' : stars.toFixed(1);
}

/** A day `YYYY-MM-DD` with its month in words. */
export function dayWords(day: string): string {
  return new Intl.DateTimeFormat(language.value, { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}

/** A day without its year, for an axis. */
export function shortDay(day: string): string {
  return new Intl.DateTimeFormat(language.value, { month: 'numeric', day: 'numeric', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}
