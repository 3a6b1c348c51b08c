import { readFile } from 'node:fs/promises';
import { Client, WorkflowNotFoundError } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import type { ReplayActivities, ReplayFinding } from '../workflows/audit-replay.ts';
import { fingerprintOf } from './bundle.ts';
import { replayAgainst } from './replay.ts';

const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** gRPC's code, which fetching a history lets through as it is. */
const NOT_FOUND = 5;

/** The auditor's replay, with the bundle at `codePath` that this worker runs. It fetches the history itself, over the worker's connection. */
export function createReplayActivities(
  { connection, namespace, codePath }: { connection: NativeConnection; namespace: string; codePath: string },
): ReplayActivities {
  const client = new Client({ connection, namespace });
  const build = { version, fingerprint: fingerprintOf(codePath) };
  // One at a time: each loads the whole bundle beside the running one.
  let last: Promise<unknown> = Promise.resolve();
  return {
    replayCase(input) {
      const mine = last.then(() => replay(input));
      last = mine.catch(() => undefined);
      return mine;
    },
  };

  async function replay({ processId }: { processId: string }): Promise<ReplayFinding> {
    const history = await client.workflow.getHandle(processId).fetchHistory().catch((error: unknown) => {
      if (error instanceof WorkflowNotFoundError || (error as { code?: unknown }).code === NOT_FOUND) return undefined;
      throw error;
    });
    const events = history?.events?.length ?? 0;
    if (events === 0) return { events, departure: null, build };
    const error = await replayAgainst(codePath, history);
    // Anything else is trouble of this worker, not a finding about the case.
    if (error && !isDeparture(error)) throw error;
    return { events, departure: error ? departureOf(error) : null, build };
  }
}

function isDeparture({ name, message }: Error): boolean {
  return name === 'DeterminismViolationError' || message.startsWith('Replay failed due workflow task failure');
}

/** Only codes and numbers of the SDK's message: Temporal keeps what an activity answers. */
export function departureOf({ name, message }: Error): NonNullable<ReplayFinding['departure']> {
  const [, event] = /\bid: (\d+)/.exec(message) ?? [];
  const [, eventType] = /\bid: \d+, (\w+)/.exec(message) ?? [];
  return { code: /TMPRL\d+/.exec(message)?.[0] ?? name, event: event === undefined ? null : Number(event), eventType: eventType ?? null };
}
