import type { Knex } from 'knex';
import { recordAudit } from './audit.ts';
import { applyOnce } from './effects.ts';

/** What the dispatch must know of an order. `requesterId` is never asked: nobody rates oneself. */
export interface OrderToDispatch {
  requesterId: string;
  category: string;
  buildingId: string;
}

// Whoever changes an order locks its process first, as everybody does.

async function lockProcess(trx: Knex.Transaction, id: string): Promise<{ running: boolean; requesterId: string; formVersion: number }> {
  const row = await trx('process').where({ id }).forUpdate().first('status', 'requester_id', 'form_version');
  return { running: row.status === 'running', requesterId: row.requester_id, formVersion: row.form_version };
}

/**
 * Locks an order and brings its row up to its form's latest version; undefined once its process has ended. Orders are dispatched one at a
 * time, so that two of them see each other's offers.
 */
export async function lockOrder(trx: Knex.Transaction, processId: string, urgency: string): Promise<OrderToDispatch | undefined> {
  const { running, requesterId, formVersion } = await lockProcess(trx, processId);
  if (!running) return undefined;
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [DISPATCH_LOCK]);
  const { form } = await trx('process_form').where({ process_id: processId, version: formVersion }).first('form');
  const place = await trx('place_path').where({ id: form.placeId }).first('building_id');
  const row = { place_id: form.placeId, building_id: place.building_id, category: form.category, urgency };
  await trx('repair_order').insert({ process_id: processId, ...row }).onConflict('process_id').merge(row);
  return { requesterId, category: form.category, buildingId: place.building_id };
}

const DISPATCH_LOCK = 4_867_403;

/** Whom an offer of this key went to; undefined when there was none. */
export async function offerOf(trx: Knex.Transaction, key: string): Promise<string | undefined> {
  return (await trx('repair_offer').where({ key }).first('repairer_id'))?.repairer_id;
}

/** Notes that an order is offered to somebody, and why. */
export async function noteOffer(
  trx: Knex.Transaction, { key, processId, repairerId, why }: { key: string; processId: string; repairerId: string; why: object },
): Promise<void> {
  await applyOnce(trx, { key, processId, name: 'offer' });
  await trx('repair_offer').insert({ key, process_id: processId, repairer_id: repairerId, why: JSON.stringify(why) });
  await trx('repair_order').where({ process_id: processId }).update({ offered_to: repairerId, repairer_id: null, eta: null });
  await recordAudit(trx, { actor: { kind: 'system' }, action: 'repair-offered', processId, detail: { to: repairerId, ...why } });
}

/** Notes that nobody is asked any more. */
export async function noteNobodyLeft(trx: Knex.Transaction, processId: string): Promise<void> {
  await trx('repair_order').where({ process_id: processId }).update({ offered_to: null, repairer_id: null });
}

/** Notes who comes and when, once per key; again with another time. */
export async function takeOn(
  trx: Knex.Transaction, { key, processId, repairerId, eta }: { key: string; processId: string; repairerId: string; eta: string },
): Promise<void> {
  await lockProcess(trx, processId);
  if (!(await applyOnce(trx, { key, processId, name: 'take-on' }))) return;
  await trx('repair_order').where({ process_id: processId })
    .update({ offered_to: null, repairer_id: repairerId, eta, taken_on_at: trx.raw('CASE WHEN repairer_id = ? THEN taken_on_at ELSE now() END', [repairerId]) });
}

/** Notes that an order is nobody's again, once per key. */
export async function handBack(trx: Knex.Transaction, { key, processId }: { key: string; processId: string }): Promise<void> {
  await lockProcess(trx, processId);
  if (!(await applyOnce(trx, { key, processId, name: 'hand-back' }))) return;
  await trx('repair_order').where({ process_id: processId }).update({ offered_to: null, repairer_id: null, eta: null });
}

/** What a completed repair took. */
export interface Completion {
  key: string;
  processId: string;
  taskId: string;
  minutes: number;
  parts?: readonly { itemId: string; quantity: number }[];
}

/**
 * Books the time and the parts of a repair, once per key. The parts are in the wall already: what the ledger does not have free is kept as
 * missing, and neither the stock nor what is reserved for somebody else goes below zero.
 */
export async function complete(trx: Knex.Transaction, { key, processId, taskId, minutes, parts = [] }: Completion): Promise<void> {
  await lockProcess(trx, processId);
  if (!(await applyOnce(trx, { key, processId, name: 'complete' }))) return;
  const { decided_by: repairerId } = await trx('task').where({ id: taskId }).first('decided_by');
  const items: { id: string; free: number; price_fen: number }[] = await trx('item').whereIn('id', parts.map(({ itemId }) => itemId)).orderBy('id').forUpdate()
    .select('id', trx.raw('on_hand - reserved AS free'), 'price_fen');
  const taken = items.map(({ id, free, price_fen: price }) => {
    const quantity = parts.find(({ itemId }) => itemId === id)!.quantity;
    return { itemId: id, quantity, missing: quantity - Math.min(quantity, Math.max(0, free)), price };
  });
  const booked = taken.filter(({ quantity, missing }) => quantity > missing);
  if (booked.length > 0) {
    await trx('stock_movement').insert(booked.map(({ itemId, quantity, missing }) => ({
      item_id: itemId, kind: 'repair', quantity: missing - quantity, process_id: processId, effect_key: key, person_id: repairerId,
    })));
  }
  if (taken.length > 0) {
    await trx('repair_part').insert(taken.map(({ itemId, quantity, missing, price }) => ({
      key, process_id: processId, item_id: itemId, quantity, missing, price_fen: price,
    })));
  }
  const fen = taken.reduce((sum, { quantity, price }) => sum + quantity * price, 0);
  await trx('repair_order').where({ process_id: processId }).update({
    completed_at: trx.fn.now(), minutes: trx.raw('minutes + ?', [minutes]), parts_fen: trx.raw('parts_fen + ?', [fen]),
  });
  await recordAudit(trx, {
    actor: { kind: 'system' }, onBehalfOf: repairerId, action: 'repair-completed', processId, taskId,
    detail: { minutes, parts: taken.map(({ itemId, quantity, missing }) => ({ itemId, quantity, ...(missing > 0 && { missing }) })) },
  });
}
