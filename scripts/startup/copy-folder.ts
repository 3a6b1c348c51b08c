import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { readJson, writeJson } from '../servers/json-file.ts';
import { noted, removeCluster } from '../servers/postgres.ts';
import { StartUpError } from '../servers/start-up-error.ts';

const manifestName = 'houqin-backup.json';
const clusterFiles = ['pgdata', 'superuser.password'];
// Of one run only: processes, and logs.
const passing = /^(run\.json|run|logs|process\.json|.*\.log(\.\d+)?)$/;

/**
 * Copies a stopped data folder to `target`, which is whole or not there at all. PostgreSQL's files come along where
 * they lie elsewhere (see startPostgres), so that the copy is complete.
 */
export function copyData(dataDir: string, target: string): void {
  if (existsSync(target) && readdirSync(target).length > 0) {
    throw new StartUpError(`${target} exists and is not empty.`, 'name a new folder for this back-up.');
  }
  const draft = `${target}.unfinished`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  try {
    copyWithoutPassing(dataDir, draft);
    const elsewhere = noted(path.join(dataDir, 'postgres'));
    if (elsewhere !== undefined) {
      for (const name of clusterFiles) copy(path.join(elsewhere, name), path.join(draft, 'postgres', name));
      rmSync(path.join(draft, 'postgres', 'location'));
    }
    writeJson(path.join(draft, manifestName), { madeAt: new Date().toISOString(), from: path.basename(dataDir) });
    rmSync(target, { recursive: true, force: true });
    renameSync(draft, target);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
}

/** Puts a copy made by copyData in the place of `dataDir`. What was there is moved aside; its new name is returned. */
export function restoreData(source: string, dataDir: string): string | undefined {
  if (!readJson(path.join(source, manifestName))) {
    throw new StartUpError(
      `${source} is no back-up of Houqin (it has no ${manifestName}).`, 'name a folder made by "npm run backup".',
    );
  }
  const draft = `${dataDir}.restoring`;
  removeCluster(path.join(draft, 'postgres'));
  rmSync(draft, { recursive: true, force: true });
  copy(source, draft);
  rmSync(path.join(draft, manifestName));
  const aside = existsSync(dataDir) ? `${dataDir}.before-${new Date().toISOString().replace(/[:.]/g, '-')}` : undefined;
  if (aside) renameSync(dataDir, aside);
  renameSync(draft, dataDir);
  return aside;
}

/** When a back-up was made, as ISO 8601. */
export function madeAt(source: string): string {
  return (JSON.parse(readFileSync(path.join(source, manifestName), 'utf8')) as { madeAt: string }).madeAt;
}

function copyWithoutPassing(from: string, to: string): void {
  mkdirSync(to, { recursive: true, mode: 0o700 });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    if (passing.test(entry.name)) continue;
    const [source, target] = [path.join(from, entry.name), path.join(to, entry.name)];
    if (entry.isDirectory() && entry.name !== 'pgdata') copyWithoutPassing(source, target);
    else copy(source, target);
  }
}

function copy(from: string, to: string): void {
  cpSync(from, to, {
    recursive: true, verbatimSymlinks: true, preserveTimestamps: true, errorOnExist: true, force: false,
  });
}
