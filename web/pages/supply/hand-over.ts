import type { Answer } from '../../client.ts';

export type TaskDetail = Answer<'get /tasks/:id'>;
export type WaitingTask = Answer<'get /tasks'>['items'][number];

/** What was handed over, for the counter's confirmation. */
export interface Issued {
  processId: string;
  number: string;
  receivedBy: string;
  count: number;
  at: string;
  rest: { how: 'keep' | 'close'; count: number } | null;
}

/** One line at the counter: what was asked for, and what waits and may be issued now. */
export interface CounterLine {
  itemId: string;
  name: string;
  asked: number;
  waiting: number;
  missing: number;
  note: string;
}

/** The lines of a hand-over task, those that wait first. */
export function counterLines({ form, labels, bounds, shortage }: TaskDetail): CounterLine[] {
  const most = bounds.lines?.most ?? {};
  const { lines = [] } = form as { lines?: { itemId: string; quantity: number; note?: string }[] };
  return lines.map(({ itemId, quantity, note = '' }) => ({
    itemId,
    name: labels[itemId] ?? '',
    asked: quantity,
    waiting: most[itemId] ?? 0,
    missing: shortage.find((each) => each.itemId === itemId)?.missing ?? 0,
    note,
  })).sort((a, b) => Number(b.waiting > 0) - Number(a.waiting > 0));
}
