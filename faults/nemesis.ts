import { setTimeout as delay } from 'node:timers/promises';
import { withClient } from '../scripts/servers/postgres.ts';
import { until, type System } from './system.ts';

/** Seconds that each of several faults took to heal. */
export type Seconds = number[];

const LOAD_REACHES_IT = 40;

/**
 * F1: lets the worker die at each of the fail-points in turn, under load, and starts it again each time. Answers how long after each death
 * every process that it had left in mid-step went on.
 */
export async function killWorkerAt(system: System, failpoints: readonly string[]): Promise<Seconds> {
  await system.worker.stop();
  const resumed: Promise<number>[] = [];
  for (const [i, failpoint] of failpoints.entries()) {
    if (i === 0) await system.worker.start(failpoint);
    await until(`death at ${failpoint}`, async () => !system.worker.running, LOAD_REACHES_IT);
    const stranded = await processesWithoutTask(system);
    resumed.push(until(`processes that the worker left at ${failpoint}`, async () => {
      const still = new Set(await processesWithoutTask(system));
      return stranded.every((id) => !still.has(id));
    }, 60));
    await system.worker.start(failpoints[i + 1]);
  }
  return Promise.all(resumed);
}

/**
 * F3: lets the API die after a commit and before its outbox row is looked at, and starts it again. Answers how long after its start, and how
 * long after its first answer, what was left is delivered.
 */
export async function killApiAfterCommit(system: System, passes: readonly number[]): Promise<{ sinceStart: Seconds; sinceAnswer: Seconds }> {
  const [sinceStart, sinceAnswer]: [Seconds, Seconds] = [[], []];
  for (const pass of passes) {
    await system.api.kill();
    await system.api.start(`api.after_commit@${pass}`);
    await until('death after a commit', async () => !system.api.running, LOAD_REACHES_IT);
    const left = await undelivered(system);
    if (left.length === 0) throw new Error('The API died after a commit and left nothing undelivered: the experiment did not bite.');
    const began = performance.now();
    await system.api.start();
    sinceAnswer.push(await until('delivery', async () => (await undelivered(system)).every((id) => !left.includes(id)), 30));
    sinceStart.push((performance.now() - began) / 1_000);
  }
  return { sinceStart, sinceAnswer };
}

/** An outage from `from` to `to` (milliseconds of the epoch), and how long after it everything that it held up was delivered. */
export interface Outage {
  from: number;
  to: number;
  healedAfter: number;
}

/** F5: Temporal is killed and comes back after `seconds`; the load goes on. */
export async function killTemporal(system: System, seconds: number): Promise<Outage> {
  const from = Date.now();
  await system.temporal.kill();
  await delay(seconds * 1_000);
  const to = Date.now();
  await system.temporal.start();
  const waiting = await undelivered(system);
  if (waiting.length === 0) throw new Error('Nothing was waiting for Temporal: the experiment did not bite.');
  const healedAfter = await until('delivery', async () => (await undelivered(system)).every((id) => !waiting.includes(id)), 60);
  return { from, to, healedAfter };
}

/** F7: PostgreSQL, and with it Temporal's store, is killed and comes back after `seconds`; healthy is when tasks are opened again. */
export async function killPostgres(system: System, seconds: number): Promise<Outage> {
  const from = Date.now();
  await system.postgres.kill();
  await delay(seconds * 1_000);
  const to = Date.now();
  await system.postgres.start();
  const opened = await lastTask(system);
  const healedAfter = await until('health', async () => {
    const { status } = await (await fetch(`${system.url}/api/health/ready`)).json() as { status: string };
    return status === 'ok' && await lastTask(system) > opened;
  }, 90);
  return { from, to, healedAfter };
}

/** What makes a commit survive a crash; each must be on. */
export async function durability(system: System): Promise<Record<string, string>> {
  const names = ['fsync', 'synchronous_commit', 'full_page_writes'];
  const rows = await query<{ name: string; setting: string }>(system, 'SELECT name, setting FROM pg_settings WHERE name = ANY ($1)', [names]);
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

async function processesWithoutTask(system: System): Promise<string[]> {
  const rows = await query<{ id: string }>(system, `
    SELECT id FROM process WHERE status = 'running'
    AND NOT EXISTS (SELECT FROM task WHERE task.process_id = process.id AND state = 'open')`);
  return rows.map(({ id }) => id);
}

async function undelivered(system: System): Promise<number[]> {
  return (await query<{ id: number }>(system, 'SELECT id::int FROM outbox WHERE delivered_at IS NULL')).map(({ id }) => id);
}

async function lastTask(system: System): Promise<number> {
  const rows = await query<{ seq: number }>(
    system, "SELECT coalesce(max(seq), 0)::int AS seq FROM audit_event WHERE action = 'task-opened'",
  );
  return rows[0]!.seq;
}

function query<Row extends object>(system: System, sql: string, values: unknown[] = []): Promise<Row[]> {
  return withClient(system.adminUrl('houqin'), async (client) => (await client.query<Row>(sql, values)).rows);
}
