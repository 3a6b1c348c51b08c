import { Worker } from '@temporalio/worker';
import { sayOf, type History, type Violation } from './facts.ts';

/**
 * I10: every history replays with the build that runs. One after another, some 100 a second: of more than `most` an even sample is taken, and
 * `replayed` says how many.
 */
export async function replays(
  bundle: string, histories: Map<string, History>, most: number,
): Promise<{ violations: Violation[]; replayed: number }> {
  const { violations, say } = sayOf('I10');
  const all = [...histories].map(([workflowId, history]) => ({ workflowId, history }));
  const every = Math.max(1, all.length / most);
  const sample = all.length <= most ? all : Array.from({ length: most }, (_, i) => all[Math.floor(i * every)]!);
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: { codePath: bundle } }, sample)) {
    if (error) say(workflowId, `does not replay: ${error.message}`);
  }
  return { violations, replayed: sample.length };
}
