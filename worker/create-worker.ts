import type { Context } from '@temporalio/activity';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { Worker, type ActivityInboundCallsInterceptor, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createActivities, createOutsideActivities, type SmsParts } from '../activities/index.ts';
import { failpoint, failpointSoon } from '../api/failpoints.ts';
import type { Db } from '../db/connect.ts';
import { forgetRetry, forgetStaleRetries, noteRetry } from '../db/queries/activity-retries.ts';
import { outsideQueue, TASK_QUEUE } from '../workflows/lib/contract.ts';
import { workflowBundle } from './bundle.ts';
import { createReplayActivities } from './replay-case.ts';

/** What a worker needs; `log` hears of failing activities, which Temporal must not (they may quote row values). */
export interface WorkerParts {
  connection: NativeConnection;
  namespace: string;
  db: Db;
  cacheDir: string;
  sms: SmsParts;
  log: { warn(detail: object, message: string): void };
  taskQueue?: string;
  workflowsPath?: string;
  maxCachedWorkflows?: number;
}

/** Two that belong together: the steps of processes, and on a queue of its own what is outside, so that a slow carrier holds up no step. */
export type WorkerPair = Pick<Worker, 'run' | 'shutdown'>;

/** A worker with all process types and activities; it polls once `run()` is called. Throws when Temporal cannot be reached. */
export async function createWorker(parts: WorkerParts): Promise<WorkerPair> {
  const tidy = tidier(parts.db);
  const codePath = await workflowBundle(parts.cacheDir, parts.workflowsPath);
  const taskQueue = parts.taskQueue ?? TASK_QUEUE;
  const { connection, namespace } = parts;
  const interceptors: WorkerOptions['interceptors'] = {
    activity: [(context) => ({ inbound: discreetFailures(parts, context, tidy) }), ({ info }) => ({ inbound: failpoints(info.activityType) })],
  };
  const steps = await Worker.create({
    connection,
    namespace,
    taskQueue,
    workflowBundle: { codePath },
    activities: { ...createActivities(parts), ...createReplayActivities({ ...parts, codePath }) },
    interceptors,
    maxCachedWorkflows: parts.maxCachedWorkflows ?? 300,
    maxConcurrentWorkflowTaskExecutions: 20,
    maxConcurrentLocalActivityExecutions: 20,
    // A killed worker's tasks move to another one after this, instead of the default 10 s.
    stickyQueueScheduleToStartTimeout: '3 seconds',
    shutdownGraceTime: '3 seconds',
    shutdownForceTime: '8 seconds',
  });
  const outside = await Worker.create({
    connection,
    namespace,
    taskQueue: outsideQueue(taskQueue),
    activities: createOutsideActivities(parts),
    interceptors,
    maxConcurrentActivityTaskExecutions: 10,
    // Carriers have limits of their own; this one keeps a mistake of ours from being sent out at full speed.
    maxTaskQueueActivitiesPerSecond: 20,
    shutdownGraceTime: '3 seconds',
    shutdownForceTime: '20 seconds',
  });
  return {
    async run() {
      // One that fails takes the other with it: whoever runs this process starts both again.
      await Promise.all([steps, outside].map((each) => each.run().finally(stop)));
    },
    shutdown: stop,
  };

  function stop(): void {
    for (const each of [steps, outside]) if (each.getState() === 'RUNNING') each.shutdown();
  }
}

/** Attempts after which a failing activity is no passing hiccup any more and is shown to the administrator. */
const SHOWN_FROM_ATTEMPT = 3;

/** A step of a process is tried again every 20 s at most, an SMS every two minutes: waiting and trying together. */
const STALE_AFTER_S = 120;
const TIDY_EVERY_MS = 60_000;

/** Takes away what a worker that is gone has noted and another one has mended since; once a minute, beside the work. */
function tidier(db: Db): () => Promise<void> {
  let last = 0;
  return async () => {
    if (Date.now() - last < TIDY_EVERY_MS) return;
    last = Date.now();
    await forgetStaleRetries(db, STALE_AFTER_S).catch(() => undefined);
  };
}

/**
 * Lets only an error's code through to Temporal, since its message may hold personal data (design, rule 3), and keeps a record of what goes on
 * failing: a local activity's retries show in no list of Temporal's (rule 6).
 */
function discreetFailures(
  { db, log }: Pick<WorkerParts, 'db' | 'log'>, { info }: Context, tidy: () => Promise<void>,
): ActivityInboundCallsInterceptor {
  const { activityType: activity, attempt: attempts } = info;
  const processId = info.workflowExecution?.workflowId ?? '';
  return {
    async execute(input, next) {
      try {
        const result = await next(input);
        if (attempts >= SHOWN_FROM_ATTEMPT) await forgetRetry(db, { processId, activity });
        await tidy();
        return result;
      } catch (error) {
        if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
        const { name, code = name } = error as Error & { code?: string };
        log.warn({ processId, activity, attempts, code: String(code) }, 'activity failed; it is tried again');
        if (attempts >= SHOWN_FROM_ATTEMPT) {
          // The database may be what is failing; then its absence is shown by itself.
          await noteRetry(db, { processId, activity, attempts, code: String(code) }).catch(() => undefined);
        }
        const failure = ApplicationFailure.retryable(String(code), 'infrastructure');
        failure.stack = '';
        throw failure;
      }
    },
  };
}

/** Where fault experiments end this process round an activity; nothing in production. */
function failpoints(activity: string): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      failpoint('worker.before_effect', `worker.before_effect:${activity}`);
      const result = await next(input);
      failpoint('worker.after_effect', `worker.after_effect:${activity}`);
      // The completion is reported after this returns.
      failpointSoon(100, 'worker.after_completion', `worker.after_completion:${activity}`);
      return result;
    },
  };
}
