import { Worker } from '@temporalio/worker';
import { workflowBundle } from './bundle.ts';

/** How a replay went: `error` says where the code departs from the history. */
export interface ReplayResult {
  events: number;
  error?: Error;
}

/**
 * Replays a history, as `GET /audit/processes/{id}/history` gives it, against the workflows of this build. `cacheDir` keeps the bundle.
 * Throws when the text is no history.
 */
export async function replayHistory(json: string, cacheDir: string): Promise<ReplayResult> {
  const history = JSON.parse(json) as { events?: unknown[] };
  if (!Array.isArray(history.events) || history.events.length === 0) throw new Error('this is no workflow history: it has no events');
  const events = history.events.length;
  try {
    await Worker.runReplayHistory(
      { workflowBundle: { codePath: await workflowBundle(cacheDir) }, replayName: 'houqin-replay' }, history,
    );
    return { events };
  } catch (error) {
    return { events, error: error as Error };
  }
}
