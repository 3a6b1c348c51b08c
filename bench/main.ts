import { randomUUID } from 'node:crypto';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectTemporal } from '../api/temporal.ts';
import { connect, type Db } from '../db/connect.ts';
import { startSystem, type System } from '../faults/system.ts';
import { spawnOwn } from '../scripts/servers/own-process.ts';
import { eventually, login, type Person } from '../test/person.ts';
import { closedLoop, percentiles, round, timed } from './measure.ts';

// First figures, side by side in one run: one client for the latencies, 32 for the throughputs; medians of ROUNDS rounds.
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
const SEQUENTIAL = Number(process.env.BENCH_SEQUENTIAL ?? 60);
const FLOWS = Number(process.env.BENCH_FLOWS ?? 300);
const CONCURRENCY = Number(process.env.BENCH_CONCURRENCY ?? 32);

const system = await startSystem('bench');
const db = connect(system.databaseUrl, 4);
const opened = watchTasks(db);
try {
  const [requester, leader, director] = await Promise.all(['requester', 'leader', 'director'].map((name) => login(system.url, name)));
  const item = (await requester!.get('/supply/items?limit=1')).body.items[0].id;
  const start = async (): Promise<{ id: string; number: string }> => {
    const { body, status } = await requester!.post('/processes', { type: 'supply-requisition', form: { purpose: '测速', lines: [{ itemId: item, quantity: 1 }] } });
    if (status !== 201) throw new Error(`start: ${status}`);
    return body;
  };
  await closedLoop(40, 4, async () => {
    await twoSteps(start, leader!, director!);
  });

  const startToVisible: number[] = [];
  const decision: number[] = [];
  for (let i = 0; i < SEQUENTIAL; i += 1) {
    let task = '';
    startToVisible.push(await timed(async () => {
      const { number } = await start();
      task = await taskOf(leader!, number);
    }));
    decision.push(await timed(() => decide(leader!, task, 'approved')));
  }

  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await bareRate(system));
    ours.push(FLOWS / (await timed(async () => {
      const ids: string[] = [];
      await closedLoop(FLOWS, CONCURRENCY, async () => {
        ids.push(await twoSteps(start, leader!, director!));
      });
      await allEnded(db, ids);
    }) / 1_000));
  }

  const middle = (rates: number[]) => percentiles(rates).p50;
  console.log(JSON.stringify({
    host: { cores: cpus().length, node: process.version },
    settings: { ROUNDS, SEQUENTIAL, FLOWS, CONCURRENCY },
    decisionMs: percentiles(decision),
    startToVisibleMs: percentiles(startToVisible),
    twoStepProcessesPerSecond: { houqin: ours.map(round), bare: bare.map(round), ratio: round((100 * middle(ours)) / middle(bare)) / 100 },
  }, null, 2));
} finally {
  opened.stop();
  await db.destroy();
  await system.stop();
}

/** One process by two people: the leader approves, the director rejects. */
async function twoSteps(
  start: () => Promise<{ id: string; number: string }>, leader: Person, director: Person,
): Promise<string> {
  const { id, number } = await start();
  await opened.wait(`${id}.department-leader.1`);
  await decide(leader, (await inInbox(leader, number))!, 'approved');
  await opened.wait(`${id}.service-centre-director.1`);
  await decide(director, (await inInbox(director, number))!, 'rejected');
  return id;
}

/**
 * Tells when tasks are open by one query for all that wait: thirty-two clients that ask the inbox again and again would measure their own
 * questions.
 */
function watchTasks(db: Db): { wait(taskId: string): Promise<void>; stop(): void } {
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

/** Asks the inbox until the task is in it. */
async function taskOf(person: Person, number: string): Promise<string> {
  return eventually(`task of ${number}`, () => inInbox(person, number));
}

async function inInbox(person: Person, number: string): Promise<string | undefined> {
  return (await person.get(`/tasks?view=open&limit=1&q=${number}`)).body.items?.[0]?.id;
}

async function decide(person: Person, task: string, outcome: string): Promise<void> {
  const { status, body } = await person.post(`/tasks/${task}/decision`, { outcome, comment: '测速' });
  if (status !== 200) throw new Error(`decision: ${status} ${JSON.stringify(body)}`);
}

async function allEnded(db: Db, ids: string[]): Promise<void> {
  await eventually('all ended', async () => {
    const [row] = await db('process').whereIn('id', ids).where('status', 'ended').count('* as n');
    return Number(row!.n) === ids.length;
  }, 60);
}

/** The bare workflow's rate with as many clients, on the same server, by a worker process of its own. */
async function bareRate({ temporalAddress, namespace, folder }: System): Promise<number> {
  const taskQueue = `bench-bare-${randomUUID()}`;
  const worker = await spawnOwn({
    command: process.execPath,
    args: ['--import', 'tsx', fileURLToPath(new URL('bare-worker.ts', import.meta.url)), temporalAddress, namespace, taskQueue],
    env: process.env,
    logFile: join(folder, 'bare-worker.log'),
  });
  const temporal = connectTemporal({ address: temporalAddress, namespace });
  const one = async () => {
    const handle = await temporal.client.workflow.start('bareTwoSteps', { taskQueue, workflowId: `bare-${randomUUID()}` });
    await handle.signal('step');
    await handle.signal('step');
    await handle.result();
  };
  try {
    await closedLoop(20, 4, one);
    return FLOWS / (await timed(() => closedLoop(FLOWS, CONCURRENCY, one)) / 1_000);
  } finally {
    await worker.stop();
    await temporal.close();
  }
}
