import { expect } from 'chai';
import { giveRole } from '../test/accounts.ts';
import type { TestApi } from '../test/api.ts';
import { call, login, type Person } from '../test/person.ts';
import { PREPARED_ITEM, putDecision, putProcess, putTask } from '../test/prepared.ts';
import { nameOf, startStage, UNKNOWN_ID, whoMay, type Fixture, type Stage } from '../test/stage.ts';
import { bodies, BYSTANDER, DIRECTOR, idOf, LEADER, MANAGER } from '../test/valid-requests.ts';
import { walk } from '../test/walk.ts';
import { endpoints } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import { cases, expected, people, type Thing, type Who } from './permissions-expected.ts';

describe('permissions', function () {
  this.timeout(60_000);
  let api: TestApi;
  let sessions: Stage['sessions'];
  let prepare: Stage['prepare'];
  let ask: Stage['ask'];
  let usernameOf: Stage['usernameOf'];

  before(async () => {
    ({ api, sessions, prepare, ask, usernameOf } = await startStage());
  });
  after(async () => {
    await api?.stop();
  });

  describe('on every endpoint, for everybody, about everything (S2)', () => {
    it('are said in the table for each endpoint of the contract, and for no other', () => {
      const declared = endpoints.map(nameOf).sort();
      expect(Object.keys(expected).sort()).to.eql(declared);
      expect(Object.keys(bodies).sort()).to.eql(endpoints.filter(({ method }) => method !== 'get').map(nameOf).sort());
    });

    it('are said for every case where an endpoint is about one', () => {
      for (const endpoint of endpoints) {
        const things = Object.keys(expected[nameOf(endpoint)] ?? {});
        if (/^\/(processes|tasks|audit\/processes)\/:id/.test(endpoint.path)) expect(things, nameOf(endpoint)).to.have.members(cases);
        else if (endpoint.path.includes('/:')) expect(things, nameOf(endpoint)).to.include('unknown').and.to.have.length.above(1);
        else expect(things, nameOf(endpoint)).to.eql(['any']);
      }
    });

    for (const endpoint of endpoints) {
      it(nameOf(endpoint), async () => {
        const differences: string[] = [];
        for (const [thing, answers] of Object.entries(expected[nameOf(endpoint)] ?? {}) as [Thing, Record<Who, number>][]) {
          // First whoever is refused, all on one object, which must stay as it is; then the others, each on a fresh one.
          const refused = people.filter((who) => answers[who] >= 400);
          const untouched = await prepare(thing);
          const before = await snapshot();
          for (const who of refused) differences.push(...await difference(endpoint, thing, untouched, who, answers[who]));
          if (await snapshot() !== before) differences.push(`${nameOf(endpoint)}, ${thing}: a refusal changed something`);
          for (const who of people.filter((each) => !refused.includes(each))) {
            const fixture = endpoint.method === 'get' ? untouched : await prepare(thing);
            differences.push(...await difference(endpoint, thing, fixture, who, answers[who]));
          }
        }
        expect(differences).to.eql([]);
      });
    }

    it('show each person only the cases that the table lets that person read', async () => {
      const { db } = api.database;
      const fixtures = await Promise.all(cases.map(async (name) => [name, await prepare(name)] as const));
      for (const [who, person] of sessions) {
        const readable = fixtures.filter(([name]) => expected['GET /processes/:id']![name]![who] === 200).map(([, { process }]) => process);
        const all = await ids(person, '/processes?view=all', ({ id }) => id);
        const mine = await db('process').where({ requester_id: idOf[who as keyof typeof idOf] }).pluck('id');
        const everything = await db('process').pluck('id');
        const overseer = who === 'admin' || who === 'auditor';
        expect(all, who).to.have.members(overseer ? everything : mine);
        expect(await ids(person, '/processes', ({ id }) => id), who).to.have.members(mine);

        const inbox = await ids(person, '/tasks', ({ id }) => id);
        const decidable = fixtures.filter(([name]) => expected['POST /tasks/:id/decision']![name]![who] === 200).map(([, { task }]) => task);
        const ours = new Set(fixtures.map(([, { task }]) => task));
        expect(inbox.filter((id) => ours.has(id)), who).to.have.members(decidable);
        const lists = await Promise.all(['open', 'done', 'copied'].map((view) => ids(person, `/tasks?view=${view}`, ({ processId }) => processId)));
        for (const [, { process }] of fixtures) {
          if (lists.flat().includes(process)) expect(readable, `${who} lists ${process}`).to.include(process);
        }
      }
    });

    it('give nobody the notices of somebody else, and let nobody mark them as read', async () => {
      const { db } = api.database;
      await db('notice').delete();
      for (const person of ['requester', 'leader'] as const) {
        await db('notice').insert({ key: `test-${person}`, person_id: idOf[person], kind: 'process-ended' });
      }
      const notice = await db('notice').where({ person_id: idOf.leader }).first();
      for (const [who, person] of sessions) {
        const { body } = await person.get('/notices');
        expect(body.total, who).to.equal(who === 'requester' || who === 'leader' ? 1 : 0);
        if (who !== 'leader') expect((await person.post('/notices/read', { ids: [notice.id] })).status).to.equal(200);
      }
      expect((await db('notice').where({ id: notice.id }).first()).read_at).to.equal(null);
    });

    it('tell an object that one may not see from one that does not exist by nothing at all', async () => {
      const { process, task } = await prepare('waiting');
      const colleague = sessions.get('colleague')!;
      for (const [hidden, unknown] of [
        [`/processes/${process}`, `/processes/${UNKNOWN_ID}`],
        [`/tasks/${task}`, `/tasks/${UNKNOWN_ID}.${LEADER}.1`],
      ] as const) {
        const [a, b] = [await colleague.get(hidden), await colleague.get(unknown)];
        expect([a.status, { ...a.body, instance: '' }]).to.eql([b.status, { ...b.body, instance: '' }]);
      }
    });
  });

  describe('of whoever approves (S4)', () => {
    it('refuse the requester one’s own request, as the leader too: it goes one leader up', async () => {
      const { db } = api.database;
      const process = await putProcess(db, idOf.leader);
      const task = await putTask(db, process, LEADER);
      expect((await db('task').where({ id: task }).first()).candidates).to.eql(['leader:dept-branch']);
      const leader = sessions.get('leader')!;
      for (const action of ['decision', 'claim', 'transfer']) await refused(leader, task, action);
      const manager = await login(api.url, await usernameOf(MANAGER));
      const toRequester = await manager.post(`/tasks/${task}/transfer`, { to: idOf.leader });
      expect(toRequester.status).to.equal(403);
      expect(toRequester.body.code).to.equal('separation-of-duties');
      expect((await manager.post(`/tasks/${task}/decision`, { outcome: 'approved' })).status).to.equal(200);
    });

    it('refuse one person both steps, whatever roles that person has, and by transfer too', async () => {
      const { db } = api.database;
      await giveRole(db, DIRECTOR, [idOf.leader]);
      try {
        const process = await putProcess(db, idOf.requester);
        await putDecision(db, await putTask(db, process, LEADER), idOf.leader, 'approved');
        const task = await putTask(db, process, DIRECTOR);
        const [leader, director] = [sessions.get('leader')!, sessions.get('director')!];
        for (const action of ['decision', 'claim', 'transfer']) await refused(leader, task, action);
        expect((await ids(leader, '/tasks', ({ id }) => id))).to.not.include(task);
        for (const to of [idOf.leader, idOf.requester, 'leader', 'requester']) {
          const { status, body } = await director.post(`/tasks/${task}/transfer`, { to });
          expect([status, body.code], to).to.eql([403, 'separation-of-duties']);
        }
        // Not around a corner either: whoever gets it cannot pass it to one who is excluded.
        expect((await director.post(`/tasks/${task}/transfer`, { to: BYSTANDER })).status).to.equal(200);
        const bystander = await login(api.url, await usernameOf(BYSTANDER));
        for (const to of [idOf.leader, idOf.requester]) {
          expect((await bystander.post(`/tasks/${task}/transfer`, { to })).status).to.equal(403);
        }
        expect((await bystander.post(`/tasks/${task}/transfer`, { to: idOf.director })).status).to.equal(200);
        expect((await director.post(`/tasks/${task}/decision`, { outcome: 'approved' })).status).to.equal(200);
      } finally {
        await db('person_role').where({ person_id: idOf.leader, role_id: DIRECTOR }).delete();
      }
    });

    it('refuse the director a second approval after the first step came to the director by transfer', async () => {
      const { db } = api.database;
      const process = await putProcess(db, idOf.requester);
      const first = await putTask(db, process, LEADER);
      const [leader, director] = [sessions.get('leader')!, sessions.get('director')!];
      expect((await leader.post(`/tasks/${first}/transfer`, { to: 'director' })).status).to.equal(200);
      expect((await director.post(`/tasks/${first}/decision`, { outcome: 'approved' })).status).to.equal(200);
      const second = await putTask(db, process, DIRECTOR);
      for (const action of ['decision', 'claim', 'transfer']) await refused(director, second, action);
      expect((await db('task').where({ id: second }).first()).candidates).to.eql(['leader:dept-branch']);
    });

    it('leave the revision to the requester, so that nobody approves what he wrote himself', async () => {
      const { task } = await prepare('returned');
      const requester = sessions.get('requester')!;
      const { status, body } = await requester.post(`/tasks/${task}/transfer`, { to: idOf.leader });
      expect([status, body.code]).to.eql([403, 'not-transferable']);
    });

    async function refused(person: Person, task: string, action: string): Promise<void> {
      const body = { decision: { outcome: 'approved' }, claim: {}, transfer: { to: BYSTANDER } }[action];
      const answer = await person.post(`/tasks/${task}/${action}`, body);
      expect([answer.status, answer.body.code], `${person.username} ${action}`).to.eql([403, 'separation-of-duties']);
      const audit = await api.database.db('audit_event').where({ task_id: task, refused: true, action: `POST /tasks/:id/${action}` });
      expect(audit.length).to.be.above(0);
    }
  });

  describe('of whoever says to be somebody else (S5)', () => {
    const fields = ['actorId', 'actor', 'decidedBy', 'requesterId', 'personId', 'by', 'onBehalfOf', 'actorKind', 'roles'];

    for (const endpoint of endpoints.filter(({ method, accepts }) => method !== 'get' && accepts === 'json')) {
      it(`${nameOf(endpoint)} refuses a body that names the actor`, async () => {
        const [thing, who] = whoMay(endpoint);
        const fixture = await prepare(thing);
        for (const field of fields) {
          const body = { ...bodies[nameOf(endpoint)]!(thing, who), [field]: idOf.admin };
          const answer = await ask(endpoint, fixture, thing, who, { body });
          expect(answer.status, field).to.equal(400);
          expect(answer.body.errors.map(({ path }: { path: string }) => path), field).to.include(field);
        }
      });
    }

    it('refuse an actor in the form and in a decision’s data', async () => {
      const requester = sessions.get('requester')!;
      const form = { purpose: '冒名', lines: [{ itemId: PREPARED_ITEM, quantity: 1 }], requesterId: idOf.admin };
      const started = await requester.post('/processes', { type: 'supply-requisition', form });
      expect([started.status, started.body.errors[0].path]).to.eql([400, 'form.requesterId']);
      const { task } = await prepare('waiting');
      const decided = await sessions.get('leader')!.post(`/tasks/${task}/decision`, { outcome: 'approved', data: { decidedBy: idOf.admin } });
      expect([decided.status, decided.body.errors[0].path]).to.eql([400, 'data.decidedBy']);
    });

    it('refuse an actor in the address', async () => {
      const answer = await sessions.get('requester')!.get(`/processes?actorId=${idOf.auditor}`);
      expect([answer.status, answer.body.errors[0].path]).to.eql([400, 'actorId']);
    });

    it('pass over headers that name somebody', async () => {
      const headers = Object.fromEntries([
        'x-user', 'x-user-id', 'x-actor-id', 'x-forwarded-user', 'x-remote-user', 'remote-user', 'x-original-user', 'x-authenticated-user',
        'x-roles', 'x-on-behalf-of', 'from',
      ].map((name) => [name, idOf.leader]));
      headers.authorization = `Basic ${Buffer.from('leader:houqin-demo').toString('base64')}`;
      expect((await call(api.url, 'GET', '/me', undefined, headers)).status).to.equal(401);

      const { process, task } = await prepare('waiting');
      const requester = sessions.get('requester')!;
      const decided = await requester.post(`/tasks/${task}/decision`, { outcome: 'approved' }, headers);
      expect(decided.status).to.equal(403);
      const colleague = sessions.get('colleague')!;
      expect((await colleague.post(`/tasks/${task}/claim`, {}, headers)).status).to.equal(404);
      const commented = await requester.post(`/processes/${process}/comments`, { text: '谁写的' }, headers);
      expect(commented.status).to.equal(201);
      const comment = await api.database.db('comment').where({ process_id: process }).first();
      expect(comment.author_id).to.equal(idOf.requester);
      const event = await api.database.db('audit_event').where({ process_id: process, action: 'commented' }).first();
      expect(event).to.include({ actor_kind: 'person', actor_id: idOf.requester, on_behalf_of: null });
    });
  });

  /** Says what differs when `who` asks, or nothing. */
  async function difference(endpoint: Endpoint, thing: Thing, fixture: Fixture, who: Who, status: number): Promise<string[]> {
    const answer = await ask(endpoint, fixture, thing, who);
    const problem = answer.headers.get('content-type')?.startsWith('application/problem+json') ?? false;
    if (answer.status === status && problem === status >= 400) return [];
    return [`${nameOf(endpoint)}, ${thing}, ${who}: ${answer.status} ${answer.body?.code ?? ''}, expected ${status}`];
  }

  /** What a refused write must leave as it is. */
  async function snapshot(): Promise<string> {
    const { db } = api.database;
    const tables = ['process', 'task', 'comment', 'copy', 'outbox', 'item', 'stock_movement', 'timeout_policy', 'business_calendar', 'notice', 'person',
      'person_role', 'department', 'announcement', 'announcement_read', 'print', 'file'];
    const keys: Record<string, string[]> = {
      copy: ['process_id', 'person_id'], timeout_policy: ['type', 'step', 'version'], business_calendar: ['version'], person_role: ['person_id', 'role_id'],
      announcement_read: ['announcement_id', 'person_id'], print: ['process_id', 'n'],
    };
    return JSON.stringify(await Promise.all(tables.map((table) => db(table).orderBy(keys[table] ?? ['id']))));
  }

  /** Every id of a list, page by page. */
  async function ids(person: Person, path: string, of: (row: any) => string): Promise<string[]> {
    return (await walk(person, path)).rows.map(of);
  }
});
