import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import type { temporal } from '@temporalio/proto';
import { readJson, writeJson } from './json-file.ts';
import { endRecorded, spawnOwn, type Exit, type OwnProcess } from './own-process.ts';
import { storedPorts } from './ports.ts';
import { withClient, type Log, type Postgres } from './postgres.ts';
import { explain, StartUpError } from './start-up-error.ts';
import { findTemporalServer, type TemporalServer } from './temporal-server.ts';

const run = promisify(execFile);

const services = ['frontend', 'history', 'matching', 'worker'] as const;
const portNames = [...services, ...services.map((service) => `${service}Membership` as const)] as const;
const role = 'temporal';
const databases = { temporal: 'temporal', visibility: 'temporal_visibility' } as const;
/** What follows a click never keeps the next click waiting: the engine and its workers let API and PostgreSQL go first. */
export const ENGINE_NICE = 3;
const retention = msToTs('90 days');

/** Ports of the official server: one for calls and one for the ring for each of its four services. */
export type TemporalPorts = Record<(typeof portNames)[number], number>;

type Cluster = Pick<Postgres, 'host' | 'port' | 'adminUrl' | 'createDatabase' | 'url'>;

export interface TemporalOptions {
  /** A folder of its own; made when missing. */
  dataDir: string;
  /** The official server keeps its two databases there; needed unless the server is somebody else's. */
  postgres: Cluster | undefined;
  log: Log;
  /** Default: picked free once and kept in the folder. */
  ports?: TemporalPorts;
  logLevel?: 'debug' | 'info' | 'warn' | 'error';
  /** Virtual time for tests, never in production. */
  timeSkipping?: boolean;
  /** Faults of the data store, as the server's own configuration writes them: `{targets: {dataStores: {…}}}`. */
  faultInjection?: object;
  /** More dynamic configuration, key to value. */
  dynamicConfig?: Record<string, unknown>;
  namespace?: string;
  /** Default: found by findTemporalServer. */
  server?: TemporalServer;
}

/** A running Temporal, its namespace ready for use. */
export interface Temporal {
  address: string;
  namespace: string;
  /** Undefined where the server is somebody else's (TEMPORAL_ADDRESS). */
  pid: number | undefined;
  server: TemporalServer;
  /** To be given again to a server that is started in this one's place. */
  ports: TemporalPorts | undefined;
  stop(timeoutMs?: number): Promise<Exit>;
  kill(): Promise<Exit>;
  /** Never resolves for a server that is somebody else's. */
  exited: Promise<Exit>;
}

/** Which store a data folder's workflows are in; undefined before its first start. */
export function recordedStore(dataDir: string): 'postgres' | 'sqlite' | undefined {
  return readJson<{ store: 'postgres' | 'sqlite' }>(path.join(dataDir, 'store.json'))?.store;
}

/**
 * Starts a Temporal server and resolves when its namespace (default `houqin`, 90 days' retention) can be used. What a
 * killed parent left running on this folder is ended first. Throws StartUpError with a remedy.
 */
export async function startTemporal(options: TemporalOptions): Promise<Temporal> {
  const { dataDir, log, namespace = 'houqin' } = options;
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const recordFile = path.join(dataDir, 'process.json');
  if (await endRecorded(recordFile)) log('Temporal was still running after a kill: ended it first.');

  const server = options.server ?? await findTemporalServer({ log, store: recordedStore(dataDir) });
  if (server.way === 'a') {
    try {
      await prepareNamespace(server.address, namespace, new Promise<Exit>(() => undefined), 15_000);
    } catch (error) {
      if (error instanceof StartUpError) throw error;
      throw new StartUpError(
        `Temporal cannot be used: ${explain(error)}`, 'check TEMPORAL_ADDRESS (host:port), and that this server runs.',
        { cause: error },
      );
    }
    const nothing = async (): Promise<Exit> => ({ code: 0, signal: null });
    return {
      address: server.address, namespace, pid: undefined, server, ports: undefined, stop: nothing, kill: nothing,
      exited: new Promise<Exit>(() => undefined),
    };
  }
  const ports = options.ports ?? await storedPorts(path.join(dataDir, 'ports.json'), portNames);
  const launched = server.store === 'postgres'
    ? await startOfficial(options, server, ports)
    : await startDevServer(options, server.cli, ports, namespace);
  const address = `127.0.0.1:${ports.frontend}`;
  try {
    await prepareNamespace(address, namespace, launched.exited);
  } catch (error) {
    await launched.kill();
    const said = readFileSync(path.join(dataDir, 'temporal.log'), 'utf8').trim().split('\n').slice(-3).join(' | ');
    throw new StartUpError(
      `Temporal did not start: ${explain(error)} ${said}`.slice(0, 1_500),
      `read ${path.join(dataDir, 'temporal.log')}.`, { cause: error },
    );
  }
  writeJson(path.join(dataDir, 'store.json'), { store: server.store });
  return {
    address, namespace, pid: launched.pid, server, ports, exited: launched.exited, kill: () => launched.kill(),
    stop: (timeoutMs = 5_000) => launched.stop({ timeoutMs }),
  };
}

