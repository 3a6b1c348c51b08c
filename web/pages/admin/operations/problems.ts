import type { Answer } from '../../../client.ts';

export type Operations = Answer<'get /admin/operations'>;

/** A message that waits longer than this has met more than a hiccup; so has a workflow task. */
const LATE_S = 10;

/** What an administrator must deal with, by name; overdue tasks are the business of whoever has them. */
export type ProblemName = 'engine' | 'worker' | 'late' | 'backlog' | 'parked' | 'failing' | 'arranging' | 'retries' | 'sms' | 'unattended';

/** The problems that the page shows, the causes before what follows from them. Empty: all is well. */
export function problemsOf({ engine, outbox, failing, arranging, retries, sms, unattended }: Operations): ProblemName[] {
  const found: Record<ProblemName, boolean> = {
    engine: engine.state === 'away',
    worker: engine.state === 'no-worker',
    late: outbox.oldestSeconds > LATE_S,
    backlog: engine.backlog !== null && engine.backlog.tasks > 0 && engine.backlog.ageSeconds > LATE_S,
    parked: outbox.parked.total > 0,
    failing: failing.total > 0,
    arranging: arranging.total > 0,
    retries: retries.items.some(({ stale }) => !stale),
    sms: sms.length > 0,
    unattended: unattended.total > 0,
  };
  return (Object.keys(found) as ProblemName[]).filter((name) => found[name]);
}
