import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { migrate } from '../db/migrate.ts';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { spawnOwn, type Exit, type OwnProcess } from '../scripts/servers/own-process.ts';
import { pickPort } from '../scripts/servers/ports.ts';
import { programArgs, projectRoot } from '../scripts/servers/places.ts';
import { removeCluster, startPostgres, withClient, type Postgres } from '../scripts/servers/postgres.ts';
import { ENGINE_NICE, startTemporal, type Temporal, type TemporalOptions } from '../scripts/servers/temporal.ts';
import { findTemporalServer, type TemporalServer } from '../scripts/servers/temporal-server.ts';
import { testFolder } from '../scripts/servers/test-folder.ts';
import { answers, isPolled } from '../scripts/startup/services.ts';
import { makeDataDir } from '../scripts/startup/settings.ts';

const TASK_QUEUE = 'houqin';

/** Where BENCH_PROFILE names a folder, API and worker write there at their end what they spent their time on. */
const profiling = process.env.BENCH_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : [];

/** One of our own programs, which a nemesis kills and starts again. */
export interface Program {
  readonly running: boolean;
  /** Ends by itself where a fail-point kills it. */
  readonly exited: Promise<Exit>;
  /** Starts it and resolves when it is ready. `failpoints` as in HOUQIN_FAILPOINTS; `more` goes into its environment. */
  start(failpoints?: string, more?: NodeJS.ProcessEnv): Promise<void>;
  /** Starts it and does not wait. */
  launch(failpoints?: string, more?: NodeJS.ProcessEnv): Promise<void>;
  /** SIGKILL to its whole group. */
  kill(): Promise<void>;
  /** Asks it to end, as a deployment does. */
  stop(): Promise<void>;
}

/** A whole Houqin as `npm start` runs it, on servers of its own; each part can be killed and started again. */
export interface System {
  readonly url: string;
  readonly folder: string;
  readonly cacheDir: string;
  readonly databaseUrl: string;
  /** The key of its sessions, for whoever makes them by SQL. */
  readonly secret: string;
  readonly namespace: string;
  readonly temporalAddress: string;
  /** The superuser's address of a database. */
  adminUrl(database: string): string;
  readonly api: Program;
  readonly worker: Program;
  readonly postgres: Server;
  readonly temporal: Server<TemporalTwist>;
  /** What API, worker and both servers have written so far, all their lives together. */
  logs(): { name: string; text: string }[];
  /** Takes everything that happened away: the databases are made anew and all of it is started again, but for PostgreSQL itself. */
  renew(): Promise<void>;
  /** Ends everything that it started and removes its files. */
  stop(): Promise<void>;
}

/** What an experiment changes in Temporal's server, until it is started again without. */
export type TemporalTwist = Pick<TemporalOptions, 'faultInjection' | 'dynamicConfig'>;

/** PostgreSQL or Temporal: killed without warning, started again on the same ports and files. */
export interface Server<Twist = void> {
  kill(): Promise<void>;
  start(twist?: Twist): Promise<void>;
}

/** Whether a system may still start things: an experiment goes on for a moment when somebody has asked the run to end. */
interface Life {
  isOver: boolean;
  readonly starting: Set<Promise<unknown>>;
}

/** Starts something of a system that lives, so that its end can wait for it. */
function whileAlive<T>(life: Life, begin: () => Promise<T>): Promise<T> {
  if (life.isOver) return Promise.reject(new Error('The system is being stopped.'));
  const starting = begin();
  life.starting.add(starting);
  const forget = (): void => void life.starting.delete(starting);
  starting.then(forget, forget);
  return starting;
}

