import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connectTemporal } from '../../api/temporal.ts';
import type { Db } from '../../db/connect.ts';
import type { System } from '../../faults/system.ts';
import { spawnOwn } from '../../scripts/servers/own-process.ts';
import { programArgs } from '../../scripts/servers/places.ts';
import { withClient } from '../../scripts/servers/postgres.ts';
import { ENGINE_NICE } from '../../scripts/servers/temporal.ts';
import { eventually } from '../../test/person.ts';
import type { Bench } from '../bench.ts';
import { closedLoop, median, round, timed } from '../measure.ts';
import { cpuBetween, memory, partNames, read, type Parts } from '../parts.ts';
import { decide, start } from './approvals.ts';

/**
 * Whole processes of two steps beside the bare workflow, in turn: in both somebody starts one, and two people act one after the other, each as
 * soon as there is something to do.
 */
export interface Flow {
  c1: { houqin: number; bare: number; ratio: number };
  /** At `settings.concurrency`. */
  many: { houqin: number; bare: number; ratio: number; houqinRounds: number[]; bareRounds: number[] };
  /** CPU milliseconds of each part for each process, at `settings.concurrency`; the bare workflow's worker and client count as such. */
  cpuMs: Parts & { all: number };
  bareCpuMs: Parts & { all: number };
  /** Bytes on disk for each finished process. */
  bytes: { houqin: number; temporal: number; visibility: number; wal: number };
  memoryMiB: Parts;
}

/** Throughput of the two-step process, its CPU by part, its bytes, and the same of a bare workflow on the same server. */
export async function flow(bench: Bench): Promise<Flow> {
  const { settings: { rounds, flows, concurrency }, system, db, say } = bench;
  const opened = watchTasks(db);
  const houqin = async (count: number, atOnce: number): Promise<number> => {
    const ids: string[] = [];
    return round((1_000 * count) / await timed(async () => {
      await closedLoop(count, atOnce, async () => {
        ids.push(await twoSteps(bench, opened));
      });
      await allEnded(db, ids);
    }));
  };
  try {
    await houqin(40, 4);
    say('whole processes, c = 1');
    const one = { houqin: await houqin(Math.min(flows, 60), 1), bare: await bareRate(bench, Math.min(flows, 60), 1) };
    const houqinRounds: number[] = [];
    const bareRounds: number[] = [];
    const cpu: Parts[] = [];
    const bareCpu: Parts[] = [];
    const sizes = await sizesOf(system);
    for (let i = 0; i < rounds; i += 1) {
      say(`whole processes, c = ${concurrency}, round ${i + 1} of ${rounds}`);
      bareRounds.push(await bareRate(bench, flows, concurrency, bareCpu));
      const before = await read(system, db);
      houqinRounds.push(await houqin(flows, concurrency));
      cpu.push(cpuBetween(before, await read(system, db)));
    }
    const grown = await sizesOf(system);
    const bytes = Object.fromEntries(Object.keys(grown).map((name) => [
      name, Math.round((grown[name as keyof Sizes] - sizes[name as keyof Sizes]) / (rounds * flows)),
    ])) as unknown as Flow['bytes'];
    const many = { houqin: median(houqinRounds), bare: median(bareRounds) };
    return {
      c1: { ...one, ratio: round(one.houqin / one.bare) },
      many: { ...many, ratio: round(many.houqin / many.bare), houqinRounds, bareRounds },
      cpuMs: perProcess(cpu, flows, ['bench']),
      bareCpuMs: perProcess(bareCpu, flows, ['api']),
      bytes, memoryMiB: memory(await read(system, db)),
    };
  } finally {
    opened.stop();
  }
}

/** The middle round's milliseconds for each process; `all` is without what only measures. */
function perProcess(rounds: readonly Parts[], flows: number, without: readonly (keyof Parts)[]): Parts & { all: number } {
  const each = Object.fromEntries(partNames.map((part) => [part, round(median(rounds.map((parts) => parts[part] / flows)))])) as Parts;
  return { ...each, all: round(partNames.filter((part) => !without.includes(part)).reduce((sum, part) => sum + each[part], 0)) };
}

