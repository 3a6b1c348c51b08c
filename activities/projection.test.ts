import { expect } from 'chai';
import { enqueue, processesToDeliver } from '../db/queries/outbox.ts';
import { seedContracts } from '../db/seeds/contracts.ts';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { createTestDatabase, type TestDatabase } from '../test/database.ts';
import { putItem, putProcess, putTask } from '../test/prepared.ts';
import { processTypes } from '../workflows/contracts.ts';
import { createProjection, type Deadline, type ProjectionActivities } from './projection.ts';

const LEADER = 'department-leader';

// A worker that dies between a local activity and the end of its workflow task runs it again, and history knows nothing of the first time.
describe('the projection, when an activity runs again after it was done', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let projection: ProjectionActivities;
  let requester: string;
  let task: string;
  let processId: string;

  before(async () => {
    database = await createTestDatabase();
    projection = createProjection({ db: database.db });
    await seedContracts(database.db, Object.values(processTypes).map(({ contract }) => contract));
    await seedDemoCompany(database.url);
    await putItem(database.db);
    requester = (await database.db('person').where({ username: 'requester' }).first()).id;
  });
  after(() => database?.drop());
  beforeEach(async () => {
    processId = await putProcess(database.db, requester);
    task = await putTask(database.db, processId, LEADER);
  });

  const at = new Date().toISOString();
  const pass = (deadline: Omit<Deadline, 'at'>) => projection.passDeadline({ taskId: task, deadline: { at, ...deadline } });
  const clockEvents = () => database.db('audit_event').where({ task_id: task, actor_kind: 'clock' }).orderBy('seq').pluck('action');
  const candidates = async () => (await database.db('task').where({ id: task }).first()).candidates;
  const noticed = (kind: string) => database.db('notice').where({ task_id: task, kind }).orderBy('person_id').pluck('person_id');

  it('reminds once, though the task has been claimed meanwhile', async () => {
    await pass({ kind: 'remind', n: 1 });
    const people = await noticed('task-reminder');
    await database.db('task').where({ id: task }).update({ assignee_id: 'person-li-na' });
    await pass({ kind: 'remind', n: 1 });
    expect(await clockEvents()).to.eql(['task-reminded']);
    expect(await noticed('task-reminder')).to.eql(people);
  });

  it('escalates one leader up, not two', async () => {
    await pass({ kind: 'escalate', n: 1 });
    const once = [await candidates(), await noticed('task-escalated')];
    const state = await pass({ kind: 'escalate', n: 1 });
    expect(state.state).to.equal('open');
    expect([await candidates(), await noticed('task-escalated')]).to.eql(once);
    expect(await clockEvents()).to.eql(['task-escalated']);
  });

  it('hands over to the superior, not to the superior’s superior', async () => {
    await pass({ kind: 'expire', n: 1, outcome: 'hand-over' });
    const once = await candidates();
    await pass({ kind: 'expire', n: 1, outcome: 'hand-over' });
    expect(await candidates()).to.eql(once);
    expect(await clockEvents()).to.eql(['task-handed-over']);
  });

  it('decides once at the expiry, and answers that decision', async () => {
    const expire = { kind: 'expire', n: 1, outcome: 'rejected' } as const;
    const first = await pass(expire);
    expect(await pass(expire)).to.eql(first);
    expect(first).to.have.nested.property('decision.actorKind', 'clock');
    expect(await clockEvents()).to.eql(['task-decided']);
  });

  it('opens a task once and ends the process once, with one notice each', async () => {
    await putTask(database.db, processId, LEADER);
    expect(await database.db('audit_event').where({ task_id: task, action: 'task-opened' })).to.have.length(1);
    expect(await projection.endProcess({ processId, outcome: 'rejected' })).to.eql({ outcome: 'rejected' });
    expect(await projection.endProcess({ processId, outcome: 'issued' })).to.eql({ outcome: 'rejected' });
    expect(await database.db('notice').where({ process_id: processId, kind: 'process-ended' })).to.have.length(1);
    expect(await database.db('audit_event').where({ process_id: processId, action: 'process-ended' })).to.have.length(1);
  });

  it('tells the requester something once', async () => {
    const notice = { key: `${processId}.notice-x.1`, processId, kind: 'nothing-in-stock', detail: {} };
    await projection.noticeRequester(notice);
    await projection.noticeRequester(notice);
    expect(await database.db('notice').where({ key: notice.key })).to.have.length(1);
  });
});

describe('numbers of processes', function () {
  this.timeout(60_000);
  let database: TestDatabase;

  before(async () => {
    database = await createTestDatabase();
    await seedContracts(database.db, Object.values(processTypes).map(({ contract }) => contract));
    await seedDemoCompany(database.url);
    await putItem(database.db);
  });
  after(() => database?.drop());

  it('stay different after the ten thousandth', async () => {
    const { id } = await database.db('person').where({ username: 'requester' }).first();
    await database.db.raw("SELECT setval('process_number', 9998)");
    const ids = [];
    for (let i = 0; i < 4; i += 1) ids.push(await putProcess(database.db, id));
    const numbers: string[] = await database.db('process').whereIn('id', ids).orderBy('id').pluck('number');
    expect(numbers.map((number) => number.split('-')[1])).to.eql(['9999', '10000', '10001', '10002']);
  });

  it('and the sweeper finds what is due behind hundreds of parked processes', async () => {
    const { db } = database;
    const { id: requester } = await db('person').where({ username: 'requester' }).first();
    const send = (processId: string, name: string) => db.transaction((trx) => enqueue(trx, { processId, kind: 'signal', name, payload: {} }));
    const [stuck, due] = [await putProcess(db, requester), await putProcess(db, requester)];
    await send(stuck, 'decide');
    await db('outbox').where({ process_id: stuck }).update({ parked_at: db.fn.now() });
    await send(stuck, 'claim');
    await send(due, 'decide');
    expect(await processesToDeliver(db)).to.eql([due]);
  });
});
