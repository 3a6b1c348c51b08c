import type { Answer } from '../../client.ts';

/** A line on paper; null where it is not decided yet. */
export interface PrintedLine {
  itemId: string;
  name: string;
  note: string;
  requested: number;
  approved: number | null;
  issued: number | null;
}

type Process = Pick<Answer<'get /processes/:id'>, 'form' | 'labels' | 'timeline'>;
type Quantities = { itemId: string; quantity?: number; issued?: number }[];

/** What was requested, approved and issued by line, read from the form and from what happened. */
export function printedLines({ form, labels, timeline }: Process): PrintedLine[] {
  const { lines = [] } = form as { lines?: { itemId: string; quantity: number; note?: string }[] };
  const reserved = timeline.findLast(({ action }) => action === 'stock-reserved');
  const lowered = reserved && timeline.findLast(({ seq, action, step, outcome }) =>
    seq < reserved.seq && action === 'task-decided' && step === 'service-centre-director' && outcome === 'approved');
  const approved = new Map(((lowered?.detail.facts as { lines?: Quantities } | undefined)?.lines ?? [])
    .map(({ itemId, quantity = 0 }) => [itemId, quantity]));
  const issues = timeline.filter(({ action }) => action === 'stock-issued');
  const issued = new Map<string, number>();
  for (const { detail } of issues) {
    for (const { itemId, quantity, issued: count } of (detail.issued ?? []) as Quantities) {
      issued.set(itemId, (issued.get(itemId) ?? 0) + (count ?? quantity ?? 0));
    }
  }
  return lines.map(({ itemId, quantity, note = '' }) => ({
    itemId,
    name: labels[itemId] ?? '',
    note,
    requested: quantity,
    approved: reserved ? approved.get(itemId) ?? quantity : null,
    issued: issues.length > 0 ? issued.get(itemId) ?? 0 : null,
  }));
}
