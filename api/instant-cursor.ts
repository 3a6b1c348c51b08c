import { z } from 'zod';
import { decodeCursor, pageOf } from './lists.ts';

// As PostgreSQL writes an instant, to the microsecond: a Date would lose rows that share a millisecond.
const sortKeys = z.tuple([
  z.string().refine((text) => text === 'infinity' || isInstant(text)),
  z.string().min(1).max(200),
]);

/** Where a page of a list begins that is sorted by an instant and then by id. Throws a 400 that names `cursor` if it is none of ours. */
export function instantAfter(cursor: string | undefined): { at: string; id: string } | undefined {
  const keys = decodeCursor(cursor, sortKeys);
  if (!keys) return undefined;
  const [at, id] = keys;
  return { at, id };
}

/** True for an instant that PostgreSQL reads again: JavaScript alone would take February the 30th for March the 1st. */
function isInstant(text: string): boolean {
  const [, date, time] = /^([1-9]\d{3}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,6})?[+-](?:0\d|1[0-4])(?::[0-5]\d)?$/.exec(text) ?? [];
  const parsed = new Date(`${date}T${time}Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(`${date}T${time}`);
}

/** The answer of such a list: `rows` has one more than `limit` when there is a next page. */
export function instantList<Row extends { sort_at: string }, Item>(
  { rows, total }: { rows: readonly Row[]; total: number },
  limit: number,
  idOf: (row: Row) => string,
  present: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null; total: number } {
  const { items, ...page } = pageOf(rows, limit, total, (row) => [row.sort_at, idOf(row)]);
  return { ...page, items: items.map(present) };
}
