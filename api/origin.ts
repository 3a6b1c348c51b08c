import type { Request } from 'express';
import type { Config } from './config.ts';
import { Problem } from './errors.ts';

/** Throws 403 unless the write comes from a page of our own: browsers send Origin with each, and no page can forge it. */
export function requireOwnOrigin(req: Request, { origins }: Pick<Config, 'origins'>): void {
  const { origin } = req.headers;
  if (origin !== undefined && origins.includes(origin)) return;
  throw new Problem('origin-needed', { allowed: origins.join(', ') });
}
