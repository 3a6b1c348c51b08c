import { setTimeout as delay } from 'node:timers/promises';
import type { Driver } from '../driver.ts';
import type { Json, OpLog } from '../op-log.ts';
import type { Random } from '../random.ts';
import { withClient } from '../../scripts/servers/postgres.ts';
import type { System } from '../system.ts';

/** How much is done: `quick` while developing and in `npm test`, `full` for the figures of docs/faults.md. */
export type Size = 'quick' | 'full';

/** One fault of reliability §5: what it does to a whole system, beside the invariants that are checked afterwards for all of them. */
export interface Experiment {
  readonly id: string;
  readonly title: string;
  /** How often, or how many; what that counts says `unit`. */
  readonly counts: Readonly<Record<Size, number>>;
  readonly unit: string;
  /** Seconds after which it does no more of it; what was done is said. */
  readonly budget: Readonly<Record<Size, number>>;
  /** Seconds within which everything must have come to rest afterwards. */
  readonly quietWithin?: number;
  run(stage: Stage): Promise<Done>;
}

/** What an experiment works with: a system of its own that runs, people who are logged in, and how much of it is wanted. */
export interface Stage {
  readonly system: System;
  readonly driver: Driver;
  readonly log: OpLog;
  readonly random: Random;
  readonly size: Size;
  readonly count: number;
  /** True once the budget is used up. */
  over(): boolean;
  sql(text: string, values?: unknown[]): Promise<Json[]>;
}

/** What came of it. */
export interface Done {
  /** How many of `unit` were done. */
  done: number;
  figures: Record<string, number | string>;
  /** What must not be, beyond the invariants. */
  wrong: string[];
  /** Targets of reliability §5 that were not reached; no violation. */
  missed: string[];
}

/** Asks the houqin database as a superuser. */
export function sqlOf(system: System): Stage['sql'] {
  return (text, values = []) => withClient(system.adminUrl('houqin'), async (client) => (await client.query(text, values)).rows);
}

/** Does `fault` while people work. */
export async function underLoad<T>({ driver }: Stage, fault: () => Promise<T>): Promise<T> {
  const load = driver.begin();
  try {
    await delay(1_500);
    const result = await fault();
    await delay(1_000);
    return result;
  } finally {
    await load.end();
  }
}

/** The value below which so much of all lies; NaN of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Figures of a list of seconds, for people. */
export function spread(seconds: readonly number[]): string {
  if (seconds.length === 0) return 'none';
  return `p50 ${quantile(seconds, 0.5).toFixed(1)} s, p99 ${quantile(seconds, 0.99).toFixed(1)} s, most ${Math.max(...seconds).toFixed(1)} s`;
}

/** Does `work` for 0 … n-1, so many at once. */
export async function many(n: number, atOnce: number, work: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(n, atOnce) }, async () => {
    for (let i = next++; i < n; i = next++) await work(i);
  }));
}
