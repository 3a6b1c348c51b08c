import { join } from 'node:path';
import { parseFailpoints } from '../api/failpoints.ts';
import { earlierSecrets } from '../db/sealed.ts';
import { smsSettings } from '../sms/settings.ts';

/** What the worker reads from the environment, once. Throws with the variable's name and the remedy when one is missing. */
export function workerConfig(env: NodeJS.ProcessEnv) {
  if (env.HOUQIN_FAILPOINTS && env.HOUQIN_TEST !== '1') {
    throw new Error('HOUQIN_FAILPOINTS ends the process in mid-work and is for tests only: unset it.');
  }
  return {
    databaseUrl: needed(env, 'DATABASE_URL', 'a PostgreSQL URL such as postgres://houqin:…@127.0.0.1:5432/houqin'),
    temporalAddress: needed(env, 'TEMPORAL_ADDRESS', 'host:port of the Temporal frontend'),
    temporalNamespace: env.TEMPORAL_NAMESPACE ?? 'houqin',
    secret: needed(env, 'HOUQIN_SECRET', 'the same random characters as the API has'),
    earlierSecrets: earlierSecrets(env),
    sms: smsSettings(env, { demo: env.HOUQIN_DEMO === '1', publicUrl: env.HOUQIN_PUBLIC_URL || `http://127.0.0.1:${env.PORT || '8100'}` }),
    cacheDir: join(env.HOUQIN_DATA ?? 'data', 'cache'),
    maxCachedWorkflows: cached(env.HOUQIN_CACHED_WORKFLOWS || '300'),
    failpoints: env.HOUQIN_FAILPOINTS ? parseFailpoints(env.HOUQIN_FAILPOINTS) : new Map<string, number>(),
  };
}

/** How many cases are kept in memory; another one is replayed when something happens to it. */
function cached(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new Error(`HOUQIN_CACHED_WORKFLOWS is "${text}": set it to a whole number from 1 to 99999.`);
}

function needed(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new Error(`${name} is not set: set it to ${what}.`);
  return value;
}
