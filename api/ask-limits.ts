import type { Db } from '../db/connect.ts';
import { countAskAttempts, insertAskAttempt, settleAskAttempt } from '../db/queries/sms-asks.ts';
import { Problem } from './errors.ts';

const PER_MINUTE = 30;
const FAILURES = 10;
const FAILURE_MINUTES = 15;

/**
 * Lets `look` at what a token opens, at most 30 times a minute from one address and with 10 failures in a quarter of an hour: undefined is a
 * failure, and answered 404. Throws 429 with the instant from which it works again.
 */
export async function limited<Found>(db: Db, address: string, look: () => Promise<Found | undefined>): Promise<Found> {
  const id = await db.transaction(async (trx) => {
    const { inAMinute, minuteFreeIn, failures, failuresFreeIn } = await countAskAttempts(trx, address, FAILURE_MINUTES);
    const wait = Math.max(inAMinute >= PER_MINUTE ? minuteFreeIn : 0, failures >= FAILURES ? failuresFreeIn : 0);
    if (wait > 0) throw new Problem('too-many-asks', { at: new Date(Date.now() + wait * 1_000) }, { retryAfter: wait });
    return insertAskAttempt(trx, address);
  });
  const found = await look();
  await settleAskAttempt(db, id, found === undefined);
  if (found === undefined) throw new Problem('not-found');
  return found;
}
