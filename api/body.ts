import express, { type Request, type Response } from 'express';
import type { Accepts } from './endpoint.ts';
import { Problem } from './errors.ts';

const limits: Readonly<Record<Accepts, number>> = { json: 256 * 1024, report: 16 * 1024, multipart: 0 };
const reader = (limit: number) => express.raw({ type: () => true, limit, inflate: false });
const readers = { json: reader(limits.json), report: reader(limits.report) };
const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The JSON of a write's body; nothing sent counts as `{}`. Throws 415 for another type, which keeps HTML forms out: they
 * cannot send JSON. A multipart body stays unread, for its handler.
 */
export async function readBody(req: Request, res: Response, accepts: Accepts): Promise<unknown> {
  requireType(req, accepts);
  if (accepts === 'multipart') return {};
  await new Promise<void>((resolve, reject) => {
    readers[accepts](req, res, (error: unknown) => (error ? reject(asProblem(error, limits[accepts])) : resolve()));
  });
  const bytes: unknown = req.body;
  if (!(bytes instanceof Buffer) || bytes.length === 0) return {};
  try {
    return JSON.parse(utf8.decode(bytes)) as unknown;
  } catch {
    throw new Problem('invalid-json');
  }
}

const types: Readonly<Record<Accepts, RegExp>> = {
  json: /^application\/json *(; *charset="?utf-8"?)?$/i,
  multipart: /^multipart\/form-data *; *boundary=/i,
  report: /^application\/(csp-report|reports\+json|json)\b/i,
};

function requireType(req: Request, accepts: Accepts): void {
  // Nothing sent has no type to declare; what a page may do is still decided by Origin.
  const { 'content-type': type, 'content-length': length = '0', 'transfer-encoding': coding } = req.headers;
  if (accepts === 'json' && type === undefined && length === '0' && coding === undefined) return;
  if (types[accepts].test(req.headers['content-type'] ?? '')) return;
  const expected = accepts === 'multipart' ? 'multipart/form-data' : 'application/json';
  throw new Problem('content-type-not-supported', { expected });
}

function asProblem(error: unknown, limit: number): unknown {
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  if (status === 413) return new Problem('too-large', { limit: `${limit / 1024} KiB` });
  if (status === 415) return new Problem('content-type-not-supported', { expected: 'application/json' });
  // Length and content disagree, or the caller went away in the middle.
  if (status === 400) return new Problem('invalid-json');
  return error;
}
