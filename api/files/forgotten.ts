import type { Db } from '../../db/connect.ts';
import { deleteForgotten, forgottenHashes, lockHash } from '../../db/queries/files.ts';
import type { FileStore } from './store.ts';

/** So many hashes in one go. */
const BATCH = 200;

/** Deletes photos that nobody has attached within a day, with their bytes unless another one has the same. Answers how many. */
export async function deleteForgottenFiles(db: Db, store: FileStore): Promise<number> {
  let deleted = 0;
  for (let hashes = await forgottenHashes(db, BATCH); hashes.length > 0; hashes = await forgottenHashes(db, BATCH)) {
    for (const sha256 of hashes) {
      deleted += await db.transaction(async (trx) => {
        await lockHash(trx, sha256);
        const { deleted: rows, needed } = await deleteForgotten(trx, sha256);
        // Before the commit: a crash in between leaves a row, which the next time finds again, never bytes that nobody knows.
        if (!needed) await store.remove(sha256);
        return rows;
      });
    }
  }
  await store.removeDrafts();
  return deleted;
}
