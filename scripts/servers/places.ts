import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout's root folder. */
export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** Where built servers are kept between checkouts: HOUQIN_CACHE, else the user's cache folder. */
export function cacheDir(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HOUQIN_CACHE) return path.resolve(env.HOUQIN_CACHE);
  if (env.XDG_CACHE_HOME) return path.join(env.XDG_CACHE_HOME, 'houqin');
  const macCaches = path.join(homedir(), 'Library', 'Caches');
  if (process.platform === 'darwin' && existsSync(macCaches)) return path.join(macCaches, 'houqin');
  return path.join(homedir(), '.cache', 'houqin');
}

/** State of this installation (HOUQIN_DATA, default `data/` in the checkout). */
export function dataDir(env: NodeJS.ProcessEnv = process.env): string {
  return env.HOUQIN_DATA ? path.resolve(env.HOUQIN_DATA) : path.join(projectRoot, 'data');
}
