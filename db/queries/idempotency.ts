import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/** A key that one person sent to one route. */
export interface IdempotencyId {
  personId: string;
  route: string;
  key: string;
}

const answerColumns = ({ status, body }: { status: number; body: unknown }) => ({ status, body: JSON.stringify(body ?? null) });
const columns = ({ personId, route, key }: IdempotencyId) => ({ person_id: personId, route, key });

/** Takes the key; false when it was taken. Waits for a transaction that is taking it just now. */
export async function insertIdempotencyKey(
  trx: Knex.Transaction, id: IdempotencyId & { requestHash: Buffer },
): Promise<boolean> {
  const rows = await trx('idempotency')
    .insert({ ...columns(id), request_hash: id.requestHash })
    .onConflict().ignore()
    .returning('key').options({ name: 'take-key' });
  return rows.length === 1;
}

/** Stores the answer of a key that this transaction has taken. */
export async function completeIdempotencyKey(
  trx: Knex.Transaction, id: IdempotencyId, answer: { status: number; body: unknown },
): Promise<void> {
  await trx('idempotency').where(columns(id)).update(answerColumns(answer)).options({ name: 'answer-key' });
}

/** Takes the key together with its answer; false when it was taken. */
export async function insertIdempotentAnswer(
  trx: Knex.Transaction, id: IdempotencyId & { requestHash: Buffer }, answer: { status: number; body: unknown },
): Promise<boolean> {
  const rows = await trx('idempotency')
    .insert({ ...columns(id), request_hash: id.requestHash, ...answerColumns(answer) })
    .onConflict().ignore()
    .returning('key');
  return rows.length === 1;
}

/** The answer of a key, with the hash of what was asked. */
export async function findIdempotentAnswer(
  trx: Db | Knex.Transaction, id: IdempotencyId,
): Promise<{ requestHash: Buffer; status: number; body: unknown } | undefined> {
  return trx('idempotency').where(columns(id)).first('request_hash as requestHash', 'status', 'body');
}

/** Forgets keys that are older than 24 hours. Returns how many. */
export async function deleteOldIdempotencyKeys(db: Db): Promise<number> {
  return db('idempotency').where('at', '<', db.raw(`now() - interval '24 hours'`)).delete();
}