/** One process by two people: the leader approves, the director rejects. */
async function twoSteps(bench: Bench, opened: Watch): Promise<string> {
  const { id } = await start(bench);
  for (const [step, person, outcome] of [
    ['department-leader', bench.people.leader, 'approved'], ['service-centre-director', bench.people.director, 'rejected'],
  ] as const) {
    const task = `${id}.${step}.1`;
    await opened.wait(task);
    await decide(person, task, outcome);
  }
  return id;
}

interface Watch {
  wait(taskId: string): Promise<void>;
  stop(): void;
}

/**
 * Tells when tasks are open by one query for all that wait: thirty-two clients that ask the inbox again and again would measure their own
 * questions.
 */
function watchTasks(db: Db): Watch {
  const waiting = new Map<string, () => void>();
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    const rows = waiting.size === 0 ? [] : await db('task').select('id').whereIn('id', [...waiting.keys()]);
    for (const { id } of rows) {
      waiting.get(id)?.();
      waiting.delete(id);
    }
    timer = setTimeout(() => void look(), 10);
  };
  void look();
  return {
    wait: (taskId) => new Promise((resolve) => waiting.set(taskId, resolve)),
    stop: () => clearTimeout(timer),
  };
}

async function allEnded(db: Db, ids: string[]): Promise<void> {
  await eventually('all ended', async () => {
    const [row] = await db('process').whereIn('id', ids).where('status', 'ended').count('* as n');
    return Number(row!.n) === ids.length;
  }, 120);
}

interface Sizes {
  houqin: number;
  temporal: number;
  visibility: number;
  wal: number;
}

async function sizesOf({ adminUrl }: System): Promise<Sizes> {
  return withClient(adminUrl('postgres'), async (client) => (await client.query(`
    SELECT pg_database_size('houqin')::float8 AS houqin, pg_database_size('temporal')::float8 AS temporal,
      pg_database_size('temporal_visibility')::float8 AS visibility, pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 AS wal`)).rows[0]);
}

/** Tells when a bare workflow waits for a person, by its worker's word. */
async function watchBare(): Promise<Watch & { port: number }> {
  const waiting = new Map<string, () => void>();
  const early = new Set<string>();
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', (id) => {
      const go = waiting.get(id);
      waiting.delete(id);
      if (go) go();
      else early.add(id);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A bench that fails ends, whatever still listens.
  server.unref();
  return {
    port: (server.address() as AddressInfo).port,
    wait: (id) => new Promise((resolve) => {
      if (early.delete(id)) resolve();
      else waiting.set(id, resolve);
    }),
    stop: () => void server.close(),
  };
}

/** The bare workflow's rate with as many clients, on the same server, by a worker process of its own. */
async function bareRate({ system, db }: Bench, count: number, concurrency: number, cpu: Parts[] = []): Promise<number> {
  const { temporalAddress, namespace, folder } = system;
  const taskQueue = `bench-bare-${randomUUID()}`;
  const steps = await watchBare();
  const worker = await spawnOwn({
    command: process.execPath,
    args: [...programArgs('bench/bare-worker.ts'), temporalAddress, namespace, taskQueue, String(steps.port)],
    nice: ENGINE_NICE,
    env: process.env,
    logFile: join(folder, 'bare-worker.log'),
  });
  const temporal = connectTemporal({ address: temporalAddress, namespace });
  const one = async (): Promise<void> => {
    const handle = await temporal.client.workflow.start('bareTwoSteps', { taskQueue, workflowId: `bare-${randomUUID()}` });
    for (let step = 1; step <= 2; step += 1) {
      await steps.wait(handle.workflowId);
      await handle.signal('step');
    }
    await handle.result();
  };
  try {
    await closedLoop(20, 4, one);
    const before = await read(system, db, worker.pid);
    const rate = round((1_000 * count) / await timed(() => closedLoop(count, concurrency, one)));
    cpu.push(cpuBetween(before, await read(system, db, worker.pid)));
    return rate;
  } finally {
    await worker.stop();
    steps.stop();
    await temporal.close();
  }
}
