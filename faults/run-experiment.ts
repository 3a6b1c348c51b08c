import { check, type Report, type Violation } from './checker.ts';
import { sqlOf, type Done, type Experiment, type Size, type Stage } from './experiments/experiment.ts';
import type { Driver } from './driver.ts';
import type { OpLog} from './op-log.ts';
import { countOps, readOps } from './op-log.ts';
import { randomFrom } from './random.ts';
import type { System } from './system.ts';

/** An experiment that is over. */
export interface Outcome extends Done {
  id: string;
  title: string;
  seed: number;
  unit: string;
  wanted: number;
  seconds: number;
  ops: ReturnType<typeof countOps>;
  report: Omit<Report, 'violations'>;
  violations: Violation[];
}

/** Where an experiment takes place: a system that runs, and the driver with its op log, whose people are logged in. */
export interface Place {
  system: System;
  driver: Driver;
  log: OpLog;
  bundle: string;
}

/** Seconds until all must be at rest: reliability §1.4 gives two minutes. */
const QUIET_WITHIN_S = { quick: 30, full: 120 } as const;
/** Of more histories than this an even sample is replayed. */
const REPLAYED_AT_MOST = 3_000;

/**
 * Does one experiment in its place and then checks every invariant over all that has ever happened there. An experiment that breaks down is
 * wrong, too: what it waited for did not come.
 */
export async function runExperiment(experiment: Experiment, place: Place, { seed, size, count }: { seed: number; size: Size; count?: number }): Promise<Outcome> {
  const { system, driver, log, bundle } = place;
  const before = readOps(log.file).length;
  const began = performance.now();
  const wanted = count ?? experiment.counts[size];
  const stage: Stage = {
    system, driver, log, random: randomFrom(seed).fork(experiment.id), size, count: wanted,
    over: () => (performance.now() - began) / 1_000 > experiment.budget[size],
    sql: sqlOf(system),
  };
  let done: Done;
  try {
    done = await experiment.run(stage);
  } catch (error) {
    done = { done: 0, figures: {}, wrong: [`broke down: ${(error as Error).message}`], missed: [] };
  }
  const { violations, ...report } = await check({
    opsFile: log.file, adminUrl: system.adminUrl, temporalAddress: system.temporalAddress, namespace: system.namespace, bundle,
    controls: driver.shelf, logs: system.logs, quietWithin: Math.max(experiment.quietWithin ?? 0, QUIET_WITHIN_S[size]), replayAtMost: REPLAYED_AT_MOST,
  });
  return {
    ...done, id: experiment.id, title: experiment.title, seed, unit: experiment.unit, wanted, seconds: (performance.now() - began) / 1_000,
    ops: countOps(readOps(log.file).slice(before)), report, violations,
  };
}
