import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../system.ts';
import { withCalendar, withPolicy } from './administration.ts';
import { many, quantile, type Experiment, type Stage } from './experiment.ts';

const LEADER = 'department-leader';
const WARM_UP = 150;

/**
 * F24: as many deadlines at one instant as there are processes. The company opens at an instant that is chosen, and every task that was opened
 * before expires a minute of business after that; so all of it goes through Temporal as any other deadline.
 */
export const deadlineStorm: Experiment = {
  id: 'F24',
  title: 'deadlines of many cases at one instant, cache 300; decisions meanwhile',
  counts: { quick: 150, full: 10_000 },
  unit: 'deadlines',
  budget: { quick: 240, full: 1_500 },
  quietWithin: 120,
  async run(stage) {
    const { driver, count, sql, size } = stage;
    const item = await driver.addItem(100);
    const others: string[] = [];
    // What people work on meanwhile stands at a step of another policy.
    const side = size === 'full' ? 120 : 20;
    await many(side, 8, async () => { await driver.startFor('requester', item, 1); });
    const began = performance.now();
    await until('tasks', async () => (await open(sql)) >= side, 120);
    const rate = side / ((performance.now() - began) / 1_000 + 1);
    for (const { id } of await sql("SELECT id FROM task WHERE state = 'open'")) {
      await driver.decideOne('leader', id, { outcome: 'approved' });
    }
    await until('director’s tasks', async () => (await sql("SELECT FROM task WHERE step <> $1 AND state = 'open'", [LEADER])).length >= side, 120);
    others.push(...(await sql("SELECT id FROM task WHERE step <> $1 AND state = 'open' ORDER BY id", [LEADER])).map(({ id }) => id));

    const policy = { clock: 'business', due: 'PT1M', remind: null, escalate: null, expire: { after: 'PT1M', outcome: 'rejected' } };
    const opensIn = size === 'full' ? Math.max(240, count / Math.max(rate, 12) * 1.3 + 60) : 60;
    const opens = new Date(Math.ceil((Date.now() + opensIn * 1_000) / 60_000) * 60_000);
    const dueAt = opens.getTime() + 60_000;
    const calendar = { ...weekFrom(opens), holidays: [], workdays: [] };
    const latencies: number[] = [];
    let [started, drained, due] = [0, Number.NaN, 0];
    await withCalendar(driver, calendar, () => withPolicy(driver, LEADER, policy, async () => {
      await many(count, 8, async (i) => {
        // What is opened later would be due later.
        if (Date.now() > opens.getTime() - 20_000) return;
        await driver.startFor(i % 2 ? 'requester' : 'requester2', item, 1);
        started += 1;
        // The API starts far faster than tasks are opened; the queue is kept short so that all of them are there in time.
        if (i % 25 === 24) await until('tasks', async () => await waiting(sql) < 300, 600);
      });
      await until('all tasks', async () => await waiting(sql) === 0, 300);
      const dueRows = (): Promise<{ n: number }[]> => sql(
        "SELECT count(*)::int AS n FROM task WHERE step = $1 AND expire_at = $2", [LEADER, new Date(dueAt)]);
      due = (await dueRows())[0]!.n;
      if (dueAt > Date.now()) await delay(dueAt - Date.now());
      const stop = new AbortController();
      const deciding = decideMeanwhile(stage, others, latencies, stop.signal);
      try {
        await until('the last of them', async () => {
          const [{ left }] = await sql("SELECT count(*)::int AS left FROM task WHERE step = $1 AND state = 'open' AND expire_at = $2", [LEADER, new Date(dueAt)]);
          return left === 0;
        }, 900);
        drained = (Date.now() - dueAt) / 1_000;
      } finally {
        stop.abort();
        await deciding;
      }
    }));
    const [{ fired }] = await sql(`
      SELECT count(*)::int AS fired FROM audit_event e JOIN task t ON t.id = e.task_id
      WHERE e.actor_kind = 'clock' AND e.action = 'task-decided' AND t.expire_at = $1`, [new Date(dueAt)]);
    const [{ p99 }] = await sql(`
      SELECT percentile_cont(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM e.at - t.expire_at))::float8 AS p99
      FROM audit_event e JOIN task t ON t.id = e.task_id WHERE e.actor_kind = 'clock' AND e.action = 'task-decided'`);
    const p95 = quantile(latencies, 0.95);
    return {
      done: fired,
      figures: {
        'due at one instant': due, 'came, once each': fired, 'drained after': `${drained.toFixed(0)} s (${(fired / drained).toFixed(1)}/s)`,
        'lateness p99': `${Number(p99).toFixed(0)} s`, 'decisions meanwhile': `${latencies.length}, p95 ${Math.round(p95)} ms`, started,
      },
      wrong: fired === due ? [] : [`${due} were due, ${fired} came`],
      missed: [...(drained > 300 ? ['drained within 5 min'] : []), ...(p95 > 2_000 ? ['decision p95 within 2 s'] : [])],
    };
  },
};

