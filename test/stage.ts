import { randomBytes } from 'node:crypto';
import type { Endpoint } from '../api/endpoint.ts';
import { hashOfToken } from '../api/kiosk.ts';
import { expected, people, type Case, type Staff, type Thing, type Who } from '../api/permissions-expected.ts';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { openAccounts } from './accounts.ts';
import { startApi, type TestApi } from './api.ts';
import { call, login, type Answer, type Person } from './person.ts';
import { putPhoto } from './photos.ts';
import { putDecision, putItem, putOrder, putProcess, putTask, putVisit } from './prepared.ts';
import { bodies, BYSTANDER, DIRECTOR, idOf, keptIds, KEPT_PLAN_DUE, LEADER, MANAGER } from './valid-requests.ts';

/** A case as it is asked about: its process, and the task that is (or was) open. */
export interface Fixture {
  process: string;
  task: string;
}

/** What a question has beside the usual: a body or an address of one's own. */
export interface Asked {
  body?: unknown;
  /** Put behind the address as it is, such as `q=x&limit=1`. */
  query?: string;
  headers?: Record<string, string>;
}

/** The demo company with everybody logged in, so that each endpoint of the contract can be asked by each of `people` about each thing. */
export interface Stage {
  readonly api: TestApi;
  readonly sessions: ReadonlyMap<Who, Person>;
  /** Makes the case anew. What is no case (an item, a step) is always there. */
  prepare(thing: Thing): Promise<Fixture>;
  /** The address of an endpoint about a thing, below `/api`. */
  addressOf(endpoint: Pick<Endpoint, 'path'>, fixture: Fixture, thing: Thing): string;
  /** The cookie of whoever asks; nothing for a stranger. */
  cookieOf(who: Who): string | undefined;
  /** Asks; a write without a body of its own sends the valid one. */
  ask(endpoint: Endpoint, fixture: Fixture, thing: Thing, who: Who, asked?: Asked): Promise<Answer>;
  /** Logs in anew. */
  loginAs(who: Staff): Promise<Person>;
  usernameOf(personId: string): Promise<string>;
}

const isStaff = (who: Who): who is Staff => who !== 'anonymous' && who !== 'kiosk';

/** The id of no case. */
export const UNKNOWN_ID = 'supply-requisition-00000000-0000-7000-8000-000000000000';

/** How an endpoint is called in tables: `POST /tasks/:id/decision`. */
export function nameOf({ method, path }: Pick<Endpoint, 'method' | 'path'>): string {
  return `${method.toUpperCase()} ${path}`;
}

/** Somebody whom the endpoint answers, and about what. */
export function whoMay(endpoint: Endpoint): [Thing, Who] {
  for (const [thing, answers] of Object.entries(expected[nameOf(endpoint)]!) as [Thing, Record<Who, number>][]) {
    const who = people.findLast((each) => answers[each] < 400);
    if (who) return [thing, who];
  }
  // Its success needs what is not here: whoever is let in finds nothing.
  const [thing, answers] = Object.entries(expected[nameOf(endpoint)]!)[0] as [Thing, Record<Who, number>];
  return [thing, people.findLast((each) => answers[each] !== 401 && answers[each] !== 403)!];
}

