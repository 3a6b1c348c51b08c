import { status as grpc } from '@grpc/grpc-js';
import {
  isGrpcServiceError, WorkflowExecutionAlreadyStartedError, WorkflowNotFoundError, type Client,
} from '@temporalio/client';
import type { Db } from '../../db/connect.ts';
import { deliverInOrder, processesToDeliver, type Delivery, type OutboxRow } from '../../db/queries/outbox.ts';

/** Delivers what the outbox holds. `kick` is called after a commit; everything else is the sweeper's. */
export interface Dispatcher {
  kick(processId: string): void;
  /** Stops sweeping and waits for deliveries that are under way. */
  stop(): Promise<void>;
}

interface DispatcherParts {
  /** A pool of its own, of more than `concurrency` connections: a delivery holds its row locked while Temporal answers. */
  db: Db;
  client: Client;
  taskQueue: string;
  log: { warn(detail: object, message: string): void; error(detail: object, message: string): void };
  /** Deliveries at once; a cap, so that HTTP goes first. */
  concurrency?: number;
  /** True while people wait for answers: then deliveries wait, for a second at most, and after that go on two at once. */
  busy?: () => boolean;
  /** How often the sweeper looks for what a crash or an absent Temporal left, in ms. */
  sweepEvery?: number;
}

const LOOK_AGAIN_MS = 20;
const HOLD_MS = 1_000;
/** Who writes so much for so long is no burst: then both go on side by side. */
const BURST_MS = 5_000;
const AT_ONCE_WHEN_BUSY = 2;
/** Errors that the same message will meet again, whatever one waits for: the row is parked for an administrator. */
const HOPELESS = new Set<number>([
  grpc.INVALID_ARGUMENT, grpc.PERMISSION_DENIED, grpc.UNAUTHENTICATED, grpc.UNIMPLEMENTED, grpc.OUT_OF_RANGE, grpc.FAILED_PRECONDITION,
]);

/** Starts the dispatcher: in order and one in flight per process, at least once, any number of API processes beside each other. */
export function createDispatcher(parts: DispatcherParts): Dispatcher {
  const { db, client, taskQueue, log, concurrency = 8, busy = () => false, sweepEvery = 1_000 } = parts;
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  let stopped = false;
  let sweeping = false;
  let heldSince: number | undefined;
  let lookAgain: NodeJS.Timeout | undefined;

  function kick(processId: string): void {
    waiting.add(processId);
    pump();
  }

  function pump(): void {
    const atOnce = allowed();
    for (const processId of waiting) {
      if (stopped || running.size >= atOnce) return;
      if (running.has(processId)) continue;
      waiting.delete(processId);
      const delivery = deliverInOrder(db, processId, deliver)
        .catch((error: Error) => log.warn({ processId, error: error.message }, 'outbox delivery interrupted'))
        .finally(() => {
          running.delete(processId);
          pump();
        });
      running.set(processId, delivery);
    }
  }

  /** How many deliveries may run now. */
  function allowed(): number {
    if (waiting.size === 0 || !busy()) {
      heldSince = undefined;
      return concurrency;
    }
    heldSince ??= performance.now();
    lookAgain ??= setTimeout(() => {
      lookAgain = undefined;
      pump();
    }, LOOK_AGAIN_MS);
    const held = performance.now() - heldSince;
    if (held < HOLD_MS) return 0;
    return held < BURST_MS ? AT_ONCE_WHEN_BUSY : concurrency;
  }

  async function deliver(row: OutboxRow): Promise<Delivery> {
    try {
      await send(row);
      return { result: 'delivered' };
    } catch (error) {
      // A second start of the same process, or a message to one that has ended: what was wanted stands already.
      if (error instanceof WorkflowExecutionAlreadyStartedError || error instanceof WorkflowNotFoundError) return { result: 'delivered' };
      const code = grpcCode(error);
      const known = code === undefined ? (error as Error).name : grpc[code]!;
      if (code !== undefined && HOPELESS.has(code)) {
        log.error({ processId: row.process_id, outboxId: row.id, code: known }, 'outbox row parked');
        return { result: 'parked', error: known };
      }
      return { result: 'failed', error: known };
    }
  }

  async function send(row: OutboxRow): Promise<void> {
    if (row.kind === 'signal') {
      await client.workflow.getHandle(row.process_id).signal(row.name, row.payload);
      return;
    }
    await client.workflow.start(row.name, {
      taskQueue,
      workflowId: row.process_id,
      args: [row.payload],
      workflowIdReusePolicy: 'REJECT_DUPLICATE',
      workflowIdConflictPolicy: 'USE_EXISTING',
      // A killed worker's task is given to another one after this, instead of the default 10 s.
      workflowTaskTimeout: '5 seconds',
    });
  }

  async function sweep(): Promise<void> {
    if (sweeping || stopped) return;
    sweeping = true;
    try {
      for (const processId of await processesToDeliver(db)) waiting.add(processId);
      pump();
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'outbox sweep failed');
    } finally {
      sweeping = false;
    }
  }

  const timer = setInterval(() => void sweep(), sweepEvery);
  void sweep();
  return {
    kick,
    async stop() {
      stopped = true;
      clearInterval(timer);
      clearTimeout(lookAgain);
      await Promise.all(running.values());
    },
  };
}

function grpcCode(error: unknown): number | undefined {
  for (let each = error; each instanceof Error; each = each.cause) if (isGrpcServiceError(each)) return each.code;
  return undefined;
}
