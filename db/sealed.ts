import { createCipheriv, createDecipheriv, createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto';

/** Personal data at rest (design, rule 3): each value encrypted by itself, found again by a keyed hash. `place` is its column. */
export interface Seal {
  /** The text encrypted for its place; each time another one. */
  seal(text: string, place: string): Buffer;
  /** The text again. Throws when it was sealed for another place, was changed, or its key is not known. */
  open(sealed: Buffer, place: string): string;
  /** The blind index of the text, for a row that is written now: the same each time, worth nothing without the key. */
  index(text: string, place: string): Buffer;
  /** The same for looking up: by every secret that is known, the one of now first. */
  indexes(text: string, place: string): readonly Buffer[];
  /** Whether an index that was kept is the text's, by one of the secrets; in the same time for any. */
  isIndexOf(index: Buffer, text: string, place: string): boolean;
}

/** The secrets of before that HOUQIN_EARLIER_SECRETS names, with commas between them. */
export function earlierSecrets(env: NodeJS.ProcessEnv): string[] {
  return (env.HOUQIN_EARLIER_SECRETS ?? '').split(',').filter((each) => each !== '');
}

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** So much of a key's hash stands before what it has sealed. */
const NAME_BYTES = 4;

/**
 * Seals with the first secret and opens and finds with any: an earlier one is kept behind a new one for as long as rows of its time are
 * (docs/runbook.md). AES-256-GCM; HMAC-SHA-256; keys by HKDF.
 */
export function createSeal(secret: string, ...earlier: readonly string[]): Seal {
  const keys = [secret, ...earlier].map((each) => {
    const key = derive(each, 'seal');
    return { key, name: createHash('sha256').update('name').update(key).digest().subarray(0, NAME_BYTES) };
  });
  const [current] = keys;
  const indexKeys = [secret, ...earlier].map((each) => derive(each, 'index'));
  const indexBy = (key: Buffer, text: string, place: string): Buffer => createHmac('sha256', key).update(place).update('\0').update(text).digest();
  const indexes = (text: string, place: string): readonly Buffer[] => indexKeys.map((key) => indexBy(key, text, place));
  return {
    seal(text, place) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv('aes-256-gcm', current!.key, iv).setAAD(Buffer.from(place));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([current!.name, iv, cipher.getAuthTag(), sealed]);
    },
    open(sealed, place) {
      const name = sealed.subarray(0, NAME_BYTES);
      const found = keys.find((each) => each.name.equals(name));
      if (!found) throw new Error('A sealed value has a key that is not known: put the earlier HOUQIN_SECRET into HOUQIN_EARLIER_SECRETS.');
      const iv = sealed.subarray(NAME_BYTES, NAME_BYTES + IV_BYTES);
      const tag = sealed.subarray(NAME_BYTES + IV_BYTES, NAME_BYTES + IV_BYTES + TAG_BYTES);
      const decipher = createDecipheriv('aes-256-gcm', found.key, iv).setAAD(Buffer.from(place)).setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(NAME_BYTES + IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    },
    index: (text, place) => indexBy(indexKeys[0]!, text, place),
    indexes,
    isIndexOf: (index, text, place) => indexes(text, place).filter((each) => each.length === index.length && timingSafeEqual(each, index)).length > 0,
  };
}

function derive(secret: string, what: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, 'houqin', `personal data: ${what}`, 32));
}
