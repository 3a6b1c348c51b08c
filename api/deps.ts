import type { Logger } from 'pino';
import type { Db } from '../db/connect.ts';
import type { Seal } from '../db/sealed.ts';
import type { Config } from './config.ts';
import type { Events } from './events.ts';
import type { Sentinel } from './operations/sentinel.ts';
import type { Dispatcher } from './outbox/dispatcher.ts';
import type { Temporal } from './temporal.ts';
import type { Writes } from './writes.ts';

/** Everything the routes stand on, made once in main.ts (or by a test). */
export interface Deps {
  readonly db: Db;
  readonly config: Config;
  /** Opens personal data. */
  readonly seal: Seal;
  readonly log: Logger;
  /** Kicked after a commit that wrote rows for a process; delivery happens after the answer. */
  readonly outbox: Pick<Dispatcher, 'kick'>;
  /** What pages that stay open hear. */
  readonly events: Pick<Events, 'subscribe' | 'stopped'>;
  /** Never on the way of a page or a decision; the auditor's replay is what waits for it. */
  readonly temporal: Pick<Temporal, 'health' | 'history' | 'backlog' | 'pendingWork' | 'failing' | 'replay'>;
  /** What is stuck, as it was at the last look. */
  readonly sentinel: Pick<Sentinel, 'last'>;
  /** What happened since the start; read by tests and, later, by metrics. */
  readonly counters: { cspReports: number };
  /** What is being written just now, uploads aside. */
  readonly writes: Pick<Writes, 'begin' | 'end'>;
}
