import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { connect, type Db } from '../db/connect.ts';
import { migrate } from '../db/migrate.ts';
import { deleteOldEntries } from '../db/queries/entry.ts';
import { deleteOldIdempotencyKeys } from '../db/queries/idempotency.ts';
import { createFirstAdministrator } from '../db/queries/people.ts';
import { deleteOldSessions } from '../db/queries/sessions.ts';
import { deleteOldProofs } from '../db/queries/phone-proof.ts';
import { deleteOldAsks } from '../db/queries/sms-asks.ts';
import { deleteOldSms } from '../db/queries/sms.ts';
import { createSeal } from '../db/sealed.ts';
import { seedContracts } from '../db/seeds/contracts.ts';
import { processTypes } from '../workflows/contracts.ts';
import { TASK_QUEUE } from '../workflows/lib/contract.ts';
import { createApp } from './app.ts';
import { ConfigError, EXIT_CONFIG, readConfig, type Config } from './config.ts';
import { armFailpoints } from './failpoints.ts';
import { createEvents } from './events.ts';
import { deleteForgottenFiles } from './files/forgotten.ts';
import { createFileStore } from './files/store.ts';
import { createSentinel } from './operations/sentinel.ts';
import { createDispatcher } from './outbox/dispatcher.ts';
import { hashPassword } from './passwords.ts';
import { IDLE_MINUTES } from './sessions.ts';
import { connectTemporal } from './temporal.ts';
import { forLog } from './unexpected.ts';
import { createWrites } from './writes.ts';

const DISPATCHER_CONCURRENCY = 8;
const HOUR = 3_600_000;
/** Phones are personal data: kept no longer than visitors' would be (reliability, section 4). */
const SMS_KEPT_DAYS = 90;

const config = configOrExit();
armFailpoints(config.failpoints);
const log = pino({ name: 'api' });
const db = connect(config.databaseUrl, 12);
const outboxDb = connect(config.databaseUrl, DISPATCHER_CONCURRENCY + 2);
const temporal = connectTemporal({ address: config.temporalAddress, namespace: config.temporalNamespace });
const counters = { cspReports: 0 };
const writes = createWrites();
const seal = createSeal(config.secret, ...config.earlierSecrets);
const outbox = createDispatcher({
  db: outboxDb, client: temporal.client, taskQueue: TASK_QUEUE, log, concurrency: DISPATCHER_CONCURRENCY,
  busy: () => writes.many(),
});
const events = createEvents({ db, log });
const sentinel = createSentinel({ db, temporal, log });
const app = createApp({ db, config, log, outbox, events, temporal, sentinel, counters, writes, seal });

// A client that sends its request drop by drop is let go of; so is one that keeps a connection and asks nothing. An answer may take its time:
// streams do. All of it said here, since Node's defaults have changed before.
const patience = {
  headersTimeout: 10_000, requestTimeout: 30_000, keepAliveTimeout: 5_000, connectionsCheckingInterval: 5_000, maxHeaderSize: 16_384,
};
const server = createServer(patience, app);
const stopping = new AbortController();
const prepared = untilPrepared();
// Whoever sees the port open finds the database ready, too; unless PostgreSQL is away: then we answer so.
await Promise.race([prepared, delay(5_000, undefined, { ref: false })]);
server.listen(config.port, config.host, () => log.info({ host: config.host, port: config.port }, 'listening'));
server.once('error', (error) => {
  log.fatal({ error: forLog(error) }, 'cannot listen');
  process.exit(1);
});
const cleaning = setInterval(() => void clean(), HOUR);

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void stop(signal));

function configOrExit(): Config {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(EXIT_CONFIG);
  }
}

async function untilPrepared(): Promise<void> {
  while (!stopping.signal.aborted) {
    try {
      await prepare(db, config);
      return;
    } catch (error) {
      log.warn({ error: forLog(error) }, 'the database cannot be prepared yet; trying again');
      await delay(1_000);
    }
  }
}

/** Schema, what the process types need, and in production the first administrator, whose password is shown once. */
async function prepare(db: Db, { databaseUrl, demo, publicUrl }: Config): Promise<void> {
  await migrate(databaseUrl);
  await seedContracts(db, Object.values(processTypes).map(({ contract }) => contract));
  if (demo) return;
  const password = randomBytes(15).toString('base64url');
  const isFirst = await createFirstAdministrator(db, 'admin', () => hashPassword(password));
  if (!isFirst) return;
  process.stdout.write(`First start: log in at ${publicUrl} as admin with the password ${password} (shown this once).\n`);
}

async function clean(): Promise<void> {
  try {
    const keys = await deleteOldIdempotencyKeys(db);
    const sessions = await deleteOldSessions(db, IDLE_MINUTES);
    const sms = await deleteOldSms(db, SMS_KEPT_DAYS);
    const asks = await deleteOldAsks(db, SMS_KEPT_DAYS);
    const proofs = await deleteOldProofs(db);
    const entries = await deleteOldEntries(db);
    log.info({ keys, sessions, sms, asks, proofs, entries, files: await deleteForgottenFiles(db, createFileStore(config.dataDir)) }, 'cleaned');
  } catch (error) {
    log.warn({ error: forLog(error) }, 'cleaning failed');
  }
}

/** Takes no new connection, lets requests finish for at most ten seconds, then ends. */
async function stop(signal: string): Promise<void> {
  log.info({ signal }, 'stopping');
  stopping.abort();
  clearInterval(cleaning);
  events.stop();
  sentinel.stop();
  const closed = new Promise<void>((resolve) => { server.close(() => resolve()); });
  // Kept-alive connections that were busy become idle one by one; a stream never does.
  const idling = setInterval(() => server.closeIdleConnections(), 100);
  server.closeIdleConnections();
  await Promise.race([closed, delay(10_000)]);
  clearInterval(idling);
  server.closeAllConnections();
  await outbox.stop();
  await Promise.all([db.destroy(), outboxDb.destroy(), temporal.close()]);
  process.exit(0);
}
