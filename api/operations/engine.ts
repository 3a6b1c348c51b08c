import type { PendingWork, Temporal } from '../temporal.ts';
import { within } from '../within.ts';

/** How Temporal and the workers stand, and what the processes that were asked about wait for. */
export interface EngineView {
  readonly state: 'ok' | 'no-worker' | 'away';
  readonly backlog: { readonly tasks: number; readonly ageSeconds: number } | null;
  /** By process; without those that were not asked about or did not answer in time. */
  readonly work: ReadonlyMap<string, PendingWork>;
}

const MOST_ASKED = 20;
const LIMIT_MS = 2_000;
const KEPT_MS = 5_000;

/**
 * Looks at Temporal for an administrator's page: at most 20 processes, at most 2 s, and for all administrators together once in 5 s, so that
 * the page is no load where something is wrong already.
 */
export function createEngineView(
  temporal: Pick<Temporal, 'health' | 'backlog' | 'pendingWork'>, keptMs: number = KEPT_MS,
): (processIds: readonly string[]) => Promise<EngineView> {
  let kept: { at: number; view: Promise<EngineView> } | undefined;
  return async (processIds) => {
    if (!kept || Date.now() - kept.at > keptMs) kept = { at: Date.now(), view: look(temporal, processIds.slice(0, MOST_ASKED)) };
    return kept.view;
  };
}

async function look(
  temporal: Pick<Temporal, 'health' | 'backlog' | 'pendingWork'>, processIds: readonly string[],
): Promise<EngineView> {
  const work = new Map<string, PendingWork>();
  const asked = Promise.all(processIds.map(async (id) => {
    // One that does not answer must not take the others' answers away.
    await temporal.pendingWork(id).then((found) => work.set(id, found), () => undefined);
  }));
  const [state, backlog] = await Promise.all([
    within(LIMIT_MS, temporal.health(), 'away' as const), within(LIMIT_MS, temporal.backlog(), null), within(LIMIT_MS, asked, []),
  ]);
  return { state, backlog: state === 'away' ? null : backlog, work: new Map(work) };
}
