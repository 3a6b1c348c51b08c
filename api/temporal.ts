import { InterceptingCall, type Interceptor } from '@grpc/grpc-js';
import {
  Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor, ServiceError, WorkflowExecutionAlreadyStartedError, WorkflowFailedError, WorkflowNotFoundError,
} from '@temporalio/client';
import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { ReplayFinding } from '../workflows/audit-replay.ts';
import { TASK_QUEUE } from '../workflows/lib/contract.ts';

/** TASK_QUEUE_TYPE_WORKFLOW; Node cannot import the enum by name from that CommonJS package. */
const WORKFLOW_TASKS = 1;
/** A worker polls at least this often; a process without a poller looks healthy and moves nothing (reliability §2.6). */
const POLLER_SEEN_WITHIN_MS = 60_000;
/** How long an auditor waits for a worker's replay. */
const REPLAY_WAITS_MS = 30_000;

/**
 * How long a call may take, in ms. Starts and signals: the outbox tries again. What an administrator's page asks: it is shown without what has
 * not answered by then. By an interceptor, since the client's own `withDeadline` switches Node's async hooks on, which then slow down every
 * promise of the process (docs/performance.md).
 */
const LIMITS_MS: Readonly<Record<string, number>> = {
  DescribeTaskQueue: 1_500,
  DescribeWorkflowExecution: 2_000,
  ListWorkflowExecutions: 2_000,
  CountWorkflowExecutions: 2_000,
  GetWorkflowExecutionHistory: REPLAY_WAITS_MS + 5_000,
};
const OTHERS_LIMIT_MS = 4_000;

const limited: Interceptor = (options, nextCall) => {
  const name = options.method_definition.path.split('/').at(-1)!;
  return new InterceptingCall(nextCall({ ...options, deadline: options.deadline ?? Date.now() + (LIMITS_MS[name] ?? OTHERS_LIMIT_MS) }));
};

/** What a process waits for in Temporal. */
export interface PendingWork {
  /** `absent` when Temporal has no workflow of this id, `closed` when it has ended. */
  readonly state: 'running' | 'closed' | 'absent';
  /** The workflow task that is under way or waits for a worker. It failed before when `attempt` is above 1; no worker has it without `startedAt`. */
  readonly workflowTask: { readonly attempt: number; readonly scheduledAt: Date | null; readonly startedAt: Date | null } | null;
}

/** gRPC's code, which fetching a history lets through as it is. */
const NOT_FOUND = 5;

/** What the API needs of Temporal. Nothing here is awaited by a page but the auditor's history (design, rule 2). */
export interface Temporal {
  client: Client;
  /** `away` when the frontend does not answer within 1.5 s, `no-worker` when nobody has polled for a minute. */
  health(): Promise<'ok' | 'no-worker' | 'away'>;
  /** A workflow's raw history as JSON text, or undefined when Temporal has none of this id. */
  history(workflowId: string): Promise<string | undefined>;
  /** How many workflow tasks wait for a worker, about, and for how long the oldest of them; sticky queues are not counted. Rejects when away. */
  backlog(): Promise<{ tasks: number; ageSeconds: number }>;
  /** What a process waits for; rejects when Temporal is away. Not by visibility: that is limited to 10 calls a second. */
  pendingWork(workflowId: string): Promise<PendingWork>;
  /**
   * Running workflows whose workflow task has failed or run out several times in a row, whether or not somebody has a task there; the first
   * fifty. Rejects when away. By visibility, so for the sentinel only, once in half a minute (decision 20).
   */
  failing(): Promise<{ ids: string[]; total: number }>;
  /**
   * Has a worker replay a case's history with the bundle that it runs. `running` when that is being done already, `no-answer` when no worker
   * finished it within half a minute or Temporal is away, `failed` when the replay itself broke down.
   */
  replay(processId: string): Promise<ReplayFinding | 'running' | 'no-answer' | 'failed'>;
  close(): Promise<void>;
}

