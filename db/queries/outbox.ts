import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/** A message for Temporal: a start names the workflow, a signal the message. `payload` is its one argument. */
export interface OutboxMessage {
  processId: string;
  kind: 'start' | 'signal';
  name: string;
  payload: object;
}

export interface OutboxRow {
  id: number;
  process_id: string;
  kind: 'start' | 'signal';
  name: string;
  payload: unknown;
  attempts: number;
}

/** How a delivery went; `error` is a code, never a text that may quote data. */
export type Delivery = { result: 'delivered' } | { result: 'failed' | 'parked'; error: string };

/** Longest wait between two attempts, in seconds: what is due after Temporal's return is delivered within it. */
const LONGEST_WAIT_S = 4;

/** Writes a message in the transaction that decided it. The caller holds the process row, so ids are in commit order per process. */
export async function enqueue(trx: Knex.Transaction, message: OutboxMessage): Promise<void> {
  await trx('outbox').insert({
    process_id: message.processId, kind: message.kind, name: message.name, payload: JSON.stringify(message.payload),
  });
}

/**
 * Delivers the oldest message of a process, holding its row: another dispatcher finds it locked and leaves the process alone, so order is
 * kept. Answers true when there may be a next one to deliver at once.
 */
export async function deliverHead(db: Db, processId: string, deliver: (row: OutboxRow) => Promise<Delivery>): Promise<boolean> {
  return db.transaction(async (trx) => {
    const head: (OutboxRow & { parked_at: Date | null }) | undefined = await trx('outbox')
      .where('id', trx('outbox').min('id').where({ process_id: processId }).whereNull('delivered_at'))
      .whereNull('delivered_at')
      .forUpdate().skipLocked().first();
    if (!head || head.parked_at) return false;
    const delivery = await deliver(head);
    const attempts = head.attempts + 1;
    if (delivery.result === 'delivered') {
      await trx('outbox').where({ id: head.id }).update({ attempts, delivered_at: trx.fn.now(), last_error: null });
      return true;
    }
    const wait = Math.min(LONGEST_WAIT_S, 0.25 * 2 ** Math.min(head.attempts, 10));
    await trx('outbox').where({ id: head.id }).update({
      attempts,
      last_error: delivery.error,
      parked_at: delivery.result === 'parked' ? trx.fn.now() : null,
      next_attempt_at: trx.raw("clock_timestamp() + ? * interval '1 second'", [wait]),
    });
    return false;
  });
}

/** Processes whose oldest message is due, at most `limit`, the longest waiting first. What stands behind a parked message waits with it. */
export async function processesToDeliver(db: Db, limit = 500): Promise<string[]> {
  const heads = db('outbox')
    .distinctOn('process_id').select('process_id', 'id', 'parked_at', 'next_attempt_at')
    .whereNull('delivered_at').orderBy([{ column: 'process_id' }, { column: 'id' }]).as('head');
  return db.from(heads).whereNull('parked_at').where('next_attempt_at', '<=', db.fn.now()).orderBy('id').limit(limit).pluck('process_id');
}

/** What an operator must know: the age in seconds of the oldest undelivered message, and how many are parked. */
export async function outboxState(db: Db): Promise<{ pending: number; oldestSeconds: number; parked: number }> {
  const row = await db('outbox').whereNull('delivered_at').first(
    db.raw('count(*) FILTER (WHERE parked_at IS NULL) AS pending'),
    db.raw('count(parked_at) AS parked'),
    db.raw('coalesce(extract(epoch FROM now() - min(created_at) FILTER (WHERE parked_at IS NULL)), 0)::float8 AS oldest'),
  );
  return { pending: row.pending, oldestSeconds: row.oldest, parked: row.parked };
}
