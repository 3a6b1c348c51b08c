import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { NativeConnection, Worker, type ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { createActivities } from '../activities/index.ts';
import type { Db } from '../db/connect.ts';
import { workflowBundle } from './bundle.ts';

/** The one task queue of the product's workflows and their local activities. */
export const TASK_QUEUE = 'houqin';

/** What a worker needs; `log` hears of failing activities, which Temporal must not (they may quote row values). */
export interface WorkerParts {
  connection: NativeConnection;
  namespace: string;
  db: Db;
  cacheDir: string;
  log: { warn(detail: object, message: string): void };
  taskQueue?: string;
  workflowsPath?: string;
  maxCachedWorkflows?: number;
}

/** A worker with all process types and activities; it polls once `run()` is called. Throws when Temporal cannot be reached. */
export async function createWorker(parts: WorkerParts): Promise<Worker> {
  return Worker.create({
    connection: parts.connection,
    namespace: parts.namespace,
    taskQueue: parts.taskQueue ?? TASK_QUEUE,
    workflowBundle: { codePath: await workflowBundle(parts.cacheDir, parts.workflowsPath) },
    activities: createActivities({ db: parts.db }),
    interceptors: { activity: [() => ({ inbound: discreetFailures(parts.log) })] },
    maxCachedWorkflows: parts.maxCachedWorkflows ?? 300,
    maxConcurrentWorkflowTaskExecutions: 20,
    maxConcurrentLocalActivityExecutions: 20,
    // A killed worker's tasks move to another one after this, instead of the default 10 s.
    stickyQueueScheduleToStartTimeout: '3 seconds',
    shutdownGraceTime: '3 seconds',
    shutdownForceTime: '8 seconds',
  });
}

/** Lets only an error's code through to Temporal: its message may hold personal data (design, rule 3). */
function discreetFailures(log: WorkerParts['log']): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      try {
        return await next(input);
      } catch (error) {
        if (error instanceof ApplicationFailure || error instanceof CancelledFailure) throw error;
        const { name, message, code = name } = error as Error & { code?: string };
        log.warn({ code, error: message }, 'activity failed');
        const failure = ApplicationFailure.retryable(String(code), 'infrastructure');
        failure.stack = '';
        throw failure;
      }
    },
  };
}
