import sharp from 'sharp';
import { developPhoto } from '../api/files/photo.ts';
import { createFileStore } from '../api/files/store.ts';
import type { Db } from '../db/connect.ts';
import { attachFiles, insertFile } from '../db/queries/files.ts';
import type { Answer, Person } from './person.ts';

/** One pixel. */
export const TINY_PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');

/** A request body with one file, as a page sends it. */
export function photoForm(bytes: Buffer, name = 'photo.jpg', type = 'image/jpeg'): FormData {
  const form = new FormData();
  form.append('file', new Blob([new Uint8Array(bytes)], { type }), name);
  return form;
}

/** A JPEG of one colour, of a phone that lay on its side and knew where it was; `colour` makes photos that differ. */
export async function phonePhoto(width = 800, height = 600, colour = '#3366cc'): Promise<Buffer> {
  return sharp({ create: { width, height, channels: 3, background: colour } })
    .jpeg()
    .withExif({
      IFD0: { Make: 'TestPhone', ImageDescription: 'GEHEIM' },
      IFD3: { GPSLatitudeRef: 'N', GPSLatitude: '39/1 54/1 20/1', GPSLongitudeRef: 'E', GPSLongitude: '116/1 23/1 29/1' },
    })
    .withMetadata({ orientation: 6 })
    .toBuffer();
}

/** Uploads a photo and answers its id. Throws unless it is taken. */
export async function uploadPhoto(person: Person, bytes?: Buffer): Promise<string> {
  const { status, body }: Answer = await person.post('/files', photoForm(bytes ?? await phonePhoto()));
  if (status !== 201) throw new Error(`photo: ${status} ${JSON.stringify(body)}`);
  return body.id;
}

/** Puts a photo into the database and the data folder, as if `owner` had uploaded it and, with a process, sent it with a form. */
export async function putPhoto(db: Db, dataDir: string, { id, owner, process }: { id: string; owner: string; process?: string }): Promise<void> {
  const { photo, thumbnail, sha256, width, height } = await developPhoto(TINY_PNG);
  const store = createFileStore(dataDir);
  await store.write(sha256, 'photo', photo);
  await store.write(sha256, 'thumbnail', thumbnail);
  await db.transaction(async (trx) => {
    await insertFile(trx, { id, sha256, bytes: photo.length, width, height, owner_id: owner });
    if (process !== undefined) await attachFiles(trx, [id], process);
  });
}
