import type { Order } from './order-words.ts';

/** The columns of the dispatch board, in their order, with their steps. */
const STEPS = {
  dispatch: ['dispatch'],
  accept: ['accept', 'accept-emergency'],
  arrival: ['arrival'],
  work: ['work'],
  hold: ['on-hold'],
  end: ['evaluation', 'call-back'],
} as const satisfies Record<string, readonly string[]>;

export const COLUMNS = Object.keys(STEPS) as (keyof typeof STEPS)[];
export type Column = (typeof COLUMNS)[number];

const URGENCY = { emergency: 0, urgent: 1, normal: 2 } as const;

/** The column of a step; none while the requester or a leader has the order. */
export function columnOf(step: string | null): Column | undefined {
  return COLUMNS.find((column) => (STEPS[column] as readonly string[]).includes(step ?? ''));
}

/**
 * Orders by column, the most pressing first: emergencies, then what is late or due first. `elsewhere` are those that a leader or the
 * requester has. `before` is where an order stood: between two steps it stays there.
 */
export function columnsOf(orders: readonly Order[], before: ReadonlyMap<string, Column>): Record<Column | 'elsewhere', Order[]> {
  const columns: Record<Column | 'elsewhere', Order[]> = { dispatch: [], accept: [], arrival: [], work: [], hold: [], end: [], elsewhere: [] };
  for (const order of orders) columns[columnOf(order.step) ?? (order.step === null ? before.get(order.id) : undefined) ?? 'elsewhere'].push(order);
  for (const column of COLUMNS) columns[column].sort((a, b) => URGENCY[a.urgency] - URGENCY[b.urgency] || dueOf(a) - dueOf(b));
  return columns;
}

/** When the order is due; what stands still, and what has no deadline, comes last. */
function dueOf({ clock, since }: Order): number {
  const at = clock?.dueAt && !clock.pausedAt ? Date.parse(clock.dueAt) : Number.POSITIVE_INFINITY;
  return Number.isFinite(at) ? at : Number.MAX_SAFE_INTEGER / 2 + Date.parse(since ?? '1970-01-01') / 1_000;
}
