import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Request, Response } from 'express';
import type { Config } from './config.ts';
import { cookieName, cookieOptions, readCookie } from './cookies.ts';

const NAME = 'browser';
const DAYS_MS = 86_400_000;
const KEPT_DAYS = 180;

/**
 * The id of a browser in which this user name has logged in before, or undefined. It opens nothing by itself: its password tries are only counted
 * apart from everybody else's, so that whoever guesses elsewhere cannot keep the person out (decision 0022).
 */
export function knownBrowser(config: Config, req: Pick<Request, 'headers'>, username: string): string | undefined {
  const value = readCookie(req, cookieName(NAME, config), /^[\w-]{22}\.[\w-]{43}$/);
  if (!value) return undefined;
  const [id, mac] = value.split('.') as [string, string];
  return timingSafeEqual(Buffer.from(mac, 'base64url'), sign(config, username, id)) ? id : undefined;
}

/** Notes at a login that this browser is the person's; the last one to log in is known, as at a shared desk. */
export function rememberBrowser(config: Config, req: Pick<Request, 'headers'>, res: Response, username: string): void {
  const id = knownBrowser(config, req, username) ?? randomBytes(16).toString('base64url');
  const value = `${id}.${sign(config, username, id).toString('base64url')}`;
  res.cookie(cookieName(NAME, config), value, { ...cookieOptions(config), maxAge: KEPT_DAYS * DAYS_MS });
}

// Keyed, so that nobody can make one; bound to the name, so that one's own is worth nothing for somebody else.
function sign({ secret }: Config, username: string, id: string): Buffer {
  return createHmac('sha256', secret).update(`browser:${id}:${username}`).digest();
}
