import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/** Days for which a one-time password opens its account. */
const ONE_TIME_PASSWORD_DAYS = 7;

/**
 * Sets a person's own password in place of the one that was verified; it is no longer an administrator's. False when that one is no longer
 * in force: a reset or a deactivation came between.
 */
export async function setOwnPassword(
  trx: Knex.Transaction, personId: string, { verified, next }: { verified: string; next: string },
): Promise<boolean> {
  const changed = await trx('person').where({ id: personId, active: true, password_hash: verified })
    .update({ password_hash: next, one_time_password_until: null });
  return changed === 1;
}

/** Whether the verified password still opens the account; it stays so until the transaction ends. */
export async function holdPassword(trx: Knex.Transaction, personId: string, verified: string): Promise<boolean> {
  return (await trx('person').where({ id: personId, active: true, password_hash: verified }).forShare().first('id')) !== undefined;
}

/** Sets a password that its person must change at the next login, within days. Returns until when it opens the account. */
export async function setOneTimePassword(trx: Knex.Transaction, personId: string, passwordHash: string): Promise<Date> {
  const [row] = await trx('person').where({ id: personId }).update({
    password_hash: passwordHash, one_time_password_until: trx.raw('now() + make_interval(days => ?)', [ONE_TIME_PASSWORD_DAYS]),
  }).returning<{ one_time_password_until: Date }[]>('one_time_password_until');
  return row!.one_time_password_until;
}

/** What a person who changes the own password must not use as a password, and the stored hash. */
export async function findOwnPassword(
  db: Db, personId: string,
): Promise<{ passwordHash: string | null; phone: string | null } | undefined> {
  return db('person').where({ id: personId, active: true }).first('password_hash as passwordHash', 'phone');
}

/** Ends the sessions of a person, except the one with this token; returns how many. */
export async function deleteSessionsOf(trx: Knex.Transaction, personId: string, except?: Buffer): Promise<number> {
  return trx('session').where({ person_id: personId }).modify((query) => {
    if (except) void query.whereNot('token_hash', except);
  }).delete();
}
