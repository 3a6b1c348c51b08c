import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { createApp } from '../api/app.ts';
import { readConfig } from '../api/config.ts';
import type { Deps } from '../api/deps.ts';
import { createWrites } from '../api/writes.ts';
import { createSeal } from '../db/sealed.ts';
import { seedContracts } from '../db/seeds/contracts.ts';
import { processTypes } from '../workflows/contracts.ts';
import { quickHash } from './accounts.ts';
import { createTestDatabase, type TestDatabase } from './database.ts';
import { login, type Person } from './person.ts';

/** The API alone on a database of its own: no worker, and Temporal away, as it may be. */
export interface TestApi {
  readonly url: string;
  readonly deps: Deps;
  readonly database: TestDatabase;
  /** Everything that was logged, one JSON line each. */
  readonly log: readonly string[];
  /** Makes a person of `dept-test` whose password is that of the demo; the id is `person-USERNAME`. */
  addPerson(username: string, roles?: readonly string[]): Promise<string>;
  /** Logs in; makes the person first if missing. */
  as(username: string, roles?: readonly string[]): Promise<Person>;
  stop(): Promise<void>;
}

/** Settings that a test changes; `env` is read as at a real start. */
export interface TestApiOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly webRoot?: string;
}

/** Starts the API on a free port. */
export async function startApi({ env = {}, webRoot }: TestApiOptions = {}): Promise<TestApi> {
  const database = await createTestDatabase();
  const { db } = database;
  await seedContracts(db, Object.values(processTypes).map(({ contract }) => contract));
  await db('department').insert({ id: 'dept-test', name: '测试部', name_en: 'Test department' });

  const dataDir = await mkdtemp(join(tmpdir(), 'houqin-api-'));
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const log: string[] = [];
  const sentinel: { last: Deps['sentinel']['last'] } = { last: () => undefined };
  const deps: Deps = {
    db,
    config: readConfig({
      PORT: String(port),
      DATABASE_URL: database.url,
      TEMPORAL_ADDRESS: '127.0.0.1:1',
      HOUQIN_SECRET: randomBytes(32).toString('base64url'),
      HOUQIN_DEMO: '1',
      HOUQIN_DATA: dataDir,
      ...env,
    }),
    log: pino({ level: 'debug' }, { write: (line: string) => { log.push(line); } }),
    outbox: { kick: () => undefined },
    events: { subscribe: () => () => undefined, stopped: new AbortController().signal },
    temporal: {
      health: async () => 'away',
      history: async () => undefined,
      backlog: away,
      pendingWork: away,
      failing: away,
      replay: async () => ({ events: 1, departure: null, build: { version: '0', fingerprint: '0' } }),
    },
    sentinel,
    counters: { cspReports: 0 },
    writes: createWrites(),
    seal: createSeal(randomBytes(32).toString('hex')),
  };
  server.on('request', createApp(deps, webRoot));
  const url = `http://127.0.0.1:${port}`;

  const api: TestApi = {
    url,
    deps,
    database,
    log,
    async addPerson(username, roles = []) {
      const id = `person-${username}`;
      const row = { id, username, name: `人 ${username}`, department_id: 'dept-test', password_hash: quickHash() };
      await db('person').insert(row);
      if (roles.length > 0) await db('person_role').insert(roles.map((role) => ({ person_id: id, role_id: role })));
      return id;
    },
    async as(username, roles) {
      if (!(await db('person').where({ username }).first('id'))) await api.addPerson(username, roles);
      return login(url, username);
    },
    async stop() {
      await close(server);
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
  return api;
}

async function away(): Promise<never> {
  throw new Error('Temporal is away');
}

async function close(server: Server): Promise<void> {
  await new Promise((closed) => {
    server.close(closed);
    server.closeAllConnections();
  });
}
