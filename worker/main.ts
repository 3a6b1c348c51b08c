import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import { armFailpoints } from '../api/failpoints.ts';
import { connect } from '../db/connect.ts';
import { createSeal } from '../db/sealed.ts';
import { createCarriers } from '../sms/carriers.ts';
import { workerConfig } from './config.ts';
import { createWorker } from './create-worker.ts';
import { ensureSchedules } from './schedules.ts';

const log = pino({ name: 'worker' });
const config = workerConfig(process.env);
armFailpoints(config.failpoints);

Runtime.install({
  logger: {
    log: (level, message, meta) => log[level === 'TRACE' ? 'trace' : level === 'DEBUG' ? 'debug' : level === 'INFO' ? 'info'
      : level === 'WARN' ? 'warn' : 'error'](meta ?? {}, message),
    trace: (message, meta) => log.trace(meta ?? {}, message),
    debug: (message, meta) => log.debug(meta ?? {}, message),
    info: (message, meta) => log.info(meta ?? {}, message),
    warn: (message, meta) => log.warn(meta ?? {}, message),
    error: (message, meta) => log.error(meta ?? {}, message),
  },
  shutdownSignals: ['SIGINT', 'SIGTERM'],
});

const db = connect(config.databaseUrl, 24);
const connection = await reach(config.temporalAddress);
const worker = await createWorker({
  connection, namespace: config.temporalNamespace, db, cacheDir: config.cacheDir, log, maxCachedWorkflows: config.maxCachedWorkflows,
  sms: {
    seal: createSeal(config.secret, ...config.earlierSecrets), carriers: createCarriers(config.sms), mostPerDay: config.sms.mostPerDay,
    publicUrl: config.sms.publicUrl,
  },
});
await ensureSchedules({ connection, namespace: config.temporalNamespace });
log.info('polling');
// Rejects on a fatal error; the process then exits non-zero, and whoever runs it starts it again with a new worker.
await worker.run();
await connection.close();
await db.destroy();

/** Waits for Temporal as long as it takes: the worker may be started first (fault experiment F35). */
async function reach(address: string): Promise<NativeConnection> {
  for (;;) {
    try {
      return await NativeConnection.connect({ address });
    } catch (error) {
      log.warn({ error: (error as Error).message }, 'Temporal is not reachable; trying again');
      await delay(1_000);
    }
  }
}
