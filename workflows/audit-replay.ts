import { proxyActivities } from '@temporalio/workflow';

/** What a replay found. Counts and codes only: the history itself never passes through a workflow (2 MB, and rule 3). */
export interface ReplayFinding {
  /** 0 when Temporal has no history of this id (any more). */
  events: number;
  /** Where the code departs from the history; null when it gives the same commands. */
  departure: { code: string; event: number | null; eventType: string | null } | null;
  /** The build that replayed: package version and the fingerprint of its workflow bundle. */
  build: { version: string; fingerprint: string };
}

/** Done where the running build is: on a worker, with the bundle that this worker runs. */
export interface ReplayActivities {
  replayCase(input: { processId: string }): Promise<ReplayFinding>;
}

const { replayCase } = proxyActivities<ReplayActivities>({
  startToCloseTimeout: '25 seconds',
  // The auditor waits, and may press again; a replay that failed once for want of memory would fail again.
  retry: { maximumAttempts: 1 },
});

/** The auditor's replay of a case: no process type, it only reaches a worker. Its id is one per case, so one runs at a time. */
export async function auditReplay(input: { processId: string }): Promise<ReplayFinding> {
  return replayCase(input);
}
