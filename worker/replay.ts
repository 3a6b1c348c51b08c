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
  const error = await replayAgainst(await workflowBundle(cacheDir), history);
  return { events: history.events.length, ...(error && { error }) };
}

/**
 * Replays a history against the bundle at `codePath`; answers where the code departs from it, or nothing. Works beside a running worker: in
 * a thread of its own with the usual 5 s for a workflow task, where the SDK's default for a replay is the main thread and no limit.
 */
export async function replayAgainst(codePath: string, history: unknown): Promise<Error | undefined> {
  try {
    // Its type leaves the option out, yet it is heard.
    const options = { workflowBundle: { codePath }, replayName: 'houqin-replay', debugMode: false };
    await Worker.runReplayHistory(options, history);
    return undefined;
  } catch (error) {
    return error as Error;
  }
}
