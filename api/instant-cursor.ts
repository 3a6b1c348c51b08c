import { z } from 'zod';
import { invalidField } from './errors.ts';
import { decodeCursor, pageOf } from './lists.ts';

// As PostgreSQL writes an instant, to the microsecond: a Date would lose rows that share a millisecond.
const sortKeys = z.tuple([
  z.string().refine((text) => text === 'infinity' || isInstant(text)),
  z.string().min(1).max(200),
  z.string().max(40),
]);

/**
 * Where a page of a list begins that is sorted by an instant and then by id. `list` names the list and its sort: a cursor of another one would
 * lose rows silently. Throws a 400 that names `cursor`.
 */
export function instantAfter(cursor: string | undefined, list: string): { at: string; id: string } | undefined {
  const keys = decodeCursor(cursor, sortKeys);
  if (!keys) return undefined;
  const [at, id, of] = keys;
  if (of !== list) throw invalidField('cursor', 'cursor', 'query');
  return { at, id };
}

/** True for an instant that PostgreSQL reads again: JavaScript alone would take February the 30th for March the 1st. */
export function isInstant(text: string): boolean {
  const [, date, time] = /^([1-9]\d{3}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d{1,6})?[+-](?:0\d|1[0-4])(?::[0-5]\d)?$/.exec(text) ?? [];
  const parsed = new Date(`${date}T${time}Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(`${date}T${time}`);
}

/** The answer of such a list: `rows` has one more than `limit` when there is a next page. */
export function instantList<Row extends { sort_at: string }, Item>(
  { rows, total }: { rows: readonly Row[]; total: number },
  limit: number,
  list: string,
  idOf: (row: Row) => string,
  present: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null; total: number } {
  const { items, ...page } = pageOf(rows, limit, total, (row) => [row.sort_at, idOf(row), list]);
  return { ...page, items: items.map(present) };
}
