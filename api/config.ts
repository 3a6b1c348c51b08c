import path from 'node:path';
import { earlierSecrets } from '../db/sealed.ts';
import { smsSettings, type SmsSettings } from '../sms/settings.ts';
import { entryApps, type EntryApp } from './entry/apps.ts';
import { parseFailpoints } from './failpoints.ts';

/** The settings of one API process. */
export interface Config {
  readonly host: string;
  readonly port: number;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  /** Key of the sessions' hashes and of whatever else is keyed; never stored, never logged. */
  readonly secret: string;
  /** Secrets of before, which still open personal data of their time. */
  readonly earlierSecrets: readonly string[];
  readonly sms: SmsSettings;
  /** Apps whose users enter by a ticket, by name. */
  readonly entryApps: ReadonlyMap<string, EntryApp>;
  /** The address that people type, without a path. */
  readonly publicUrl: string;
  /** The origins whose pages may write. */
  readonly origins: readonly string[];
  /** `__Host-` cookies, which browsers send over https only (and to localhost). */
  readonly secureCookies: boolean;
  readonly demo: boolean;
  readonly dataDir: string;
  /** Proxies in front of us whose X-Forwarded-For entries are believed; 0 believes none. */
  readonly trustedProxies: number;
  /** Where a fault experiment ends this process; none outside of tests. */
  readonly failpoints: ReadonlyMap<string, number>;
}

/** A setting that is missing or unsafe; the message names the variable and the remedy. */
export class ConfigError extends Error {}

/** `EX_CONFIG` of sysexits.h: a start with these settings will fail again. */
export const EXIT_CONFIG = 78;

/** Reads and checks the environment, once at the start. Throws ConfigError. */
export function readConfig(env: NodeJS.ProcessEnv): Config {
  const port = integer(env, 'PORT', 8100, 65_535);
  const host = env.HOST || '127.0.0.1';
  const databaseUrl = urlOf(env, 'DATABASE_URL', /^postgres(ql)?:$/, 'postgres://houqin:…@127.0.0.1:5432/houqin');
  const demo = oneOf(env, 'HOUQIN_DEMO', ['0', '1']) === '1';
  const publicUrl = urlOf(
    { HOUQIN_PUBLIC_URL: env.HOUQIN_PUBLIC_URL || `http://127.0.0.1:${port}` }, 'HOUQIN_PUBLIC_URL', /^https?:$/,
    'https://houqin.example.cn',
  );
  const isHttps = publicUrl.protocol === 'https:';

  if (demo && !isLoopback(host)) {
    throw new ConfigError(`HOUQIN_DEMO=1 has public passwords, but HOST is ${host}: set HOST=127.0.0.1 or HOUQIN_DEMO=0.`);
  }
  if (demo && !isLoopback(databaseUrl.hostname)) {
    throw new ConfigError('HOUQIN_DEMO=1 has public passwords, but DATABASE_URL is elsewhere: set HOUQIN_DEMO=0.');
  }
  if (!demo && !isHttps && !isLoopback(publicUrl.hostname)) {
    throw new ConfigError(
      'HOUQIN_PUBLIC_URL is http: people would send their passwords in clear. Put TLS in front and give the https address.',
    );
  }
  return {
    host,
    port,
    databaseUrl: databaseUrl.href,
    temporalAddress: required(env, 'TEMPORAL_ADDRESS', 'host:port of the Temporal frontend, such as 127.0.0.1:7233'),
    temporalNamespace: env.TEMPORAL_NAMESPACE || 'houqin',
    secret: secretOf(env),
    earlierSecrets: earlierSecrets(env),
    sms: inWords(() => smsSettings(env, { demo, publicUrl: publicUrl.origin })),
    entryApps: inWords(() => entryApps(env)),
    publicUrl: publicUrl.origin,
    origins: [...new Set([publicUrl.origin, `http://127.0.0.1:${port}`, `http://localhost:${port}`])],
    secureCookies: isHttps || !demo,
    demo,
    dataDir: path.resolve(env.HOUQIN_DATA || 'data'),
    trustedProxies: integer(env, 'HOUQIN_TRUST_PROXY', 0, 10),
    failpoints: failpointsOf(env),
  };
}

function inWords<Settings>(read: () => Settings): Settings {
  try {
    return read();
  } catch (error) {
    throw new ConfigError((error as Error).message);
  }
}

function failpointsOf(env: NodeJS.ProcessEnv): ReadonlyMap<string, number> {
  if (!env.HOUQIN_FAILPOINTS) return new Map();
  if (env.HOUQIN_TEST !== '1') {
    throw new ConfigError('HOUQIN_FAILPOINTS ends the process in mid-work and is for tests only: unset it.');
  }
  return parseFailpoints(env.HOUQIN_FAILPOINTS);
}

// Samples in documents, and what people write when they are in a hurry.
const sampleSecret =
  /change.?me|example|sample|secret|password|placeholder|default|houqin|replace|your[-_ ]|insert|checked-not-used/i;

function secretOf(env: NodeJS.ProcessEnv): string {
  const remedy = 'make one of your own and keep it: HOUQIN_SECRET="$(openssl rand -base64 32)".';
  const secret = required(env, 'HOUQIN_SECRET', `at least 32 random characters: ${remedy}`);
  if (secret.length < 32) throw new ConfigError(`HOUQIN_SECRET is shorter than 32 characters: ${remedy}`);
  if (sampleSecret.test(secret)) {
    throw new ConfigError(`HOUQIN_SECRET looks like a sample, which everybody knows: ${remedy}`);
  }
  // 32 random characters of the smallest usual alphabet (hex) have fewer than 8 different ones about once in a million.
  if (new Set(secret).size < 8 || isRepetition(secret) || isSequence(secret)) {
    throw new ConfigError(`HOUQIN_SECRET has too little variety to be random: ${remedy}`);
  }
  return secret;
}

function isRepetition(text: string): boolean {
  return Array.from({ length: 16 }, (_, n) => n + 1).some((length) => text.slice(length) === text.slice(0, -length));
}

// abcdefgh…, 0123…: mostly each character the next of the one before.
function isSequence(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0)!);
  const neighbours = codes.filter((code, index) => index > 0 && Math.abs(code - codes[index - 1]!) === 1);
  return neighbours.length > text.length * 0.6;
}

function required(env: NodeJS.ProcessEnv, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new ConfigError(`${name} is not set: set it to ${what}`);
  return value;
}

function urlOf(env: NodeJS.ProcessEnv, name: string, protocol: RegExp, example: string): URL {
  const text = required(env, name, `a URL such as ${example}.`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The value is not repeated: it holds a password.
  if (!url || !protocol.test(url.protocol)) throw new ConfigError(`${name} is not a URL such as ${example}.`);
  return url;
}

function integer(env: NodeJS.ProcessEnv, name: string, otherwise: number, most: number): number {
  const text = env[name] || String(otherwise);
  const least = name === 'PORT' ? 1 : 0;
  if (!/^\d{1,5}$/.test(text) || Number(text) < least || Number(text) > most) {
    throw new ConfigError(`${name} is "${text}": set it to a whole number from ${least} to ${most}.`);
  }
  return Number(text);
}

function oneOf(env: NodeJS.ProcessEnv, name: string, values: readonly string[]): string | undefined {
  const value = env[name] || undefined;
  if (value === undefined || values.includes(value)) return value;
  throw new ConfigError(`${name} is "${value}": set it to ${values.join(' or ')}.`);
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || /^127\.\d+\.\d+\.\d+$/.test(host) || /^\[?::1\]?$/.test(host);
}
