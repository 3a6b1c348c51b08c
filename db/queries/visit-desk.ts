import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';
import { personalIndex } from './personal.ts';
import { MOST_TRIES } from './visits.ts';

/** Counts a look at the last four of a visit's phone or card; answers how many are left, undefined when none was. */
export async function countVerify(db: Db, processId: string): Promise<number | undefined> {
  const [row] = await db('visit').where({ process_id: processId }).where('verify_tries', '<', MOST_TRIES)
    .update({ verify_tries: db.raw('verify_tries + 1') }).returning('verify_tries');
  return row && MOST_TRIES - row.verify_tries;
}

export type BlockedKind = 'phone' | 'id-number' | 'plate';

/** One entry of the block list, in force or removed. */
export interface BlockedRow {
  id: string;
  kind: BlockedKind;
  masked: string;
  reason: string;
  until: string | null;
  by: string;
  at: Date;
  removedAt: Date | null;
  removedBy: string | null;
  removalReason: string | null;
}

/** The block list with what was removed, the newest first. */
export async function blockedVisitors(db: Db): Promise<BlockedRow[]> {
  return db('blocked_visitor').join('person as by', 'by.id', 'blocked_visitor.created_by').leftJoin('person as remover', 'remover.id', 'blocked_visitor.removed_by')
    .select(
      'blocked_visitor.id', 'kind', 'masked', 'reason', db.raw("to_char(until, 'YYYY-MM-DD') AS until"), 'by.name as by', 'blocked_visitor.created_at as at',
      'removed_at as removedAt', 'remover.name as removedBy', 'removal_reason as removalReason',
    ).orderBy('blocked_visitor.id', 'desc').limit(500);
}

/** Puts a number on the block list, of which only a keyed hash is kept; answers the entry's id. */
export async function blockVisitor(trx: Knex.Transaction, seal: Seal, { kind, value, masked, reason, until, by }: {
  kind: BlockedKind; value: string; masked: string; reason: string; until?: string | undefined; by: string;
}): Promise<string> {
  const id = `blocked-${uuidv7()}`;
  await trx('blocked_visitor').insert({
    id, kind, index: personalIndex(seal, kind, value), masked, reason, until: until ?? null, created_by: by,
  });
  return id;
}

/** Takes an entry off the list. False when there is none in force. */
export async function unblockVisitor(trx: Knex.Transaction, { id, reason, by }: { id: string; reason: string; by: string }): Promise<boolean> {
  return (await trx('blocked_visitor').where({ id }).whereNull('removed_at').update({ removed_at: trx.fn.now(), removed_by: by, removal_reason: reason })) === 1;
}

/** A kiosk as the front desk sees it. */
export interface KioskItem {
  id: string;
  name: string;
  place: string;
  enrolledAt: Date | null;
  lastSeenAt: Date | null;
  revokedAt: Date | null;
  failuresLastHour: number;
}

/** All kiosks, those in use first. */
export async function kiosks(db: Db): Promise<KioskItem[]> {
  return db('kiosk').select(
    'id', 'name', 'place', 'enrolled_at as enrolledAt', 'last_seen_at as lastSeenAt', 'revoked_at as revokedAt',
    db('kiosk_failure').count('*').whereRaw("kiosk_failure.kiosk_id = kiosk.id AND at > now() - interval '1 hour'").as('failuresLastHour'),
  ).orderByRaw('revoked_at NULLS FIRST, id');
}

/** A kiosk that one device may become within ten minutes, by the code of this hash. */
export async function addKiosk(trx: Knex.Transaction, { id, name, place, enrolmentHash, by }: {
  id: string; name: string; place: string; enrolmentHash: Buffer; by: string;
}): Promise<void> {
  await trx('kiosk').insert({
    id, name, place, enrolment_hash: enrolmentHash, enrolment_until: trx.raw("now() + interval '10 minutes'"), created_by: by,
  });
}

/** Ends a kiosk: its device is nobody any more. False when there is none in use. */
export async function revokeKiosk(trx: Knex.Transaction, id: string): Promise<boolean> {
  return (await trx('kiosk').where({ id }).whereNull('revoked_at').update({ revoked_at: trx.fn.now(), token_hash: null, enrolment_hash: null })) === 1;
}
