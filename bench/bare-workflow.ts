import { condition, defineSignal, proxySinks, setHandler, workflowInfo, type Sinks } from '@temporalio/workflow';

export const step = defineSignal('step');

/** Says that a step waits for its person, where no step of Temporal's is needed to say so. */
export interface Waits extends Sinks {
  bench: { waits(workflowId: string): void };
}

const { bench } = proxySinks<Waits>();

/** What Temporal itself costs: a process of two human steps with no task, no form, no audit. */
export async function bareTwoSteps(): Promise<void> {
  let steps = 0;
  setHandler(step, () => {
    steps += 1;
  });
  for (const done of [1, 2]) {
    bench.waits(workflowInfo().workflowId);
    await condition(() => steps >= done);
  }
}
