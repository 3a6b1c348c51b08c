import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '../../db/connect.ts';
import { giveRole, openAccounts, takeRole } from '../../test/accounts.ts';
import { planted } from '../planted.ts';
import { until } from '../system.ts';
import { withPolicy } from './administration.ts';
import { many, type Experiment, type Stage } from './experiment.ts';

const DIRECTOR = 'service-centre-director';
const RACERS = 20;

/** F18: one wish sent many times at once; two clicks within a tenth of a second. */
export const duplicateSubmit: Experiment = {
  id: 'F18',
  title: '50 parallel submits with one key, and two clicks within 100 ms on one opened form',
  counts: { quick: 2, full: 20 },
  unit: 'rounds',
  budget: { quick: 60, full: 120 },
  async run({ driver, random, count, sql }) {
    const item = await driver.addItem(5);
    const wrong: string[] = [];
    for (let round = 0; round < count; round += 1) {
      const body = { type: 'supply-requisition', form: { purpose: `${planted.purpose} 重复 ${round}`, lines: [{ itemId: item, quantity: 1 }] } };
      const isClicks = round % 2 === 1;
      const key = randomUUID();
      const answers = await Promise.all(Array.from({ length: isClicks ? 2 : 50 }, async (_, i) => {
        if (isClicks) await delay(i * random.whole(0, 100));
        return driver.ask('requester', 'start', '/processes', { key, bodyOf: () => body });
      }));
      const ids = new Set(answers.map(({ answer }) => answer?.id));
      const statuses = new Set(answers.map(({ status }) => status));
      if (ids.size !== 1 || statuses.size !== 1 || !statuses.has(201)) {
        wrong.push(`round ${round}: ${ids.size} ids, answered ${[...statuses].join(', ')}`);
      }
      const [{ n }] = await sql("SELECT count(*)::int AS n FROM process_form WHERE form->>'purpose' = $1", [body.form.purpose]);
      if (n !== 1) wrong.push(`round ${round}: ${n} processes of one wish`);
    }
    return { done: count, figures: { 'answers with one id each': `${count} rounds of 50 or 2` }, wrong, missed: [] };
  },
};

/** F19: 20 approvers, a withdrawal and a deadline within one second. */
export const racingApprovers: Experiment = {
  id: 'F19',
  title: '20 approvers, a withdrawal and a deadline in the same second',
  counts: { quick: 4, full: 200 },
  unit: 'rounds',
  budget: { quick: 90, full: 420 },
  async run(stage) {
    const { system, driver, count, sql } = stage;
    const db = connect(system.databaseUrl, 2);
    const tally = { person: 0, clock: 0, withdrawal: 0 };
    const wrong: string[] = [];
    let [done, losers] = [0, 0];
    const ids = await db('person').whereNull('password_hash').whereNotIn('id', db('department').whereNotNull('leader_id').select('leader_id')).orderBy('id').limit(RACERS).pluck('id');
    try {
      await giveRole(db, DIRECTOR, ids);
      const racers = await openAccounts(db, ids);
      for (const username of racers) await driver.admit(username);
      const item = await driver.addItem(count + 10);
      const quick = { clock: 'wall', due: 'PT1S', remind: null, escalate: null, expire: { after: 'PT1S', outcome: 'rejected' } };
      await withPolicy(driver, DIRECTOR, quick, async () => {
        // The clock acts some time after its instant. Where that lies is found while racing: earlier once it won, later once it lost.
        let offset = -80;
        await many(count, 3, async (round) => {
          if (stage.over()) return;
          const { answer: { id } } = await driver.startFor('requester', item, 1);
          const first = await opened(stage, id, 'department-leader');
          await driver.decideOne('leader', first.id, { outcome: 'approved' });
          const task = await opened(stage, id, DIRECTOR);
          const start = task.expire_at.getTime() + offset;
          const [withdrawal, ...answers] = await Promise.all([
            wake(start + [-15, 15, 200][round % 3]!).then(() => driver.ask('requester', 'withdraw', `/processes/${id}/withdraw`, {
              target: id, bodyOf: () => ({ reason: planted.reason }),
            })),
            ...racers.map(async (racer, i) => {
              await wake(start + Math.random() * 40);
              return driver.decideOne(racer, task.id, i % 2 ? { outcome: 'approved' } : { outcome: 'rejected', comment: planted.comment });
            }),
          ]);
          await until('the task is closed', async () => (await sql('SELECT FROM task WHERE id = $1 AND state <> $2', [task.id, 'open'])).length > 0, 30);
          const [row] = await sql('SELECT state, actor_kind FROM task WHERE id = $1', [task.id]);
          const winner = row.state === 'closed' ? 'withdrawal' : row.actor_kind as 'person' | 'clock';
          tally[winner] += 1;
          offset += winner === 'clock' ? -50 : 50;
          done += 1;
          const accepted = answers.filter(({ status }) => status === 200).length;
          losers += answers.length - accepted;
          if (accepted !== (winner === 'person' ? 1 : 0)) wrong.push(`round ${round}: ${accepted} × 200, won by ${winner}`);
          if (winner === 'withdrawal' && withdrawal.status !== 200) wrong.push(`round ${round}: closed, the withdrawal was answered ${withdrawal.status}`);
          for (const { status, attempts } of [withdrawal, ...answers]) {
            if (attempts > 1 || (status !== 200 && status !== 409)) wrong.push(`round ${round}: answered ${status} at attempt ${attempts}`);
          }
        });
      });
    } finally {
      await takeRole(db, DIRECTOR, ids);
      await db.destroy();
    }
    return { done, figures: { 'won by person, clock, withdrawal': Object.values(tally).join(', '), 'losers told who won': losers }, wrong, missed: [] };
  },
};

