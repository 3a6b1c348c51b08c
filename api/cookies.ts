import type { CookieOptions, Request } from 'express';
import type { Config } from './config.ts';

/** Name of one of our cookies; over https the browser itself ties a `__Host-` cookie to this host and to https. */
export function cookieName(name: string, { secureCookies }: Pick<Config, 'secureCookies'>): string {
  return `${secureCookies ? '__Host-' : ''}houqin_${name}`;
}

/** Out of reach of scripts and of other sites' writes. */
export function cookieOptions({ secureCookies }: Pick<Config, 'secureCookies'>): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', secure: secureCookies, path: '/' };
}

/** The value of one of our cookies as the request sends it; undefined when it does not fit `pattern`. */
export function readCookie(req: Pick<Request, 'headers'>, name: string, pattern: RegExp): string | undefined {
  const values = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
  // Two cookies of one name: a neighbour on the domain has planted one, and we cannot tell which.
  return values.length === 1 && pattern.test(values[0]!) ? values[0] : undefined;
}
