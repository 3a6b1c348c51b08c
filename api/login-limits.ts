import type { Db } from '../db/connect.ts';
import { countLoginFailures, insertLoginAttempt, lockLogin } from '../db/queries/sessions.ts';
import { Problem } from './errors.ts';

const WINDOW_MINUTES = 15;
const FAILURES_PER_ACCOUNT = 10;
/** An office may share one address, so it has more room than an account. */
const FAILURES_PER_ADDRESS = 50;

/** Who tries: the user name as typed, from where, and the browser if it is one that this name has used before. */
export interface LoginTry {
  readonly username: string;
  readonly address: string;
  readonly browser: string | undefined;
}

/** A try that may be looked at. */
export interface LoginAttempt {
  readonly id: number;
  /** When it fails, the next ones are refused: worth a line that an administrator reads. */
  readonly isLast: boolean;
}

/**
 * Notes that somebody tries to enter by another app's ticket, as failed until told otherwise; answers the attempt's id. Counted by address
 * alone, together with failed logins: a forger must not lock out an app. Throws 429 when the address has used its tries up.
 */
export async function beginEntry(db: Db, address: string): Promise<number> {
  const account = `${'-'.repeat(100)} entry ${address}`;
  return db.transaction(async (trx) => {
    await lockLogin(trx, account, address);
    const { forAddress, addressFreeIn } = await countLoginFailures(trx, account, address, WINDOW_MINUTES);
    if (forAddress >= FAILURES_PER_ADDRESS) throw new Problem('too-many-logins', { minutes: Math.ceil(addressFreeIn / 60) }, { retryAfter: addressFreeIn });
    return insertLoginAttempt(trx, { username: account, address, succeeded: false });
  });
}

/**
 * Notes a login attempt before its password is looked at, as failed until told otherwise; so fifty guesses at once are no
 * more guesses than fifty in a row. Throws 429 when account or address have used theirs up (existing and unknown accounts
 * alike). A browser that the name has used before has a count of its own, and none by address: guessers cannot use it up.
 */
export async function beginLogin(db: Db, { username, address, browser }: LoginTry): Promise<LoginAttempt> {
  // Longer than any user name that can be typed, so it is nobody's name.
  const account = browser === undefined ? username : `${'-'.repeat(100)} browser ${browser}`;
  return db.transaction(async (trx) => {
    await lockLogin(trx, account, address);
    const failures = await countLoginFailures(trx, account, address, WINDOW_MINUTES);
    const perAddress = browser === undefined ? FAILURES_PER_ADDRESS : Infinity;
    const wait = Math.max(
      failures.forUsername >= FAILURES_PER_ACCOUNT ? failures.usernameFreeIn : 0,
      failures.forAddress >= perAddress ? failures.addressFreeIn : 0,
    );
    if (wait > 0) throw new Problem('too-many-logins', { minutes: Math.ceil(wait / 60) }, { retryAfter: wait });
    return {
      id: await insertLoginAttempt(trx, { username: account, address, succeeded: false }),
      isLast: failures.forUsername === FAILURES_PER_ACCOUNT - 1 || failures.forAddress === perAddress - 1,
    };
  });
}
