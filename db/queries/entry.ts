import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';

/** Uses an app's ticket up; true for the first who does. Others wait for the first one's transaction. */
export async function useTicket(trx: Knex.Transaction, app: string, jti: string): Promise<boolean> {
  const { rowCount } = await trx.raw<{ rowCount: number }>('INSERT INTO entry_ticket (app, jti_hash) VALUES (?, ?) ON CONFLICT DO NOTHING', [app, hashOf(jti)]);
  return rowCount === 1;
}

/** A colleague of another branch, as the app knows one. The phone in E.164. */
export interface Colleague {
  name: string;
  phone: string;
  branch?: string | undefined;
}

const PLACE = 'entry_proof.sealed';

/** Keeps who came from an app, sealed, for so many minutes; answers the token that stands for it, of which only a hash is kept. */
export async function addEntryProof(trx: Knex.Transaction, seal: Seal, colleague: Colleague, minutes: number): Promise<string> {
  const token = randomBytes(32).toString('base64url');
  await trx('entry_proof').insert({
    token_hash: hashOf(token), sealed: seal.seal(JSON.stringify(colleague), PLACE), expires_at: trx.raw('now() + make_interval(mins => ?)', [minutes]),
  });
  return token;
}

/** Uses a proof up, and deletes what it kept: undefined for one that is unknown, over or used. */
export async function takeEntryProof(trx: Knex.Transaction, seal: Seal, token: string): Promise<Colleague | undefined> {
  const [row] = await trx('entry_proof').where({ token_hash: hashOf(token) }).where('expires_at', '>', trx.fn.now()).delete().returning(['sealed']);
  return row && JSON.parse(seal.open(row.sealed, PLACE)) as Colleague;
}

/** Deletes tickets that are over anyway, and proofs that nobody used. Returns how many rows. */
export async function deleteOldEntries(db: Db): Promise<number> {
  return await db('entry_ticket').where('at', '<', db.raw(`now() - interval '1 hour'`)).delete()
    + await db('entry_proof').where('expires_at', '<', db.fn.now()).delete();
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