/** Starts a system with the demo company in it. */
export async function startSystem(name: string): Promise<System> {
  const { folder, remove } = testFolder(name);
  makeDataDir(folder);
  const undo: (() => unknown)[] = [remove];
  const life: Life = { isOver: false, starting: new Set() };
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= undoAll();
    return stopping;
  };
  const undoAll = async (): Promise<void> => {
    life.isOver = true;
    await Promise.allSettled(life.starting);
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  try {
    return { ...await start(folder, undo, life), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function start(folder: string, undo: (() => unknown)[], life: Life): Promise<Omit<System, 'stop'>> {
  const quiet = (): void => undefined;
  const postgresFolder = path.join(folder, 'postgres');
  let postgres: Postgres = await startPostgres({ dataDir: postgresFolder, log: quiet });
  undo.push(() => removeCluster(postgresFolder), () => postgres.stop(5_000));
  const databaseUrl = await postgres.createDatabase('houqin', 'houqin');

  // The official server: the dev server's store is no PostgreSQL, and the invariants are about both databases.
  const server: TemporalServer = await findTemporalServer({ log: quiet, order: ['b', 'e'] });
  const startServer = (known?: Temporal, twist: TemporalTwist = {}): Promise<Temporal> => startTemporal({
    dataDir: path.join(folder, 'temporal'), postgres, server, log: quiet, ports: known?.ports, ...twist,
  });
  const prepare = async (known?: Temporal): Promise<Temporal> => {
    const [started] = await Promise.all([startServer(known), migrate(databaseUrl).then(() => seedDemoCompany(databaseUrl))]);
    return started;
  };
  let temporal = await prepare();
  undo.push(() => temporal.stop(4_000));

  const port = await pickPort();
  const url = `http://127.0.0.1:${port}`;
  const secret = randomBytes(32).toString('base64url');
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PORT: String(port), HOST: '127.0.0.1', DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: temporal.namespace,
    HOUQIN_SECRET: secret, HOUQIN_DEMO: '1', HOUQIN_DATA: folder, HOUQIN_TEST: '1', NODE_ENV: 'production',
  };
  const logFiles: string[] = [];
  const api = program('api', folder, env, logFiles, life, () => answers(url));
  const worker = program('worker', folder, env, logFiles, life, (since) =>
    isPolled(temporal.address, temporal.namespace, TASK_QUEUE, since));
  undo.push(() => api.kill(), () => worker.kill());
  await Promise.all([api.start(), worker.start()]);

  return {
    url, folder, databaseUrl, secret, api, worker,
    cacheDir: path.join(folder, 'cache'),
    namespace: temporal.namespace,
    temporalAddress: temporal.address,
    adminUrl: (database) => postgres.adminUrl.replace(/\/postgres$/, `/${database}`),
    postgres: {
      async kill() {
        await postgres.kill();
      },
      async start() {
        postgres = await whileAlive(life, () => startPostgres({ dataDir: postgresFolder, port: postgres.port, log: quiet }));
      },
    },
    temporal: {
      async kill() {
        await temporal.kill();
      },
      async start(twist) {
        temporal = await whileAlive(life, () => startServer(temporal, twist));
      },
    },
    async renew() {
      await Promise.all([api.kill(), worker.kill()]);
      await temporal.kill();
      await withClient(postgres.adminUrl, async (client) => {
        for (const name of ['houqin', 'temporal', 'temporal_visibility']) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      });
      logFiles.length = 0;
      await postgres.createDatabase('houqin', 'houqin');
      temporal = await whileAlive(life, () => prepare(temporal));
      await Promise.all([api.start(), worker.start()]);
    },
    logs: () => [...logFiles, ...logsOf(path.join(folder, 'postgres')), ...logsOf(path.join(folder, 'temporal'))]
      .map((file) => ({ name: path.basename(file), text: readFileSync(file, 'utf8') })),
  };
}

function logsOf(folder: string): string[] {
  return readdirSync(folder).filter((name) => /\.log(\.\d+)?$/.test(name)).map((name) => path.join(folder, name));
}

function program(
  name: string, folder: string, env: NodeJS.ProcessEnv, logFiles: string[], life: Life,
  isReady: (since: number) => Promise<boolean>,
): Program {
  let current: OwnProcess | undefined;
  let lives = 0;
  let logFile = '';
  const end = async (how: (process: OwnProcess) => Promise<unknown>): Promise<void> => {
    const ending = current;
    current = undefined;
    if (ending) await how(ending);
  };
  const self: Program = {
    get running() {
      return current !== undefined;
    },
    get exited() {
      return current?.exited ?? Promise.resolve({ code: null, signal: null });
    },
    async launch(failpoints, more) {
      lives += 1;
      // A log of its own for each life: none is rotated away before it was searched.
      logFile = path.join(folder, 'logs', `${name}-${lives}.log`);
      logFiles.push(logFile);
      const started = await whileAlive(life, () => spawnOwn({
        command: process.execPath,
        args: [...profiling, ...programArgs(`${name}/main.ts`)],
        cwd: projectRoot,
        nice: name === 'worker' ? ENGINE_NICE : 0,
        env: { ...env, ...more, ...(failpoints && { HOUQIN_FAILPOINTS: failpoints }) },
        logFile,
        recordFile: path.join(folder, 'run', `${name}.json`),
      }));
      current = started;
      void started.exited.then(() => {
        if (current === started) current = undefined;
      });
    },
    async start(failpoints, more) {
      const since = Date.now();
      await self.launch(failpoints, more);
      const started = current;
      // One that is to die may do so before anybody has seen it ready.
      await until(`${name} of ${logFile}`, async () => current !== started || isReady(since), 60);
      if (current === started || failpoints) return;
      throw new Error(`The ${name} ended at its start: see ${logFile}.\n${readFileSync(logFile, 'utf8').slice(-2_000)}`);
    },
    kill: () => end((ending) => ending.kill()),
    stop: () => end((ending) => ending.stop({ timeoutMs: 15_000 })),
  };
  return self;
}

/** Asks again until it is so; answers how many seconds that took. Throws, saying what it waited for, after `seconds`. */
export async function until(what: string, ask: () => Promise<boolean>, seconds: number): Promise<number> {
  const began = performance.now();
  for (;;) {
    const is = await ask().catch(() => false);
    const took = (performance.now() - began) / 1_000;
    if (is) return took;
    if (took > seconds) throw new Error(`${what}: not within ${seconds} s`);
    await delay(50);
  }
}
