import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { writeWhole } from '../servers/json-file.ts';
import { dataDir } from '../servers/places.ts';
import { StartUpError } from '../servers/start-up-error.ts';

/** What the environment asks for. */
export interface Settings {
  dataDir: string;
  host: string;
  port: number;
  /** The address for a person at this machine. */
  url: string;
  databaseUrl: string | undefined;
  temporalAddress: string | undefined;
  namespace: string;
  /** Only when this start owns both servers and binds loopback: known passwords must not be within others' reach. */
  demo: boolean;
}

const loopback = new Set(['127.0.0.1', '::1', 'localhost']);

/** Reads and checks the environment. Throws StartUpError. */
export function readSettings(env: NodeJS.ProcessEnv = process.env): Settings {
  const port = Number(env.PORT ?? 8100);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new StartUpError(`PORT is "${env.PORT}", which is no port.`, 'PORT=8200 npm start');
  }
  const host = env.HOST || '127.0.0.1';
  const databaseUrl = env.DATABASE_URL || undefined;
  const temporalAddress = env.TEMPORAL_ADDRESS || undefined;
  const here = loopback.has(host) || host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return {
    dataDir: dataDir(env),
    host,
    port,
    url: `http://${here}:${port}`,
    databaseUrl,
    temporalAddress,
    namespace: env.TEMPORAL_NAMESPACE || 'houqin',
    demo: !databaseUrl && !temporalAddress && loopback.has(host),
  };
}

/** Makes the data folder; its own user's alone, except that PostgreSQL's user must pass through when we are root. */
export function makeDataDir(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    mkdirSync(path.join(folder, 'run'), { recursive: true, mode: 0o700 });
    mkdirSync(path.join(folder, 'logs'), { recursive: true, mode: 0o700 });
    const { mode } = statSync(folder);
    if (process.getuid?.() === 0 && (mode & 0o001) === 0) chmodSync(folder, mode | 0o011);
  } catch (error) {
    if (!(error instanceof Error && /EACCES|EROFS|EPERM/.test(error.message))) throw error;
    throw new StartUpError(
      `The data folder ${folder} cannot be written.`,
      'start as the user who owns it, or choose another one: HOUQIN_DATA="$HOME/houqin" npm start', { cause: error },
    );
  }
}

/** The secret of this installation: the demo makes one once; production brings its own (the API refuses weak ones). */
export function secretOf(settings: Settings, env: NodeJS.ProcessEnv = process.env): string {
  if (env.HOUQIN_SECRET) return env.HOUQIN_SECRET;
  if (!settings.demo) {
    throw new StartUpError(
      'HOUQIN_SECRET is not set; outside the demo it must come from the environment.',
      'make one and keep it: HOUQIN_SECRET="$(openssl rand -base64 32)"',
    );
  }
  const file = path.join(settings.dataDir, 'secret');
  if (!existsSync(file)) writeWhole(file, `${randomBytes(32).toString('base64url')}\n`);
  return readFileSync(file, 'utf8').trim();
}
