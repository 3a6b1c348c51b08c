import type { Knex } from 'knex';
import { recordAudit } from './audit.ts';

/** So many pieces of one item. */
export interface ItemQuantity {
  itemId: string;
  quantity: number;
}

/** Pieces of one item that were asked for and are not there. */
export interface Shortage {
  itemId: string;
  missing: number;
}

/** What a reservation took and until when (ISO 8601); `ended` and `undone` say why it took nothing at all. */
export interface ReservationResult {
  reserved: ItemQuantity[];
  shortage: Shortage[];
  leaseEndsAt: string;
  ended?: true;
  undone?: true;
}

/** What the process still holds after a hand-over, and what it was given in all its hand-overs. */
export interface IssueResult {
  remaining: ItemQuantity[];
  issuedInAll: ItemQuantity[];
}

/** A process that holds stock of an item, with its human number. */
export interface HoldingCase {
  processId: string;
  number: string;
  quantity: number;
}

/** No item may ever have more pieces than this, so that no sum leaves PostgreSQL's integer. */
export const MOST_ON_HAND = 1_000_000_000;

// Everyone who moves stock locks the process row first, then the items in id order: so nobody waits in a circle,
// and a movement's id is taken under its item's lock, which makes the running balance read as it happened.

/**
 * Takes for a process what is there of each line (on hand less reserved), until `leaseEndsAt`. Runs in the caller's
 * transaction; the same `key` again answers what it answered first, the end of the lease included, and takes nothing.
 */
export async function reserveStock(
  trx: Knex.Transaction,
  input: { key: string; processId: string; lines: ItemQuantity[]; leaseEndsAt: string },
): Promise<ReservationResult> {
  const { leaseEndsAt } = input;
  const running = await lockProcess(trx, input.processId);
  const before = await effect(trx, input.key);
  if (before?.state === 'undone') return { reserved: [], shortage: [], leaseEndsAt, undone: true };
  if (before) return before.result as ReservationResult;
  if (!running) return { reserved: [], shortage: [], leaseEndsAt, ended: true };

  const lines = byItem(input.lines);
  const there = await lockItems(trx, lines.map((line) => line.itemId));
  const reserved: ItemQuantity[] = [];
  const shortage: Shortage[] = [];
  for (const { itemId, quantity } of lines) {
    const taken = Math.min(quantity, there.get(itemId) ?? 0);
    if (taken > 0) reserved.push({ itemId, quantity: taken });
    if (taken < quantity) shortage.push({ itemId, missing: quantity - taken });
  }
  if (reserved.length > 0) {
    await trx('reservation')
      .insert(reserved.map(({ itemId, quantity }) => ({
        process_id: input.processId, item_id: itemId, quantity, lease_ends_at: leaseEndsAt,
      })))
      .onConflict(['process_id', 'item_id'])
      .merge({
        quantity: trx.raw('reservation.quantity + excluded.quantity'),
        lease_ends_at: trx.raw('excluded.lease_ends_at'),
      });
  }
  const result: ReservationResult = { reserved, shortage, leaseEndsAt };
  await applied(trx, input.key, input.processId, 'reserve-stock', result);
  await recordAudit(trx, {
    actor: { kind: 'system' }, action: 'stock-reserved', processId: input.processId, detail: { ...result },
  });
  return result;
}

/**
 * Frees whatever the process still holds and marks the reservation `key` as undone; a key that nobody applied yet is
 * marked too, so that a reservation arriving late takes nothing. The same key again does nothing.
 */
export async function releaseStock(
  trx: Knex.Transaction,
  input: { key: string; processId: string; reason: string },
): Promise<{ released: ItemQuantity[] }> {
  await lockProcess(trx, input.processId);
  const before = await effect(trx, input.key);
  if (before?.state === 'undone') return { released: [] };
  const held = await heldByProcess(trx, input.processId);
  await lockItems(trx, held.map((line) => line.itemId));
  await releaseRest(trx, input.processId);
  await trx('effect')
    .insert({
      key: input.key, process_id: input.processId, name: 'release-stock', state: 'undone', undone_at: trx.fn.now(),
    })
    .onConflict('key')
    .merge({ state: 'undone', undone_at: trx.fn.now() });
  if (held.length > 0) {
    await recordAudit(trx, {
      actor: { kind: 'system' }, action: 'stock-released', processId: input.processId,
      detail: { released: held, reason: input.reason },
    });
  }
  return { released: held };
}

