import type { z } from 'zod';
import type { Db } from '../../db/connect.ts';
import type { TimelineRow } from '../../db/queries/processes.ts';
import { lineItems, type LineItemRow } from '../../db/queries/requisition-lines.ts';
import type { TaskRow } from '../../db/queries/tasks.ts';
import type { ProcessType } from '../../workflows/lib/form.ts';
import type { supplyLines } from '../contract/processes.ts';

type SupplyLines = z.input<typeof supplyLines>;
type Quantity = { itemId: string; quantity?: number; missing?: number };
type AskedLine = { itemId: string; quantity: number; note?: string };

/** What the lines are read from: the form in force, and what happened. */
export interface Story {
  form: unknown;
  tasks: readonly Pick<TaskRow, 'outcome' | 'data'>[];
  entries: readonly Pick<TimelineRow, 'action' | 'detail'>[];
}

/** Lines of a process whose form asks for items: requested, approved, short, issued, with money; null for another form. */
export async function supplyLinesOf(db: Db, type: ProcessType, story: Story): Promise<SupplyLines | null> {
  if (type.references['lines.itemId'] !== 'item') return null;
  return countLines(story, await lineItems(db, askedOf(story.form).map(({ itemId }) => itemId)));
}

function askedOf(form: unknown): AskedLine[] {
  return (form as { lines?: AskedLine[] }).lines ?? [];
}

/**
 * Counts by line. What was approved is known from the reservation, of which the shortage is the part that was not there; before it, and
 * where nothing could be reserved, so that the approval is decided again, it is null. Money is at today's prices.
 */
export function countLines({ form, tasks, entries }: Story, items: ReadonlyMap<string, LineItemRow>): SupplyLines {
  const reserved = entries.findLast(({ action, detail }) => action === 'stock-reserved' && (detail.reserved as Quantity[] | undefined)?.length);
  const taken = amounts(reserved?.detail.reserved, 'quantity');
  const short = amounts(reserved?.detail.shortage, 'missing');
  const issues = entries.filter(({ action }) => action === 'stock-issued');
  const given = new Map<string, number>();
  for (const { detail } of issues) for (const [id, n] of amounts(detail.issued, 'quantity')) given.set(id, (given.get(id) ?? 0) + n);
  const reasons = reasonsOf(tasks);

  const lines = askedOf(form).map(({ itemId, quantity: requested, note = '' }) => {
    const item = items.get(itemId);
    const missing = reserved ? short.get(itemId) ?? 0 : null;
    const approved = reserved ? (taken.get(itemId) ?? 0) + (missing ?? 0) : null;
    return {
      itemId,
      code: item?.code ?? '',
      name: item?.name ?? '',
      specification: item?.specification ?? '',
      unit: item?.unit ?? '',
      priceFen: item?.price_fen ?? 0,
      available: item?.available ?? 0,
      note,
      requested,
      approved,
      reason: approved !== null && approved < requested ? reasons.get(itemId) ?? null : null,
      missing,
      issued: issues.length > 0 ? given.get(itemId) ?? 0 : null,
      amountFen: (item?.price_fen ?? 0) * (approved ?? requested),
    };
  });
  const sum = (of: (line: (typeof lines)[number]) => number | null) => lines.reduce((all, line) => all + (of(line) ?? 0), 0);
  return {
    lines,
    requested: sum((line) => line.requested),
    approved: reserved ? sum((line) => line.approved) : null,
    missing: reserved ? sum((line) => line.missing) : null,
    issued: issues.length > 0 ? sum((line) => line.issued) : null,
    amountFen: sum((line) => line.amountFen),
  };
}

function amounts(of: unknown, field: 'quantity' | 'missing'): Map<string, number> {
  return new Map(((of ?? []) as Quantity[]).map((each) => [each.itemId, each[field] ?? 0]));
}

/** Why fewer were approved, as the last approval with changed lines says. */
function reasonsOf(tasks: Story['tasks']): Map<string, string> {
  const data = tasks.findLast((task) => task.outcome === 'approved' && (task.data as { lines?: unknown } | null)?.lines)?.data;
  const { lines = [] } = (data ?? {}) as { lines?: { itemId: string; reason?: string }[] };
  return new Map(lines.flatMap(({ itemId, reason }) => (reason ? [[itemId, reason]] : [])));
}
