import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';
import { id } from './processes.ts';

const administrator = { roles: ['process-administrator'] } as const;

const process = z.object({ id: z.string(), number: z.string(), type: z.string(), title: z.string() });
const text = z.object({ zh: z.string(), en: z.string() });
/** The first of a list that may be longer. */
const first = <Item extends z.ZodType>(item: Item) => z.object({ items: z.array(item), total: z.int() });

/** Why a process has no open task though it runs. */
const cause = z.enum([
  'parked', 'start-not-delivered', 'message-not-delivered', 'engine-away', 'no-worker', 'activity-fails', 'workflow-task-fails', 'waits-for-worker',
  'not-in-engine', 'engine-ended', 'unknown',
]);

/** What is stuck, and what an administrator does about it. */
export const operationContract = {
  operations: endpoint({
    method: 'get',
    path: '/admin/operations',
    access: administrator,
    summary: { zh: '运行状况：哪些卡住了、从何时起、原因何在', en: 'What is stuck, since when, and why' },
    response: z.object({
      at: instant,
      engine: z.object({
        state: z.enum(['ok', 'no-worker', 'away']),
        /** Workflow tasks that wait for a worker, about; null while Temporal is away. */
        backlog: z.object({ tasks: z.int(), ageSeconds: z.int() }).nullable(),
      }),
      counts: z.object({ running: z.int(), openTasks: z.int() }),
      outbox: z.object({
        pending: z.int(),
        oldestSeconds: z.number(),
        parked: first(z.object({
          /** Of the process, or of the SMS where there is none. */
          id: z.string(), process: process.nullable(), kind: z.enum(['start', 'signal']), name: z.string(), code: z.string().nullable(), attempts: z.int(), since: instant,
          /** Later messages of the same one, which wait for this. */
          behind: z.int(),
        })),
      }),
      retries: first(z.object({
        process: process.nullable(), activity: z.string(), attempts: z.int(), code: z.string(), since: instant, lastAt: instant,
        /** Not tried for two minutes: mended by a worker that counts anew, or there is no worker. */
        stale: z.boolean(),
      })),
      /** What carriers refuse or do not answer, since they last took something; without a carrier it is our own budget. */
      sms: z.array(z.object({ carrier: z.string().nullable(), code: z.string(), messages: z.int(), since: instant, nextAt: instant.nullable() })),
      arranging: first(z.object({
        process, since: instant, cause,
        /** The workflow task that waits or fails, where Temporal told of one. */
        workflowTask: z.object({ attempt: z.int(), since: instant.nullable() }).nullable(),
      })),
      /** Processes whose workflow task fails again and again, whether or not somebody has a task there; half a minute old at most. */
      failing: first(process),
      overdue: z.array(z.object({ type: z.string(), step: z.string(), tasks: z.int(), oldestDueAt: instant })),
      /** Tasks that nobody can take: their people have left, their department has no leader, their role is nobody's, or whoever is left
       may not decide in this case. */
      unattended: first(z.object({
        process, taskId: z.string(), step: z.string(), openedAt: instant,
        reason: z.enum(['person-inactive', 'no-leader', 'nobody-in-role', 'all-excluded']), who: text, transferable: z.boolean(),
      })),
    }),
  }),
  redeliver: endpoint({
    method: 'post',
    path: '/admin/operations/processes/:id/redeliver',
    access: administrator,
    summary: { zh: '重新投递某流程或短信被搁置的消息', en: 'Tries the parked messages of a process or an SMS again' },
    params: z.strictObject({ id }),
    response: z.object({ redelivered: z.int() }),
    idempotent: true,
  }),
};
