import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';
import { smsParams } from './sms.ts';

/** What a limit counts of requests for codes within its time, and until when the oldest of them counts. */
export interface CodeRequests {
  count: number;
  oldest: Date | null;
}

/** Whose requests a limit counts; all of them without any. A phone by its indexes, the one that is kept now first. */
export type Counted = { phone: readonly Buffer[] } | { address: string } | { all: true };

/** Makes requests for codes take turns until the transaction ends, so that counting and noting are one step. */
export async function lockCodeRequests(trx: Knex.Transaction): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?)', [4_867_500]);
}

/** Requests that led to an SMS within so many minutes; `oldest` of the last `limit` of them, since it is that one that must pass. */
export async function codeRequests(trx: Knex.Transaction, of: Counted, minutes: number, limit: number): Promise<CodeRequests> {
  const latest = trx('phone_code_request').where('at', '>', trx.raw('now() - make_interval(mins => ?)', [minutes])).orderBy('at', 'desc').limit(limit);
  if ('phone' in of) latest.whereIn('phone_index', of.phone);
  if ('address' in of) latest.where({ address: of.address });
  const row = await trx.from(latest.select('at').as('latest')).first(trx.raw('count(*)::int AS count'), trx.raw('min(at) AS oldest'));
  return row as unknown as CodeRequests;
}

/** How many other phones among a phone's neighbours were sent a code within so many minutes, and when the first of them was. */
export async function neighbourPhones(trx: Knex.Transaction, neighbours: readonly Buffer[], phone: readonly Buffer[], minutes: number): Promise<CodeRequests> {
  const row = await trx('phone_code_request').whereIn('neighbours_index', neighbours).whereNotIn('phone_index', phone)
    .where('at', '>', trx.raw('now() - make_interval(mins => ?)', [minutes]))
    .first(trx.raw('count(DISTINCT phone_index)::int AS count'), trx.raw('min(at) AS oldest'));
  return row as unknown as CodeRequests;
}

/** Notes a request that leads to an SMS. */
export async function insertCodeRequest(trx: Knex.Transaction, request: { phone: readonly Buffer[]; neighbours: readonly Buffer[]; address: string }): Promise<void> {
  await trx('phone_code_request').insert({ phone_index: request.phone[0], neighbours_index: request.neighbours[0], address: request.address });
}

/** Notes that a limit over all phones was reached, until when; true for the first time since it last ended. */
export async function noteTrip(trx: Knex.Transaction, reason: string, until: Date): Promise<boolean> {
  const { rows: [row] } = await trx.raw<{ rows: { refused: number }[] }>(`
    INSERT INTO phone_code_trip AS trip (reason, since, until, refused) VALUES (:reason, now(), :until, 1)
    ON CONFLICT (reason) DO UPDATE SET
      since = CASE WHEN trip.until > now() THEN trip.since ELSE now() END,
      refused = CASE WHEN trip.until > now() THEN trip.refused + 1 ELSE 1 END,
      until = greatest(trip.until, :until::timestamptz)
    RETURNING refused`, { reason, until });
  return row!.refused === 1;
}

/** A code that may still prove its phone. */
export interface LiveProof {
  id: string;
  sent: number;
}

const LIVE = 'used_at IS NULL AND expires_at > now()';
/** So many guesses a code takes. */
const MOST_TRIES = 5;

/** The phone's code that still has tries and time. */
export async function liveProof(trx: Knex.Transaction, phone: readonly Buffer[]): Promise<LiveProof | undefined> {
  return trx('phone_proof').whereIn('phone_index', phone).whereRaw(LIVE).where('tries', '<', MOST_TRIES).orderBy('created_at', 'desc').first('id', 'sent');
}

/** Keeps a new code of a phone, which replaces those of before. */
export async function insertProof(trx: Knex.Transaction, { id, phone, codeHash, minutes }: { id: string; phone: readonly Buffer[]; codeHash: Buffer; minutes: number }): Promise<void> {
  await trx('phone_proof').whereIn('phone_index', phone).whereRaw(LIVE).update({ expires_at: trx.fn.now() });
  await trx('phone_proof').insert({ id, phone_index: phone[0], code_hash: codeHash, sent: 1, expires_at: trx.raw('now() + make_interval(mins => ?)', [minutes]) });
}

/** A code goes out again, and is good from now on for its whole time. The code itself is taken from its first SMS. */
export async function sendProofAgain(trx: Knex.Transaction, seal: Seal, { id, sent }: LiveProof, minutes: number): Promise<string | undefined> {
  await trx('phone_proof').where({ id }).update({ sent: sent + 1, expires_at: trx.raw('now() + make_interval(mins => ?)', [minutes]) });
  return (await smsParams(trx, seal, proofKey(id, 1)))?.code;
}

/** The key of the n-th SMS with a code. */
export const proofKey = (id: string, n: number): string => `phone-proof.${id}.${n}`;

/**
 * Counts a guess at the phone's code before it is compared, in one statement: twenty at once on the last try are one. Undefined where there
 * is nothing to guess at any more.
 */
export async function countTry(db: Db | Knex.Transaction, phone: readonly Buffer[]): Promise<{ id: string; codeHash: Buffer } | undefined> {
  const { rows: [row] } = await db.raw<{ rows: { id: string; codeHash: Buffer }[] }>(`
    UPDATE phone_proof SET tries = tries + 1
    WHERE id = (SELECT id FROM phone_proof WHERE phone_index = ANY (:phone) AND used_at IS NULL AND expires_at > now() ORDER BY created_at DESC LIMIT 1)
      AND used_at IS NULL AND expires_at > now() AND tries < :most
    RETURNING id, code_hash AS "codeHash"`, { phone, most: MOST_TRIES });
  return row;
}

/** Uses a code up; true for the first who does. */
export async function useProof(db: Db | Knex.Transaction, id: string): Promise<boolean> {
  return (await db('phone_proof').where({ id }).whereRaw(LIVE).update({ used_at: db.fn.now() })) === 1;
}

/** Deletes codes and requests that no limit looks at any more. Returns how many rows. */
export async function deleteOldProofs(db: Db): Promise<number> {
  const dayAgo = db.raw(`now() - interval '1 day'`);
  return await db('phone_proof').where('created_at', '<', dayAgo).delete() + await db('phone_code_request').where('at', '<', dayAgo).delete();
}
