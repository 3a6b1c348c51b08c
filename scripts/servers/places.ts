import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

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

/** What Node is given to run one of our own programs, such as `api/main.ts`. */
export function programArgs(script: string): string[] {
  const first = /worker/.test(script) ? ['--import', pathToFileURL(path.join(projectRoot, 'worker', 'without-promise-stacks.mjs')).href] : [];
  return [...first, '--import', 'tsx', path.join(projectRoot, script)];
}
