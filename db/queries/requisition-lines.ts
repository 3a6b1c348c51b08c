import type { Db } from '../connect.ts';

/** What a line of a requisition says of its item. `price_fen` is integer fen, of today; `available` is on hand and nobody's, now. */
export interface LineItemRow {
  id: string;
  code: string;
  name: string;
  specification: string;
  unit: string;
  price_fen: number;
  available: number;
}

/** Items by id, whether still in use or not. */
export async function lineItems(db: Db, ids: readonly string[]): Promise<Map<string, LineItemRow>> {
  const rows: LineItemRow[] = await db('item')
    .select('id', 'code', 'name', 'specification', 'unit', 'price_fen', db.raw('on_hand - reserved AS available')).whereIn('id', [...ids]);
  return new Map(rows.map((row) => [row.id, row]));
}
