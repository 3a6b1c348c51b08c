import { expect } from 'chai';
import fc from 'fast-check';
import { giveRole, openAccounts, takeRole } from '../test/accounts.ts';
import { eventually, type Person } from '../test/person.ts';
import { putDecision, putItem, putProcess, putTask } from '../test/prepared.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, ended, makeItem, openTask, process as processOf, request } from '../test/requisition.ts';
import { walk } from '../test/walk.ts';

const DIRECTOR = 'service-centre-director';
const LEADER = 'department-leader';
const MANAGER = 'person-zheng-guodong';
const DEPUTY = 'person-zhu-jinhua';
const COLLEAGUE = 'person-li-na';
const HOUR = 3_600_000;

describe('tasks', function () {
  this.timeout(60_000);
  let product: Product;
  let item: string;
  let manager: Person;
  let deputy: Person;
  let colleague: Person;

  before(async () => {
    product = await startProduct();
    item = await makeItem(product, 1_000);
    const names = await openAccounts(product.db, [MANAGER, DEPUTY, COLLEAGUE]);
    [manager, deputy, colleague] = await Promise.all(names.map((name) => product.as(name))) as [Person, Person, Person];
  });
  after(async () => {
    await product?.stop();
  });

  const requestOne = (username = 'requester') => request(product, [{ itemId: item, quantity: 1 }], { username });

  /** A requisition at the director; answers the open task's id. */
  async function atDirector(): Promise<string> {
    const id = await requestOne();
    await decide(product, id, LEADER, 'leader', 'approved');
    return openTask(product, id, DIRECTOR);
  }

  const decideTask = (person: Person, task: string, outcome = 'approved') =>
    person.post(`/tasks/${task}/decision`, { outcome, ...(outcome !== 'approved' && { comment: '请核对' }) });

  async function hasInInbox(person: Person, task: string): Promise<boolean> {
    return (await walk(person, '/tasks?limit=100')).rows.some(({ id }) => id === task);
  }

  describe('candidates', () => {
    beforeEach(() => giveRole(product.db, DIRECTOR, [DEPUTY]));
    afterEach(() => takeRole(product.db, DIRECTOR, [DEPUTY]));

    it('all have an unclaimed task in their inbox; whoever claims it has it alone until it is released', async () => {
      const task = await atDirector();
      const director = await product.as('director');
      expect(await Promise.all([hasInInbox(director, task), hasInInbox(deputy, task)])).to.eql([true, true]);

      const claimed = await director.post(`/tasks/${task}/claim`);
      expect([claimed.status, claimed.body.assignee.name]).to.eql([200, '周慧敏']);
      expect(await Promise.all([hasInInbox(director, task), hasInInbox(deputy, task)])).to.eql([true, false]);
      for (const action of ['claim', 'release', 'decision', 'transfer']) {
        const body = { claim: {}, release: {}, decision: { outcome: 'approved' }, transfer: { to: 'leader2' } }[action];
        const refused = await deputy.post(`/tasks/${task}/${action}`, body);
        expect([refused.status, refused.body.code], action).to.eql([403, 'task-of-another']);
        expect(refused.body.detail).to.contain('周慧敏');
      }
      const again = await director.post(`/tasks/${task}/claim`);
      expect([again.status, again.body.code]).to.eql([409, 'claimed-already']);

      const released = await director.post(`/tasks/${task}/release`);
      expect([released.status, released.body.assignee]).to.eql([200, null]);
      expect(await Promise.all([hasInInbox(director, task), hasInInbox(deputy, task)])).to.eql([true, true]);
      const nothing = await director.post(`/tasks/${task}/release`);
      expect([nothing.status, nothing.body.code]).to.eql([409, 'not-claimed']);
    });

    it('claim a task by deciding it', async () => {
      const task = await atDirector();
      expect((await decideTask(deputy, task)).status).to.equal(200);
      const { body } = await deputy.get(`/tasks/${task}`);
      expect(body).to.deep.include({ state: 'decided', outcome: 'approved', assignee: { id: DEPUTY, name: '朱金花' }, mayDecide: false });
      expect(body.decidedBy).to.eql({ id: DEPUTY, name: '朱金花' });
      expect(await hasInInbox(await product.as('director'), task)).to.equal(false);
    });

    it('are passed over by an administrator, who reassigns with a reason', async () => {
      const task = await atDirector();
      const admin = await product.as('admin');
      const silent = await admin.post(`/tasks/${task}/transfer`, { to: DEPUTY });
      expect([silent.status, silent.body.errors[0].path]).to.eql([400, 'comment']);
      const moved = await admin.post(`/tasks/${task}/transfer`, { to: DEPUTY, comment: '主任出差' });
      expect([moved.status, moved.body.assignee.id]).to.eql([200, DEPUTY]);
      const { body } = await admin.get(`/processes/${task.split('.')[0]}`);
      expect(body.timeline.at(-1)).to.include({ action: 'task-transferred', actorKind: 'administrator', text: '主任出差' });
      expect((await decideTask(admin, task)).status).to.equal(403);
      expect((await decideTask(deputy, task)).status).to.equal(200);
    });

    it('claim one task each, however many claim at once', async () => {
      const task = await atDirector();
      const director = await product.as('director');
      const answers = await Promise.all([director, deputy].flatMap((person) => Array.from({ length: 8 }, () => person.post(`/tasks/${task}/claim`))));
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      expect(answers.every(({ status }) => [200, 403, 409].includes(status))).to.equal(true);
    });

    it('are recorded in the history by id, and by nothing else, when they claim, release and transfer', async () => {
      const task = await atDirector();
      const director = await product.as('director');
      await director.post(`/tasks/${task}/claim`);
      await director.post(`/tasks/${task}/release`);
      await director.post(`/tasks/${task}/transfer`, { to: DEPUTY, comment: '请代为审批' });
      const id = task.split('.')[0]!;
      const history = await eventually('the signals', async () => {
        const text = await product.temporal.history(id);
        return text?.includes('transfer') && text;
      });
      const signals = JSON.parse(history).events.flatMap(({ workflowExecutionSignaledEventAttributes: signal }: any) =>
        signal ? [[signal.signalName, JSON.parse(Buffer.from(signal.input.payloads[0].data, 'base64').toString())]] : []);
      const by = 'person-zhou-huimin';
      expect(signals.slice(-3)).to.eql([
        ['claim', { taskId: task, by }], ['release', { taskId: task, by }], ['transfer', { taskId: task, by, to: DEPUTY }],
      ]);
      expect(Buffer.from(history, 'utf8').includes('请代为审批')).to.equal(false);
    });
  });

  describe('transfer (转办)', () => {
    it('gives the task to somebody who is no candidate, with a notice, and takes it from whoever gave it', async () => {
      const id = await requestOne();
      const task = await openTask(product, id, LEADER);
      const leader = await product.as('leader');
      expect((await colleague.get(`/tasks/${task}`)).status).to.equal(404);
      const moved = await leader.post(`/tasks/${task}/transfer`, { to: COLLEAGUE, comment: '外出，请代办' });
      expect([moved.status, moved.body.assignee]).to.eql([200, { id: COLLEAGUE, name: '李娜' }]);
      const notices = (await colleague.get('/notices?unread=true')).body.items;
      expect(notices[0]).to.include({ kind: 'task-transferred', taskId: task, processId: id });
      const { timeline } = await processOf(product, id);
      const moving = timeline.find(({ action }: any) => action === 'task-transferred');
      expect(moving).to.deep.include({ actorKind: 'person', actor: { id: 'person-chen-jianhua', name: '陈建华' }, text: '外出，请代办' });
      expect(moving.detail).to.include({ step: LEADER, to: COLLEAGUE });

      const late = await decideTask(leader, task);
      expect([late.status, late.body.code]).to.eql([403, 'task-of-another']);
      expect(await Promise.all([hasInInbox(leader, task), hasInInbox(colleague, task)])).to.eql([false, true]);
      expect((await decideTask(colleague, task)).status).to.equal(200);
      await openTask(product, id, DIRECTOR);
      // Whoever approved by transfer is an approver like any other.
      const next = await openTask(product, id, DIRECTOR);
      const refused = await (await product.as('director')).post(`/tasks/${next}/transfer`, { to: COLLEAGUE });
      expect([refused.status, refused.body.code]).to.eql([403, 'separation-of-duties']);
    });

    it('is refused to the requester, to an earlier approver, to oneself, and to whoever is no active person', async () => {
      const task = await atDirector();
      const director = await product.as('director');
      const { db } = product;
      await db('person').where({ id: 'person-lei-ting' }).update({ active: false });
      for (const [to, status, code] of [
        ['requester', 403, 'separation-of-duties'],
        ['person-wang-wei', 403, 'separation-of-duties'],
        ['leader', 403, 'separation-of-duties'],
        ['director', 422, 'transfer-to-self'],
        ['person-zhou-huimin', 422, 'transfer-to-self'],
        ['person-nobody', 400, 'invalid-input'],
        ['person-lei-ting', 400, 'invalid-input'],
      ] as const) {
        const { status: found, body } = await director.post(`/tasks/${task}/transfer`, { to });
        expect([found, body.code], to).to.eql([status, code]);
        if (status === 400) expect(body.errors[0].path).to.equal('to');
      }
      expect((await director.get(`/tasks/${task}`)).body.assignee).to.equal(null);
    });
  });

  describe('principals are read anew at each call', () => {
    it('a new leader inherits the open tasks at once, and the old one loses them', async () => {
      const { db } = product;
      const id = await requestOne();
      const task = await openTask(product, id, LEADER);
      const leader = await product.as('leader');
      expect(await Promise.all([hasInInbox(leader, task), hasInInbox(colleague, task)])).to.eql([true, false]);
      await db('department').where({ id: 'dept-marketing' }).update({ leader_id: COLLEAGUE });
      try {
        expect(await Promise.all([hasInInbox(leader, task), hasInInbox(colleague, task)])).to.eql([false, true]);
        for (const path of [`/tasks/${task}`, `/processes/${id}`]) expect((await leader.get(path)).status, path).to.equal(404);
        expect((await decideTask(leader, task)).status).to.equal(404);
        expect((await decideTask(colleague, task)).status).to.equal(200);
      } finally {
        await db('department').where({ id: 'dept-marketing' }).update({ leader_id: 'person-chen-jianhua' });
      }
    });

    it('a role that was taken away is refused at the next call, and so is a person who left (S6)', async () => {
      const { db } = product;
      const task = await atDirector();
      await giveRole(db, DIRECTOR, [DEPUTY]);
      expect((await deputy.get(`/tasks/${task}`)).body.mayDecide).to.equal(true);
      await takeRole(db, DIRECTOR, [DEPUTY]);
      expect(await hasInInbox(deputy, task)).to.equal(false);
      expect((await decideTask(deputy, task)).status).to.equal(404);
      expect((await deputy.post(`/tasks/${task}/claim`)).status).to.equal(404);

      await giveRole(db, DIRECTOR, [DEPUTY]);
      await db('person').where({ id: DEPUTY }).update({ active: false });
      try {
        expect((await decideTask(deputy, task)).status).to.equal(401);
        expect((await deputy.get('/tasks')).status).to.equal(401);
      } finally {
        await db('person').where({ id: DEPUTY }).update({ active: true });
        await takeRole(db, DIRECTOR, [DEPUTY]);
      }
      expect((await decideTask(await product.as('director'), task)).status).to.equal(200);
    });
  });

  describe('where a candidate is excluded', () => {
    it('the request of a department’s leader goes one leader up', async () => {
      const id = await requestOne('leader');
      const task = await openTask(product, id, LEADER);
      const leader = await product.as('leader');
      expect((await leader.get(`/tasks/${task}`)).body).to.deep.include({ candidates: ['leader:dept-branch'], mayDecide: false });
      expect(await hasInInbox(leader, task)).to.equal(false);
      expect((await decideTask(leader, task)).body.code).to.equal('separation-of-duties');
      expect((await decideTask(manager, task)).status).to.equal(200);
      await openTask(product, id, DIRECTOR);
    });

    it('whoever approved as the leader does not approve again; at last the process administrator is asked', async () => {
      // The storekeeper asks for something: the director is the leader, and there is no other director and no other storekeeper.
      const id = await requestOne('storekeeper');
      const candidates = async (step: string) => (await (await product.as('auditor')).get(`/tasks/${await openTask(product, id, step)}`)).body.candidates;
      expect(await candidates(LEADER)).to.eql(['leader:dept-service-centre']);
      await decide(product, id, LEADER, 'director', 'approved');
      expect(await candidates(DIRECTOR)).to.eql(['leader:dept-branch']);
      const refused = await decideTask(await product.as('director'), await openTask(product, id, DIRECTOR));
      expect([refused.status, refused.body.code]).to.eql([403, 'separation-of-duties']);
      await decide(product, id, DIRECTOR, manager.username, 'approved');
      expect(await candidates('hand-over')).to.eql(['role:process-administrator']);
      const own = await (await product.as('storekeeper')).post(`/tasks/${await openTask(product, id, 'hand-over')}/decision`, { outcome: 'issued' });
      expect([own.status, own.body.code]).to.eql([403, 'separation-of-duties']);
      await decide(product, id, 'hand-over', 'admin', 'issued');
      expect((await ended(product, id)).outcome).to.equal('issued');
    });

    it('another holder of the role is asked before anybody above', async () => {
      await giveRole(product.db, DIRECTOR, [DEPUTY]);
      try {
        const id = await requestOne('storekeeper');
        await decide(product, id, LEADER, 'director', 'approved');
        const task = await openTask(product, id, DIRECTOR);
        expect((await deputy.get(`/tasks/${task}`)).body).to.deep.include({ candidates: [`role:${DIRECTOR}`], mayDecide: true });
        expect(await hasInInbox(await product.as('director'), task)).to.equal(false);
        expect((await decideTask(deputy, task)).status).to.equal(200);
      } finally {
        await takeRole(product.db, DIRECTOR, [DEPUTY]);
      }
    });
  });

  describe('the lists', () => {
    const titles = ['100% 纯棉手套', '100 纯棉手套', 'A_4 纸', 'AB4 纸', 'C:\\备份盘', '王薇的笔', '签字笔 %_'];
    const viewers = ['leader', 'director', 'storekeeper', 'requester', 'auditor'] as const;
    const requesters = ['person-wang-wei', 'person-zhao-lei', 'person-li-na'];
    const ids = {
      leader: 'person-chen-jianhua', director: 'person-zhou-huimin', storekeeper: 'person-yang-guang', requester: 'person-wang-wei',
      auditor: 'person-wei-jing',
    };
    const start = Math.floor(Date.now() / HOUR) * HOUR + 7 * 60_000;
    let rows: any[];
    let copied: any[];

    before(async () => {
      const { db } = product;
      await putItem(db);
      const pick = <T>(from: readonly T[], i: number): T => from[i % from.length]!;
      const candidates = [
        ['role:service-centre-director'], ['leader:dept-service-centre', 'role:service-centre-director', 'person:person-zhou-huimin'],
        ['leader:dept-marketing'], ['role:storekeeper', 'leader:dept-marketing'], ['person:person-wang-wei'], ['role:auditor', 'role:storekeeper'],
      ];
      for (let i = 0; i < 120; i += 1) {
        const process = await putProcess(db, pick(requesters, i), pick(titles, i * 5));
        const step = pick([LEADER, DIRECTOR, 'hand-over'], i >> 1);
        const task = await putTask(db, process, step);
        // Few distinct instants, so that the id decides between many rows at a page's end; every tenth is never due.
        const due = i % 10 === 0 ? null : new Date(start + ((i * 7) % 60 - 30) * HOUR);
        await db('task').where({ id: task }).update({
          candidates: pick(candidates, i * 7), opened_at: new Date(start - (i % 9) * HOUR), due_at: due,
          excluded: i % 8 === 0 ? ['person-zhou-huimin'] : [],
          assignee_id: i % 6 === 0 ? pick(Object.values(ids), i / 6) : null,
        });
        if (i % 5 === 3) {
          await putDecision(db, task, pick(Object.values(ids), (i - 3) / 5), 'approved', new Date(start - (i % 7) * HOUR));
        }
        if (i % 3 === 0) {
          await db('copy').insert({ process_id: process, person_id: pick(Object.values(ids), i / 3), copied_by: MANAGER, at: new Date(start - (i % 4) * HOUR) });
        }
      }
      const columns = ['process.title', 'process.number', 'process.type', 'process.requester_id', 'person.name as requester_name'];
      rows = await db('task').join('process', 'process.id', 'task.process_id').join('person', 'person.id', 'process.requester_id')
        .select('task.*', ...columns);
      copied = await db('copy').join('process', 'process.id', 'copy.process_id').join('person', 'person.id', 'process.requester_id')
        .select('copy.*', ...columns);
    });

    /** What a list should hold, said once more without any SQL. */
    function wanted(viewer: (typeof viewers)[number], principals: string[], { view, step, requester, q, due, sort }: Filter): string[] {
      const me = ids[viewer];
      const now = Date.now();
      const endOfDay = Math.floor((now + 8 * HOUR) / (24 * HOUR) + 1) * 24 * HOUR - 8 * HOUR;
      const has = (row: any) => !q || [row.title, row.number, row.requester_name].some((text: string) => text.toLowerCase().includes(q.toLowerCase()));
      const atTask = (row: any): boolean => (!step || row.step === step)
        && (due !== 'overdue' || (row.due_at && row.due_at.getTime() < now)) && (due !== 'today' || (row.due_at && row.due_at.getTime() < endOfDay));
      if (view === 'copied') {
        const narrowed = (row: any): boolean => (!step && !due)
          || rows.some((task) => task.process_id === row.process_id && task.state === 'open' && atTask(task));
        return copied.filter((row) => row.person_id === me && has(row) && (!requester || row.requester_id === requester) && narrowed(row))
          .sort((a, b) => b.at - a.at || (a.process_id < b.process_id ? 1 : -1)).map((row) => row.process_id);
      }
      const mine = (row: any) => view === 'done' ? row.state === 'decided' && row.decided_by === me
        : row.state === 'open' && (row.assignee_id ? row.assignee_id === me
          : row.candidates.some((each: string) => principals.includes(each))) && !row.excluded.includes(me);
      const found = rows.filter((row) => mine(row) && has(row) && atTask(row) && (!requester || row.requester_id === requester));
      const at = (row: any): number => view === 'done' ? -row.decided_at : sort === 'created' ? +row.opened_at : row.due_at ? +row.due_at : Infinity;
      const later = view === 'done' ? -1 : 1;
      return found.sort((a, b) => (at(a) === at(b) ? (a.id < b.id ? -later : later) : at(a) - at(b))).map(({ id }) => id);
    }

    it('have, for every filter, exactly the rows and the total that the tables say, in order, none twice, page by page', async () => {
      const principals = new Map<string, string[]>();
      for (const viewer of viewers) {
        const id = ids[viewer];
        const roles = await product.db('person_role').where({ person_id: id }).pluck('role_id');
        const leads = await product.db('department').where({ leader_id: id }).pluck('id');
        principals.set(viewer, [`person:${id}`, ...roles.map((role) => `role:${role}`), ...leads.map((each) => `leader:${each}`)]);
      }
      let most = 0;
      await fc.assert(fc.asyncProperty(
        fc.constantFrom(...viewers),
        fc.record({
          view: fc.constantFrom('open', 'open', 'open', 'done', 'copied'),
          type: fc.constantFrom('supply-requisition', undefined),
          step: fc.constantFrom(undefined, undefined, LEADER, DIRECTOR),
          requester: fc.constantFrom(undefined, undefined, ...requesters),
          q: fc.constantFrom(undefined, undefined, undefined, '%', '_', '100%', 'a_4', '\\', '王薇', 'LY', '没有'),
          due: fc.constantFrom(undefined, undefined, 'overdue', 'today'),
          sort: fc.constantFrom('due', 'created'),
        }) as fc.Arbitrary<Filter>,
        fc.integer({ min: 3, max: 30 }),
        async (viewer, filter, limit) => {
          const given = Object.entries(filter).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
          const query = new URLSearchParams([...given, ['limit', String(limit)]] as [string, string][]);
          const person = await product.as(viewer);
          const { rows: found, totals } = await walk(person, `/tasks?${query}`);
          const expected = wanted(viewer, principals.get(viewer)!, filter);
          expect(found.map(({ id, processId }) => (filter.view === 'copied' ? processId : id))).to.eql(expected);
          expect(new Set(totals)).to.eql(new Set([expected.length]));
          most = Math.max(most, expected.length);
        },
      ), { numRuns: 150 });
      expect(most, 'the filters find something').to.be.above(20);
    });

    it('count up to 10,000 and say that there are more', async () => {
      const task = await putTask(product.db, await putProcess(product.db, ids.requester!), LEADER);
      const fill = (from: number, to: number) => product.db.raw(`
        INSERT INTO task SELECT (jsonb_populate_record(task, jsonb_build_object('id', task.id || '.' || i, 'n', i, 'candidates', :candidates::jsonb))).*
        FROM task, generate_series(:from::int, :to::int) AS i WHERE task.id = :task`,
      { task, from, to, candidates: JSON.stringify([`person:${COLLEAGUE}`]) });
      await fill(2, 10_001);
      const full = (await colleague.get('/tasks?limit=1')).body;
      expect([full.total, full.more, full.items.length]).to.eql([10_000, false, 1]);
      await fill(10_002, 10_002);
      const over = (await colleague.get('/tasks?limit=1')).body;
      expect([over.total, over.more, typeof over.nextCursor]).to.eql([10_000, true, 'string']);
      await product.db('task').where('id', 'like', `${task}.%`).delete();
      const rest = (await colleague.get('/tasks?limit=1')).body;
      expect([rest.total, rest.more]).to.eql([0, false]);
    });

    it('take % and _ in a search for what they are', async () => {
      const director = await product.as('auditor');
      const found = async (q: string) => (await walk(director, `/tasks?${new URLSearchParams({ q, view: 'copied' })}`)).rows.map(({ title }) => title);
      const [percent, underline] = [await found('100%'), await found('A_4')];
      expect([...new Set(percent)]).to.eql(['100% 纯棉手套']);
      expect([...new Set(underline)]).to.eql(['A_4 纸']);
      expect([...new Set(await found('\\'))]).to.eql(['C:\\备份盘']);
    });

    it('refuse a cursor that is none of theirs, and filters that they do not know', async () => {
      const leader = await product.as('leader');
      for (const [query, path] of [
        ['cursor=abc', 'cursor'], ['cursor=WyJub3cgKCkiLCIxIl0', 'cursor'], ['limit=0', 'limit'], ['limit=101', 'limit'], ['limit=1e1x', 'limit'],
        ['due=never', 'due'], ['sort=title', 'sort'], ['view=all', 'view'], ['order=desc', 'order'],
      ] as const) {
        const { status, body } = await leader.get(`/tasks?${query}`);
        expect([status, body.errors?.[0].path], query).to.eql([400, path]);
      }
      // PostgreSQL knows none of these days, hours and offsets.
      const { nextCursor } = (await leader.get('/tasks?limit=1')).body;
      const [, ...keys] = JSON.parse(Buffer.from(nextCursor, 'base64url').toString());
      const found = async (at: string) => leader.get(`/tasks?cursor=${Buffer.from(JSON.stringify([at, ...keys])).toString('base64url')}`);
      expect((await found('2026-02-28 09:12:13.1+05:30')).status).to.equal(200);
      for (const at of ['2024-02-30 00:00:00+00', '0000-01-01 00:00:00+00', '2024-01-01 25:00:00+00', '2024-01-01 00:00:00+99']) {
        expect((await found(at)).status, at).to.equal(400);
      }
    });

    it('show what one has decided, the latest first, after the task is gone from the inbox', async () => {
      const leader = await product.as('leader');
      const first = await openTask(product, await requestOne(), LEADER);
      const second = await openTask(product, await requestOne(), LEADER);
      for (const task of [first, second]) await decideTask(leader, task, 'rejected');
      // Among them are decisions with instants of the property test's own choosing, later ones too.
      const mine = (await walk(leader, '/tasks?view=done')).rows.filter(({ id }: any) => id === first || id === second);
      expect(mine.map(({ id }: any) => id)).to.eql([second, first]);
      expect(mine[0]).to.include({ state: 'decided', outcome: 'rejected', overdue: false });
      expect(await hasInInbox(leader, first)).to.equal(false);
    });
  });
});

interface Filter {
  view: 'open' | 'done' | 'copied';
  type?: string;
  step?: string;
  requester?: string;
  q?: string;
  due?: 'overdue' | 'today';
  sort: 'due' | 'created';
}
