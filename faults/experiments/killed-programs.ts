import { isDeepStrictEqual } from 'node:util';
import { readOps, type Json, type OpName } from '../op-log.ts';
import type { Random } from '../random.ts';
import { until } from '../system.ts';
import { spread, underLoad, type Experiment, type Stage } from './experiment.ts';

const LOAD_REACHES_IT_S = 40;
/** Where a machine is too slow for a worker that only dies, it lives once in a while: else the run shows a queue, not a fault. */
const MOST_STRANDED = 60;
const CATCH_UP_S = 120;

/** F1: the worker dies in the middle of its work, again and again. */
export const workerKilled: Experiment = {
  id: 'F1',
  title: 'worker killed before and after an effect, and after its completion',
  counts: { quick: 5, full: 200 },
  unit: 'kills',
  budget: { quick: 90, full: 900 },
  async run(stage) {
    const { system, count, random } = stage;
    const deaths: { at: Date; stranded: string[] }[] = [];
    let notReached = 0;
    await underLoad(stage, async () => {
      await system.worker.stop();
      for (let i = 0; i < count && !stage.over(); i += 1) {
        await system.worker.start(failpointOf(random, i));
        if (!(await dies(stage, 'worker'))) notReached += 1;
        const stranded = await withoutTask(stage);
        deaths.push({ at: new Date(), stranded });
        if (stranded.length > MOST_STRANDED) await catchUp(stage);
      }
      await system.worker.start();
    });
    const resumed: number[] = [];
    for (const { at, stranded } of deaths) resumed.push(...await resumptions(stage, at, stranded));
    const last = await resumptions(stage, deaths.at(-1)!.at, deaths.at(-1)!.stranded);
    return {
      done: deaths.length - notReached,
      figures: { 'what was left went on after': spread(resumed), 'after the last kill': spread(last), 'not reached by the load': notReached },
      wrong: [],
      // The others may have been killed again while they resumed.
      missed: last.some((seconds) => seconds > 15) ? ['after the last kill within 15 s'] : [],
    };
  },
};

/** F3: the API dies after a commit and before the outbox row is looked at. */
export const apiKilledAfterCommit: Experiment = {
  id: 'F3',
  title: 'API killed after the commit, before its message is sent',
  counts: { quick: 3, full: 100 },
  unit: 'kills',
  budget: { quick: 90, full: 600 },
  async run(stage) {
    const { system, count, random } = stage;
    const [sinceStart, sinceAnswer]: [number[], number[]] = [[], []];
    let [bit, notReached] = [0, 0];
    await underLoad(stage, async () => {
      for (let i = 0; i < count && !stage.over(); i += 1) {
        await system.api.kill();
        await system.api.start(`api.after_commit@${random.whole(1, 6)}`);
        if (!(await dies(stage, 'api'))) notReached += 1;
        const left = await undelivered(stage);
        if (left.length > 0) bit += 1;
        const began = performance.now();
        await system.api.start();
        sinceAnswer.push(await until('delivery', async () => (await undelivered(stage)).every((id) => !left.includes(id)), 60));
        sinceStart.push((performance.now() - began) / 1_000);
      }
    });
    const slowest = Math.max(...sinceAnswer);
    return {
      done: sinceStart.length - notReached,
      figures: {
        'something left undelivered': bit, 'delivered after its start': spread(sinceStart), 'after its first answer': spread(sinceAnswer),
        'not reached by the load': notReached,
      },
      wrong: bit === 0 ? ['nothing was left undelivered: the experiment did not bite'] : [],
      missed: slowest > 5 ? [`delivered within 5 s of the first answer (${slowest.toFixed(1)} s)`] : [],
    };
  },
};

/** Kiosks have no keys. */
const AT_KIOSKS: readonly OpName[] = ['walk-in', 'kiosk-in', 'kiosk-out'];

/** An answer as its key keeps it: of a pass, the name that is masked at the board. */
function withoutName(answer: Json): Json {
  return answer?.pass ? { ...answer, pass: { ...answer.pass, visitor: answer.visit.visitor } } : answer;
}

