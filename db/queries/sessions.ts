import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';

/** A session with its person and the rights that the person has now. */
export interface SessionRow {
  personId: string;
  username: string;
  name: string;
  departmentId: string;
  locale: string;
  roles: string[];
  /** Ids of the departments that the person leads. */
  leads: string[];
  /** Neither idle nor absolute time is over, and the person is active. */
  alive: boolean;
  /** The password is an administrator's, and the session was begun with it. */
  mustChangePassword: boolean;
  /** Last seen more than a minute ago. */
  seenLongAgo: boolean;
}

/** Everything that a request needs to know about its caller, in one statement. */
export async function findSession(db: Db, tokenHash: Buffer, idleMinutes: number): Promise<SessionRow | undefined> {
  const [session] = await prepared<SessionRow>(db, 'find-session', `
    SELECT p.id AS "personId", p.username, p.name, p.department_id AS "departmentId", p.locale,
      ARRAY(SELECT role_id FROM person_role WHERE person_id = p.id ORDER BY role_id) AS roles,
      ARRAY(SELECT id FROM department WHERE leader_id = p.id ORDER BY id) AS leads,
      p.active AND s.ends_at > now() AND s.last_seen_at > now() - make_interval(mins => ?) AS alive,
      p.one_time_password_until IS NOT NULL AND s.entry_app IS NULL AS "mustChangePassword",
      s.last_seen_at < now() - interval '1 minute' AS "seenLongAgo"
    FROM session s JOIN person p ON p.id = s.person_id
    WHERE s.token_hash = ?`, [idleMinutes, tokenHash]);
  return session;
}

/** A person with the rights of now, without any session; undefined unless active. */
export async function findRights(db: Db, personId: string): Promise<Omit<SessionRow, 'alive' | 'seenLongAgo'> | undefined> {
  const { rows: [person] } = await db.raw<{ rows: SessionRow[] }>(`
    SELECT p.id AS "personId", p.username, p.name, p.department_id AS "departmentId", p.locale,
      ARRAY(SELECT role_id FROM person_role WHERE person_id = p.id ORDER BY role_id) AS roles,
      ARRAY(SELECT id FROM department WHERE leader_id = p.id ORDER BY id) AS leads,
      p.one_time_password_until IS NOT NULL AS "mustChangePassword"
    FROM person p WHERE p.id = ? AND p.active`, [personId]);
  return person;
}

/** Stores a new session that ends at the latest after so many hours. */
export async function insertSession(
  db: Db | Knex.Transaction, session: { tokenHash: Buffer; personId: string; hours: number; entryApp?: string | undefined },
): Promise<void> {
  await db('session').insert({
    token_hash: session.tokenHash,
    person_id: session.personId,
    entry_app: session.entryApp ?? null,
    ends_at: db.raw('now() + make_interval(hours => ?)', [session.hours]),
  });
}

/** Notes that the session was used; at most once a minute, however many requests run at once. */
export async function touchSession(db: Db, tokenHash: Buffer): Promise<void> {
  await db('session').where('token_hash', tokenHash).where('last_seen_at', '<', db.raw(`now() - interval '1 minute'`))
    .update({ last_seen_at: db.fn.now() });
}

/** Ends a session. */
export async function deleteSession(db: Db | Knex.Transaction, tokenHash: Buffer): Promise<void> {
  await db('session').where('token_hash', tokenHash).delete();
}

/** Deletes sessions whose time is over, and login attempts that no limit looks at any more. Returns how many rows. */
export async function deleteOldSessions(db: Db, idleMinutes: number): Promise<number> {
  const ended = await db('session').where('ends_at', '<', db.fn.now())
    .orWhere('last_seen_at', '<', db.raw('now() - make_interval(mins => ?)', [idleMinutes])).delete();
  const attempts = await db('login_attempt').where('at', '<', db.raw(`now() - interval '1 day'`)).delete();
  return ended + attempts;
}

/** Failed logins of the last minutes, and in how many seconds the oldest of them stops counting. */
export interface LoginFailures {
  forUsername: number;
  forAddress: number;
  usernameFreeIn: number;
  addressFreeIn: number;
}

/**
 * Makes logins for one user name, and from one address, take turns until the transaction ends: so that counting and noting
 * are one step. Always in this order, so that nobody waits in a circle.
 */
export async function lockLogin(trx: Knex.Transaction, username: string, address: string): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?, hashtext(?))', [1, username]);
  await trx.raw('SELECT pg_advisory_xact_lock(?, hashtext(?))', [2, address]);
}

/** Counts failed logins within the window. A success in between forgives nothing: a guesser could wait for it. */
export async function countLoginFailures(
  trx: Knex.Transaction, username: string, address: string, windowMinutes: number,
): Promise<LoginFailures> {
  const { rows } = await trx.raw<{ rows: LoginFailures[] }>(`
    SELECT count(*) FILTER (WHERE username = :username) AS "forUsername",
      count(*) FILTER (WHERE address = :address) AS "forAddress",
      coalesce(ceil(min(free_in) FILTER (WHERE username = :username)), 0)::int AS "usernameFreeIn",
      coalesce(ceil(min(free_in) FILTER (WHERE address = :address)), 0)::int AS "addressFreeIn"
    FROM (
      SELECT username, address, extract(epoch FROM at + make_interval(mins => :minutes) - now()) AS free_in
      FROM login_attempt
      WHERE NOT succeeded AND at > now() - make_interval(mins => :minutes) AND (username = :username OR address = :address)
    ) AS failed`,
  { minutes: windowMinutes, username, address });
  return rows[0]!;
}

/** Notes a login attempt; returns its id. */
export async function insertLoginAttempt(
  trx: Knex.Transaction, attempt: { username: string; address: string; succeeded: boolean },
): Promise<number> {
  const [row] = await trx('login_attempt').insert(attempt).returning<{ id: number }[]>('id');
  return row!.id;
}

/** The attempt turned out well. */
export async function markLoginSucceeded(db: Db | Knex.Transaction, id: number): Promise<void> {
  await db('login_attempt').where({ id }).update({ succeeded: true });
}
