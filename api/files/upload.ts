import busboy from 'busboy';
import type { Request } from 'express';
import { readBytes } from '../body.ts';
import { Problem } from '../errors.ts';

/** Of one photo, in MiB. */
const MOST_MIB = 10;
const MOST_BYTES = MOST_MIB * 1_048_576;
/** What stands around the file in its request. */
const AROUND = 16_384;
/** Uploads at once: each holds a whole photo in memory. */
const MOST_AT_ONCE = 8;
const MOST_OF_ONE = 2;
const COME_AGAIN_S = 5;
/** The only part that a request has. */
const FIELD = 'file';

/** Takes care that not too many uploads are under way, nor too many of one person. Throws 429 then. */
export function createPlaces(): <T>(req: Request, personId: string, work: () => Promise<T>) => Promise<T> {
  const taken = new Map<string, number>();
  let all = 0;
  return async (req, personId, work) => {
    const mine = taken.get(personId) ?? 0;
    if (all >= MOST_AT_ONCE || mine >= MOST_OF_ONE) {
      await discard(req);
      throw new Problem('busy', {}, { retryAfter: COME_AGAIN_S });
    }
    taken.set(personId, mine + 1);
    all += 1;
    try {
      return await work();
    } finally {
      all -= 1;
      const left = taken.get(personId)! - 1;
      if (left > 0) taken.set(personId, left);
      else taken.delete(personId);
    }
  };
}

/** Reads on and keeps nothing: whoever is still sending would not hear the answer. */
async function discard(req: Request): Promise<void> {
  let length = 0;
  try {
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > MOST_BYTES + AROUND) return;
    }
  } catch {
    // The caller went away: there is nobody to answer.
  }
}

/**
 * The bytes of the one file in a multipart request; its name and its declared type are not looked at. Throws 400 for anything but one file in
 * the field `file`, 413 above 10 MiB.
 */
export async function readUpload(req: Request): Promise<Buffer> {
  const tooLarge = new Problem('photo-too-large', { most: MOST_MIB });
  const body = await readBytes(req, MOST_BYTES + AROUND, { tooLarge, brokenOff: new Problem('upload-malformed') });
  const file = await fileIn(body, req.headers['content-type'] ?? '');
  if (file.length > MOST_BYTES) throw tooLarge;
  return file;
}

async function fileIn(body: Buffer, type: string): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(new Problem('upload-malformed'));
    let parser: busboy.Busboy;
    try {
      parser = busboy({ headers: { 'content-type': type }, limits: { files: 1, fields: 0, parts: 10, headerPairs: 20 } });
    } catch {
      refuse();
      return;
    }
    let file: Buffer | undefined;
    // A broken body lets parser and file fail one after the other, and more than once: each must find somebody who listens.
    parser.on('error', refuse).on('filesLimit', refuse).on('fieldsLimit', refuse);
    parser.on('file', (name, stream) => {
      const chunks: Buffer[] = [];
      stream.on('error', refuse).on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => { file = chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks); });
      if (name !== FIELD) refuse();
    });
    parser.on('close', () => {
      if (file) resolve(file);
      else refuse();
    });
    parser.end(body);
  });
}
