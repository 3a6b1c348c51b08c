import { inbox as readInbox, inboxTotal } from '../../db/queries/tasks.ts';
import { principalsOf } from '../../api/actor.ts';
import type { Bench } from '../bench.ts';
import type { Client } from '../client.ts';
import { fillUp } from '../many-tasks.ts';
import { forSeconds, percentiles, round, timed, type Percentiles } from '../measure.ts';
import { groupsOf, makePeople, PEOPLE } from '../people.ts';
import { decide, start } from './approvals.ts';

/** The inbox of many with so many open tasks in all; `http` is a page with its total as the web app asks for it. */
export interface Inbox {
  openTasks: number;
  inMine: number;
  loadedInSeconds: number;
  http: Percentiles;
  httpC16: Percentiles;
  /** The same while others decide at c = 4. */
  httpBesideDecisions: Percentiles;
  decisionsMeanwhile: Percentiles;
  httpDeep: Percentiles;
  pageAlone: Percentiles;
  totalAlone: Percentiles;
  deepAlone: Percentiles;
  startToVisible: Percentiles;
}

const DEEP = 10_000;

/** The inbox at each scale, one on top of the other. */
export async function inbox(bench: Bench): Promise<Inbox[]> {
  const { settings: { scales, inboxSeconds: seconds }, system, db, say } = bench;
  const person = await makePeople(db, system.secret, system.url);
  const results: Inbox[] = [];
  let before = 0;
  for (const openTasks of scales) {
    say(`inbox: filling up to ${openTasks} open tasks`);
    const loadedInSeconds = round(await timed(() => fillUp(system.adminUrl('houqin'), before, openTasks)) / 1_000);
    before = openTasks;
    say('inbox: reading');
    const page = (at: Client, cursor?: string) => at.get(`/tasks?view=open&limit=20${cursor ? `&cursor=${cursor}` : ''}`);
    const someone = (i: number): number => (i * 37) % PEOPLE;
    const { body: { total } } = await page(person(0));
    await forSeconds(1, 4, (i) => page(person(someone(i))));
    const http = percentiles(await forSeconds(seconds, 1, (i) => page(person(someone(i)))));
    const httpC16 = percentiles(await forSeconds(seconds, 16, (i) => page(person(someone(i)))));

    const filter = {};
    const viewer = (i: number) => ({
      personId: `bench-${i}`, roles: [], principals: principalsOf(`bench-${i}`, groupsOf(i).map((group) => `bench-${group}`), []),
    });
    const pageAlone = percentiles(await forSeconds(seconds, 1, (i) => readInbox(db, viewer(someone(i)), filter, 'due', { limit: 21 })));
    const totalAlone = percentiles(await forSeconds(seconds, 1, (i) => inboxTotal(db, viewer(someone(i)), filter)));
    const after = await deepIn(bench, 0);
    const deepAlone = percentiles(await forSeconds(seconds, 1, () => readInbox(db, viewer(0), filter, 'due', { limit: 21, after })));
    const cursor = Buffer.from(JSON.stringify([after.at, after.id, 'open.due'])).toString('base64url');
    const httpDeep = percentiles(await forSeconds(seconds, 1, () => page(person(0), cursor)));

    // Tasks that nobody has claimed, each decided by one of its group.
    let next = 0;
    const decisions: number[] = [];
    const deciding = forSeconds(seconds, 4, async () => {
      const i = (next++) * 100 + results.length;
      if (i >= openTasks) return;
      const by = (i % 50) + 50 * (next % (PEOPLE / 50));
      if (`bench-${by}` === `bench-${(i * 13 + 5) % PEOPLE}`) return;
      decisions.push(await timed(() => decide(person(by), `bench-${i}.department-leader.1`, 'rejected')));
    });
    const httpBesideDecisions = percentiles(await forSeconds(seconds, 1, (i) => page(person(someone(i)))));
    await deciding;

    const visible: number[] = [];
    for (let i = 0; i < 40; i += 1) {
      visible.push(await timed(async () => {
        const { number } = await start(bench);
        for (;;) if ((await bench.people.leader.get(`/tasks?view=open&limit=1&q=${number}`)).body.items[0]) return;
      }));
    }
    results.push({
      openTasks, inMine: total, loadedInSeconds, http, httpC16, httpBesideDecisions, decisionsMeanwhile: percentiles(decisions), httpDeep,
      pageAlone, totalAlone, deepAlone, startToVisible: percentiles(visible),
    });
  }
  return results;
}

/** Where a page far down in somebody's inbox begins; half-way where it is shorter. */
async function deepIn({ db }: Bench, person: number): Promise<{ at: string; id: string }> {
  const mine = () => db('inbox_entry').whereIn('principal', [`person:bench-${person}`, ...groupsOf(person).map((group) => `role:bench-${group}`)]);
  const { n } = (await mine().count('* as n').first())!;
  const row = await mine().select('task_id', db.raw('due_at::text AS at')).orderBy(['due_at', 'task_id']).offset(Math.min(DEEP, Math.floor(Number(n) / 2))).first();
  return { at: row.at, id: row.task_id };
}
