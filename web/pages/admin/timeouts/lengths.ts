import { t, type TextKey } from '../../../texts.ts';

/** Which time counts: that of the business calendar, or all of it. */
export type Clock = 'business' | 'wall';
export type Unit = 'days' | 'hours' | 'minutes' | 'seconds';

/** A part of a length of time, as a person writes it; `n` as it is typed. */
export interface Amount {
  n: string;
  unit: Unit;
}

/** The API's way of writing a length: `P1DT4H`. It is shown to nobody. */
const WRITTEN = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/;
const UNITS: readonly Unit[] = ['days', 'hours', 'minutes', 'seconds'];

/** The parts of a length that are not nothing. */
export function amountsOf(length: string): Amount[] {
  const found = WRITTEN.exec(length)?.slice(1) ?? [];
  return UNITS.map((unit, i) => ({ n: found[i] ?? '', unit })).filter(({ n }) => Number(n) > 0);
}

/** The length that `amounts` make, as the API writes it; undefined unless each is a whole number above 0. */
export function lengthOf(amounts: readonly Amount[]): string | undefined {
  if (amounts.length === 0 || amounts.some(({ n }) => !/^\d{1,7}$/.test(n.trim()) || Number(n) === 0)) return undefined;
  const sum = (unit: Unit): number => amounts.filter((each) => each.unit === unit).reduce((all, { n }) => all + Number(n), 0);
  const part = (unit: Unit, letter: string): string => (sum(unit) > 0 ? `${sum(unit)}${letter}` : '');
  const time = part('hours', 'H') + part('minutes', 'M') + part('seconds', 'S');
  return `P${part('days', 'D')}${time && `T${time}`}`;
}

/** A length in words: 3 个工作日, 4 小时. */
export function lengthInWords(length: string, clock: Clock): string {
  return amountsOf(length).map(({ n, unit }) => {
    const key = `length.${clock}.${unit}` as const;
    return Number(n) === 1 ? t(`${key}.one`) : t(key, { n });
  }).join(' ');
}

/** How often, in words: 每个工作日, 每 2 个工作日. */
export function everyInWords(length: string, clock: Clock): string {
  const special: Record<string, TextKey> = { P1D: `length.every.${clock}.day`, PT1H: 'length.every.hour' };
  const key = special[length];
  return key && !(key === 'length.every.hour' && clock === 'business') ? t(key) : t('length.every', { length: lengthInWords(length, clock) });
}

/** About how long it is in hours, to draw it: a working day has `dayHours`. */
export function roughHours(length: string, dayHours: number): number {
  const hours: Record<Unit, number> = { days: dayHours, hours: 1, minutes: 1 / 60, seconds: 1 / 3_600 };
  return amountsOf(length).reduce((sum, { n, unit }) => sum + Number(n) * hours[unit], 0);
}
