import { setTimeout as delay } from 'node:timers/promises';
import { readOps, type Op } from '../op-log.ts';
import { until } from '../system.ts';
import { many, quantile, spread, underLoad, type Experiment, type Stage } from './experiment.ts';

/** F5: Temporal is killed under load and comes back. */
export const temporalKilled: Experiment = {
  id: 'F5',
  title: 'Temporal’s server killed under load, back after 10 or 20 s; starts and decisions go on',
  counts: { quick: 1, full: 3 },
  unit: 'outages',
  budget: { quick: 90, full: 240 },
  async run(stage) {
    const { system, log, size } = stage;
    const before = readOps(log.file).length;
    const [healed, outages]: [number[], { from: number; to: number }[]] = [[], []];
    const wrong: string[] = [];
    await underLoad(stage, async () => {
      for (let i = 0; i < stage.count && !stage.over(); i += 1) {
        const from = Date.now();
        await system.temporal.kill();
        await delay(size === 'full' ? 20_000 : 10_000);
        const to = Date.now();
        outages.push({ from, to });
        await system.temporal.start();
        const waiting = await undelivered(stage);
        if (waiting.length === 0) wrong.push('nothing was waiting for Temporal: the experiment did not bite');
        healed.push(await until('delivery', async () => (await undelivered(stage)).every((id) => !waiting.includes(id)), 60));
        await delay(5_000);
      }
    });
    const ops = readOps(log.file).slice(before);
    const meanwhile = ops.filter(({ t0, t1 }) => outages.some(({ from, to }) => t0 >= from && t1 !== null && t1 <= to));
    const answered = (op: string, status: number): number => meanwhile.filter((each) => each.op === op && each.status === status).length;
    const [starts, decisions] = [answered('start', 201), answered('decide', 200)];
    if (starts === 0 || decisions === 0) wrong.push(`${starts} starts and ${decisions} decisions were answered meanwhile`);
    const again = meanwhile.filter(({ attempts }) => attempts > 1).length;
    if (again > 0) wrong.push(`${again} ops had to be asked again`);
    wrong.push(...handsOff(stage));
    return {
      done: outages.length,
      figures: {
        'starts and decisions meanwhile': `${starts} and ${decisions}`, 'answered in (p95)': `${p95(meanwhile)} ms`,
        'with Temporal there (p95)': `${p95(ops.filter((op) => !meanwhile.includes(op)))} ms`, 'all delivered after its return': spread(healed),
      },
      wrong,
      missed: Math.max(...healed) > 10 ? ['all delivered within 10 s of its return'] : [],
    };
  },
};

/** F7: PostgreSQL, and with it Temporal's store, is killed and comes back. */
export const postgresKilled: Experiment = {
  id: 'F7',
  title: 'PostgreSQL killed under load (with Temporal’s store), back after 5 or 15 s',
  counts: { quick: 1, full: 3 },
  unit: 'outages',
  budget: { quick: 120, full: 300 },
  async run(stage) {
    const { system, size } = stage;
    const names = ['fsync', 'synchronous_commit', 'full_page_writes'];
    const settings = await stage.sql('SELECT name, setting FROM pg_settings WHERE name = ANY ($1)', [names]);
    const wrong = settings.filter(({ setting }) => setting !== 'on').map(({ name }) => `${name} is not on: a commit may not survive`);
    const healed: number[] = [];
    await underLoad(stage, async () => {
      for (let i = 0; i < stage.count && !stage.over(); i += 1) {
        await system.postgres.kill();
        await delay(size === 'full' ? 15_000 : 5_000);
        await system.postgres.start();
        const opened = await lastTask(stage);
        healed.push(await until('health', async () => {
          const { status } = await (await fetch(`${system.url}/api/health/ready`)).json() as { status: string };
          return status === 'ok' && await lastTask(stage) > opened;
        }, 120));
        await delay(5_000);
      }
    });
    wrong.push(...handsOff(stage));
    return {
      done: healed.length,
      figures: { 'healthy and opening tasks after its return': spread(healed) },
      wrong,
      missed: Math.max(...healed) > 60 ? ['healthy within 60 s'] : [],
    };
  },
};

/** F6: no worker at all, many decisions, and then the server is killed too. */
export const nobodyThere: Experiment = {
  id: 'F6',
  title: 'decisions with no worker, then Temporal’s server killed, then all of it started',
  counts: { quick: 40, full: 500 },
  unit: 'decisions',
  budget: { quick: 120, full: 300 },
  quietWithin: 120,
  async run(stage) {
    const { system, driver, random, count } = stage;
    const item = await driver.addItem(10);
    const wrong: string[] = [];
    await many(count, 8, async () => { await driver.startFor('requester', item, 1); });
    await until('tasks', async () => (await leaderTasks(stage)).length >= count, 240);
    const tasks = await leaderTasks(stage);
    await system.worker.stop();
    let answered = 0;
    await many(count, 8, async (i) => {
      const task = tasks[i]!.id;
      // Something before the decision, so that there is an order to keep.
      if (i % 4 === 0) await driver.ask('leader', 'claim', `/tasks/${task}/claim`, { target: task, bodyOf: () => ({}) });
      const body = random.chance(0.8) ? { outcome: 'approved' } : { outcome: 'rejected', comment: '不需要' };
      if ((await driver.decideOne('leader', task, body)).status === 200) answered += 1;
      if (i === Math.floor(count / 2)) await system.temporal.kill();
    });
    if (answered !== count) wrong.push(`${answered} of ${count} decisions were answered 200`);
    await system.temporal.start();
    await system.worker.start();
    const seconds = await until('all applied', async () => {
      const [{ left }] = await stage.sql(`
        SELECT count(*)::int AS left FROM process p WHERE status = 'running'
        AND NOT EXISTS (SELECT FROM task WHERE process_id = p.id AND state = 'open')`);
      return left === 0;
    }, 240);
    return { done: answered, figures: { 'all applied after the start of all': `${seconds.toFixed(1)} s` }, wrong, missed: [] };
  },
};

function leaderTasks({ sql }: Stage): Promise<{ id: string }[]> {
  return sql("SELECT id FROM task WHERE step = 'department-leader' AND state = 'open' ORDER BY id");
}

function handsOff({ system }: Stage): string[] {
  return system.api.running && system.worker.running ? [] : ['the API or the worker had to be started by hand'];
}

function p95(ops: readonly Op[]): number {
  return Math.round(quantile(ops.flatMap(({ t0, t1 }) => (t1 === null ? [] : [t1 - t0])), 0.95));
}

async function undelivered({ sql }: Stage): Promise<number[]> {
  return (await sql('SELECT id::int FROM outbox WHERE delivered_at IS NULL')).map(({ id }) => id);
}

async function lastTask({ sql }: Stage): Promise<number> {
  return (await sql("SELECT coalesce(max(seq), 0)::int AS seq FROM audit_event WHERE action = 'task-opened'"))[0]!.seq;
}
