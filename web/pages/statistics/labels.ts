import { language } from '../../texts.ts';

/** A month `YYYY-MM` as people say it; with its year where more than a year is shown. */
export function monthWords(month: string, shown: number): string {
  const at = new Date(`${month}-01T00:00:00Z`);
  return new Intl.DateTimeFormat(language.value, { month: 'short', timeZone: 'UTC', ...(shown > 12 && { year: 'numeric' }) }).format(at);
}

/** Pixels for so many lying bars, `each` of them so high. */
export function barsHeight(bars: number, each = 32): number {
  return Math.max(96, bars * each + 32);
}