/** F20: 50 requisitions of one box each, 10 left. */
export const racingStock: Experiment = {
  id: 'F20',
  title: '50 requisitions of one box each at once, 10 boxes left',
  counts: { quick: 1, full: 5 },
  unit: 'rounds of 50',
  budget: { quick: 60, full: 180 },
  async run(stage) {
    const { driver, count, sql } = stage;
    const wrong: string[] = [];
    let [served, back, done] = [0, 0, 0];
    for (; done < count && !stage.over(); done += 1) {
      const item = await driver.addItem(10);
      const ids: string[] = [];
      await many(50, 10, async () => { ids.push((await driver.startFor('requester', item, 1)).answer.id); });
      const tasks = (step: string, n: number): Promise<{ id: string; context: { note?: string } }[]> =>
        sql("SELECT id, context FROM task WHERE state = 'open' AND step = $1 AND n = $2 AND process_id = ANY ($3)", [step, n, ids]);
      for (const [username, step] of [['leader', 'department-leader'], ['director', DIRECTOR]] as const) {
        await until(`50 tasks at ${step}`, async () => (await tasks(step, 1)).length === 50, 60);
        const open = await tasks(step, 1);
        await Promise.all(open.map(({ id }) => driver.decideOne(username, id, { outcome: 'approved' })));
      }
      await until('the reservations', async () => (await tasks('hand-over', 1)).length + (await tasks(DIRECTOR, 2)).length === 50, 60);
      const [handOvers, returned] = [await tasks('hand-over', 1), await tasks(DIRECTOR, 2)];
      served += handOvers.length;
      back += returned.length;
      if (handOvers.length !== 10) wrong.push(`${handOvers.length} of 10 boxes were reserved`);
      const silent = returned.filter(({ context }) => context.note !== 'nothing-in-stock').length;
      if (silent > 0) wrong.push(`${silent} came back to the director without a note`);
    }
    return { done, figures: { reserved: served, 'back at the director with a note': back }, wrong, missed: [] };
  },
};

async function opened({ sql }: Stage, processId: string, step: string): Promise<{ id: string; expire_at: Date }> {
  const find = (): Promise<{ id: string; expire_at: Date }[]> => sql('SELECT id, expire_at FROM task WHERE process_id = $1 AND step = $2', [processId, step]);
  await until(`${step} of ${processId}`, async () => (await find()).length > 0, 30);
  return (await find())[0]!;
}

async function wake(at: number): Promise<void> {
  if (at > Date.now()) await delay(at - Date.now());
}
