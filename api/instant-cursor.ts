import { z } from 'zod';
import { invalidField } from './errors.ts';

/** Query parameters of a list that is sorted by an instant and then by id. */
export const instantPage = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(400).optional(),
};

const sortKeys = z.tuple([z.string().regex(/^(infinity|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d{1,6})?[+-]\d\d(:\d\d)?)$/), z.string().min(1).max(200)]);

/** Where a page begins: after the row that `cursor` names. Throws a 400 that names `cursor` if it is none of ours. */
export function instantAfter(cursor: string | undefined): { at: string; id: string } | undefined {
  if (cursor === undefined) return undefined;
  try {
    const [at, id] = sortKeys.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    if (at !== 'infinity' && Number.isNaN(Date.parse(at))) throw new RangeError('no such day');
    return { at, id };
  } catch {
    throw invalidField('cursor', 'cursor', 'query');
  }
}

/** The answer of a list: `rows` has one more than `limit` when there is a next page. */
export function instantList<Row extends { sort_at: string }, Item>(
  { rows, total }: { rows: Row[]; total: number },
  limit: number,
  idOf: (row: Row) => string,
  item: (row: Row) => Item,
): { items: Item[]; nextCursor: string | null; total: number } {
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  const more = rows.length > limit && last !== undefined;
  const nextCursor = more ? Buffer.from(JSON.stringify([last.sort_at, idOf(last)])).toString('base64url') : null;
  return { items: page.map(item), nextCursor, total };
}
