import { randomBytes, randomInt, scrypt, timingSafeEqual, type ScryptOptions } from 'node:crypto';

// OWASP's figures for scrypt: 32 MiB and about 60 ms a password on one core.
const parameters = { N: 2 ** 15, r: 8, p: 3 };
const KEY_BYTES = 32;
const stored = /^scrypt\$N=(\d{1,8}),r=(\d{1,3}),p=(\d{1,3})\$([\w-]{22,})\$([\w-]{43})$/;

/** `scrypt$N=…,r=…,p=…$salt$key`, with a salt of its own: what the database keeps of a password. */
export async function hashPassword(password: string): Promise<string> {
  const { N, r, p } = parameters;
  const salt = randomBytes(16);
  const key = await derive(password, salt, parameters);
  return `scrypt$N=${N},r=${r},p=${p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
}

/** Whether the password fits. Without a stored hash (unknown person) it works as long and answers false. */
export async function verifyPassword(password: string, hash: string | null | undefined): Promise<boolean> {
  const [, N, r, p, salt, key] = stored.exec(hash ?? '') ?? [];
  if (!salt || !key) {
    await derive(password, randomBytes(16), parameters);
    return false;
  }
  const found = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return timingSafeEqual(found, Buffer.from(key, 'base64url'));
}

function derive(password: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((resolve, reject) => {
    // The same characters typed on different keyboards must give the same bytes.
    scrypt(password.normalize('NFC'), salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}

// Without letters and digits that look alike when they are read aloud or off a note.
const READABLE = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password to be typed once from a note: three groups of four, 59 bits. */
export function oneTimePassword(): string {
  const signs = Array.from({ length: 12 }, () => READABLE[randomInt(READABLE.length)]!).join('');
  return [signs.slice(0, 4), signs.slice(4, 8), signs.slice(8)].join('-');
}
