import { createHash, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Knex } from 'knex';
import type { Db } from '../db/connect.ts';
import { kioskOf, walkInsLastHour, type KioskRow } from '../db/queries/visit-gate.ts';
import type { Config } from './config.ts';
import { cookieName, cookieOptions, readCookie } from './cookies.ts';
import { Problem } from './errors.ts';

/** An enrolled device at the gate: it may let in and out, and nothing else. */
export type Kiosk = KioskRow;

const KIOSK = 'kiosk';
const A_YEAR_MS = 365 * 86_400_000;

/** The kiosk that sends the request; undefined when the device is not enrolled, or not any more. */
export async function readKiosk(db: Db, config: Config, req: Request): Promise<Kiosk | undefined> {
  const token = readCookie(req, cookieName(KIOSK, config), /^[\w-]{43}$/);
  return token ? kioskOf(db, hashOfToken(token)) : undefined;
}

/** A credential for one device: `send` puts it into a cookie that stays for a year. */
export function kioskCredential(config: Config): { tokenHash: Buffer; send(res: Response): void } {
  const token = randomBytes(32).toString('base64url');
  return {
    tokenHash: hashOfToken(token),
    send: (res) => { res.cookie(cookieName(KIOSK, config), token, { ...cookieOptions(config), sameSite: 'strict', maxAge: A_YEAR_MS }); },
  };
}

/** What is kept of a token, or of a code that enrols a kiosk. */
export function hashOfToken(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Each asks a host by SMS, and nobody proves a phone at a kiosk. */
const MOST_WALK_INS_AN_HOUR = 30;

/** Lets a kiosk ask for another visit, at most 30 an hour; whoever asks beside it waits. Throws 429 with the instant from which it works again. */
export async function limitWalkIns(trx: Knex.Transaction, kioskId: string): Promise<void> {
  const { count, freeIn } = await walkInsLastHour(trx, kioskId);
  if (count >= MOST_WALK_INS_AN_HOUR) throw new Problem('kiosk-too-many-walk-ins', { most: MOST_WALK_INS_AN_HOUR }, { retryAfter: Math.max(1, freeIn) });
}
