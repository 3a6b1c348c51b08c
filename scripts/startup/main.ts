import { existsSync } from 'node:fs';
import path from 'node:path';
import { startPostgres, withClient, type Postgres } from '../servers/postgres.ts';
import { isPortFree } from '../servers/ports.ts';
import { projectRoot } from '../servers/places.ts';
import { endLeftovers, holdFolder, recordFileOf, type FolderHold } from '../servers/run-file.ts';
import { explain, StartUpError } from '../servers/start-up-error.ts';
import { Supervisor } from '../servers/supervisor.ts';
import { startTemporal, type Temporal } from '../servers/temporal.ts';
import { phase, say } from './progress.ts';
import { answers, isPolled, leanMemory, startProgram, untilReady } from './services.ts';
import { makeDataDir, readSettings, secretOf, type Settings } from './settings.ts';
import { buildWeb } from './web-build.ts';
import { whenAskedToStop } from './when-asked-to-stop.ts';

const taskQueue = 'houqin';
const readyWithin = 90_000;
// Together with ending what was only just being started it stays below 15 s.
const stopWithin = 13_000;

/** `npm start`: brings everything up, keeps it up, and takes it down in order. */
export async function main(): Promise<void> {
  const supervisor = new Supervisor(say);
  let hold: FolderHold | undefined;
  let settings: Settings | undefined;
  let stopping: Promise<void> | undefined;
  const stop = (reason: string, code: number): void => {
    stopping ??= (async () => {
      hold?.aboutToEnd();
      say(reason);
      const insist = setTimeout(() => process.exit(1), stopWithin + 2_000);
      await supervisor.stopAll(stopWithin).catch((error: unknown) => say(explain(error)));
      // What was still being started at that moment is known by its record only.
      if (settings) await endLeftovers(settings.dataDir);
      hold?.giveBack();
      clearTimeout(insist);
      if (code === 0) say('Houqin has stopped; nothing is lost.');
      process.exit(code);
    })();
  };
  whenAskedToStop((reason) => stop(`Stopping (${reason}) …`, 0));
  process.on('uncaughtException', (error) => stop(`An error that nobody expected: ${error.stack}`, 1));
  try {
    const began = performance.now();
    const wanted = readSettings();
    makeDataDir(wanted.dataDir);
    hold = await holdFolder(wanted.dataDir, `Houqin at ${wanted.url}`);
    settings = wanted;
    const env = await startAll(wanted, supervisor);
    say(`  ${'all'.padEnd(12)} ${`${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(7)}`);
    say(`Houqin is ready at ${wanted.url}`);
    if (!wanted.demo) return;
    await showAccounts();
    await startDemoDay(wanted, env, supervisor);
  } catch (error) {
    if (stopping) return;
    stop(error instanceof StartUpError ? explain(error) : `Houqin cannot start: ${explain(error)}`, 1);
  }
}

// Resolves with the environment of our own programs when the API answers and a worker polls.
async function startAll(settings: Settings, supervisor: Supervisor): Promise<NodeJS.ProcessEnv> {
  const { dataDir, host, port, url, namespace, demo } = settings;
  const secret = secretOf(settings);
  const leftovers = await endLeftovers(dataDir);
  if (leftovers.length > 0) say(`An earlier start was killed; ended what it left running: ${leftovers.join(', ')}.`);
  if (!(await isPortFree(port, host))) {
    throw new StartUpError(
      `Port ${port} on ${host} is taken by another program.`, `choose another one: PORT=${port + 100} npm start`,
    );
  }
  say(`Starting Houqin with its data in ${dataDir}`);
  const [{ databaseUrl, temporal }] = await Promise.all([
    startServers(settings, supervisor),
    phase('web app', () => buildWeb(path.join(dataDir, 'logs'), recordFileOf(dataDir, 'web-build')), (built) =>
      built ? 'built' : 'unchanged'),
  ]);
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PORT: String(port), HOST: host, DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: namespace,
    HOUQIN_SECRET: secret, HOUQIN_DEMO: demo ? '1' : '0', HOUQIN_DATA: dataDir, NODE_ENV: 'production',
  };
  await Promise.all([
    phase('API', () => supervisor.run('api', async () =>
      await untilReady(await startProgram('api', 'api/main.ts', dataDir, { ...env, ...leanMemory }), () => answers(url), readyWithin))),
    phase('worker', () => supervisor.run('worker', async () => {
      const since = Date.now();
      const worker = await startProgram('worker', 'worker/main.ts', dataDir, env);
      return await untilReady(worker, () => isPolled(temporal.address, namespace, taskQueue, since), readyWithin);
    })),
  ]);
  return env;
}

async function startServers(
  settings: Settings, supervisor: Supervisor,
): Promise<{ databaseUrl: string; temporal: Temporal }> {
  const needed = !settings.databaseUrl || !settings.temporalAddress;
  const postgres = needed ? await startOwnPostgres(settings, supervisor) : undefined;
  const databaseUrl = settings.databaseUrl ?? await postgres!.createDatabase('houqin', 'houqin');
  const [temporal] = await Promise.all([
    startOwnTemporal(settings, supervisor, postgres),
    prepareDatabase(settings, databaseUrl),
  ]);
  return { databaseUrl, temporal };
}

async function startOwnPostgres({ dataDir }: Settings, supervisor: Supervisor): Promise<Postgres> {
  return await phase('PostgreSQL', async () => {
    // Those who know the port keep knowing it when it is started again.
    let port: number | undefined;
    return await supervisor.run('PostgreSQL', async () => {
      const postgres = await startPostgres({ dataDir: path.join(dataDir, 'postgres'), port, log: say });
      ({ port } = postgres);
      return postgres;
    });
  }, ({ port }) => `on port ${port}`);
}

async function startOwnTemporal(
  { dataDir, namespace }: Settings, supervisor: Supervisor, postgres: Postgres | undefined,
): Promise<Temporal> {
  return await phase('Temporal', async () => {
    let known: Temporal | undefined;
    return await supervisor.run('Temporal', async () => {
      known = await startTemporal({
        dataDir: path.join(dataDir, 'temporal'), postgres, namespace, log: say,
        server: known?.server, ports: known?.ports,
      });
      return known;
    });
  }, ({ address, server }) => `${address} (${wayNames[server.way]})`);
}

const wayNames = {
  a: 'TEMPORAL_ADDRESS',
  b: 'the official server, built earlier',
  c: 'the dev server of "temporal" on the PATH',
  d: 'the dev server that the SDK downloaded',
  e: 'the official server, built now',
} as const;

async function prepareDatabase(settings: Settings, databaseUrl: string): Promise<void> {
  await phase('migrations', async () => {
    if (settings.databaseUrl) await checkDatabase(databaseUrl);
    const { migrate } = await import('../../db/migrate.ts');
    await migrate(databaseUrl);
  });
  if (!settings.demo) return;
  await phase('demo company', async () => {
    const { seedDemoCompany } = await import('../../db/seeds/demo-company.ts');
    await seedDemoCompany(databaseUrl);
  });
}

async function checkDatabase(url: string): Promise<void> {
  await withClient(url, async (client) => await client.query('select 1')).catch((error: unknown) => {
    throw new StartUpError(
      `The database of DATABASE_URL cannot be used: ${explain(error)}.`,
      'check host, port, database, role and password in DATABASE_URL, and that this PostgreSQL runs.', { cause: error },
    );
  });
}

async function showAccounts(): Promise<void> {
  const [{ demoDepartments, demoPeople }, { DEMO_PASSWORD }] = await Promise.all([
    import('../../db/seeds/demo-people.ts'), import('../../db/seeds/demo-company.ts'),
  ]);
  say(`\nDemo accounts, password ${DEMO_PASSWORD}:`);
  for (const { account, name, department, title } of demoPeople) {
    if (!account) continue;
    const place = demoDepartments.find(({ id }) => id === department)?.name ?? department;
    say(`  ${account.padEnd(12)} ${name}, ${place} ${title}`);
  }
  say('\nCtrl-C stops Houqin; the data stays.');
}

// About 60 requisitions, run as people would; what a stop interrupts goes on at the next start.
async function startDemoDay(settings: Settings, env: NodeJS.ProcessEnv, supervisor: Supervisor): Promise<void> {
  const script = 'scripts/demo-day.ts';
  const isDone = await withClient(env.DATABASE_URL!, async (client) =>
    (await client.query("select 1 from setting where name = 'demo-day'")).rowCount !== 0);
  if (isDone || !existsSync(path.join(projectRoot, script))) return;
  const filler = await startProgram('demo-day', script, settings.dataDir, { ...env, HOUQIN_URL: settings.url });
  supervisor.accompany('demo-day', filler);
  const exit = await filler.exited;
  if (exit.code === 0) {
    await withClient(env.DATABASE_URL!, async (client) => {
      await client.query("insert into setting (name, value) values ('demo-day', 'true') on conflict do nothing");
    });
  } else if (exit.signal !== 'SIGTERM' && exit.signal !== 'SIGKILL') {
    say(`The demo requisitions are not complete (see ${filler.logFile}); the next start goes on with them.`);
  }
}
