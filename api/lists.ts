import { z } from 'zod';
import { invalidField } from './errors.ts';

/** The query of a list: `limit` (20, at most 100), `cursor`, and filters of its own. */
export function listQuery<Shape extends Readonly<Record<string, z.ZodType>>>(filters: Shape) {
  return z.strictObject({
    limit: z.coerce.number<number | string>().int().min(1).max(100).default(20),
    cursor: z.string().max(500).optional(),
    ...filters,
  });
}

/** The answer of a list; `total` is exact for the filter. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable(), total: z.int() });
}

/** An instant in an answer: ISO 8601 in UTC. A handler may give the Date as the database gave it. */
export const instant = z.union([z.date(), z.string()])
  .transform((value) => (value instanceof Date ? value.toISOString() : value))
  .pipe(z.iso.datetime());

/** An opaque cursor of the sort keys of the last row shown. */
function encodeCursor(keys: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(keys)).toString('base64url');
}

/** The sort keys again, as their schema (a tuple) has them; undefined without a cursor. Throws a 400 naming `cursor`. */
export function decodeCursor<Keys extends z.ZodType>(
  cursor: string | undefined, keys: Keys,
): z.output<Keys> | undefined {
  if (cursor === undefined) return undefined;
  const value = parse(cursor);
  const parsed = keys.safeParse(value);
  // PostgreSQL stores neither NUL nor half a surrogate pair; JSON writes both as escapes.
  if (parsed.success && !/\\u(0000|d[89a-f])/i.test(JSON.stringify(value))) return parsed.data;
  throw invalidField('cursor', 'cursor', 'query');
}

/** A page of a list, from one row more than `limit`, which tells of a next one. `keysOf` gives the sort keys of a row. */
export function pageOf<Row>(
  rows: readonly Row[], limit: number, total: number, keysOf: (row: Row) => readonly unknown[],
): { items: Row[]; nextCursor: string | null; total: number } {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: rows.length > limit && last !== undefined ? encodeCursor(keysOf(last)) : null, total };
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
