import type { Request } from 'express';
import type { Accepts } from './endpoint.ts';
import { Problem } from './errors.ts';

const limits: Readonly<Record<Exclude<Accepts, 'multipart'>, number>> = {
  json: 256 * 1024, report: 16 * 1024, form: 16 * 1024, callback: 256 * 1024,
};
/** So much of a body that is too large is still taken and thrown away: whoever is still sending would not hear the answer. */
const MOST_DISCARDED = 4 * 1024 * 1024;
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON of a write's body; nothing sent counts as `{}`. Throws 415 for another type, which keeps HTML forms out: they
 * cannot send JSON. A multipart body stays unread, for its handler.
 */
export async function readBody(req: Request, accepts: Accepts): Promise<unknown> {
  requireType(req, accepts);
  if (accepts === 'multipart') return {};
  const limit = limits[accepts];
  const bytes = await readBytes(req, limit, {
    tooLarge: new Problem('too-large', { limit: `${limit / 1024} KiB` }), brokenOff: new Problem('invalid-json'),
  });
  if (bytes.length === 0) return {};
  if (accepts === 'form') return Object.fromEntries(new URLSearchParams(bytes.toString('utf8')));
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch {
    throw new Problem('invalid-json');
  }
}

/** The whole body. Throws `tooLarge` when it has more than `limit` bytes, at once when it says so itself, and `brokenOff` when it ends early. */
export async function readBytes(req: Request, limit: number, { tooLarge, brokenOff }: { tooLarge: Problem; brokenOff: Problem }): Promise<Buffer> {
  const most = limit + MOST_DISCARDED;
  if (Number(req.headers['content-length'] ?? 0) > most) throw tooLarge;
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    // The stream stays as it is when we leave it: the answer goes out on the same connection.
    for await (const chunk of req.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length <= limit) chunks.push(chunk);
      else if (length > most) break;
    }
  } catch {
    // The caller went away in the middle.
    throw brokenOff;
  }
  if (length > limit) throw tooLarge;
  return Buffer.concat(chunks);
}

const types: Readonly<Record<Accepts, RegExp>> = {
  json: /^application\/json *(; *charset="?utf-8"?)?$/i,
  multipart: /^multipart\/form-data *; *boundary=/i,
  report: /^application\/(csp-report|reports\+json|json)\b/i,
  form: /^application\/x-www-form-urlencoded\b/i,
  callback: /^application\/json\b/i,
};

function requireType(req: Request, accepts: Accepts): void {
  // Nothing sent has no type to declare; what a page may do is still decided by Origin.
  const { 'content-type': type, 'content-length': length = '0', 'transfer-encoding': coding } = req.headers;
  if (accepts === 'json' && type === undefined && length === '0' && coding === undefined) return;
  const isPlain = ['', 'identity'].includes((req.headers['content-encoding'] ?? '').toLowerCase());
  if (isPlain && types[accepts].test(type ?? '')) return;
  const expected = { multipart: 'multipart/form-data', form: 'application/x-www-form-urlencoded' }[accepts as string] ?? 'application/json';
  throw new Problem('content-type-not-supported', { expected });
}
