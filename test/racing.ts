import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './person.ts';

/** `ROUNDS=200 npx mocha …` races longer than `npm test` does. */
export const ROUNDS = Number(process.env.ROUNDS ?? 15);

/** Does `what` so many times at once. */
export function all<T>(times: number, what: (i: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: times }, (_, i) => what(i)));
}

/** How many answers there are of each status. */
export function statuses(answers: readonly Answer[]): Record<number, number> {
  const found: Record<number, number> = {};
  for (const { status } of answers) found[status] = (found[status] ?? 0) + 1;
  return found;
}

/** Waits until the wall clock says `at` (ms since the epoch). */
export async function until(at: number): Promise<void> {
  const milliseconds = at - Date.now();
  if (milliseconds > 0) await delay(milliseconds);
}
