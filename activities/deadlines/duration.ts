/** A length of time as ISO 8601 text, `P[nD][T[nH][nM][nS]]`: `P3D`, `PT4H`. What a day means is the clock's affair. */
export type Duration = string;

/** The same as whole numbers; what `parseDuration` returns. */
export interface DurationParts {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** Ten years: longer than any task may wait, and a bound for every loop over days. */
export const maximumDurationDays = 3660;

/** The form of a duration, for a schema; that it has a part, and its bounds, `parseDuration` checks. */
export const durationPattern = /^P(?:(\d{1,9})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})S)?)?$/;

const secondsPerDay = 86_400;

/** Reads a duration; throws a RangeError when it is malformed, zero or longer than 3660 days of 24 hours. */
export function parseDuration(text: Duration): DurationParts {
  const match = durationPattern.exec(text);
  if (!match || /[PT]$/.test(text)) {
    const shown = JSON.stringify(String(text).slice(0, 40));
    throw new RangeError(`A duration is written like P3D, PT4H or P1DT30M in whole numbers, not ${shown}.`);
  }
  const [days, hours, minutes, seconds] = match.slice(1).map((digits) => Number(digits ?? 0)) as
    [number, number, number, number];
  const parts = { days, hours, minutes, seconds };
  const length = durationToMilliseconds(parts);
  if (length === 0) throw new RangeError(`A duration is longer than zero, not ${text}.`);
  if (length > maximumDurationDays * secondsPerDay * 1000) {
    throw new RangeError(`A duration is at most ${maximumDurationDays} days, not ${text}.`);
  }
  return parts;
}

/** The length in milliseconds on the wall clock, where a day is 24 hours. */
export function durationToMilliseconds({ days, hours, minutes, seconds }: DurationParts): number {
  return 1000 * (days * secondsPerDay + hours * 3600 + minutes * 60 + seconds);
}
