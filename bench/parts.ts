import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Db } from '../db/connect.ts';
import type { System } from '../faults/system.ts';

/** What Houqin runs as, and what the machine does beside it. PostgreSQL by whose database it works for. */
export const partNames = ['api', 'worker', 'temporal', 'postgresHouqin', 'postgresTemporal', 'postgresOther', 'bench'] as const;

/** One figure for each part. */
export type Parts = Record<(typeof partNames)[number], number>;

interface Sample {
  part: keyof Parts;
  ms: number;
  rss: number;
}

const TICK_MS = 10;

/** CPU of every process of a system, by pid; read before and after. */
export type Reading = Map<number, Sample>;

/**
 * Reads what each process of the system has used so far. `system.folder` has the records of its pids; PostgreSQL's is a backend's parent.
 * `bareWorker` is the pid of a worker that stands in for Houqin's. */
export async function read(system: System, db: Db, bareWorker?: number): Promise<Reading> {
  const pid = (...file: string[]): number => JSON.parse(readFileSync(path.join(system.folder, ...file), 'utf8')).pid;
  const { rows: [{ backend }] } = await db.raw('SELECT pg_backend_pid() AS backend');
  const postmaster = Number(statOf(backend)[1]);
  const roots = new Map<number, keyof Parts>([
    [pid('run', 'api.json'), 'api'], ...(bareWorker === undefined ? [[pid('run', 'worker.json'), 'worker'] as const] : []), [pid('temporal', 'process.json'), 'temporal'],
    [process.pid, 'bench'], ...(bareWorker === undefined ? [] : [[bareWorker, 'worker'] as const]), [postmaster, 'postgresOther'],
  ]);
  const reading: Reading = new Map();
  for (const name of readdirSync('/proc').filter((each) => /^\d+$/.test(each))) {
    const id = Number(name);
    try {
      const fields = statOf(id);
      const part = roots.get(id) ?? (Number(fields[1]) === postmaster ? backendOf(id) : undefined);
      if (part) reading.set(id, { part, ms: (Number(fields[11]) + Number(fields[12])) * TICK_MS, rss: proportional(id) });
    } catch {
      // It has ended meanwhile.
    }
  }
  return reading;
}

/** CPU milliseconds between two readings; what began in between counts from its beginning. */
export function cpuBetween(before: Reading, after: Reading): Parts {
  const sums = nothing();
  for (const [pid, { part, ms }] of after) sums[part] += ms - (before.get(pid)?.ms ?? 0);
  return sums;
}

/** MiB of memory by part, shared pages in proportion. */
export function memory(reading: Reading): Parts {
  const sums = nothing();
  for (const { part, rss } of reading.values()) sums[part] += rss / 1_024;
  for (const name of partNames) sums[name] = Math.round(sums[name]);
  return sums;
}

function nothing(): Parts {
  return Object.fromEntries(partNames.map((name) => [name, 0])) as Parts;
}

/** Of /proc/PID/stat what follows the name: state, parent, … */
function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** PostgreSQL writes user and database of a backend into its title. */
function backendOf(pid: number): keyof Parts {
  const [, user = ''] = /^postgres: (\S+) \S+ /.exec(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? [];
  if (user === 'temporal') return 'postgresTemporal';
  return user === 'houqin' ? 'postgresHouqin' : 'postgresOther';
}

/** KiB. */
function proportional(pid: number): number {
  return Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
}
