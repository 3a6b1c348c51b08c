import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { whereVisible, type Viewer } from './visibility.ts';

/** A photo that was uploaded; its bytes lie in the data folder under its hash. */
export interface FileRow {
  id: string;
  sha256: string;
  bytes: number;
  width: number;
  height: number;
  owner_id: string;
  process_id: string | null;
}

/** What of a file is locked while it is attached. */
export type LockedFile = Pick<FileRow, 'id' | 'owner_id' | 'process_id'>;

/** A class of advisory locks of its own, so that no other one meets it. */
const HASH_LOCK = 4_867_510;

/** Until the transaction's end nobody else keeps or deletes bytes of this hash. */
export async function lockHash(trx: Knex.Transaction, sha256: string): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?, hashtext(?))', [HASH_LOCK, sha256]);
}

/** Keeps what a file is; the caller holds the lock on its hash and has written its bytes. */
export async function insertFile(trx: Knex.Transaction, file: Omit<FileRow, 'process_id'>): Promise<void> {
  await trx('file').insert(file);
}

/** How many files of a person belong to no process yet. */
export async function countUnattached(db: Db, ownerId: string): Promise<number> {
  const row = await db('file').where({ owner_id: ownerId }).whereNull('process_id').count('* as n').first();
  return Number(row?.n ?? 0);
}

/** A file, if the viewer may see it: one's own until it is attached, then whoever may see its process. */
export async function findVisibleFile(db: Db, id: string, viewer: Viewer): Promise<FileRow | undefined> {
  return db('file').where('file.id', id).where((any) => any
    .where((mine) => mine.whereNull('file.process_id').where('file.owner_id', viewer.personId))
    .orWhereExists((seen) => whereVisible(seen.from('process').whereRaw('process.id = file.process_id'), viewer)))
    .first('id', 'sha256', 'bytes', 'width', 'height', 'owner_id', 'process_id');
}

/** Those of the files that exist, as they are now and until the transaction's end. Locked in one order, so that no two wait for each other. */
export async function lockFiles(trx: Knex.Transaction, ids: readonly string[]): Promise<LockedFile[]> {
  return trx('file').select('id', 'owner_id', 'process_id').whereIn('id', [...ids]).orderBy('id').forUpdate();
}

/** Gives locked files to a process. */
export async function attachFiles(trx: Knex.Transaction, ids: readonly string[], processId: string): Promise<void> {
  await trx('file').whereIn('id', [...ids]).update({ process_id: processId, attached_at: trx.fn.now() });
}

/** Hashes of files that nobody has attached within a day, up to `limit`. */
export async function forgottenHashes(db: Db, limit: number): Promise<string[]> {
  const rows = await db('file').where(forgotten).distinct('sha256').limit(limit);
  return rows.map(({ sha256 }) => sha256);
}

/** Deletes the forgotten files of a hash; answers how many, and whether another file still needs the bytes. */
export async function deleteForgotten(trx: Knex.Transaction, sha256: string): Promise<{ deleted: number; needed: boolean }> {
  const deleted = await trx('file').where({ sha256 }).where(forgotten).delete();
  const other = await trx('file').where({ sha256 }).first('id');
  return { deleted, needed: other !== undefined };
}

function forgotten(query: Knex.QueryBuilder): void {
  void query.whereNull('process_id').whereRaw("created_at < now() - interval '1 day'");
}
