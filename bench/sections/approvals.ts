import { setTimeout as delay } from 'node:timers/promises';
import type { Db } from '../../db/connect.ts';
import type { Bench } from '../bench.ts';
import type { Client } from '../client.ts';
import { closedLoop, percentiles, round, timed, type Percentiles } from '../measure.ts';

/** A burst of decisions: how fast they were answered, and when all the processes had moved on. */
export interface Burst {
  decisions: number;
  perSecond: number;
  ms: Percentiles;
  movedOnAfterMs: number;
  movedOnPerSecond: number;
}

/** What people wait for, and what many of them at once get. */
export interface Approvals {
  startToVisible: Record<string, Percentiles>;
  /** One after another, as fast as they are answered: what follows each runs beside the next. */
  decision: Percentiles;
  /** One every 200 ms, as a quick person clicks. */
  decisionPaced: Percentiles;
  leaders: Burst;
  directors: Burst;
}

let keys = 0;

/** Starts a requisition; answers its id and number. */
export async function start({ people, item }: Bench): Promise<{ id: string; number: string }> {
  const form = { purpose: '测速', lines: [{ itemId: item, quantity: 1 }] };
  return (await people.requester.post('/processes', { type: 'supply-requisition', form }, `bench-${keys++}`)).body;
}

/** Decides as the web app does: with a comment and a key. */
export async function decide(person: Client, task: string, outcome: string): Promise<void> {
  await person.post(`/tasks/${task}/decision`, { outcome, comment: '测速' }, `bench-${keys++}`);
}

/** The figures of one person's clicks and of a burst of them. */
export async function approvals(bench: Bench): Promise<Approvals> {
  const { settings, people, db, say } = bench;
  const startToVisible: Record<string, Percentiles> = {};
  const open: string[] = [];
  for (const concurrency of [1, 16]) {
    say(`start until visible, c = ${concurrency}`);
    const samples: number[] = [];
    await closedLoop(settings.sequential * (concurrency === 1 ? 1 : 2), concurrency, async () => {
      samples.push(await timed(async () => {
        const { number } = await start(bench);
        open.push(await inInbox(people.leader, number));
      }));
    });
    startToVisible[`c${concurrency}`] = percentiles(samples);
  }

  say('decisions, c = 1');
  const decision: number[] = [];
  const decisionPaced: number[] = [];
  for (const task of open.slice(0, settings.sequential)) decision.push(await timed(() => decide(people.leader, task, 'rejected')));
  await delay(2_000);
  for (const task of open.slice(settings.sequential, settings.sequential + 50)) {
    decisionPaced.push(await timed(() => decide(people.leader, task, 'rejected')));
    await delay(200);
  }

  say(`burst of ${settings.burst}: starting`);
  const ids: string[] = [];
  await closedLoop(settings.burst, 16, async () => {
    ids.push((await start(bench)).id);
  });
  const opened = (step: string) => (): Promise<number> => count(db, ids, { step, state: 'open' });
  await reaches(opened('department-leader'), ids.length);
  say('burst: the leader decides');
  const leaders = await burst(bench, people.leader, ids.map((id) => `${id}.department-leader.1`), 'approved', opened('service-centre-director'));
  say('burst: the director decides');
  const directors = await burst(bench, people.director, ids.map((id) => `${id}.service-centre-director.1`), 'rejected',
    async () => Number((await db('process').whereIn('id', ids).where('status', 'ended').count('* as n').first())!.n));
  return { startToVisible, decision: percentiles(decision), decisionPaced: percentiles(decisionPaced), leaders, directors };
}

async function burst({ say }: Bench, person: Client, tasks: string[], outcome: string, moved: () => Promise<number>): Promise<Burst> {
  const samples: number[] = [];
  const begun = performance.now();
  await closedLoop(tasks.length, 64, async (i) => {
    samples.push(await timed(() => decide(person, tasks[i]!, outcome)));
  });
  const answered = performance.now() - begun;
  await reaches(moved, tasks.length);
  const movedOn = performance.now() - begun;
  say(`${tasks.length} decisions answered in ${round(answered)} ms, all moved on after ${round(movedOn)} ms`);
  return {
    decisions: tasks.length, perSecond: round((1_000 * tasks.length) / answered), ms: percentiles(samples),
    movedOnAfterMs: round(movedOn), movedOnPerSecond: round((1_000 * tasks.length) / movedOn),
  };
}

async function count(db: Db, ids: string[], where: object): Promise<number> {
  return Number((await db('task').whereIn('process_id', ids).where(where).count('* as n').first())!.n);
}

async function reaches(ask: () => Promise<number>, wanted: number): Promise<void> {
  const end = performance.now() + 600_000;
  while ((await ask()) < wanted) {
    if (performance.now() > end) throw new Error(`not ${wanted} within ten minutes`);
    await delay(100);
  }
}

async function inInbox(person: Client, number: string): Promise<string> {
  for (;;) {
    const { body } = await person.get(`/tasks?view=open&limit=1&q=${number}`);
    if (body.items[0]) return body.items[0].id;
    await delay(5);
  }
}