/**
 * Hands reserved stock over as the decision of `taskId` said: one movement per line, in the name of who decided it.
 * `rest: 'close'` frees what stays. It works on an ended process too, for an accepted decision is never undone.
 * Answers 'exceeds-reservation', having changed nothing, when a line is more than the process holds.
 */
export async function issueStock(
  trx: Knex.Transaction,
  input: {
    key: string;
    processId: string;
    taskId: string;
    lines: { itemId: string; issued: number }[];
    rest: 'keep' | 'close';
  },
): Promise<IssueResult | 'exceeds-reservation'> {
  await lockProcess(trx, input.processId);
  const before = await effect(trx, input.key);
  if (before) return before.result as IssueResult;

  const lines = byItem(input.lines.map(({ itemId, issued }) => ({ itemId, quantity: issued })))
    .filter((line) => line.quantity !== 0);
  const held = new Map((await heldByProcess(trx, input.processId)).map((line) => [line.itemId, line.quantity]));
  if (lines.some((line) => line.quantity < 0 || line.quantity > (held.get(line.itemId) ?? 0))) {
    return 'exceeds-reservation';
  }
  await lockItems(trx, [...held.keys()]);
  const task = await trx('task').where({ id: input.taskId }).first('decided_by');
  const storekeeper: string | null = task?.decided_by ?? null;
  for (const { itemId, quantity } of lines) {
    await trx('reservation').where({ process_id: input.processId, item_id: itemId }).increment('issued', quantity);
  }
  // The reservation goes down before the stock does: at no moment may an item have more reserved than on hand.
  if (lines.length > 0) {
    await trx('stock_movement').insert(lines.map(({ itemId, quantity }) => ({
      item_id: itemId, kind: 'issue', quantity: -quantity, process_id: input.processId, effect_key: input.key,
      person_id: storekeeper,
    })));
  }
  if (input.rest === 'close') await releaseRest(trx, input.processId);

  const rows: { item_id: string; issued: number; held: number }[] = await trx('reservation')
    .where({ process_id: input.processId })
    .orderBy('item_id')
    .select('item_id', 'issued', trx.raw('quantity - issued - released AS held'));
  const result: IssueResult = {
    remaining: rows.filter((row) => row.held > 0).map((row) => ({ itemId: row.item_id, quantity: row.held })),
    issuedInAll: rows.filter((row) => row.issued > 0).map((row) => ({ itemId: row.item_id, quantity: row.issued })),
  };
  await applied(trx, input.key, input.processId, 'issue-stock', result);
  await recordAudit(trx, {
    actor: { kind: 'system' }, onBehalfOf: storekeeper, action: 'stock-issued',
    processId: input.processId, taskId: input.taskId,
    detail: { issued: lines, rest: input.rest, remaining: result.remaining },
  });
  return result;
}

/** Adds bought stock to an item's ledger. */
export async function receiveStock(
  trx: Knex.Transaction,
  input: { itemId: string; quantity: number; note: string; personId: string | null },
): Promise<{ movementId: number; onHand: number } | 'not-found' | 'too-much'> {
  const item = await lockItem(trx, input.itemId);
  if (!item) return 'not-found';
  if (item.on_hand + input.quantity > MOST_ON_HAND) return 'too-much';
  const movementId = await move(trx, 'receipt', input);
  await recordAudit(trx, {
    actor: input.personId ? { kind: 'person', id: input.personId } : { kind: 'system' },
    action: 'stock-received', object: input.itemId, detail: { movementId, quantity: input.quantity },
  });
  return { movementId, onHand: item.on_hand + input.quantity };
}