/** F4: the API dies after a commit and before the answer; the client asks again with the same key. */
export const apiKilledBeforeReply: Experiment = {
  id: 'F4',
  title: 'API killed after the commit, before its answer; asked again with the same key',
  counts: { quick: 3, full: 100 },
  unit: 'kills',
  budget: { quick: 90, full: 420 },
  async run(stage) {
    const { system, log, count, random } = stage;
    const before = readOps(log.file).length;
    let [kills, notReached] = [0, 0];
    await underLoad(stage, async () => {
      await system.api.kill();
      for (; kills < count && !stage.over(); kills += 1) {
        await system.api.start(`api.before_reply@${random.whole(1, 12)}`);
        if (!(await dies(stage, 'api'))) notReached += 1;
      }
      await system.api.start();
    });
    const ops = readOps(log.file).slice(before).filter(({ result, op }) => result === 'ok' && !AT_KIOSKS.includes(op));
    const stored = new Map((await stage.sql('SELECT key, body FROM idempotency')).map(({ key, body }): [string, Json] => [key, body]));
    const wrong = ops.filter(({ key, answer }) => !isDeepStrictEqual(stored.get(key), withoutName(answer)))
      .map(({ id, op }) => `op ${id} (${op}) was answered otherwise than its key says`);
    const again = ops.filter(({ attempts }) => attempts > 1).length;
    if (again === 0) wrong.push('nobody had to ask twice: the experiment did not bite');
    return {
      done: kills - notReached,
      figures: { 'answered once': ops.length - again, 'answered again with the same body': again, 'not reached by the load': notReached },
      wrong,
      missed: [],
    };
  },
};

/** In the named order first, so that few kills meet each kind; then drawn. */
function failpointOf(random: Random, i: number): string {
  const few = random.whole(1, 2);
  const some = random.whole(2, 9);
  const points = [
    `worker.after_effect:reserveStock@${few}`, `worker.after_effect:issueStock@${few}`, `worker.after_completion@${some}`,
    `worker.after_effect@${some}`, `worker.before_effect@${some}`, `worker.before_effect:reserveStock@${few}`,
    `worker.before_effect:issueStock@${few}`, `worker.after_effect:openTask@${few}`, `worker.after_effect:endProcess@${few}`,
    `worker.after_completion:issueStock@${few}`,
  ];
  return i < points.length ? points[i]! : random.one(points);
}

/** Waits for the death at a fail-point; kills it where the load does not get there. */
async function dies({ system }: Stage, name: 'api' | 'worker'): Promise<boolean> {
  const program = system[name];
  return until('death', async () => !program.running, LOAD_REACHES_IT_S).then(() => true, async () => {
    await program.kill();
    return false;
  });
}

async function catchUp(stage: Stage): Promise<void> {
  await stage.system.worker.start();
  await until('caught up', async () => (await withoutTask(stage)).length < MOST_STRANDED / 4, CATCH_UP_S).catch(() => undefined);
  await stage.system.worker.stop();
}

async function withoutTask({ sql }: Stage): Promise<string[]> {
  const rows = await sql(`
    SELECT id FROM process WHERE status = 'running'
    AND NOT EXISTS (SELECT FROM task WHERE task.process_id = process.id AND state = 'open')`);
  return rows.map(({ id }) => id);
}

async function undelivered({ sql }: Stage): Promise<number[]> {
  return (await sql('SELECT id::int FROM outbox WHERE delivered_at IS NULL')).map(({ id }) => id);
}

/** Seconds from an instant until each of these processes had its next task or its end. */
async function resumptions({ sql }: Stage, at: Date, ids: string[]): Promise<number[]> {
  const rows = await sql(`
    SELECT extract(epoch FROM min(at) - $1)::float8 AS seconds FROM audit_event
    WHERE process_id = ANY ($2) AND at > $1 AND action IN ('task-opened', 'process-ended', 'process-withdrawn') GROUP BY process_id`, [at, ids]);
  return rows.map(({ seconds }) => seconds);
}
