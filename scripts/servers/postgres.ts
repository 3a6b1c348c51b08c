import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync, chownSync, cpSync, existsSync, lchownSync, lstatSync, mkdirSync, readFileSync, readdirSync, readlinkSync,
  realpathSync, renameSync, rmSync, writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { readJson, writeJson, writeWhole } from './json-file.ts';
import {
  childrenOf, endProcess, endRecorded, processStart, signalProcess, spawnOwn, type Exit,
} from './own-process.ts';
import { storedPorts } from './ports.ts';
import {
  canReach, findPostgresBinaries, identity, postgresUser, reachableRoot, type PostgresBinaries, type SystemUser,
} from './postgres-binaries.ts';
import { StartUpError } from './start-up-error.ts';

const run = promisify(execFile);

const host = '127.0.0.1';
const superuser = 'postgres';
const rolesName = 'roles.json';

/** A line of progress or of warning for the person at the keyboard. */
export type Log = (line: string) => void;

export interface PostgresOptions {
  /** A folder of its own; made when missing. */
  dataDir: string;
  /** Default: picked free once and kept in the folder. */
  port?: number;
  log: Log;
  /** More settings, such as `{shared_buffers: '64MB'}`. */
  settings?: Record<string, string>;
}

/** A running PostgreSQL of ours; loopback only, passwords by SCRAM. */
export interface Postgres {
  host: string;
  port: number;
  pid: number;
  /** The superuser on the database `postgres`. */
  adminUrl: string;
  /** The address of a database, for the role that createDatabase made for it, else for the superuser. */
  url(database: string): string;
  /**
   * Makes role and database when missing and returns the database's address for that role. `from` is a database that
   * gets this name instead, all at once.
   */
  createDatabase(name: string, role: string, options?: { from?: string }): Promise<string>;
  /** Fast shutdown with a checkpoint; immediate after `timeoutMs` (10 s), which loses nothing either. */
  stop(timeoutMs?: number): Promise<Exit>;
  /** SIGKILL to the postmaster and all its children: what a power cut does to processes. */
  kill(): Promise<Exit>;
  exited: Promise<Exit>;
}

