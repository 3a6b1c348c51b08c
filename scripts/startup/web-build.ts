import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawnOwn } from '../servers/own-process.ts';
import { projectRoot } from '../servers/places.ts';
import { StartUpError } from '../servers/start-up-error.ts';

// What the web app is made of: its own files, the contracts and forms, the API's contract, and the packages.
const sources = ['web', 'workflows', 'api', 'package-lock.json', 'tsconfig.json'];

/** Builds web/dist unless its sources are what they were. Returns whether it was built. Throws StartUpError. */
export async function buildWeb(logDir: string, recordFile: string): Promise<boolean> {
  const dist = path.join(projectRoot, 'web', 'dist');
  const marker = path.join(dist, '.sources');
  const hash = hashOf(sources);
  if (existsSync(marker) && readFileSync(marker, 'utf8') === hash) return false;
  // Built aside and moved as a whole: a running demo never serves half an app while the tests build.
  const draft = path.join(projectRoot, 'dist', `web-${process.pid}`);
  const old = `${draft}-old`;
  const logFile = path.join(logDir, 'web-build.log');
  try {
    mkdirSync(path.dirname(draft), { recursive: true });
    const build = await spawnOwn({
      command: process.execPath,
      args: [
        path.join(projectRoot, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--config',
        path.join('web', 'vite.config.ts'), '--outDir', draft, '--emptyOutDir', '--logLevel', 'warn',
      ],
      cwd: projectRoot,
      env: { ...process.env, NODE_ENV: 'production' },
      logFile,
      recordFile,
    });
    const exit = await build.exited;
    if (exit.code !== 0) {
      const output = readFileSync(logFile, 'utf8').trim().split('\n').slice(-5).join('\n  ');
      throw new StartUpError(`The web app could not be built:\n  ${output}`, `read ${logFile}.`);
    }
    writeFileSync(path.join(draft, '.sources'), hash);
    if (existsSync(dist)) renameSync(dist, old);
    renameSync(draft, dist);
    return true;
  } finally {
    for (const rest of [draft, old]) rmSync(rest, { recursive: true, force: true });
  }
}

function hashOf(places: string[]): string {
  const hash = createHash('sha256');
  for (const place of places) addTo(hash, path.join(projectRoot, place));
  return hash.digest('hex');
}

function addTo(hash: ReturnType<typeof createHash>, place: string): void {
  if (!existsSync(place)) return;
  const name = path.basename(place);
  if (name === 'dist' || name === 'histories' || name === 'node_modules' || name.endsWith('.test.ts')) return;
  let entries: string[] | undefined;
  try {
    entries = readdirSync(place).sort();
  } catch {
    // Not a folder.
  }
  if (entries) for (const entry of entries) addTo(hash, path.join(place, entry));
  else hash.update(`${path.relative(projectRoot, place)}\0`).update(readFileSync(place)).update('\0');
}