/** F25: the worker is away while the backlog grows. */
export const backlog: Experiment = {
  id: 'F25',
  title: 'worker away while a backlog grows (as fast as the API takes it, not 15/s for 5 min); then back',
  counts: { quick: 80, full: 5_000 },
  unit: 'starts and decisions',
  budget: { quick: 120, full: 720 },
  quietWithin: 300,
  async run(stage) {
    const { system, driver, count, sql } = stage;
    const item = await driver.addItem(100);
    const side = Math.min(WARM_UP, Math.ceil(count / 10));
    await many(side, 8, async () => { await driver.startFor('requester', item, 1); });
    await until('tasks', async () => (await open(sql)) >= side, 120);
    const tasks = await sql("SELECT id FROM task WHERE state = 'open' ORDER BY id");
    await system.worker.stop();
    const began = performance.now();
    let done = 0;
    await many(count, 8, async (i) => {
      if (stage.over()) return;
      const task = tasks[i * 2];
      if (task) await driver.decideOne('leader', task.id, { outcome: 'approved' });
      else await driver.startFor(i % 2 ? 'requester' : 'requester2', item, 1);
      done += 1;
    });
    const took = (performance.now() - began) / 1_000;
    // People go on as soon as the worker is back: these tasks were there before.
    const later = tasks.filter((_, i) => i % 2 === 1).map(({ id }): string => id);
    const since = performance.now();
    await system.worker.start();
    const latencies: number[] = [];
    const stop = new AbortController();
    await delay(Math.min(30_000, count * 6));
    const deciding = decideMeanwhile(stage, later, latencies, stop.signal);
    let oldest = 0;
    try {
      await until('the age of the oldest', async () => {
        const [{ age }] = await sql(`
          SELECT coalesce(max(extract(epoch FROM now() - greatest(p.started_at, (SELECT max(decided_at) FROM task t WHERE t.process_id = p.id)))), 0)::float8 AS age
          FROM process p WHERE status = 'running' AND NOT EXISTS (SELECT FROM task t WHERE t.process_id = p.id AND t.state = 'open')`);
        oldest = Math.max(oldest, age);
        return age < 5;
      }, 900);
    } finally {
      stop.abort();
      await deciding;
    }
    const back = (performance.now() - since) / 1_000;
    const p95 = quantile(latencies, 0.95);
    return {
      done,
      figures: {
        'backlog made in': `${took.toFixed(0)} s`, 'oldest waited at most': `${oldest.toFixed(0)} s`, 'oldest below 5 s after': `${back.toFixed(0)} s (${(done / back).toFixed(1)}/s)`,
        'decisions meanwhile': `${latencies.length}, p95 ${Math.round(p95)} ms`,
      },
      wrong: [],
      missed: [...(back > 600 ? ['oldest below 5 s within 10 min'] : []), ...(p95 > 3_000 ? ['decision p95 within 3 s'] : [])],
    };
  },
};

/** Decides these tasks one after another, at most four a second; notes how long each answer took, in ms. */
async function decideMeanwhile({ driver, sql }: Stage, tasks: string[], latencies: number[], signal: AbortSignal): Promise<void> {
  const rows = await sql('SELECT id, step FROM task WHERE id = ANY ($1)', [tasks]);
  for (const { id, step } of rows) {
    if (signal.aborted) return;
    const from = performance.now();
    await driver.decideOne(step === LEADER ? 'leader' : 'director', id, { outcome: 'rejected', comment: '不需要' });
    latencies.push(performance.now() - from);
    await delay(250, undefined, { signal }).catch(() => undefined);
  }
}

async function open(sql: Stage['sql']): Promise<number> {
  return (await sql("SELECT count(*)::int AS n FROM task WHERE state = 'open'"))[0]!.n;
}

async function waiting(sql: Stage['sql']): Promise<number> {
  return (await sql(`
    SELECT count(*)::int AS n FROM process p WHERE status = 'running'
    AND NOT EXISTS (SELECT FROM task t WHERE t.process_id = p.id AND t.state = 'open')`))[0]!.n;
}

/** A week that is closed until `opens`, on every day at that time; in a time zone where that is before noon, so that no midnight comes between. */
function weekFrom(opens: Date): object {
  const isLate = opens.getUTCHours() >= 12;
  const from = new Date(opens.getTime() - (isLate ? 12 * 3_600_000 : 0)).toISOString().slice(11, 16);
  const week = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [{ from, to: '24:00' }]]));
  return { timeZone: isLate ? 'Etc/GMT+12' : 'UTC', week };
}
