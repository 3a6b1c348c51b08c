import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';

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

/** Writes a message in the transaction that decided it. The caller holds the process row, so ids are in commit order per process; an SMS has its start, and receipts one by one. */
export async function enqueue(trx: Knex.Transaction, message: OutboxMessage): Promise<void> {
  await trx('outbox').insert({
    process_id: message.processId, kind: message.kind, name: message.name, payload: JSON.stringify(message.payload),
  }).options({ name: 'insert-outbox' });
}

/**
 * Delivers the messages of a process in their order, holding the row of each: another dispatcher finds it locked and leaves the process
 * alone. Ends at the first one that cannot be delivered now. What a crash in between has not written down is delivered again.
 */
export async function deliverInOrder(db: Db, processId: string, deliver: (row: OutboxRow) => Promise<Delivery>): Promise<void> {
  await db.transaction(async (trx) => {
    let [head] = await prepared<Head>(trx, 'outbox-head', `
      SELECT id, process_id, kind, name, payload, attempts, parked_at FROM outbox
      WHERE id = (SELECT min(id) FROM outbox WHERE process_id = ? AND delivered_at IS NULL) AND delivered_at IS NULL
      FOR UPDATE SKIP LOCKED`, [processId]);
    while (head && !head.parked_at) {
      const delivery = await deliver(head);
      if (delivery.result !== 'delivered') {
        const wait = Math.min(LONGEST_WAIT_S, 0.25 * 2 ** Math.min(head.attempts, 10));
        await trx('outbox').where({ id: head.id }).update({
          attempts: head.attempts + 1,
          last_error: delivery.error,
          parked_at: delivery.result === 'parked' ? trx.fn.now() : null,
          next_attempt_at: trx.raw("clock_timestamp() + ? * interval '1 second'", [wait]),
        });
        return;
      }
      // The next one by the same round trip. It is not the one just delivered, which this statement still sees as it was.
      [head] = await prepared<Head>(trx, 'outbox-next', `
        WITH delivered AS (UPDATE outbox SET attempts = attempts + 1, delivered_at = clock_timestamp(), last_error = NULL WHERE id = :id)
        SELECT id, process_id, kind, name, payload, attempts, parked_at FROM outbox
        WHERE process_id = :processId AND delivered_at IS NULL AND id > :id ORDER BY id LIMIT 1 FOR UPDATE`, { id: head.id, processId });
    }
  });
}

type Head = OutboxRow & { parked_at: Date | null };

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
