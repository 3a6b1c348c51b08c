import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { recordAudit } from './audit.ts';

/** An office item with its stock. `priceFen` is integer fen; `available` is on hand less reserved. */
export interface Item {
  id: string;
  code: string;
  name: string;
  category: string;
  unit: string;
  specification: string;
  priceFen: number;
  photo: string | null;
  location: string;
  minimum: number;
  active: boolean;
  onHand: number;
  reserved: number;
  available: number;
}

/** What the storekeeper writes of an item; its stock is the ledger's alone. */
export type ItemFields = Omit<Item, 'id' | 'onHand' | 'reserved' | 'available'>;

/** Which items a list holds: `q` is searched in code, name, category and specification; `low` is below the minimum. */
export interface ItemFilter {
  q?: string | undefined;
  category?: string | undefined;
  active?: boolean | undefined;
  low?: boolean | undefined;
}

/** A line of an item's ledger; `balance` is what was on hand after it. */
export interface Movement {
  id: number;
  kind: 'receipt' | 'issue' | 'stock-take' | 'repair';
  quantity: number;
  balance: number;
  processId: string | null;
  processNumber: string | null;
  person: { id: string; name: string } | null;
  note: string;
  at: Date;
}

type MovementRow = Omit<Movement, 'person'> & { personId: string | null; personName: string };

const columns = {
  id: 'id', code: 'code', name: 'name', category: 'category', unit: 'unit', specification: 'specification',
  priceFen: 'price_fen', photo: 'photo', location: 'location', minimum: 'minimum', active: 'active',
  onHand: 'on_hand', reserved: 'reserved',
};

const UNIQUE_VIOLATION = '23505';

/** Up to `limit` items by code, after the code `after`, and how many the filter finds in all. */
export async function listItems(
  db: Db | Knex.Transaction,
  filter: ItemFilter,
  page: { limit: number; after?: string | undefined },
): Promise<{ items: Item[]; total: number }> {
  const found = matching(db, filter);
  const [rows, count] = await Promise.all([
    found.clone().modify((query) => {
      if (page.after !== undefined) query.where('code', '>', page.after);
    }).orderBy('code').limit(page.limit).select(columns),
    found.clone().count({ total: '*' }).first(),
  ]);
  return { items: rows.map(withAvailable), total: Number(count?.total ?? 0) };
}

/** All items by code: for the export. */
export async function allItems(db: Db | Knex.Transaction): Promise<Item[]> {
  return (await db('item').orderBy('code').select(columns)).map(withAvailable);
}

/** One item, or undefined. */
export async function findItem(db: Db | Knex.Transaction, id: string): Promise<Item | undefined> {
  const row = await db('item').where({ id }).first(columns);
  return row && withAvailable(row);
}

/** The categories in use, with the number of active items in each. */
export async function listCategories(db: Db | Knex.Transaction): Promise<{ name: string; items: number }[]> {
  return db('item').where({ active: true }).groupBy('category').orderBy('category')
    .select({ name: 'category' }).count({ items: '*' });
}

/** Makes an item without stock. */
export async function createItem(
  trx: Knex.Transaction,
  id: string,
  fields: ItemFields,
  personId: string,
): Promise<Item | 'duplicate-code'> {
  const rows = await trx('item').insert({ id, ...toItemRow(fields) }).onConflict('code').ignore().returning('id');
  if (rows.length === 0) return 'duplicate-code';
  await recordAudit(trx, {
    actor: { kind: 'person', id: personId }, action: 'item-created', object: id, detail: { fields },
  });
  return { id, ...fields, onHand: 0, reserved: 0, available: 0 };
}

/** Changes an item; the audit event tells each changed field's old and new value. */
export async function updateItem(
  trx: Knex.Transaction,
  id: string,
  fields: Partial<ItemFields>,
  personId: string,
): Promise<Item | 'not-found' | 'duplicate-code'> {
  const row = await trx('item').where({ id }).forUpdate().first(columns);
  if (!row) return 'not-found';
  const before = withAvailable(row);
  const changes = changedFields(before, fields);
  if (Object.keys(changes).length === 0) return before;
  if (!(await written(trx, id, fields))) return 'duplicate-code';
  await recordAudit(trx, {
    actor: { kind: 'person', id: personId }, action: 'item-changed', object: id, detail: { changes },
  });
  return { ...before, ...fields };
}

