import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readJson, writeJson } from '../servers/json-file.ts';
import {
  endProcess, endRecorded, isRecordedAlive, processStart, recordProcess, type ProcessRecord,
} from '../servers/own-process.ts';
import { projectRoot } from '../servers/places.ts';
import { removeCluster, startPostgres, type Postgres } from '../servers/postgres.ts';
import { recordFileOf } from '../servers/run-file.ts';
import { explain } from '../servers/start-up-error.ts';
import { Supervisor } from '../servers/supervisor.ts';
import { startTemporal, type Temporal } from '../servers/temporal.ts';
import { findTemporalServer } from '../servers/temporal-server.ts';
import { phase, say } from './progress.ts';
import { makeDataDir } from './settings.ts';
import { buildWeb } from './web-build.ts';
import { whenAskedToStop } from './when-asked-to-stop.ts';

const rootPrefix = 'houqin-test-';

/** What the run of the tests counted. */
interface Counts {
  passed: number;
  failed: number;
}

/** `npm test`: PostgreSQL and Temporal of its own, one run of mocha, and nothing left behind. */
export async function main(files: string[]): Promise<void> {
  await sweepEarlierRoots();
  const root = mkdtempSync(path.join(tmpdir(), rootPrefix));
  // PostgreSQL's user must pass through where we are root.
  if (process.getuid?.() === 0) chmodSync(root, 0o711);
  recordProcess(path.join(root, 'owner.json'), process.pid);

  const servers = new Supervisor(say);
  let counts: Counts = { passed: 0, failed: 1 };
  let ending: Promise<never> | undefined;
  const end = (): Promise<never> => {
    ending ??= (async () => {
      await endDescendants(root);
      await servers.stopAll(8_000).catch((error: unknown) => say(explain(error)));
      await clear(root);
      say(`\n${counts.passed} passed, ${counts.failed} failed`);
      process.exit(counts.failed === 0 ? 0 : 1);
    })();
    return ending;
  };
  whenAskedToStop((reason) => {
    say(`Stopping the tests (${reason}) …`);
    void end();
  });
  try {
    counts = await runTests(root, files, servers);
  } catch (error) {
    if (!ending) say(explain(error));
  }
  await end();
}

async function runTests(root: string, files: string[], servers: Supervisor): Promise<Counts> {
  const data = path.join(root, 'data');
  makeDataDir(data);
  say(`Starting the servers of the tests in ${root}`);
  const [{ postgres, temporal }] = await Promise.all([
    startServers(root, servers),
    phase('web app', () => buildWeb(path.join(data, 'logs'), recordFileOf(data, 'web-build'))),
  ]);
  const manifest = path.join(root, 'servers.json');
  writeJson(manifest, {
    root,
    postgres: {
      dataDir: path.join(root, 'postgres'), port: postgres.port, pid: postgres.pid, adminUrl: postgres.adminUrl,
    },
    temporal: {
      dataDir: path.join(root, 'temporal'), address: temporal.address, namespace: temporal.namespace, pid: temporal.pid,
      server: temporal.server,
    },
  });
  const result = path.join(root, 'result.json');
  const { DATABASE_URL: _database, TEMPORAL_ADDRESS: _address, HOUQIN_SECRET: _secret, ...inherited } = process.env;
  const mocha = spawn(process.execPath, [
    '--import', 'tsx', path.join(projectRoot, 'scripts', 'startup', 'mocha-run.ts'), result, ...files,
  ], {
    cwd: projectRoot,
    // In a group of its own: on Ctrl-C it is ended by us, before its servers.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      ...inherited,
      HOUQIN_DATA: data,
      // Inherited by everything that the tests start, so that what they leave behind is known by it.
      HOUQIN_TEST_ROOT: root,
      HOUQIN_TEST_ADMIN_URL: postgres.adminUrl.replace(/\/postgres$/, ''),
      HOUQIN_TEST_PG_PORT: String(postgres.port),
      HOUQIN_TEST_TEMPORAL_ADDRESS: temporal.address,
      HOUQIN_TEST_TEMPORAL_NAMESPACE: temporal.namespace,
      HOUQIN_TEST_SERVERS: manifest,
    },
  });
  recordProcess(path.join(root, 'mocha.process.json'), mocha.pid!);
  const code = await new Promise<number | null>((resolve, reject) => {
    mocha.once('error', reject).once('close', resolve);
  });
  const counts = readJson<Counts>(result);
  if (!counts) {
    say(`The run of the tests ended before its end (exit code ${code}).`);
    return { passed: 0, failed: 1 };
  }
  return counts;
}

async function startServers(root: string, servers: Supervisor): Promise<{ postgres: Postgres; temporal: Temporal }> {
  const postgres = await phase('PostgreSQL', () =>
    servers.run('PostgreSQL', () => startPostgres({ dataDir: path.join(root, 'postgres'), log: say })));
  const temporal = await phase('Temporal', async () => {
    // The official server before the dev server, which has no virtual time; no download while testing.
    const server = await findTemporalServer({ log: say, order: ['b', 'e', 'c'] });
    return await servers.run('Temporal', () => startTemporal({
      dataDir: path.join(root, 'temporal'), postgres, server, timeSkipping: true, log: say,
    }));
  });
  return { postgres, temporal };
}

// A run that was killed could not clear up after itself.
async function sweepEarlierRoots(): Promise<void> {
  for (const name of readdirSync(tmpdir())) {
    const root = path.join(tmpdir(), name);
    const ownerFile = path.join(root, 'owner.json');
    if (!name.startsWith(rootPrefix) || !existsSync(ownerFile)) continue;
    if (isRecordedAlive(readJson<ProcessRecord>(ownerFile))) continue;
    await endDescendants(root);
    await clear(root);
  }
}

// Mocha, and all that carries the root in its environment: the tests' own programs and servers.
async function endDescendants(root: string): Promise<void> {
  await endRecorded(path.join(root, 'mocha.process.json'), { timeoutMs: 2_000 });
  await Promise.all(marked(root).map(async (record) => await endProcess(record, { signal: 'SIGKILL' })));
}

async function clear(root: string): Promise<void> {
  const notes = notesBelow(root);
  await Promise.all(notes.filter((file) => file.endsWith('.json')).map(async (file) => {
    await endRecorded(file, { signal: 'SIGQUIT', timeoutMs: 3_000 });
  }));
  for (const file of notes.filter((name) => path.basename(name) === 'location')) removeCluster(path.dirname(file));
  rmSync(root, { recursive: true, force: true, maxRetries: 5 });
}

// The records of processes that servers keep in their folders, and the notes of clusters that lie elsewhere.
function notesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'pgdata' ? [] : notesBelow(place);
    const isNote = entry.name === 'process.json' || entry.name === 'location' || path.basename(folder) === 'run';
    return isNote ? [place] : [];
  });
}

function marked(root: string): ProcessRecord[] {
  if (process.platform !== 'linux') return [];
  const mark = `HOUQIN_TEST_ROOT=${root}\0`;
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid).flatMap((name) => {
    try {
      if (!readFileSync(`/proc/${name}/environ`, 'latin1').includes(mark)) return [];
    } catch {
      return [];
    }
    const started = processStart(Number(name));
    return started === undefined ? [] : [{ pid: Number(name), started }];
  });
}
