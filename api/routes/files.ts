import { v7 as uuidv7 } from 'uuid';
import { recordAudit } from '../../db/queries/audit.ts';
import { countUnattached, findVisibleFile, insertFile, lockHash } from '../../db/queries/files.ts';
import { fileContract } from '../contract/files.ts';
import type { Deps } from '../deps.ts';
import { handle, type Call, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { developPhoto } from '../files/photo.ts';
import { createFileStore, type Size } from '../files/store.ts';
import { createPlaces, readUpload } from '../files/upload.ts';
import { createTurns } from '../in-turn.ts';

/** Of one person, in no process yet. */
const MOST_UNATTACHED = 60;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

type Reading = Call<typeof fileContract.getFile> | Call<typeof fileContract.getThumbnail>;

/** Photos: taken in, made anew, and shown to whoever may see what they belong to. */
export function fileRoutes({ db, config }: Deps): Route[] {
  const store = createFileStore(config.dataDir);
  const inPlace = createPlaces();
  const inTurn = createTurns();

  async function send({ actor, params: { id }, res }: Reading, size: Size): Promise<void> {
    const file = UUID.test(id) ? await findVisibleFile(db, id, actor) : undefined;
    if (!file) throw new Problem('not-found');
    await new Promise<void>((resolve, reject) => {
      res.sendFile(store.placeOf(file.sha256, size), {
        root: store.folder, cacheControl: false, lastModified: false, acceptRanges: false,
        headers: {
          'Content-Type': 'image/jpeg',
          'Content-Disposition': `inline; filename="${size}-${id.slice(-12)}.jpg"`,
          'Content-Security-Policy': "sandbox; default-src 'none'",
          // Asked again each time, since a right may have gone; what is the same is not sent again.
          'Cache-Control': 'private, no-cache',
          ETag: `"${file.sha256.slice(0, 32)}-${size}"`,
        },
      }, (error) => {
        // Whoever leaves in the middle is no failure. Bytes that are not there are one, and no 404.
        if (!error || res.headersSent || ('code' in error && error.code === 'ECONNABORTED')) resolve();
        else reject(new Error(`the ${size} of file ${id} cannot be read`, { cause: error }));
      });
    });
  }

  return [
    handle(fileContract.uploadFile, async ({ actor, req }) => inPlace(req, actor.personId, async () => {
      const bytes = await readUpload(req);
      // Behind the reading: whoever is still sending would not hear the answer.
      if (await countUnattached(db, actor.personId) >= MOST_UNATTACHED) throw new Problem('too-many-unattached', { most: MOST_UNATTACHED });
      const { photo, thumbnail, sha256, width, height } = await inTurn(req, () => developPhoto(bytes));
      const id = uuidv7();
      await db.transaction(async (trx) => {
        await lockHash(trx, sha256);
        await store.write(sha256, 'thumbnail', thumbnail);
        await store.write(sha256, 'photo', photo);
        await insertFile(trx, { id, sha256, bytes: photo.length, width, height, owner_id: actor.personId });
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'file-uploaded', object: id });
      });
      return { id, width, height, bytes: photo.length };
    })),

    handle(fileContract.getFile, (call) => send(call, 'photo')),

    handle(fileContract.getThumbnail, (call) => send(call, 'thumbnail')),
  ];
}
