import pg from 'pg';
import { Histories } from './histories.ts';
import { audited } from './invariants/audited.ts';
import { clockActs } from './invariants/clock.ts';
import { effectsOnce } from './invariants/effects-once.ts';
import { readFacts, type Invariant, type Violation } from './invariants/facts.ts';
import { firstWins } from './invariants/first-wins.ts';
import { clockAtRest, liveness } from './invariants/liveness.ts';
import { noOrphans } from './invariants/no-orphans.ts';
import { noPhantoms } from './invariants/no-phantoms.ts';
import { nothingLost } from './invariants/nothing-lost.ts';
import { oneDecision } from './invariants/one-decision.ts';
import { ownWrites } from './invariants/own-writes.ts';
import { privacy } from './invariants/privacy.ts';
import { projectionIsHistory } from './invariants/projection.ts';
import { repairs } from './invariants/repairs.ts';
import { replays } from './invariants/replays.ts';
import { stockAdds } from './invariants/stock-adds.ts';
import { gate } from './invariants/visits.ts';

export type { Invariant, Violation };

/** A run that is over: what was asked of the system, and where its databases are. */
export interface Run {
  opsFile: string;
  /** A superuser's address of a database. */
  adminUrl(database: string): string;
  temporalAddress: string;
  namespace: string;
  /** The path of the workflows' bundle that must replay everything. */
  bundle: string;
  /** Opaque ids that must be found in Temporal, so that a search which finds nothing there means something. */
  controls: readonly string[];
  logs(): { name: string; text: string }[];
  /** Seconds within which everything must be quiet once the load has ended. */
  quietWithin?: number;
  /** Of more histories than this an even sample is replayed. */
  replayAtMost?: number;
}

/** What a check saw. */
export interface Report {
  violations: Violation[];
  processes: number;
  decisions: number;
  replayed: number;
  /** Seconds until the outbox was empty and no workflow moved. */
  quietAfter: number;
  /** Seconds from each deadline to the clock's act. */
  lateness: number[];
  /** Seconds until people saw what they had done in their own lists. */
  ownWrites: number[];
}

/**
 * Checks a run by the tables and the histories themselves, with SQL and readers of its own: what it would share with the product could be
 * wrong in both. The load must have ended.
 */
export async function check(run: Run): Promise<Report> {
  const client = new pg.Client({ connectionString: run.adminUrl('houqin') });
  await client.connect();
  const temporal = await Histories.connect(run.temporalAddress, run.namespace);
  try {
    await clockAtRest(client);
    const rest = await liveness(client, temporal, run.quietWithin ?? 30);
    const facts = await readFacts(run.opsFile, client, temporal);
    const replay = await replays(run.bundle, facts.histories, run.replayAtMost ?? 5_000);
    const clock = clockActs(facts);
    const own = ownWrites(facts);
    return {
      violations: [
        ...rest.violations, ...nothingLost(facts), ...noPhantoms(facts), ...oneDecision(facts), ...firstWins(facts), ...effectsOnce(facts),
        ...stockAdds(facts), ...projectionIsHistory(facts), ...replay.violations, ...audited(facts), ...await privacy({ ...run, controls: facts.histories.size > 0 ? run.controls : [] }), ...clock.violations,
        ...await noOrphans(facts, temporal), ...own.violations, ...gate(facts), ...repairs(facts),
      ],
      quietAfter: rest.quietAfter,
      processes: facts.tables.process.length,
      decisions: facts.tables.task.filter(({ state }) => state === 'decided').length,
      replayed: replay.replayed,
      lateness: clock.lateness,
      ownWrites: own.seconds,
    };
  } finally {
    await client.end();
    await temporal.close();
  }
}

/** The violations as a test reports them, with what is needed to make the run again. */
export function describeViolations(violations: readonly Violation[], seed: number): string {
  const lines = violations.slice(0, 40).map(({ invariant, id, text }) => `${invariant} ${id}: ${text}`);
  return `${violations.length} violations with seed ${seed}:\n${lines.join('\n')}`;
}
