import { randomUUID } from 'node:crypto';
import type { Product } from './product.ts';

/**
 * Advances the virtual clock of one workflow by `milliseconds` on the real server, and waits until it has arrived there. Timers on the way
 * fire in order; PostgreSQL's own clock stays where it is.
 */
export async function fastForward(product: Product, workflowId: string, milliseconds: number): Promise<void> {
  const { client } = product.temporal;
  const { workflowService } = client.connection;
  const { namespace } = client.options;
  const workflowExecution = { workflowId };
  const fastForwardId = randomUUID();
  const seconds = Math.floor(milliseconds / 1_000);
  await workflowService.updateWorkflowExecutionOptions({
    namespace,
    workflowExecution,
    workflowExecutionOptions: {
      timeSkippingConfig: {
        enabled: true,
        fastForwardConfig: { id: fastForwardId, duration: { seconds: seconds as never, nanos: Math.round(milliseconds % 1_000) * 1e6 } },
      },
    },
    updateMask: { paths: ['time_skipping_config'] },
  });
  const answer = await client.connection.withDeadline(Date.now() + 30_000, () =>
    workflowService.pollWorkflowExecutionTimeSkipping({ namespace, workflowExecution, fastForwardId }));
  // A workflow that ended on the way has passed all its timers.
  if (answer.failedReason && !answer.failedReason.includes('execution ended')) throw new Error(`fast-forward of ${workflowId}: ${answer.failedReason}`);
}

/** The instants at which timers of a workflow fired, by their summary, in its own (virtual) time. */
export async function firedTimers(product: Product, workflowId: string): Promise<{ summary: string; due: Date; fired: Date }[]> {
  const { client } = product.temporal;
  const { events } = await client.workflow.getHandle(workflowId).fetchHistory();
  const started = new Map<string, { summary: string; due: Date }>();
  const fired: { summary: string; due: Date; fired: Date }[] = [];
  for (const event of events ?? []) {
    const at = new Date(Number(event.eventTime!.seconds) * 1_000 + Number(event.eventTime!.nanos ?? 0) / 1e6);
    if (event.timerStartedEventAttributes) {
      const { timerId, startToFireTimeout } = event.timerStartedEventAttributes;
      const data = event.userMetadata?.summary?.data;
      const wait = Number(startToFireTimeout!.seconds) * 1_000 + Number(startToFireTimeout!.nanos ?? 0) / 1e6;
      started.set(String(timerId), { summary: data ? JSON.parse(Buffer.from(data).toString()) : '', due: new Date(at.getTime() + wait) });
    } else if (event.timerFiredEventAttributes) {
      fired.push({ ...started.get(String(event.timerFiredEventAttributes.timerId))!, fired: at });
    }
  }
  return fired;
}