/** One lazy connection for the whole process: the API starts, and answers, while Temporal is away. */
export function connectTemporal(
  { address, namespace, taskQueue = TASK_QUEUE }: { address: string; namespace: string; taskQueue?: string },
): Temporal {
  const connection = Connection.lazy({
    address,
    // The default grows to two minutes: after an outage of one, the outbox stood still for 22 s more (fault experiment F5).
    interceptors: [limited, makeGrpcRetryInterceptor(defaultGrpcRetryOptions())],
    channelArgs: { 'grpc.initial_reconnect_backoff_ms': 500, 'grpc.max_reconnect_backoff_ms': 2_000 },
  });
  const client = new Client({ connection, namespace });
  return {
    client,
    async health() {
      try {
        const { pollers } = await connection.workflowService.describeTaskQueue({
          namespace, taskQueue: { name: taskQueue }, taskQueueType: WORKFLOW_TASKS,
        });
        const seen = (pollers ?? []).map(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1_000);
        return seen.some((at) => at > Date.now() - POLLER_SEEN_WITHIN_MS) ? 'ok' : 'no-worker';
      } catch {
        return 'away';
      }
    },
    async history(workflowId) {
      try {
        return historyToJSON(await client.workflow.getHandle(workflowId).fetchHistory());
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || (isGrpc(error) && error.code === NOT_FOUND)) return undefined;
        throw error;
      }
    },
    async backlog() {
      const { stats } = await connection.workflowService.describeTaskQueue({
        namespace, taskQueue: { name: taskQueue }, taskQueueType: WORKFLOW_TASKS, reportStats: true,
      });
      return { tasks: Number(stats?.approximateBacklogCount ?? 0), ageSeconds: Number(stats?.approximateBacklogAge?.seconds ?? 0) };
    },
    async pendingWork(workflowId) {
      try {
        const { raw, status } = await client.workflow.getHandle(workflowId).describe();
        const task = raw.pendingWorkflowTask;
        return {
          state: status.name === 'RUNNING' ? 'running' : 'closed',
          workflowTask: task ? {
            attempt: Number(task.attempt ?? 1), scheduledAt: dateOf(task.originalScheduledTime ?? task.scheduledTime), startedAt: dateOf(task.startedTime),
          } : null,
        };
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return { state: 'absent', workflowTask: null };
        throw error;
      }
    },
    async failing() {
      const query = `TaskQueue = '${taskQueue}' AND ExecutionStatus = 'Running'
        AND TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')`;
      const { executions } = await connection.workflowService.listWorkflowExecutions({ namespace, pageSize: 50, query });
      const ids = (executions ?? []).map(({ execution }) => execution!.workflowId!);
      if (ids.length < 50) return { ids, total: ids.length };
      const { count } = await connection.workflowService.countWorkflowExecutions({ namespace, query });
      return { ids, total: Number(count) };
    },
    async replay(processId) {
      try {
        return await client.workflow.execute<Replay>('auditReplay', {
          // One id per case: whoever presses while it runs hears so.
          workflowId: `audit-replay-${processId}`,
          taskQueue,
          args: [{ processId }],
          workflowIdConflictPolicy: 'FAIL',
          workflowExecutionTimeout: REPLAY_WAITS_MS,
        });
      } catch (error) {
        if (error instanceof WorkflowExecutionAlreadyStartedError) return 'running';
        if (error instanceof WorkflowFailedError) return ranOut(error.cause) ? 'no-answer' : 'failed';
        if (isGrpc(error)) return 'no-answer';
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

function dateOf(at: { seconds?: unknown; nanos?: number | null } | null | undefined): Date | null {
  const seconds = Number(at?.seconds ?? 0);
  return seconds > 0 ? new Date(seconds * 1_000 + (at?.nanos ?? 0) / 1e6) : null;
}

/** No worker took it, or it did not finish in time. */
function ranOut(cause: unknown): boolean {
  return cause instanceof TimeoutFailure || (cause instanceof ActivityFailure && cause.cause instanceof TimeoutFailure);
}

type Replay = (input: { processId: string }) => Promise<ReplayFinding>;

/** Temporal refused, is away, or did not answer in time. */
function isGrpc(error: unknown): error is Error & { code?: number } {
  return error instanceof ServiceError || (error instanceof Error && 'code' in error && typeof error.code === 'number');
}