/** Writes down what was counted on the shelf: a movement of the difference. Refused when less than what is reserved. */
export async function takeStock(
  trx: Knex.Transaction,
  input: { itemId: string; counted: number; note: string; personId: string },
): Promise<{ movementId: number; difference: number; onHand: number } | 'not-found' | { reservedBy: HoldingCase[] }> {
  const item = await lockItem(trx, input.itemId);
  if (!item) return 'not-found';
  if (input.counted < item.reserved) return { reservedBy: await casesHolding(trx, input.itemId) };
  const difference = input.counted - item.on_hand;
  const movementId = await move(trx, 'stock-take', { ...input, quantity: difference });
  await recordAudit(trx, {
    actor: { kind: 'person', id: input.personId }, action: 'stock-taken', object: input.itemId,
    detail: { movementId, counted: input.counted, difference },
  });
  return { movementId, difference, onHand: input.counted };
}

async function lockProcess(trx: Knex.Transaction, processId: string): Promise<boolean> {
  const process = await trx('process').where({ id: processId }).forUpdate().first('status');
  return process?.status === 'running';
}

async function lockItem(
  trx: Knex.Transaction,
  itemId: string,
): Promise<{ on_hand: number; reserved: number } | undefined> {
  return trx('item').where({ id: itemId }).forUpdate().first('on_hand', 'reserved');
}

async function lockItems(trx: Knex.Transaction, itemIds: string[]): Promise<Map<string, number>> {
  if (itemIds.length === 0) return new Map();
  const rows = await trx('item').whereIn('id', itemIds).orderBy('id').forUpdate().select('id', 'on_hand', 'reserved');
  return new Map(rows.map((row) => [row.id, row.on_hand - row.reserved]));
}

async function casesHolding(trx: Knex.Transaction, itemId: string): Promise<HoldingCase[]> {
  return trx('reservation')
    .join('process', 'process.id', 'reservation.process_id')
    .where('reservation.item_id', itemId)
    .whereRaw('quantity > issued + released')
    .orderBy('process.number')
    .select({ processId: 'process.id', number: 'process.number' }, trx.raw('quantity - issued - released AS quantity'));
}

async function heldByProcess(trx: Knex.Transaction, processId: string): Promise<ItemQuantity[]> {
  return trx('reservation')
    .where({ process_id: processId })
    .whereRaw('quantity > issued + released')
    .orderBy('item_id')
    .select({ itemId: 'item_id' }, trx.raw('quantity - issued - released AS quantity'));
}

async function releaseRest(trx: Knex.Transaction, processId: string): Promise<void> {
  await trx('reservation')
    .where({ process_id: processId })
    .whereRaw('quantity > issued + released')
    .update({ released: trx.raw('quantity - issued') });
}

async function move(
  trx: Knex.Transaction,
  kind: 'receipt' | 'stock-take',
  movement: { itemId: string; quantity: number; note: string; personId: string | null },
): Promise<number> {
  const [row] = await trx('stock_movement')
    .insert({
      item_id: movement.itemId, kind, quantity: movement.quantity, note: movement.note, person_id: movement.personId,
    })
    .returning('id');
  return row.id;
}

async function effect(trx: Knex.Transaction, key: string): Promise<{ state: string; result: unknown } | undefined> {
  return trx('effect').where({ key }).first('state', 'result');
}

async function applied(
  trx: Knex.Transaction,
  key: string,
  processId: string,
  name: string,
  result: object,
): Promise<void> {
  await trx('effect').insert({
    key, process_id: processId, name, state: 'applied', result: JSON.stringify(result), applied_at: trx.fn.now(),
  });
}

function byItem(lines: ItemQuantity[]): ItemQuantity[] {
  const sums = new Map<string, number>();
  for (const { itemId, quantity } of lines) sums.set(itemId, (sums.get(itemId) ?? 0) + quantity);
  return [...sums].sort(([a], [b]) => (a < b ? -1 : 1)).map(([itemId, quantity]) => ({ itemId, quantity }));
}