/**
 * Starts the embedded PostgreSQL on `dataDir` (initdb at first) and resolves when it answers. What a killed parent left
 * running on that folder is ended first. Throws StartUpError with a remedy.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const { log } = options;
  mkdirSync(options.dataDir, { recursive: true });
  const user = postgresUser();
  const binaries = findPostgresBinaries(user);
  const home = homeFor(options.dataDir, user, log);
  const recordFile = path.join(options.dataDir, 'process.json');
  if (await endRecorded(recordFile, { signal: 'SIGINT' })) {
    log('PostgreSQL was still running after a kill: ended it first.');
  }

  const cluster = path.join(home, 'pgdata');
  const passwordFile = path.join(home, 'superuser.password');
  if (user) giveTo(user, cluster, passwordFile);
  const isNew = !existsSync(path.join(cluster, 'PG_VERSION'));
  if (isNew && existsSync(path.join(options.dataDir, rolesName))) {
    throw new StartUpError(
      `The files of the database are gone from ${cluster}.`,
      'put them back ("npm run restore -- FOLDER"), or move the data folder away to begin anew.',
    );
  }
  if (isNew) await initialise(binaries, home, cluster, passwordFile, user);
  const version = readFileSync(path.join(cluster, 'PG_VERSION'), 'utf8').trim();
  if (Number(version) !== binaries.major) {
    throw new StartUpError(
      `The data folder was made by PostgreSQL ${version}, the installed one is ${binaries.major}.`,
      `check out the version of Houqin that made it, or move ${options.dataDir} away to begin anew.`,
    );
  }
  const password = readFileSync(passwordFile, 'utf8').trim();
  await clearLock(cluster);

  const port = options.port ?? (await storedPorts(path.join(options.dataDir, 'ports.json'), ['postgres'])).postgres;
  const logFile = path.join(options.dataDir, 'postgres.log');
  const deadline = Date.now() + 120_000;
  for (;;) {
    const server = await spawnOwn({
      command: binaries.postgres,
      args: ['-D', cluster, '-p', String(port), ...settingArguments(options.settings)],
      cwd: cluster,
      env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
      user: identity(user),
      logFile,
      recordFile,
    });
    const address = (database: string, role = superuser, secret = password): string =>
      `postgres://${role}:${encodeURIComponent(secret)}@${host}:${port}/${encodeURIComponent(database)}`;
    if (!(await answers(address('postgres'), server.exited, deadline))) {
      const exit = await server.stop({ signal: 'SIGINT' });
      const lines = tail(logFile);
      // Children of a postmaster that was killed a moment ago hold the shared memory until they notice.
      if (/pre-existing shared memory block/.test(lines) && Date.now() < deadline) {
        await sleep(200);
        continue;
      }
      throw startFailure(lines, exit, logFile);
    }
    return handle(options.dataDir, port, server, address);
  }
}

function handle(
  dataDir: string, port: number, server: Awaited<ReturnType<typeof spawnOwn>>,
  address: (database: string, role?: string, secret?: string) => string,
): Postgres {
  const rolesFile = path.join(dataDir, rolesName);
  type Roles = { passwords: Record<string, string>; owners: Record<string, string> };
  const roles = (): Roles => readJson<Roles>(rolesFile) ?? { passwords: {}, owners: {} };
  const url = (database: string): string => {
    const { passwords, owners } = roles();
    const owner = owners[database];
    return owner === undefined ? address(database) : address(database, owner, passwords[owner]);
  };
  return {
    host,
    port,
    pid: server.pid,
    adminUrl: address('postgres'),
    url,
    exited: server.exited,
    async createDatabase(name, role, { from } = {}) {
      const known = roles();
      known.passwords[role] ??= randomBytes(24).toString('base64url');
      known.owners[name] = role;
      if (from !== undefined) delete known.owners[from];
      // Before the role exists: a password that only the server knew would be lost with us.
      writeJson(rolesFile, known);
      await withClient(address('postgres'), async (client) => {
        const found = await client.query('select 1 from pg_roles where rolname = $1', [role]);
        const verb = found.rowCount === 0 ? 'create' : 'alter';
        const [roleName, database] = [client.escapeIdentifier(role), client.escapeIdentifier(name)];
        await client.query(`${verb} role ${roleName} login password ${client.escapeLiteral(known.passwords[role]!)}`);
        const exists = await client.query('select 1 from pg_database where datname = $1', [name]);
        if (exists.rowCount === 0) {
          await client.query(from === undefined
            ? `create database ${database} owner ${roleName}`
            : `alter database ${client.escapeIdentifier(from)} rename to ${database}`);
        }
        await client.query(`revoke connect on database ${database} from public`);
      });
      return url(name);
    },
    async stop(timeoutMs = 10_000) {
      signalIfAlive(server, 'SIGINT');
      const exit = await Promise.race([server.exited, sleep(timeoutMs, undefined, { ref: false })]);
      return exit ?? (await server.stop({ signal: 'SIGQUIT', timeoutMs: 5_000 }));
    },
    async kill() {
      // Each backend leads a session of its own, so the group holds the postmaster only.
      const children = childrenOf(server.pid);
      const exit = server.kill();
      for (const child of children) signalProcess(child, 'SIGKILL');
      return await exit;
    },
  };
}

/** Opens one connection for `work` and closes it. */
export async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 15_000 });
  // An error on an idle connection (the server was killed) must not end our process; the next query reports it.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Removes the files of a stopped cluster, wherever they lie, but only below its folder or our own reachable one. */
export function removeCluster(dataDir: string): void {
  const home = noted(dataDir);
  if (home !== undefined && path.dirname(home) === reachableRoot()) rmSync(home, { recursive: true, force: true });
  rmSync(dataDir, { recursive: true, force: true });
}

/** The folder where a cluster's files lie when its own folder cannot be reached by PostgreSQL's user. */
export function noted(dataDir: string): string | undefined {
  const note = path.join(dataDir, 'location');
  return existsSync(note) ? readFileSync(note, 'utf8').trim() : undefined;
}

function signalIfAlive(server: { pid: number }, signal: NodeJS.Signals): void {
  if (processStart(server.pid) !== undefined) signalProcess(server.pid, signal);
}

