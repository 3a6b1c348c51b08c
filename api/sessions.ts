import { createHmac, randomBytes } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Knex } from 'knex';
import type { Db } from '../db/connect.ts';
import { deleteSessionsOf } from '../db/queries/accounts.ts';
import * as sessions from '../db/queries/sessions.ts';
import { overseenBy, principalsOf, type Actor, type Locale } from './actor.ts';
import type { Config } from './config.ts';
import { cookieName, cookieOptions, readCookie } from './cookies.ts';

/** A session ends after so many minutes without a request, and in any case after so many hours. */
export const IDLE_MINUTES = 30;
const ABSOLUTE_HOURS = 12;
const SESSION = 'session';

/** The session of a request. `ended`: the token is known, but its time is over or the person is no longer active. */
export type SessionState = { readonly actor: Actor } | { readonly ended: { readonly personId: string } } | undefined;

/** Makes a session with a new token (so none can have been planted before) and sends it as the cookie. `entryApp`: whose ticket began it. */
export async function startSession(
  db: Db | Knex.Transaction, config: Config, res: Response, personId: string, entryApp?: string,
): Promise<void> {
  const token = randomBytes(32).toString('base64url');
  await sessions.insertSession(db, { tokenHash: hash(config, token), personId, hours: ABSOLUTE_HOURS, entryApp });
  res.cookie(cookieName(SESSION, config), token, cookieOptions(config));
}

/** Deletes the request's session, so that its token is worth nothing. Whoever needs no new one clears the cookie too. */
export async function endSession(db: Db | Knex.Transaction, config: Config, req: Request): Promise<void> {
  const token = tokenOf(config, req);
  if (token) await sessions.deleteSession(db, hash(config, token));
}

/** Takes the session's cookie away. */
export function clearCookie(config: Config, res: Response): void {
  res.clearCookie(cookieName(SESSION, config), cookieOptions(config));
}

/** Whether the request carries a session cookie at all. */
export function hasToken(config: Config, req: Request): boolean {
  return tokenOf(config, req) !== undefined;
}

/** Who the request's session belongs to, with the rights of now: one query. */
export async function readSession(db: Db, config: Config, req: Request): Promise<SessionState> {
  const token = tokenOf(config, req);
  if (!token) return undefined;
  const tokenHash = hash(config, token);
  const found = await sessions.findSession(db, tokenHash, IDLE_MINUTES);
  if (!found) return undefined;
  if (!found.alive) return { ended: { personId: found.personId } };
  if (found.seenLongAgo) await sessions.touchSession(db, tokenHash);
  return { actor: actorOf(found) };
}

/** The same for a stream that is open already: it does not count as use, so that an idle session ends although a page is open. */
export async function peekSession(db: Db, config: Config, req: Request): Promise<Actor | undefined> {
  const token = tokenOf(config, req);
  const found = token && await sessions.findSession(db, hash(config, token), IDLE_MINUTES);
  return found && found.alive && !found.mustChangePassword ? actorOf(found) : undefined;
}

/** Ends the other sessions of the request's person. */
export async function endOtherSessions(trx: Knex.Transaction, config: Config, req: Request, personId: string): Promise<void> {
  const token = tokenOf(config, req);
  await deleteSessionsOf(trx, personId, token === undefined ? undefined : hash(config, token));
}

/** An active person as the one who acts, with the rights of now: for what proves by itself that it is this person. */
export async function actorById(db: Db, personId: string): Promise<Actor | undefined> {
  const found = await sessions.findRights(db, personId);
  return found && actorOf(found);
}

function actorOf({ personId, username, name, departmentId, locale, roles, leads, mustChangePassword }: Omit<sessions.SessionRow, 'alive' | 'seenLongAgo'>): Actor {
  const principals = principalsOf(personId, roles, leads);
  return { personId, username, name, departmentId, locale: locale as Locale, roles, leads, principals, oversees: overseenBy(roles), mustChangePassword };
}

function tokenOf(config: Config, req: Request): string | undefined {
  return readCookie(req, cookieName(SESSION, config), /^[\w-]{43}$/);
}

// Keyed, so that who reads or writes the table alone can neither use nor make a session.
function hash({ secret }: Config, token: string): Buffer {
  return createHmac('sha256', secret).update(`session:${token}`).digest();
}
