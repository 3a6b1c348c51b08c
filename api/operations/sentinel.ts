import type { Db } from '../../db/connect.ts';
import { arrangingTooLong, failingOften } from '../../db/queries/operations.ts';
import type { Temporal } from '../temporal.ts';
import { forLog } from '../unexpected.ts';
import { within } from '../within.ts';

/** What the sentinel found at its last look. */
export interface Sighting {
  readonly at: Date;
  /** Running processes without a next step for half a minute. */
  readonly arranging: number;
  /** Processes whose workflow task fails again and again, open task or not; the first of them, and how many there are. */
  readonly failing: { readonly ids: readonly string[]; readonly total: number };
  /** Activities that have failed more than ten times and are still tried. */
  readonly activities: number;
  /** Seconds that the oldest workflow task has waited for a worker. */
  readonly backlogSeconds: number;
}

/** Looks every half minute for what is stuck, so that neither a page nor a health check has to. */
export interface Sentinel {
  /** Undefined until it has looked once. */
  last(): Sighting | undefined;
  /** Looks now; whoever asks while it looks gets that look. */
  look(): Promise<Sighting>;
  stop(): void;
}

const LOOKS_EVERY_MS = 30_000;
const LIMIT_MS = 3_000;
/** The next step comes in a second when all is well; what takes longer than this has met something. */
export const ARRANGING_TOO_LONG_S = 30;
/** Up to here a failing activity is a hiccup of the database; the page shows it from the third attempt on. */
const ATTEMPTS = 10;
const BACKLOG_S = 30;

/** Starts looking; the first look is taken after the first interval. */
export function createSentinel(
  { db, temporal, log, every = LOOKS_EVERY_MS }: {
    db: Db; temporal: Pick<Temporal, 'backlog' | 'failing'>; log: { warn(detail: object, message: string): void }; every?: number;
  },
): Sentinel {
  let seen: Sighting | undefined;
  let looking: Promise<Sighting> | undefined;

  async function lookOnce(): Promise<Sighting> {
    const [arranging, activities, failing, backlog] = await Promise.all([
      within(LIMIT_MS, arrangingTooLong(db, ARRANGING_TOO_LONG_S).then(({ total }) => total), 0),
      within(LIMIT_MS, failingOften(db, ATTEMPTS), 0),
      within(LIMIT_MS, temporal.failing(), { ids: [], total: 0 }),
      within(LIMIT_MS, temporal.backlog().then(({ tasks, ageSeconds }) => (tasks > 0 ? ageSeconds : 0)), 0),
    ]);
    seen = { at: new Date(), arranging, failing, activities, backlogSeconds: backlog };
    if (isStuck(seen)) log.warn({ arranging, failing: failing.total, activities, backlogSeconds: backlog }, 'something is stuck');
    return seen;
  }

  const look = (): Promise<Sighting> => {
    looking ??= lookOnce().finally(() => { looking = undefined; });
    return looking;
  };
  const timer = setInterval(() => {
    look().catch((error: unknown) => log.warn({ error: forLog(error) }, 'the sentinel could not look'));
  }, every);
  timer.unref();
  return { last: () => seen, look, stop: () => clearInterval(timer) };
}

/** Whether an administrator has something to look at that does not pass by itself. */
export function isStuck({ arranging, failing, activities, backlogSeconds }: Sighting): boolean {
  return arranging > 0 || failing.total > 0 || activities > 0 || backlogSeconds > BACKLOG_S;
}