async function startOfficial(
  options: TemporalOptions, server: Extract<TemporalServer, { store: 'postgres' }>, ports: TemporalPorts,
): Promise<OwnProcess> {
  const { dataDir, postgres } = options;
  if (!postgres) throw new Error('The official Temporal server needs a PostgreSQL.');
  await prepareSchemas(postgres, server);
  const configFile = path.join(dataDir, 'temporal.yaml');
  const dynamicFile = path.join(dataDir, 'dynamic.yaml');
  // JSON is YAML, and nothing in it can be taken for markup.
  writeJson(dynamicFile, dynamicConfig(options));
  writeJson(configFile, serverConfig(options, postgres, ports, dynamicFile));
  return await spawnOwn({
    command: server.server,
    args: ['--config-file', configFile, '--allow-no-auth', 'start'],
    nice: ENGINE_NICE,
    cwd: dataDir,
    env: { PATH: process.env.PATH, HOME: dataDir, TZ: 'UTC', TEMPORAL_VERSION_CHECK_DISABLED: '1' },
    logFile: path.join(dataDir, 'temporal.log'),
    recordFile: path.join(dataDir, 'process.json'),
  });
}

async function startDevServer(
  options: TemporalOptions, cli: string, ports: TemporalPorts, namespace: string,
): Promise<OwnProcess> {
  const { dataDir, logLevel = 'error' } = options;
  const settings = Object.entries(dynamicConfig(options))
    .flatMap(([key, values]) => values.map(({ value }) => `${key}=${JSON.stringify(value)}`))
    .flatMap((setting) => ['--dynamic-config-value', setting]);
  return await spawnOwn({
    command: cli,
    args: [
      'server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', String(ports.frontend),
      '--namespace', namespace,
      '--db-filename', path.join(dataDir, 'temporal.db'), '--log-level', logLevel, ...settings,
    ],
    cwd: dataDir,
    env: { PATH: process.env.PATH, HOME: dataDir, TZ: 'UTC' },
    logFile: path.join(dataDir, 'temporal.log'),
    recordFile: path.join(dataDir, 'process.json'),
  });
}

function dynamicConfig(options: TemporalOptions): Record<string, { value: unknown }[]> {
  const settings: Record<string, unknown> = {
    // A workflow task that fails so often in a row is told to whoever asks for problems: the stuck sentinel does.
    'system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute': 4,
    // One server: a queue in four parts only passes tasks and pollers between them.
    'matching.numTaskqueueReadPartitions': 1,
    'matching.numTaskqueueWritePartitions': 1,
    ...(options.timeSkipping ? { 'frontend.WorkflowTimeSkippingEnabled': true } : {}),
    ...options.dynamicConfig,
  };
  return Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, [{ value }]]));
}

