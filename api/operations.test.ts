import { expect } from 'chai';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { forgetStaleRetries, noteRetry } from '../db/queries/activity-retries.ts';
import { enqueueSms } from '../db/queries/sms.ts';
import { createSeal } from '../db/sealed.ts';
import { startApi, type TestApi } from '../test/api.ts';
import { giveRole, openAccounts } from '../test/accounts.ts';
import { login, type Person } from '../test/person.ts';
import { putDecision, putItem, putProcess, putTask } from '../test/prepared.ts';
import { createEngineView } from './operations/engine.ts';
import type { PendingWork } from './temporal.ts';

const LEADER = 'department-leader';

describe('what is stuck', function () {
  this.timeout(30_000);
  let api: TestApi;
  let admin: Person;
  let requester: string;
  before(async () => {
    api = await startApi();
    await seedDemoCompany(api.database.url);
    await putItem(api.database.db);
    requester = (await api.database.db('person').where({ username: 'requester' }).first()).id;
    await openAccounts(api.database.db, ['person-deng-zihan']);
    admin = await login(api.url, 'admin');
  });
  after(() => api?.stop());

  const look = async () => {
    const { status, body } = await admin.get('/admin/operations');
    expect(status).to.equal(200);
    return body;
  };
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1_000);
  const start = async (at: Date) => {
    const id = await putProcess(api.database.db, requester);
    await api.database.db('process').where({ id }).update({ started_at: at });
    return id;
  };
  const arranging = async (id: string) => (await look()).arranging.items.find(({ process }: any) => process.id === id);
  const message = (process_id: string, more: object) => api.database.db('outbox')
    .insert({ process_id, kind: 'signal', name: 'decide', payload: '{}', created_at: ago(60), ...more });

  it('is nothing where there is nothing, and says so while Temporal is away', async () => {
    const body = await look();
    expect(body.engine).to.deep.equal({ state: 'away', backlog: null });
    expect(body.counts).to.deep.equal({ running: 0, openTasks: 0 });
    expect(body.outbox).to.deep.include({ pending: 0, oldestSeconds: 0, parked: { items: [], total: 0 } });
    for (const list of [body.retries, body.arranging, body.unattended]) expect(list).to.deep.equal({ items: [], total: 0 });
    expect(body.overdue).to.deep.equal([]);
  });

  it('names a parked message with its process, and what waits behind it; an administrator has it tried again', async () => {
    const id = await start(ago(90));
    await message(id, { kind: 'start', name: 'supplyRequisition', attempts: 3, parked_at: ago(50), last_error: 'INVALID_ARGUMENT' });
    await message(id, {});
    const { parked, pending } = (await look()).outbox;
    expect(parked.total).to.equal(1);
    expect(parked.items[0]).to.deep.include({ kind: 'start', name: 'supplyRequisition', code: 'INVALID_ARGUMENT', attempts: 3, behind: 1 });
    expect(parked.items[0].process.number).to.match(/^LY/);
    expect(pending).to.equal(1);
    expect((await arranging(id)).cause).to.equal('parked');

    const answers = [await admin.post(`/admin/operations/processes/${id}/redeliver`), await admin.post(`/admin/operations/processes/${id}/redeliver`)];
    expect(answers.map(({ body }) => body)).to.deep.equal([{ redelivered: 1 }, { redelivered: 0 }]);
    expect((await look()).outbox).to.deep.include({ pending: 2, parked: { items: [], total: 0 } });
    const events = await api.database.db('audit_event').where({ process_id: id, action: 'messages-redelivered' });
    expect(events).to.have.length(1);
    expect(events[0]).to.include({ actor_kind: 'administrator', actor_id: 'person-deng-zihan' });
    await api.database.db('outbox').delete();
  });

  it('names a parked message of an SMS, too, which belongs to no case', async () => {
    const seal = createSeal('a secret of the tests with more than 32 letters');
    const { db } = api.database;
    await db.transaction((trx) => enqueueSms(trx, seal, {
      key: 'parked', phone: '+8615400000036', template: 'tasks-late', locale: 'zh-CN', params: {}, notBefore: new Date(), expiresAt: new Date(Date.now() + 3_600_000),
    }));
    const { id } = await db('sms').where({ key: 'parked' }).first('id');
    await db('outbox').where({ process_id: id }).update({ parked_at: ago(50), last_error: 'INVALID_ARGUMENT' });
    const { parked } = (await look()).outbox;
    expect(parked.total).to.equal(1);
    expect(parked.items[0]).to.include({ id, process: null, name: 'smsDelivery', code: 'INVALID_ARGUMENT' });
    expect((await admin.post(`/admin/operations/processes/${id}/redeliver`)).body).to.deep.equal({ redelivered: 1 });
    expect((await look()).outbox.parked.total).to.equal(0);
    expect((await db('audit_event').where({ action: 'messages-redelivered' }).orderBy('seq', 'desc').first()).detail).to.deep.equal({ count: 1, sms: id });
    await db('outbox').delete();
    await db('sms').delete();
  });

  it('is a process that has had no open task for half a minute; not one that waits for people, nor one that has just moved', async () => {
    const [late, fresh, waiting, unsent] = [await start(ago(31)), await start(ago(5)), await start(ago(900)), await start(ago(40))];
    await putTask(api.database.db, waiting, LEADER);
    await message(unsent, { kind: 'start', name: 'supplyRequisition' });
    expect(await arranging(late)).to.deep.include({ cause: 'engine-away', workflowTask: null });
    expect(await arranging(fresh)).to.equal(undefined);
    expect(await arranging(waiting)).to.equal(undefined);
    expect(await arranging(unsent)).to.not.equal(undefined);
    // Since the last decision, not since the start.
    await putDecision(api.database.db, `${waiting}.${LEADER}.1`, 'person-chen-jianhua', 'approved');
    expect(await arranging(waiting)).to.equal(undefined);
  });

  it('is an activity that keeps failing; one that nobody has tried for minutes is called so, one of an ended process is left out', async () => {
    const [failing, mended, ended] = [await start(ago(50)), await start(ago(500)), await start(ago(500))];
    for (const processId of [failing, mended, ended]) {
      await noteRetry(api.database.db, { processId, activity: 'openTask', attempts: 7, code: '57P01' });
    }
    await api.database.db('activity_retry').whereNot({ process_id: failing }).update({ last_at: ago(300), since: ago(400) });
    await api.database.db('process').where({ id: ended }).update({ status: 'ended', outcome: 'withdrawn', ended_at: ago(200) });
    const { items, total } = (await look()).retries;
    expect(total).to.equal(2);
    expect(items.map(({ process, stale }: any) => [process.id, stale])).to.deep.equal([[failing, false], [mended, true]]);
    expect(items[0]).to.include({ activity: 'openTask', attempts: 7, code: '57P01' });
    // What every worker does once a minute.
    await forgetStaleRetries(api.database.db, 120);
    expect((await look()).retries.items.map(({ process }: any) => process.id)).to.deep.equal([failing]);
  });

  it('is a task with somebody who has left, with a department without a leader or a role without people, until an administrator reassigns it', async () => {
    const { db } = api.database;
    const id = await start(ago(60));
    const task = await putTask(db, id, LEADER);
    const mine = async () => (await look()).unattended.items.filter(({ taskId }: any) => taskId === task);
    expect(await mine()).to.deep.equal([]);

    const { candidates: [leader] } = await db('task').where({ id: task }).first();
    const department = leader.replace('leader:', '');
    const { leader_id: was } = await db('department').where({ id: department }).first();
    await db('department').where({ id: department }).update({ leader_id: null });
    expect((await mine())[0]).to.deep.include({ reason: 'no-leader', transferable: true, step: LEADER });
    // Somebody else who may take it is enough.
    await db('task').where({ id: task }).update({ candidates: [leader, 'role:process-administrator'] });
    expect(await mine()).to.deep.equal([]);
    await db('department').where({ id: department }).update({ leader_id: was });

    await db('task').where({ id: task }).update({ candidates: [leader], assignee_id: 'person-li-na' });
    await db('person').where({ id: 'person-li-na' }).update({ active: false });
    const { name } = await db('person').where({ id: 'person-li-na' }).first();
    expect((await mine())[0]).to.deep.include({ reason: 'person-inactive', who: { zh: name, en: name } });

    const { status } = await admin.post(`/tasks/${task}/transfer`, { to: 'person-zheng-guodong', comment: '原办理人已离职' });
    expect(status).to.equal(200);
    expect(await mine()).to.deep.equal([]);
    await db('person').where({ id: 'person-li-na' }).update({ active: true });

    await db('role').insert({ id: 'nobody', name: '无人岗位', name_en: 'Nobody' });
    await db('task').where({ id: task }).update({ candidates: ['role:nobody'], assignee_id: null });
    expect((await mine())[0]).to.deep.include({ reason: 'nobody-in-role', who: { zh: '无人岗位', en: 'Nobody' } });
  });

  it('counts what is overdue, by step', async () => {
    const id = await start(ago(60));
    const task = await putTask(api.database.db, id, 'service-centre-director');
    await api.database.db('task').where({ id: task }).update({ due_at: ago(7_200) });
    const found = (await look()).overdue.find(({ step }: { step: string }) => step === 'service-centre-director');
    expect(found).to.include({ type: 'supply-requisition', tasks: 1 });
    expect(Date.parse(found.oldestDueAt)).to.be.closeTo(Date.now() - 7_200_000, 5_000);
  });

  it('is told to administrators only', async () => {
    await openAccounts(api.database.db, ['person-wang-wei']);
    await giveRole(api.database.db, 'storekeeper', ['person-wang-wei']);
    const other = await login(api.url, 'requester');
    expect((await other.get('/admin/operations')).status).to.equal(403);
    expect((await other.post('/admin/operations/processes/x/redeliver')).status).to.equal(403);
  });

  describe('in Temporal', () => {
    const running: PendingWork = { state: 'running', workflowTask: { attempt: 4, scheduledAt: ago(60), startedAt: null } };

    it('is asked once for all administrators, of twenty processes at most', async () => {
      const asked: string[] = [];
      let backlogs = 0;
      const look = createEngineView({
        health: async () => 'ok',
        backlog: async () => ({ tasks: ++backlogs, ageSeconds: 9 }),
        pendingWork: async (id) => { asked.push(id); return running; },
      }, 60_000);
      const ids = Array.from({ length: 30 }, (_, n) => `p${n}`);
      const views = await Promise.all(Array.from({ length: 10 }, () => look(ids)));
      expect(asked).to.deep.equal(ids.slice(0, 20));
      expect(backlogs).to.equal(1);
      expect(views[9]!.backlog).to.deep.equal({ tasks: 1, ageSeconds: 9 });
      expect(views[9]!.work.get('p3')).to.equal(running);
    });

    it('is waited for two seconds at most, and one that fails takes nothing from the others', async () => {
      const look = createEngineView({
        health: async () => 'ok',
        backlog: () => new Promise(() => undefined),
        pendingWork: async (id) => { if (id === 'bad') throw new Error('no'); return running; },
      });
      const from = Date.now();
      const view = await look(['bad', 'good']);
      expect(Date.now() - from).to.be.within(1_900, 4_000);
      expect(view.backlog).to.equal(null);
      expect([...view.work.keys()]).to.deep.equal(['good']);
    });
  });
});
