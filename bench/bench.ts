import type { Db } from '../db/connect.ts';
import type { System } from '../faults/system.ts';
import type { Client } from './client.ts';

/** How much is measured; `quick` is for every day, `full` for a figure that is written down. */
export interface Settings {
  /** Rounds of whole processes, Houqin's and the bare workflow's in turn. */
  rounds: number;
  /** One after another: starts until visible, decisions. */
  sequential: number;
  /** Open tasks that are decided at once. */
  burst: number;
  /** Whole processes in a round. */
  flows: number;
  concurrency: number;
  /** Open tasks of the inbox rows, ascending. */
  scales: number[];
  /** Seconds of each inbox row. */
  inboxSeconds: number;
}

export const quick: Settings = {
  rounds: 1, sequential: 60, burst: 300, flows: 200, concurrency: 32, scales: [10_000, 100_000], inboxSeconds: 2,
};
export const full: Settings = {
  rounds: 3, sequential: 200, burst: 2_000, flows: 300, concurrency: 32, scales: [10_000, 100_000, 1_000_000], inboxSeconds: 5,
};

/** What every section works with. */
export interface Bench {
  settings: Settings;
  system: System;
  db: Db;
  people: Record<'requester' | 'leader' | 'director', Client>;
  /** An item of the store with much in stock. */
  item: string;
  say(text: string): void;
}
