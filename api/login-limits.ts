import type { Db } from '../db/connect.ts';
import { countLoginFailures, insertLoginAttempt, lockLogin } from '../db/queries/sessions.ts';
import { Problem } from './errors.ts';

const WINDOW_MINUTES = 15;
const FAILURES_PER_ACCOUNT = 10;
/** An office may share one address, so it has more room than an account. */
const FAILURES_PER_ADDRESS = 50;

/**
 * Notes a login attempt before its password is looked at, as failed until told otherwise; so fifty guesses at once are no
 * more guesses than fifty in a row. Returns the attempt's id; throws 429 when account or address have used theirs up
 * (existing and unknown accounts alike).
 */
export async function beginLogin(db: Db, username: string, address: string): Promise<number> {
  return db.transaction(async (trx) => {
    await lockLogin(trx, username, address);
    const failures = await countLoginFailures(trx, username, address, WINDOW_MINUTES);
    const wait = Math.max(
      failures.forUsername >= FAILURES_PER_ACCOUNT ? failures.usernameFreeIn : 0,
      failures.forAddress >= FAILURES_PER_ADDRESS ? failures.addressFreeIn : 0,
    );
    if (wait > 0) throw new Problem('too-many-logins', { minutes: Math.ceil(wait / 60) }, { retryAfter: wait });
    return insertLoginAttempt(trx, { username, address, succeeded: false });
  });
}
