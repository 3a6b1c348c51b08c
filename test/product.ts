import './quiet.ts';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { NativeConnection } from '@temporalio/worker';
import { pino } from 'pino';
import { createApp } from '../api/app.ts';
import { readConfig } from '../api/config.ts';
import type { Deps } from '../api/deps.ts';
import { createEvents } from '../api/events.ts';
import { createSentinel, type Sentinel } from '../api/operations/sentinel.ts';
import { createDispatcher, type Dispatcher } from '../api/outbox/dispatcher.ts';
import { connectTemporal, type Temporal } from '../api/temporal.ts';
import { createWrites } from '../api/writes.ts';
import type { SmsParts } from '../activities/index.ts';
import { connect, type Db } from '../db/connect.ts';
import { createSeal } from '../db/sealed.ts';
import { seedContracts } from '../db/seeds/contracts.ts';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { processTypes } from '../workflows/contracts.ts';
import { createWorker, type WorkerPair } from '../worker/create-worker.ts';
import { createCarriers } from '../sms/carriers.ts';
import { smsSettings } from '../sms/settings.ts';
import { createTestDatabase } from './database.ts';
import { login, type Person } from './person.ts';

/** The whole product in this process, on a database of its own: API, outbox, worker, real PostgreSQL and Temporal. */
export interface Product {
  readonly url: string;
  readonly db: Db;
  readonly databaseUrl: string;
  readonly temporal: Temporal;
  readonly taskQueue: string;
  readonly sentinel: Sentinel;
  readonly dataDir: string;
  readonly sms: SmsParts;
  /** Reports on the content security policy that browsers have sent. */
  cspReports(): number;
  /** Logs in, once per user name. */
  as(username: string): Promise<Person>;
  /** Stops the worker and starts another one, as a deployment does. */
  restartWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  startWorker(): Promise<void>;
  /** Ends the API with every open stream, and after `work` starts it on the same port: its pages see it go and come back. */
  restartApi(work?: () => Promise<void>): Promise<void>;
  /** Another HOUQIN_SECRET for API and worker, with those of before in HOUQIN_EARLIER_SECRETS unless it `forgets` them. Everybody logs in anew. */
  rotateSecret(options?: { forgets?: boolean }): Promise<void>;
  stop(): Promise<void>;
}

/** Settings that a test changes. */
export interface ProductOptions {
  maxCachedWorkflows?: number;
  /** Carriers, as the environment has them; without it no SMS is sent. */
  sms?: Readonly<Record<string, string>>;
  /** Which steps ask by SMS, besides those whose contract says so. */
  asks?: (type: string, step: string) => boolean;
}

/** Starts a product with the demo company in it, on the servers that `npm test` runs. */
export async function startProduct({ maxCachedWorkflows, sms = {}, asks }: ProductOptions = {}): Promise<Product> {
  const address = env('HOUQIN_TEST_TEMPORAL_ADDRESS');
  const namespace = env('HOUQIN_TEST_TEMPORAL_NAMESPACE');
  const dataDir = await mkdtemp(join(tmpdir(), 'houqin-product-'));
  const database = await createTestDatabase();
  await seedContracts(database.db, Object.values(processTypes).map(({ contract }) => contract));
  await seedDemoCompany(database.url);

  const taskQueue = `test-${randomBytes(6).toString('hex')}`;
  const temporal = connectTemporal({ address, namespace, taskQueue });
  const outboxDb = connect(database.url, 12);
  const log = pino({ level: process.env.HOUQIN_TEST_LOG ?? 'silent' });
  const outbox: Dispatcher = createDispatcher({ db: outboxDb, client: temporal.client, taskQueue, log });

  const counters = { cspReports: 0 };
  const sentinel = createSentinel({ db: database.db, temporal, log });
  const newSecret = (): string => randomBytes(32).toString('base64url');
  /** The one of now first. */
  let secrets = [newSecret()];
  const settings = smsSettings(sms, { demo: sms.HOUQIN_SMS === 'outbox', publicUrl: 'https://houqin.test' });
  const smsParts = { seal: createSeal(secrets[0]!), carriers: createCarriers(settings), mostPerDay: settings.mostPerDay, publicUrl: settings.publicUrl, ...(asks && { asks }) };
  const serve = (port = 0): Promise<Server> => listen(database, temporal, outbox, log, { address, dataDir, counters, sentinel, secrets, sms, port });
  let server = await serve();
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  let connection: NativeConnection | undefined;
  let worker: WorkerPair | undefined;
  let running: Promise<void> | undefined;
  const people = new Map<string, Promise<Person>>();

  const product: Product = {
    url,
    db: database.db,
    databaseUrl: database.url,
    temporal,
    taskQueue,
    sentinel,
    dataDir,
    sms: smsParts,
    cspReports: () => counters.cspReports,
    as(username) {
      const known = people.get(username) ?? login(url, username);
      people.set(username, known);
      return known;
    },
    async startWorker() {
      connection = await NativeConnection.connect({ address });
      worker = await createWorker({
        connection, namespace, db: database.db, cacheDir: env('HOUQIN_TEST_ROOT'), log, taskQueue, maxCachedWorkflows, sms: smsParts,
      });
      running = worker.run();
    },
    async stopWorker() {
      worker?.shutdown();
      await running;
      await connection?.close();
      worker = running = connection = undefined;
    },
    async restartWorker() {
      await product.stopWorker();
      await product.startWorker();
    },
    async restartApi(work) {
      const { port } = server.address() as AddressInfo;
      await close(server);
      await work?.();
      server = await serve(port);
    },
    async rotateSecret({ forgets = false } = {}) {
      secrets = [newSecret(), ...forgets ? [] : secrets];
      smsParts.seal = createSeal(secrets[0]!, ...secrets.slice(1));
      people.clear();
      await product.restartApi();
      await product.restartWorker();
    },
    async stop() {
      await product.stopWorker();
      sentinel.stop();
      await outbox.stop();
      await close(server);
      await outboxDb.destroy();
      await temporal.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  await product.startWorker();
  return product;
}

async function listen(
  database: { url: string; db: Db },
  temporal: Temporal,
  outbox: Dispatcher,
  log: pino.Logger,
  { address, dataDir, counters, sentinel, secrets: [secret, ...earlier], sms, port: wanted }: {
    sms: Readonly<Record<string, string>>; address: string; dataDir: string; counters: Deps['counters']; sentinel: Sentinel; secrets: readonly string[]; port: number;
  },
): Promise<Server> {
  const { createServer } = await import('node:http');
  const server = createServer();
  await new Promise<void>((listening) => server.listen(wanted, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const config = readConfig({
    PORT: String(port),
    DATABASE_URL: database.url,
    TEMPORAL_ADDRESS: address,
    HOUQIN_SECRET: secret,
    HOUQIN_EARLIER_SECRETS: earlier.join(','),
    HOUQIN_DEMO: '1',
    HOUQIN_DATA: dataDir,
    ...sms,
  });
  const events = createEvents({ db: database.db, log });
  server.on('request', createApp({ db: database.db, config, log, outbox, events, temporal, sentinel, counters, writes: createWrites(), seal: createSeal(config.secret, ...config.earlierSecrets) }));
  return server;
}

async function close(server: Server): Promise<void> {
  await new Promise((closed) => {
    server.close(closed);
    server.closeAllConnections();
  });
}

function env(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with npm test.`);
  return value;
}
