import { execFile, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync, constants, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync,
} from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { readJson } from './json-file.ts';
import { isRecordedAlive, recordProcess, type ProcessRecord } from './own-process.ts';
import { cacheDir, projectRoot } from './places.ts';
import { explain, StartUpError } from './start-up-error.ts';

const run = promisify(execFile);

/**
 * The ways to a Temporal server: (a) TEMPORAL_ADDRESS, (b) a server built earlier, (c) `temporal` on PATH, (d) the
 * SDK's own download of that program, (e) a build of the official server from the Go module proxy.
 */
export type Way = 'a' | 'b' | 'c' | 'd' | 'e';

/** What was found: somebody's address, the official server's programs, or the command-line program's dev server. */
export type TemporalServer =
  | { way: 'a'; address: string }
  | { way: 'b' | 'e'; store: 'postgres'; server: string; sql: string; schema: string }
  | { way: 'c' | 'd'; store: 'sqlite'; cli: string };

export interface FindOptions {
  log: (line: string) => void;
  env?: NodeJS.ProcessEnv;
  /** The store that the data folder has used so far: its workflows are there and nowhere else. */
  store?: 'postgres' | 'sqlite';
  /** The ways to try, in this order. Default: all, a to e. */
  order?: readonly Way[];
}

const tool = path.join(projectRoot, 'tools', 'temporal-server');
const goNeeded = [1, 26, 8] as const;
const ways: readonly Way[] = ['a', 'b', 'c', 'd', 'e'];

/** Takes the first way that works, or the one that HOUQIN_TEMPORAL names. Throws StartUpError: why each one failed. */
export async function findTemporalServer(options: FindOptions): Promise<TemporalServer> {
  const { log, env = process.env, store, order = ways } = options;
  const forced = env.HOUQIN_TEMPORAL;
  if (forced && !ways.includes(forced as Way)) {
    throw new StartUpError(`HOUQIN_TEMPORAL is "${forced}".`, 'set it to one of a, b, c, d, e, or leave it out.');
  }
  const candidates = (forced ? [forced as Way] : order)
    .filter((way) => way === 'a' || store === undefined || store === storeOf(way));
  const reasons: string[] = [];
  for (const way of candidates) {
    try {
      return await finders[way](log, env);
    } catch (error) {
      if (error instanceof StartUpError) throw error;
      reasons.push(`(${way}) ${explain(error)}`);
      if (way === 'd') log(`Temporal: no download: ${explain(error)}`);
    }
  }
  const place = store === 'sqlite' ? 'a file' : 'PostgreSQL';
  const kept = store ? ` for this data folder, which keeps its data in ${place},` : '';
  throw new StartUpError(
    `No Temporal server${kept} was found: ${reasons.join('; ')}.`,
    store === 'sqlite'
      ? 'put the program "temporal" back on the PATH (https://docs.temporal.io/cli), or start with a new HOUQIN_DATA.'
      : `install Go ${goNeeded.join('.')} or later (https://go.dev/dl) with access to a Go module proxy, or put the `
        + 'program "temporal" on the PATH (https://docs.temporal.io/cli), or set TEMPORAL_ADDRESS.',
  );
}

const finders: Record<Way, (log: (line: string) => void, env: NodeJS.ProcessEnv) => Promise<TemporalServer>> = {
  async a(_log, env) {
    if (!env.TEMPORAL_ADDRESS) throw new Error('TEMPORAL_ADDRESS is not set');
    return { way: 'a', address: env.TEMPORAL_ADDRESS };
  },
  async b(_log, env) {
    const home = serverHome(env);
    if (!existsSync(home)) throw new Error('no server built earlier');
    return official('b', home);
  },
  async c(_log, env) {
    const cli = onPath('temporal', env);
    if (!cli) throw new Error('no program "temporal" on the PATH');
    await run(cli, ['--version'], { env, timeout: 10_000 });
    return { way: 'c', store: 'sqlite', cli };
  },
  async d(log, env) {
    return { way: 'd', store: 'sqlite', cli: await download(log, env) };
  },
  async e(log, env) {
    const home = serverHome(env);
    await build(home, log, env);
    return official('e', home);
  },
};

function storeOf(way: Way): 'postgres' | 'sqlite' {
  return way === 'c' || way === 'd' ? 'sqlite' : 'postgres';
}

function official(way: 'b' | 'e', home: string): TemporalServer {
  return {
    way, store: 'postgres',
    server: path.join(home, 'server'), sql: path.join(home, 'sql'), schema: path.join(home, 'schema'),
  };
}

/** Where the built server of this checkout's pinned version is or will be. */
export function serverHome(env: NodeJS.ProcessEnv = process.env): string {
  const sums = readFileSync(path.join(tool, 'go.sum'));
  const version = /go\.temporal\.io\/server v(\S+)/.exec(readFileSync(path.join(tool, 'go.mod'), 'utf8'))?.[1];
  const key = createHash('sha256').update(sums).digest('hex').slice(0, 12);
  return path.join(cacheDir(env), `temporal-server-${version}-${key}-${process.platform}-${process.arch}`);
}

