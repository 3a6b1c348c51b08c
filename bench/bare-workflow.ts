import { condition, defineSignal, setHandler } from '@temporalio/workflow';

export const step = defineSignal('step');

/** What Temporal itself costs: a process of two human steps with no task, no form, no audit. */
export async function bareTwoSteps(): Promise<void> {
  let steps = 0;
  setHandler(step, () => {
    steps += 1;
  });
  await condition(() => steps >= 1);
  await condition(() => steps >= 2);
}
