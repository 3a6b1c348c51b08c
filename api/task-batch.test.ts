import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import { login, type Person } from '../test/person.ts';
import { putItem, putDecision, putProcess, putTask } from '../test/prepared.ts';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';

const LEADER = 'department-leader';
const DIRECTOR = 'service-centre-director';

describe('deciding many tasks at once', function () {
  this.timeout(60_000);
  let api: TestApi;
  let leader: Person;

  before(async () => {
    api = await startApi();
    await seedDemoCompany(api.database.url);
    await putItem(api.database.db);
    leader = await login(api.url, 'leader');
  });
  after(async () => {
    await api?.stop();
  });

  const waiting = async (requester = 'person-wang-wei') => putTask(api.database.db, await putProcess(api.database.db, requester), LEADER);
  const many = (count: number) => Promise.all(Array.from({ length: count }, () => waiting()));
  const row = (id: string) => api.database.db('task').where({ id }).first();

  it('decides each as one is decided alone: comment, audit event, outbox, the task’s own copy of who and when', async () => {
    const ids = await many(3);
    const { status, body } = await leader.post('/tasks/decisions', { ids, outcome: 'approved', comment: '同意，月底前领取' });
    expect([status, body.decided]).to.eql([200, 3]);
    expect(body.results).to.eql(ids.map((id) => ({ id, ok: true, problem: null })));
    const alone = await waiting();
    await leader.post(`/tasks/${alone}/decision`, { outcome: 'approved', comment: '同意，月底前领取' });
    const { db } = api.database;
    // In working hours each is due at an instant of its own.
    const trace = async (id: string) => {
      const { decided_at: at, ...task } = await row(id);
      const [audit, outbox] = await Promise.all([
        db('audit_event').where({ task_id: id }).select('actor_kind', 'actor_id', 'action', 'refused', 'detail'),
        db('outbox').where({ process_id: id.split('.')[0] }).select('kind', 'name', 'payload'),
      ]);
      expect(at).to.be.instanceOf(Date);
      return JSON.stringify([task.state, task.outcome, task.comment, task.decided_by, task.actor_kind, task.facts, audit, outbox])
        .replaceAll(id, 'TASK').replace(/"(decidedAt|dueAt)":"[^"]+"/g, '');
    };
    for (const id of ids) expect(await trace(id)).to.equal(await trace(alone));
  });

  it('says by row why it did not, lets the others through, and records each refusal', async () => {
    const { db } = api.database;
    const mine = await waiting();
    const decided = await waiting();
    await putDecision(db, decided, 'person-chen-jianhua', 'rejected');
    const hidden = await waiting('person-zhao-lei');
    const own = await waiting('person-chen-jianhua');
    const later = await waiting();
    await putDecision(db, later, 'person-chen-jianhua', 'approved');
    const director = await putTask(db, later.split('.')[0]!, DIRECTOR);
    const ended = await waiting();
    await db('task').where({ id: ended }).update({ state: 'closed', closed_at: db.fn.now() });
    await db('process').where({ id: ended.split('.')[0] }).update({ status: 'ended', outcome: 'withdrawn', ended_at: db.fn.now() });
    const unknown = 'supply-requisition-none.department-leader.1';
    const ids = [hidden, mine, decided, own, director, ended, unknown, mine];
    const { status, body } = await leader.post('/tasks/decisions', { ids, outcome: 'rejected', comment: '预算已用完' });
    expect([status, body.decided]).to.eql([200, 1]);
    expect(Object.fromEntries(body.results.map(({ id, ok, problem }: any) => [id, ok || problem.code]))).to.eql({
      [hidden]: 'not-found', [mine]: true, [decided]: 'task-already-decided', [own]: 'separation-of-duties', [director]: 'separation-of-duties',
      [ended]: 'task-closed', [unknown]: 'not-found',
    });
    expect(body.results).to.have.length(7);
    const refusals = await db('audit_event').whereIn('task_id', ids).where({ refused: true, actor_id: 'person-chen-jianhua' }).orderBy('seq').pluck('task_id');
    expect(refusals).to.have.members([hidden, decided, own, director, ended, unknown]);
    for (const id of [hidden, own, director]) expect((await row(id)).state).to.equal('open');
  });

  it('asks for the reason of a refusal on each row, and decides none without', async () => {
    const ids = await many(2);
    const { body } = await leader.post('/tasks/decisions', { ids, outcome: 'rejected' });
    expect(body.decided).to.equal(0);
    for (const { problem } of body.results) expect([problem.code, problem.errors[0].path]).to.eql(['invalid-input', 'comment']);
    for (const id of ids) expect((await row(id)).state).to.equal('open');
  });

  it('refuses what is no batch: none, more than 200, an outcome that needs data', async () => {
    const ids = await many(1);
    for (const [body, path] of [
      [{ ids: [], outcome: 'approved' }, 'ids'], [{ ids: Array.from({ length: 201 }, (_, i) => `x.${i}`), outcome: 'approved' }, 'ids'],
      [{ ids, outcome: '' }, 'outcome'], [{ ids, outcome: 'approved', data: {} }, 'data'],
    ] as const) {
      const answer = await leader.post('/tasks/decisions', body);
      expect([answer.status, answer.body.errors[0].path]).to.eql([400, path]);
    }
  });

  it('gives the same answers to the same key, refusals included, also when it is sent many times at once', async () => {
    const [mine, other] = [await waiting(), await waiting()];
    await putDecision(api.database.db, other, 'person-zhou-huimin', 'approved');
    const send = (ids: string[]) => leader.post('/tasks/decisions', { ids, outcome: 'approved' }, { 'idempotency-key': 'batch-1' });
    const answers = await Promise.all(Array.from({ length: 6 }, () => send([mine, other])));
    for (const answer of answers) expect([answer.status, answer.body]).to.eql([200, answers[0]!.body]);
    expect(answers[0]!.body.results.map(({ ok }: any) => ok)).to.eql([true, false]);
    expect((await send([mine, other])).headers.get('idempotency-replayed')).to.equal('true');
    expect(await api.database.db('audit_event').where({ task_id: mine, action: 'task-decided' })).to.have.length(1);
    const reused = await send([mine]);
    expect([reused.status, reused.body.code]).to.eql([422, 'idempotency-key-reused']);
  });

  it('goes on where it stopped when the answer was lost half-way: what was decided is said to be, and not decided again', async () => {
    const ids = await many(3);
    const { db } = api.database;
    const send = () => leader.post('/tasks/decisions', { ids, outcome: 'approved' }, { 'idempotency-key': 'batch-2' });
    await send();
    // As a crash leaves it: rows committed, the whole not.
    await db('idempotency').where({ key: 'batch-2', route: 'POST /tasks/decisions' }).delete();
    const { body } = await send();
    expect(body.results).to.eql(ids.map((id) => ({ id, ok: true, problem: null })));
    expect(await db('audit_event').whereIn('task_id', ids).where({ action: 'task-decided' })).to.have.length(3);
  });

  it('lets one of two people who decide the same 40 at once win each row', async () => {
    const ids = await many(40);
    await api.database.db('task').whereIn('id', ids).update({ candidates: ['leader:dept-marketing', 'role:service-centre-director'] });
    const director = await login(api.url, 'director');
    const [one, two] = await Promise.all([leader, director].map((person) => person.post('/tasks/decisions', { ids, outcome: 'approved' })));
    expect(one!.body.decided + two!.body.decided).to.equal(40);
    for (const [i, id] of ids.entries()) expect([one, two].filter((answer) => answer!.body.results[i].ok), id).to.have.length(1);
    expect(await api.database.db('audit_event').whereIn('task_id', ids).where({ action: 'task-decided' })).to.have.length(40);
  });

  it('decides 200 in one answer', async function () {
    const ids = await many(200);
    const begun = performance.now();
    const { body } = await leader.post('/tasks/decisions', { ids, outcome: 'approved' }, { 'idempotency-key': 'batch-200' });
    const ms = Math.round(performance.now() - begun);
    expect(body.decided).to.equal(200);
    expect(ms, 'milliseconds; the target on a quiet machine is 1,000').to.be.below(10_000);
    console.log(`      200 tasks in ${ms} ms`);
  });
});