function onPath(program: string, env: NodeJS.ProcessEnv): string | undefined {
  return (env.PATH ?? '').split(path.delimiter)
    .filter((folder) => path.isAbsolute(folder))
    .map((folder) => path.join(folder, program))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

async function build(home: string, log: (line: string) => void, env: NodeJS.ProcessEnv): Promise<void> {
  const go = onPath('go', env);
  if (!go) throw new Error('no Go on the PATH');
  const { stdout } = await run(go, ['env', 'GOVERSION'], { cwd: tool, env, timeout: 180_000 })
    .catch((error: unknown) => { throw new Error(`Go does not work: ${lastLine(error)}`, { cause: error }); });
  if (!isAtLeast(stdout.trim(), goNeeded)) throw new Error(`Go is ${stdout.trim()}, needed is ${goNeeded.join('.')}`);

  mkdirSync(cacheDir(env), { recursive: true });
  const lock = `${home}.building`;
  await waitForOtherBuild(lock, log);
  if (existsSync(home)) return;
  recordProcess(lock, process.pid);
  const draft = `${home}.new`;
  try {
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft);
    log('Temporal: building the official server from the Go module proxy, once; this takes about 5 minutes …');
    await goBuild(go, draft, log, env);
    const listed = await run(go, ['list', '-m', '-f', '{{.Dir}}', 'go.temporal.io/server'], { cwd: tool, env });
    for (const name of ['temporal', 'visibility']) {
      const versions = path.join(listed.stdout.trim(), 'schema', 'postgresql', 'v12', name, 'versioned');
      cpSync(versions, path.join(draft, 'schema', name), { recursive: true });
    }
    makeWritable(draft);
    renameSync(draft, home);
  } finally {
    rmSync(draft, { recursive: true, force: true });
    rmSync(lock, { force: true });
  }
}

async function goBuild(go: string, into: string, log: (line: string) => void, env: NodeJS.ProcessEnv): Promise<void> {
  const began = Date.now();
  const child = spawn(go, [
    'build', '-trimpath', '-ldflags=-s -w', '-o', `${into}${path.sep}`,
    'go.temporal.io/server/cmd/server', 'go.temporal.io/server/cmd/tools/sql',
  ], { cwd: tool, env, stdio: ['ignore', 'ignore', 'pipe'] });
  const kill = (): void => { child.kill('SIGTERM'); };
  process.once('exit', kill);
  const ticker = setInterval(() => {
    log(`Temporal: still building (${Math.round((Date.now() - began) / 1000)} s of about 300) …`);
  }, 30_000);
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => { output = (output + chunk.toString()).slice(-4_000); });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject).once('close', resolve);
    });
    if (code === 0) return;
    if (/no space left on device/i.test(output)) {
      throw new StartUpError(
        'The disk is full: the Temporal server could not be built.', 'free about 4 GB, then start again.',
      );
    }
    throw new Error(`the build failed: ${output.trim().split('\n').slice(-3).join(' | ')}`);
  } finally {
    clearInterval(ticker);
    process.removeListener('exit', kill);
  }
}

// Two starts at once (a demo and its tests) share one build.
async function waitForOtherBuild(lock: string, log: (line: string) => void): Promise<void> {
  const busy = (): boolean => {
    const other = readJson<ProcessRecord>(lock);
    return other?.pid !== process.pid && isRecordedAlive(other);
  };
  if (busy()) log('Temporal: another start is building the server, waiting for it …');
  while (busy()) await sleep(1_000);
}

// The module cache is read-only; a copy of it that stayed so could not be removed by the usual means.
function makeWritable(folder: string): void {
  spawnSync('chmod', ['-R', 'u+w', folder]);
}

async function download(log: (line: string) => void, env: NodeJS.ProcessEnv): Promise<string> {
  const folder = path.join(cacheDir(env), `temporal-cli-${process.platform}-${process.arch}`);
  const downloaded = (): string | undefined => {
    // The SDK names it after itself: temporal-sdk-typescript-VERSION; what it has not finished has another ending.
    const name = existsSync(folder) ? readdirSync(folder).find((file) => /^temporal-.*\d$/.test(file)) : undefined;
    return name && path.join(folder, name);
  };
  const earlier = downloaded();
  if (earlier) return earlier;
  // The SDK's own attempt waits long where packets are dropped in silence. Behind a proxy it alone knows the way.
  if (!env.HTTPS_PROXY && !env.https_proxy) await reach('temporal.download', 443, 3_000);
  log("Temporal: downloading the dev server with the SDK's own downloader …");
  mkdirSync(folder, { recursive: true });
  const script = path.join(projectRoot, 'scripts', 'servers', 'download-temporal-cli.ts');
  await run(process.execPath, ['--import', 'tsx', script, folder], { cwd: projectRoot, env, timeout: 180_000 })
    .catch((error: unknown) => { throw new Error(lastLine(error), { cause: error }); });
  const now = downloaded();
  if (!now) throw new Error('the SDK downloaded nothing');
  return now;
}

async function reach(host: string, port: number, timeoutMs: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = connect({ host, port });
    const limit = setTimeout(() => reject(new Error(`${host} does not answer (no internet?)`)), timeoutMs);
    socket.once('connect', resolve);
    socket.once('error', (error) => reject(new Error(`${host} cannot be reached: ${error.message}`)));
    const done = (): void => {
      clearTimeout(limit);
      socket.destroy();
    };
    socket.once('connect', done).once('error', done);
    setTimeout(done, timeoutMs).unref();
  });
}

/** Whether a version such as `go1.26.10` is `least` or later. */
export function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = (/\d+(\.\d+)*/.exec(version)?.[0] ?? '0').split('.').map(Number);
  const index = least.findIndex((number, at) => (parts[at] ?? 0) !== number);
  return index === -1 || (parts[index] ?? 0) > least[index]!;
}

function lastLine(error: unknown): string {
  const output = error instanceof Error && 'stderr' in error ? String(error.stderr).trim() : '';
  return output.split('\n').filter((line) => line.trim()).pop() ?? explain(error);
}