function serverConfig(
  options: TemporalOptions, postgres: Cluster, ports: TemporalPorts, dynamicFile: string,
): object {
  const { logLevel = 'error', faultInjection } = options;
  const store = (databaseName: string, maxConns: number): object => {
    const { password } = new URL(postgres.url(databaseName));
    return {
      sql: {
        pluginName: 'postgres12', databaseName,
        connectAddr: `${postgres.host}:${postgres.port}`, connectProtocol: 'tcp',
        user: role, password: decodeURIComponent(password), maxConns, maxIdleConns: maxConns, maxConnLifetime: '1h',
      },
    };
  };
  return {
    log: { stdout: true, level: logLevel },
    persistence: {
      defaultStore: 'main',
      visibilityStore: 'visibility',
      numHistoryShards: 16,
      datastores: {
        main: { ...store(databases.temporal, 20), ...(faultInjection ? { faultInjection } : {}) },
        visibility: store(databases.visibility, 10),
      },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' } },
    services: Object.fromEntries(services.map((service) => [service, {
      rpc: { grpcPort: ports[service], membershipPort: ports[`${service}Membership`], bindOnIP: '127.0.0.1' },
    }])),
    clusterMetadata: {
      enableGlobalNamespace: false,
      failoverVersionIncrement: 10,
      masterClusterName: 'active',
      currentClusterName: 'active',
      clusterInformation: {
        active: {
          enabled: true, initialFailoverVersion: 1, rpcName: 'frontend', rpcAddress: `127.0.0.1:${ports.frontend}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
    dynamicConfigClient: { filepath: dynamicFile, pollInterval: '10s' },
  };
}

async function prepareSchemas(
  postgres: Cluster, server: Extract<TemporalServer, { store: 'postgres' }>,
): Promise<void> {
  const existing = await withClient(postgres.adminUrl, async (client) => {
    const found = await client.query<{ datname: string }>('select datname from pg_database');
    return new Set(found.rows.map((row) => row.datname));
  });
  for (const kind of ['temporal', 'visibility'] as const) {
    const name = databases[kind];
    const versions = path.join(server.schema, kind);
    if (!existing.has(name)) {
      await makeSchema(postgres, server.sql, versions, name);
    } else if (await isBehind(postgres, name, versions)) {
      // Some of Temporal's migrations drop an index by name and fail where it is not.
      if (kind === 'visibility') await putVisibilityIndexesBack(postgres);
      await sqlTool(postgres, server.sql, name, ['update-schema', '-d', versions]);
    }
  }
  await dropVisibilityIndexes(postgres);
}

const droppedIndexes = 'houqin_dropped_index';

/**
 * Takes the secondary indexes of the visibility table away, for no page asks it anything (docs/decisions/0003): they cost more than all the
 * rest of a workflow in PostgreSQL. What is taken away stays written down beside it; the one by which the sentinel finds workflows whose code
 * fails stays.
 */
async function dropVisibilityIndexes(postgres: Cluster): Promise<void> {
  await withClient(postgres.url(databases.visibility), async (client) => {
    await client.query(`create table if not exists ${droppedIndexes} (name text primary key, definition text not null)`);
    const { rows } = await client.query<{ name: string; definition: string }>(`
      select indexname as name, indexdef as definition from pg_indexes
      where schemaname = 'public' and tablename = 'executions_visibility' and indexname not in (select conname from pg_constraint)
        and indexname <> 'by_temporal_reported_problems'`);
    if (rows.length === 0) return;
    await client.query('begin');
    for (const { name, definition } of rows) {
      await client.query(`insert into ${droppedIndexes} values ($1, $2) on conflict (name) do update set definition = excluded.definition`, [name, definition]);
      await client.query(`drop index ${client.escapeIdentifier(name)}`);
    }
    await client.query('commit');
  });
}

async function putVisibilityIndexesBack(postgres: Cluster): Promise<void> {
  await withClient(postgres.url(databases.visibility), async (client) => {
    const { rows: [known] } = await client.query<{ table: string | null }>(`select to_regclass('${droppedIndexes}') as table`);
    if (!known?.table) return;
    await client.query('begin');
    const { rows } = await client.query<{ definition: string }>(`delete from ${droppedIndexes} returning definition`);
    for (const { definition } of rows) await client.query(definition);
    await client.query('commit');
  });
}

// Temporal's tool is not atomic, and one half done cannot be continued: so under another name until it is complete.
async function makeSchema(
  postgres: Cluster, sql: string, versions: string, name: string,
): Promise<void> {
  const draft = draftOf(name);
  await withClient(postgres.adminUrl, async (client) => {
    await client.query(`drop database if exists ${client.escapeIdentifier(draft)} with (force)`);
  });
  await postgres.createDatabase(draft, role);
  await sqlTool(postgres, sql, draft, ['setup-schema', '-v', '0.0']);
  await sqlTool(postgres, sql, draft, ['update-schema', '-d', versions]);
  // The server looks its version up under the database's name.
  await withClient(postgres.url(draft), async (client) => {
    await client.query('update schema_version set db_name = $1', [name]);
  });
  await postgres.createDatabase(name, role, { from: draft });
}

function draftOf(name: string): string {
  return `${name}_in_the_making`;
}

async function isBehind(postgres: Cluster, name: string, versions: string): Promise<boolean> {
  const newest = readdirSync(versions).map((folder) => folder.replace(/^v/, '')).sort(byVersion).pop();
  return await withClient(postgres.url(name), async (client) => {
    const found = await client.query<{ curr_version: string }>('select curr_version from schema_version');
    return found.rows[0] === undefined || newest === undefined || byVersion(found.rows[0].curr_version, newest) < 0;
  });
}

function byVersion(one: string, other: string): number {
  return one.localeCompare(other, 'en', { numeric: true });
}

async function sqlTool(postgres: Cluster, sql: string, database: string, args: string[]): Promise<void> {
  const { password } = new URL(postgres.url(database));
  try {
    await run(sql, args, {
      env: {
        PATH: process.env.PATH, SQL_PLUGIN: 'postgres12', SQL_HOST: postgres.host, SQL_PORT: String(postgres.port),
        SQL_USER: role, SQL_PASSWORD: decodeURIComponent(password), SQL_DATABASE: database,
      },
      timeout: 120_000,
      maxBuffer: 16 * 2 ** 20,
    });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : explain(error);
    throw new Error(`Temporal's schema in database ${database} failed: ${output.slice(-500)}`, { cause: error });
  }
}

async function prepareNamespace(
  address: string, namespace: string, exited: Promise<Exit>, withinMs = 60_000,
): Promise<void> {
  let ended: Exit | undefined;
  void exited.then((exit) => { ended = exit; });
  const deadline = Date.now() + withinMs;
  const again = async (error: unknown): Promise<void> => {
    if (ended) throw new Error(`the server ended (exit code ${ended.code}, signal ${ended.signal}).`);
    if (Date.now() > deadline) throw new Error(`no answer from ${address}: ${explain(error)}`, { cause: error });
    await sleep(50);
  };
  for (;;) {
    let connection: Connection | undefined;
    try {
      connection = await Connection.connect({ address, connectTimeout: 2_000 });
      await useNamespace(connection, namespace);
      return;
    } catch (error) {
      if (isGrpc(error, 7) || isGrpc(error, 16)) {
        throw new StartUpError(
          `The Temporal server at ${address} refuses us namespace "${namespace}".`,
          'set TEMPORAL_NAMESPACE to one that exists there, with 90 days of retention.', { cause: error },
        );
      }
      await again(error);
    } finally {
      await connection?.close().catch(() => undefined);
    }
  }
}

// Each of these calls fails until the service behind it is up: frontend, matching, and the history shard of an id.
async function useNamespace(connection: Connection, namespace: string): Promise<void> {
  const { workflowService } = connection;
  await connection.withDeadline(Date.now() + 5_000, async () => {
    await ensureNamespace(workflowService, namespace);
    await workflowService.describeTaskQueue({ namespace, taskQueue: { name: 'houqin' }, taskQueueType: 1 });
    await workflowService.describeWorkflowExecution({ namespace, execution: { workflowId: 'houqin-is-it-up' } })
      .catch((error: unknown) => {
        if (!isGrpc(error, 5) || /namespace/i.test((error as Error).message)) throw error;
      });
  });
}

async function ensureNamespace(workflowService: Connection['workflowService'], namespace: string): Promise<void> {
  let found: temporal.api.workflowservice.v1.IDescribeNamespaceResponse;
  try {
    found = await workflowService.describeNamespace({ namespace });
  } catch (error) {
    if (!isGrpc(error, 5)) throw error;
    await workflowService.registerNamespace({
      namespace, workflowExecutionRetentionPeriod: retention, description: 'Houqin',
    }).catch((refused: unknown) => {
      if (!isGrpc(refused, 6)) throw refused;
    });
    return;
  }
  // The dev server makes it with one day.
  if (Number(found.config?.workflowExecutionRetentionTtl?.seconds ?? 0) < Number(retention.seconds)) {
    await workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: retention } });
  }
}

function isGrpc(error: unknown, code: number): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