/** Starts the stage on an API and a database of its own. */
export async function startStage(): Promise<Stage> {
  const api = await startApi();
  const { db } = api.database;
  const sessions = new Map<Who, Person>();
  await seedDemoCompany(api.database.url);
  await putItem(db);
  await putAnnouncements();
  await putPhotos();
  await openAccounts(db, [...Object.values(idOf), MANAGER, BYSTANDER]);
  const kioskCookie = await putKiosk();
  for (const who of people) if (isStaff(who)) sessions.set(who, await loginAs(who));

  async function prepare(thing: Thing): Promise<Fixture> {
    const make: Record<Exclude<Case, 'unknown'>, () => Promise<Fixture>> = {
      async waiting() {
        const process = await putProcess(db, idOf.requester);
        return { process, task: await putTask(db, process, LEADER) };
      },
      async waiting2() {
        const process = await putProcess(db, idOf.requester2);
        await putDecision(db, await putTask(db, process, LEADER), idOf.leader2, 'approved');
        await db('copy').insert({ process_id: process, person_id: idOf.colleague, copied_by: idOf.requester2 });
        return { process, task: await putTask(db, process, DIRECTOR) };
      },
      async claimed() {
        const process = await putProcess(db, idOf.requester);
        await putDecision(db, await putTask(db, process, LEADER), idOf.leader, 'approved');
        await putDecision(db, await putTask(db, process, DIRECTOR), idOf.director, 'approved');
        const task = await putTask(db, process, 'hand-over');
        await db('task').where({ id: task }).update({ assignee_id: idOf.storekeeper });
        return { process, task };
      },
      async returned() {
        const process = await putProcess(db, idOf.requester);
        await putDecision(db, await putTask(db, process, LEADER), idOf.leader, 'returned');
        return { process, task: await putTask(db, process, 'revise') };
      },
      async ended() {
        const process = await putProcess(db, idOf.requester2);
        const task = await putTask(db, process, LEADER);
        await putDecision(db, task, idOf.leader2, 'rejected');
        await db('process').where({ id: process }).update({ status: 'ended', outcome: 'rejected', ended_at: db.fn.now() });
        return { process, task };
      },
    };
    if (thing === 'visit' || thing === 'inside' || thing === 'gone') return { process: await putVisit(db, api.deps.seal, thing), task: '' };
    if (thing === 'order' || thing === 'repaired') return { process: await putOrder(db, thing), task: '' };
    // What a success changed before: a draft is a draft again, a kiosk is not revoked.
    if (!(thing in make)) await Promise.all([putAnnouncements(), putGate(), putAbsence(), putPlan()]);
    // Wrong codes of before hold nobody up.
    await db('kiosk_failure').delete();
    return thing in make ? make[thing as keyof typeof make]() : { process: UNKNOWN_ID, task: `${UNKNOWN_ID}.${LEADER}.1` };
  }

  function addressOf({ path }: Pick<Endpoint, 'path'>, { process, task }: Fixture, thing: Thing): string {
    const kept = Object.entries(keptIds).find(([prefix]) => path.startsWith(prefix))?.[1];
    const id = path.startsWith('/tasks/') ? task : kept ? kept[thing] ?? kept.unknown! : process;
    return path.replace(':id', id).replace(':type', 'supply-requisition').replace(':step', thing === 'step' ? LEADER : 'no-such-step')
      .replace(':absenceId', thing === 'absence' ? 'absence-kept' : 'absence-none');
  }

  async function ask(
    endpoint: Endpoint, fixture: Fixture, thing: Thing, who: Who,
    { body = bodies[nameOf(endpoint)]?.(thing, who), query = endpoint.path === '/search' ? 'q=LY' : '', headers = {} }: Asked = {},
  ): Promise<Answer> {
    const ends = endpoint.path === '/login' || endpoint.path === '/logout';
    const person = who === 'kiosk' ? { cookie: kioskCookie } : ends && isStaff(who) ? await loginAs(who) : sessions.get(who);
    const path = `${addressOf(endpoint, fixture, thing)}${query && `?${query}`}`;
    const method = endpoint.method.toUpperCase();
    const sent = endpoint.method === 'get' ? undefined : body;
    const answer = await call(api.url, method, path, sent, { ...(person && { cookie: person.cookie }), ...headers });
    // Whoever has a new password has the old one again.
    if (endpoint.path === '/me/password' && answer.status === 200) await openAccounts(db, [idOf[who as keyof typeof idOf]]);
    return answer;
  }

  const cookieOf = (who: Who): string | undefined => (who === 'kiosk' ? kioskCookie : sessions.get(who)?.cookie);

  async function putKiosk(): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    await db('kiosk').insert({ id: 'kiosk-here', name: '大厅一号机', place: '大厅', token_hash: hashOfToken(token), created_by: idOf.frontdesk, enrolled_at: db.fn.now() });
    return `houqin_kiosk=${token}`;
  }

  async function putGate(): Promise<void> {
    await db('kiosk').insert({ id: 'kiosk-kept', name: '旧机', place: '东门', created_by: idOf.frontdesk, revoked_at: null }).onConflict('id').merge(['revoked_at']);
    await db('blocked_visitor').insert({
      id: 'blocked-kept', kind: 'phone', index: Buffer.from('kept'), masked: '138****0000', reason: '备用', created_by: idOf.frontdesk,
      removed_at: null, removed_by: null, removal_reason: null,
    }).onConflict('id').merge(['removed_at', 'removed_by', 'removal_reason']);
  }

  async function putAbsence(): Promise<void> {
    await db('repairer_absence').insert({
      id: 'absence-kept', person_id: keptIds['/repairs/repairers']!.fitter!, from_at: '2026-11-02T00:00:00Z', until_at: '2036-11-02T00:00:00Z', created_by: idOf.service,
    }).onConflict('id').ignore();
  }

  async function putPlan(): Promise<void> {
    const id = keptIds['/repairs/plans']!.plan!;
    await db('repair_plan_order').where({ plan_id: id }).delete();
    await db('repair_plan').insert({
      id, title: '滤网清洗', place_id: keptIds['/admin/places']!.place!, category: 'air-conditioning', description: '拆下滤网清洗', every_months: 3, next_on: KEPT_PLAN_DUE,
      day_of_month: 15, active: true, created_by: idOf.service,
    }).onConflict('id').merge(['next_on', 'active']);
  }

  async function putAnnouncements(): Promise<void> {
    const text = { title: '备用公告', body: '备用' };
    await db('announcement').insert([
      { ...text, id: 'announcement-shown', state: 'published', published_at: '2026-11-02T00:00:00Z' },
      { ...text, id: 'announcement-draft', state: 'draft', published_at: null },
    ]).onConflict('id').merge(['state', 'published_at']);
  }

  async function putPhotos(): Promise<void> {
    const { dataDir } = api.deps.config;
    const process = await putProcess(db, idOf.requester);
    await putTask(db, process, LEADER);
    await putPhoto(db, dataDir, { id: keptIds['/files/']!.file!, owner: idOf.requester });
    await putPhoto(db, dataDir, { id: keptIds['/files/']!.attached!, owner: idOf.requester, process });
  }

  async function loginAs(who: Staff): Promise<Person> {
    return login(api.url, await usernameOf(idOf[who]));
  }

  async function usernameOf(id: string): Promise<string> {
    return (await db('person').where({ id }).first('username')).username;
  }

  return { api, sessions, prepare, addressOf, cookieOf, ask, loginAs, usernameOf };
}
