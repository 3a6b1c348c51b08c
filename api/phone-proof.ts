import { randomInt } from 'node:crypto';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../db/connect.ts';
import { recordAudit } from '../db/queries/audit.ts';
import {
  codeRequests, countTry, insertCodeRequest, insertProof, liveProof, lockCodeRequests, neighbourPhones, noteTrip, proofKey, sendProofAgain, useProof,
  type Counted,
} from '../db/queries/phone-proof.ts';
import { enqueueSms, phoneIndexes } from '../db/queries/sms.ts';
import type { Seal } from '../db/sealed.ts';
import type { Locale } from './actor.ts';

/** Minutes for which a code is good, as its SMS says; asked for again meanwhile, it is the same one. */
const GOOD_MINUTES = 10;
const HOUR = 60;
const DAY = 24 * HOUR;
const PER_HOUR_OVER_ALL = 200;
/** So many neighbours (the same first nine of eleven digits) within an hour are somebody who sends SMS to a range of numbers. */
const NEIGHBOURS_PER_HOUR = 20;

/** Whether a code went out; where not, the instant from which it may. */
export type ProofSent = { sent: true } | { sent: false; until: Date };

/**
 * Sends a six-digit code to a phone of mainland China (E.164), unless a limit is reached: 1 a minute, 3 an hour and 5 a day to a phone, 10 an hour
 * from an address, 200 an hour over all, 20 neighbours an hour. The last two are shown on the administrator's page, so commit `trx` also when
 * nothing was sent.
 */
export async function sendProof(
  trx: Knex.Transaction, seal: Seal, { phone, address, locale }: { phone: string; address: string; locale: Locale },
): Promise<ProofSent> {
  const index = phoneIndexes(seal, phone);
  const neighbours = seal.indexes(phone.slice(0, -2), 'phone-proof.neighbours');
  await lockCodeRequests(trx);
  // What one caller did comes first: alone it must not trip what is everybody's.
  const until = await limitReached(trx, [
    [{ phone: index }, 1, 1], [{ phone: index }, HOUR, 3], [{ phone: index }, DAY, 5], [{ address }, HOUR, 10],
  ]);
  if (until) return { sent: false, until };
  const breaker = await limitReached(trx, [[{ all: true }, HOUR, PER_HOUR_OVER_ALL]]);
  if (breaker) return trip(trx, 'codes-spent', breaker);
  const near = await neighbourPhones(trx, neighbours, index, HOUR);
  if (near.count >= NEIGHBOURS_PER_HOUR) return trip(trx, 'codes-neighbours', after(near.oldest!, HOUR));
  await insertCodeRequest(trx, { phone: index, neighbours, address });
  await send(trx, seal, { phone, index, locale });
  return { sent: true };
}

/** The latest instant at which all limits allow it again; undefined when they do now. Each is whose requests, within how many minutes, how many. */
async function limitReached(trx: Knex.Transaction, limits: readonly (readonly [Counted, number, number])[]): Promise<Date | undefined> {
  let until: Date | undefined;
  for (const [of, minutes, most] of limits) {
    const { count, oldest } = await codeRequests(trx, of, minutes, most);
    if (count < most) continue;
    const free = after(oldest!, minutes);
    if (!until || free > until) until = free;
  }
  return until;
}

const after = (at: Date, minutes: number): Date => new Date(at.getTime() + minutes * 60_000);

async function trip(trx: Knex.Transaction, reason: 'codes-spent' | 'codes-neighbours', until: Date): Promise<ProofSent> {
  const isFirst = await noteTrip(trx, reason, until);
  // Once, not for each of the thousands that may follow.
  if (isFirst) await recordAudit(trx, { actor: { kind: 'system' }, action: 'phone-codes-refused', refused: true, code: reason });
  return { sent: false, until };
}

async function send(trx: Knex.Transaction, seal: Seal, { phone, index, locale }: { phone: string; index: readonly Buffer[]; locale: Locale }): Promise<void> {
  const live = await liveProof(trx, index);
  const again = live && await sendProofAgain(trx, seal, live, GOOD_MINUTES);
  const id = again ? live.id : uuidv7();
  const code = again ?? String(randomInt(1_000_000)).padStart(6, '0');
  if (!again) await insertProof(trx, { id, phone: index, codeHash: seal.index(code, placeOf(id)), minutes: GOOD_MINUTES });
  const now = new Date();
  await enqueueSms(trx, seal, {
    key: proofKey(id, again ? live!.sent + 1 : 1), phone, template: 'phone-code', locale, params: { code }, notBefore: now, expiresAt: after(now, GOOD_MINUTES),
  });
}

/**
 * Whether `code` is the one that was sent to the phone: true once, within its ten minutes and the first five guesses; in all other cases
 * alike false. The guess is counted before it is compared. With a transaction, commit it also when the answer is false, or the guess was free.
 */
export async function checkProof(db: Db | Knex.Transaction, seal: Seal, { phone, code }: { phone: string; code: string }): Promise<boolean> {
  const found = await countTry(db, phoneIndexes(seal, phone));
  // As much work where there is nothing to compare with.
  const wanted = found?.codeHash ?? Buffer.alloc(32);
  const isRight = seal.isIndexOf(wanted, code, placeOf(found?.id ?? ''));
  return isRight && found !== undefined && useProof(db, found.id);
}

const placeOf = (id: string): string => `phone-proof.${id}`;
