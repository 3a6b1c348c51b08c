import type { Knex } from 'knex';
import { recordAudits, type AuditEvent } from './audit.ts';
import { changedFields, lockItemsByCode, toItemRow, type Item, type ItemFields } from './supply.ts';

/** One line of an import: a new item's stock is opened with `onHand`; of an item that is there, only `fields` count. */
export interface ImportLine {
  /** What the file says; a column that it has not is not touched. */
  fields: Partial<ItemFields> & { code: string };
  /** The whole item, should the code be new. */
  asNew: { id: string } & ItemFields;
  onHand: number;
}

/** How many items an import made, changed and left as they were. */
export interface ImportResult {
  created: number;
  updated: number;
  unchanged: number;
}

/**
 * Makes the new items with their opening stock and changes the others, by code. With `dryRun` it only counts. Answers
 * 'duplicate-code' when someone else has just made one of the new codes: the caller rolls back.
 */
export async function importItems(
  trx: Knex.Transaction,
  lines: ImportLine[],
  { personId, dryRun }: { personId: string; dryRun: boolean },
): Promise<ImportResult | 'duplicate-code'> {
  const there = await lockItemsByCode(trx, lines.map(({ fields }) => fields.code));
  // New codes in one order, so that two imports of the same file do not wait for each other in a circle.
  const created = lines.filter(({ fields }) => !there.has(fields.code)).sort((a, b) => (a.fields.code < b.fields.code ? -1 : 1));
  const changed = lines.flatMap(({ fields }) => {
    const item = there.get(fields.code);
    const changes = item ? changedFields(item, fields) : {};
    return item && Object.keys(changes).length > 0 ? [{ item, fields, changes }] : [];
  });
  const result = {
    created: created.length, updated: changed.length, unchanged: lines.length - created.length - changed.length,
  };
  if (dryRun) return result;

  if (!(await insertNew(trx, created, personId))) return 'duplicate-code';
  for (const { item, fields } of changed) {
    await trx('item').where({ id: item.id }).update({ ...toItemRow(fields), updated_at: trx.fn.now() });
  }
  const actor = { kind: 'person', id: personId } as const;
  await recordAudits(trx, [
    { actor, action: 'items-imported', detail: { ...result } },
    ...created.map(({ asNew: { id, ...fields }, onHand }): AuditEvent =>
      ({ actor, action: 'item-created', object: id, detail: { fields, onHand } })),
    ...changed.map(({ item, changes }: { item: Item; changes: object }): AuditEvent =>
      ({ actor, action: 'item-changed', object: item.id, detail: { changes } })),
  ]);
  return result;
}

async function insertNew(trx: Knex.Transaction, lines: ImportLine[], personId: string): Promise<boolean> {
  if (lines.length === 0) return true;
  const made = await trx('item')
    .insert(lines.map(({ asNew: { id, ...fields } }) => ({ id, ...toItemRow(fields) })))
    .onConflict('code').ignore().returning('id');
  if (made.length < lines.length) return false;
  const stocked = lines.filter(({ onHand }) => onHand > 0);
  if (stocked.length > 0) {
    await trx('stock_movement').insert(stocked.map(({ asNew, onHand }) => ({
      item_id: asNew.id, kind: 'receipt', quantity: onHand, person_id: personId,
    })));
  }
  return true;
}