// Where cluster and password file lie: in dataDir, or in a reachable folder that dataDir's note `location` names.
function homeFor(dataDir: string, user: SystemUser | undefined, log: Log): string {
  const elsewhereAlready = noted(dataDir);
  if (elsewhereAlready !== undefined) return elsewhereAlready;
  if (user) chmodSync(dataDir, 0o711);
  const home = realpathSync(dataDir);
  if (canReach(home, user)) return home;
  const elsewhere = path.join(reachableRoot(), `data-${randomBytes(8).toString('hex')}`);
  mkdirSync(elsewhere, { recursive: true, mode: 0o711 });
  chmodSync(elsewhere, 0o711);
  for (const name of ['pgdata', 'superuser.password']) {
    const place = path.join(home, name);
    if (existsSync(place)) cpSync(place, path.join(elsewhere, name), { recursive: true });
  }
  writeWhole(path.join(dataDir, 'location'), `${elsewhere}\n`);
  for (const name of ['pgdata', 'superuser.password']) rmSync(path.join(home, name), { recursive: true, force: true });
  log(`PostgreSQL runs as user ${user?.name}, who cannot reach ${home}: its files are in ${elsewhere}.`);
  return elsewhere;
}

async function initialise(
  binaries: PostgresBinaries, home: string, cluster: string, passwordFile: string, user: SystemUser | undefined,
): Promise<void> {
  const draft = `${cluster}.new`;
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600 });
  if (user) for (const place of [draft, passwordFile]) chownSync(place, user.uid, user.gid);
  try {
    await run(binaries.initdb, [
      '-D', draft, '-U', superuser, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8',
      '--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C', '--data-checksums',
    ], { cwd: home, env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' }, ...identity(user) });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw startFailure(output, undefined, home);
  }
  // Only now it counts: a power cut before this line means no more than to do it again.
  renameSync(draft, cluster);
}

// Root may start what another user made, a restored back-up for one.
function giveTo(user: SystemUser, ...places: string[]): void {
  for (const place of places) {
    const entry = lstatSync(place, { throwIfNoEntry: false });
    if (!entry || entry.uid === user.uid) continue;
    lchownSync(place, user.uid, user.gid);
    if (entry.isDirectory()) giveTo(user, ...readdirSync(place).map((name) => path.join(place, name)));
  }
}

// A lock file whose pid now belongs to a stranger would keep PostgreSQL from starting for ever.
async function clearLock(cluster: string): Promise<void> {
  const lock = path.join(cluster, 'postmaster.pid');
  if (!existsSync(lock)) return;
  const pid = Number(readFileSync(lock, 'utf8').split('\n')[0]);
  const started = processStart(pid);
  if (started !== undefined && worksIn(pid, cluster)) await endProcess({ pid, started }, { signal: 'SIGINT' });
  rmSync(lock, { force: true });
}

// A postmaster's working folder is its cluster. Elsewhere than on Linux the lock file alone has to do.
function worksIn(pid: number, cluster: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(cluster);
  } catch {
    return false;
  }
}

function settingArguments(more: Record<string, string> = {}): string[] {
  const settings: Record<string, string> = {
    listen_addresses: host,
    unix_socket_directories: '',
    max_connections: '200',
    shared_buffers: '256MB',
    shared_preload_libraries: 'pg_stat_statements',
    jit: 'off',
    max_wal_size: '2GB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // A log line must never quote the values of a row or of a statement: they may be personal data.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    // No errors either: "invalid input syntax for type integer" quotes the value. Whoever met the error logs its code.
    log_min_messages: 'log',
    ...more,
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

async function answers(url: string, exited: Promise<Exit>, deadline: number): Promise<boolean> {
  let ended = false;
  void exited.then(() => { ended = true; });
  while (!ended && Date.now() < deadline) {
    try {
      return await withClient(url, async (client) => (await client.query('select 1')).rowCount === 1);
    } catch (error) {
      // 28P01: it answers, but this is not our password, so not our server; waiting would not help.
      if (error instanceof Error && 'code' in error && error.code === '28P01') return false;
      await sleep(25);
    }
  }
  return false;
}

function tail(file: string): string {
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(-20).join('\n') : '';
}

function startFailure(output: string, exit: Exit | undefined, place: string): StartUpError {
  if (/No space left on device/.test(output)) {
    return new StartUpError(
      'PostgreSQL cannot start: the disk is full.', 'free about 1 GB, then start again; nothing is lost.',
    );
  }
  if (/Permission denied|could not access directory/.test(output)) {
    return new StartUpError(
      `PostgreSQL cannot use its folder: ${output.trim().split('\n').pop()}`,
      'the data folder was probably made by another user: start as that user, or chown it to yourself.',
    );
  }
  const how = exit ? ` (exit code ${exit.code}, signal ${exit.signal})` : '';
  const said = output.trim().split('\n').slice(-4).join(' | ');
  return new StartUpError(`PostgreSQL did not start${how}: ${said}`, `read ${place}.`);
}
