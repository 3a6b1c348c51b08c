import { condition, defineSignal, setHandler, sleep } from '@temporalio/workflow';

// What no workflow of ours may have: the probe shows that even this is not shared between two of them.
let counted = 0;
const list: number[] = [];

/** Counts in its module and answers what it finds there; three signals come from outside. */
export async function leakProbe(own: number): Promise<{ own: number; counted: number; list: number[] }> {
  counted += 1;
  setHandler(defineSignal<[number]>('step'), (value) => { list.push(value); });
  await sleep(50);
  await condition(() => list.length >= 3);
  return { own, counted, list };
}