/** The items with these codes, by code, locked in id order as everyone locks them. */
export async function lockItemsByCode(trx: Knex.Transaction, codes: string[]): Promise<Map<string, Item>> {
  const rows = await trx('item').whereIn('code', codes).orderBy('id').forUpdate().select(columns);
  return new Map(rows.map((row) => [row.code, withAvailable(row)]));
}

/** An item's ledger, newest first, before the movement `before`, with the balance after each movement. */
export async function listMovements(
  db: Db | Knex.Transaction,
  itemId: string,
  page: { limit: number; before?: number | undefined },
): Promise<{ items: Movement[]; total: number }> {
  const ledger = db('stock_movement').where({ item_id: itemId })
    .select('*', db.raw('sum(quantity) OVER (ORDER BY id) AS balance'));
  const [rows, count] = await Promise.all([
    db.from(ledger.as('ledger'))
      .leftJoin('person', 'person.id', 'ledger.person_id')
      .leftJoin('process', 'process.id', 'ledger.process_id')
      .modify((query) => {
        if (page.before !== undefined) query.where('ledger.id', '<', page.before);
      })
      .orderBy('ledger.id', 'desc')
      .limit(page.limit)
      .select({
        id: 'ledger.id', kind: 'ledger.kind', quantity: 'ledger.quantity', balance: 'ledger.balance',
        processId: 'ledger.process_id', processNumber: 'process.number', personId: 'ledger.person_id',
        personName: 'person.name', note: 'ledger.note', at: 'ledger.at',
      }),
    db('stock_movement').where({ item_id: itemId }).count({ total: '*' }).first(),
  ]);
  return {
    items: rows.map(({ personId, personName, ...row }: MovementRow) => ({
      ...row, person: personId ? { id: personId, name: personName } : null,
    })),
    total: Number(count?.total ?? 0),
  };
}

function matching(db: Db | Knex.Transaction, filter: ItemFilter): Knex.QueryBuilder {
  return db('item').modify((query) => {
    if (filter.category !== undefined) query.where({ category: filter.category });
    if (filter.active !== undefined) query.where({ active: filter.active });
    if (filter.low) query.whereRaw('on_hand - reserved < minimum');
    if (filter.q) {
      const pattern = `%${filter.q.replace(/[\\%_]/g, '\\$&')}%`;
      query.where((any: Knex.QueryBuilder) => {
        for (const column of ['code', 'name', 'category', 'specification']) any.orWhereILike(column, pattern);
      });
    }
  });
}

async function written(trx: Knex.Transaction, id: string, fields: Partial<ItemFields>): Promise<boolean> {
  try {
    // A savepoint, so that the caller's transaction can still say what it has to say about the refusal.
    await trx.transaction((savepoint) =>
      savepoint('item').where({ id }).update({ ...toItemRow(fields), updated_at: trx.fn.now() }));
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return false;
    throw error;
  }
}

/** The fields that writing `fields` would change in an item, with their old and new values. */
export function changedFields(
  before: Item,
  fields: Partial<ItemFields>,
): Record<string, { from: unknown; to: unknown }> {
  const changes: Record<string, { from: unknown; to: unknown }> = {};
  for (const [name, to] of Object.entries(fields)) {
    const from = before[name as keyof ItemFields];
    if (to !== undefined && to !== from) changes[name] = { from, to };
  }
  return changes;
}

/** Item fields as columns. */
export function toItemRow({ priceFen, ...fields }: Partial<ItemFields>): Record<string, unknown> {
  return priceFen === undefined ? fields : { ...fields, price_fen: priceFen };
}

function withAvailable(row: Omit<Item, 'available'>): Item {
  return { ...row, available: row.onHand - row.reserved };
}
