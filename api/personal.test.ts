import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { expect } from 'chai';
import { eventually, type Person } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, ended, openTask } from '../test/requisition.ts';
import { ensureSchedule, RETENTION_SCHEDULE } from '../worker/schedules.ts';

const planted = { name: '慕容紫薇', phone: '15400003141', plate: '京K27Q18', idNumber: '11010519491231002X' };
const day = (offset: number): string => new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10);

describe('personal data in a form', function () {
  this.timeout(60_000);
  let product: Product;
  let requester: Person;

  before(async () => {
    product = await startProduct();
    requester = await product.as('requester');
  });
  after(() => product?.stop());

  async function register(visitor: object = planted): Promise<string> {
    const { status, body } = await requester.post('/processes', {
      type: 'visitor-registration',
      form: {
        visitors: [{ ...visitor, ...('idNumber' in visitor && { idConsent: true }) }], days: { from: day(1), until: day(1) }, hours: { from: '08:30', until: '17:30' },
        purpose: 'work', reason: '检修', place: '机房',
      },
    });
    expect(status, JSON.stringify(body)).to.equal(201);
    await openTask(product, body.id, 'department-leader');
    return body.id;
  }

  /** Ends a case as rejected, so many days ago by the database's clock. */
  async function endedDaysAgo(id: string, days: number): Promise<void> {
    await (await product.as('leader')).post(`/tasks/${id}.department-leader.1/decision`, { outcome: 'rejected', comment: '不必' });
    await ended(product, id);
    await product.db.raw("UPDATE process SET ended_at = now() - make_interval(days => ?) WHERE id = ?", [days, id]);
  }

  const kinds = (id: string): Promise<string[]> => product.db('personal_value').where({ process_id: id }).orderBy('kind').pluck('kind');

  it('is masked in every answer, for everybody (S24)', async () => {
    const id = await register();
    const paths = [`/processes/${id}`, `/tasks/${id}.department-leader.1`, '/processes?view=all', '/processes', '/tasks', `/processes/${id}/paper`, '/search?q=慕容', '/notices', `/audit/processes/${id}/events`, '/audit/events', '/audit/processes.csv'];
    let answered = 0;
    for (const name of ['requester', 'leader', 'frontdesk', 'security', 'admin', 'auditor', 'director', 'requester2'] as const) {
      const person = await product.as(name);
      for (const path of paths) {
        const { status, body } = await person.get(path);
        if (status === 200) answered += 1;
        for (const value of Object.values(planted)) expect(JSON.stringify(body), `${name} ${path}`).to.not.include(value);
      }
    }
    expect(answered).to.be.above(40);
    const { body } = await requester.get(`/processes/${id}`);
    expect(body.form.visitors[0]).to.include({ name: '慕*', phone: '154****3141', plate: '京K***18', idNumber: '110**************X' });
    expect(body.title).to.include('慕*');
  });

  it('stands nowhere in the database in clear (S23)', async () => {
    await register();
    const { rows: tables } = await product.db.raw<{ rows: { name: string }[] }>("SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'");
    const found = async (text: string): Promise<string[]> => {
      const forms = [text, Buffer.from(text).toString('hex'), Buffer.from(text).toString('base64').replace(/=+$/, '')];
      const where: string[] = [];
      for (const { name } of tables) {
        const { rows } = await product.db.raw<{ rows: { row: string }[] }>('SELECT row_to_json(t)::text AS row FROM ?? t', [name]);
        if (rows.some(({ row }) => forms.some((each) => row.includes(each)))) where.push(name);
      }
      return where;
    };
    for (const value of Object.values(planted)) expect(await found(value), value).to.eql([]);
    await product.db('setting').insert({ name: 'planted', value: JSON.stringify(Buffer.from(planted.name).toString('hex')) });
    expect(await found(planted.name), 'a planted one').to.eql(['setting']);
    await product.db('setting').where({ name: 'planted' }).delete();
  });

  it('is shown in clear for a reason, to whoever works on the case, and recorded', async () => {
    const id = await register();
    const { status, body } = await requester.post(`/processes/${id}/reveal`, { path: 'visitors.0', reason: '核对车牌' });
    expect(status).to.equal(200);
    expect(Object.fromEntries(body.values.map(({ path, value }: any) => [path.replace('visitors.0.', ''), value]))).to.eql(planted);
    expect((await requester.post(`/processes/${id}/reveal`, { path: 'visitors.0.phone', reason: '回电' })).body.values).to.eql([{ path: 'visitors.0.phone', kind: 'phone', value: planted.phone }]);
    for (const [name, wanted] of [['leader', 200], ['frontdesk', 200], ['admin', 200], ['auditor', 403], ['requester2', 404]] as const) {
      expect((await (await product.as(name)).post(`/processes/${id}/reveal`, { reason: '核对' })).status, name).to.equal(wanted);
    }
    for (const reason of [undefined, '', '  ']) {
      const refused = await requester.post(`/processes/${id}/reveal`, { reason });
      expect([refused.status, refused.body.errors[0].path]).to.eql([400, 'reason']);
    }
    const events = await product.db('audit_event').where({ process_id: id, action: 'personal-data-revealed', refused: false }).orderBy('seq');
    expect(events).to.have.length(5);
    expect(events[0].detail.paths).to.have.members(Object.keys(planted).map((each) => `visitors.0.${each}`));
    expect(JSON.stringify(events)).to.not.include(planted.phone);
    const { timeline } = (await requester.get(`/processes/${id}`)).body;
    expect(timeline.find(({ action }: any) => action === 'personal-data-revealed')).to.include({ text: '核对车牌', actorKind: 'person' });
  });

  it('is shown at most 20 times a day to one person', async () => {
    const id = await register();
    const leader = await product.as('leader');
    await product.db('audit_event').insert(Array.from({ length: 18 }, () => ({ actor_kind: 'person', actor_id: 'person-chen-jianhua', action: 'personal-data-revealed', process_id: id })));
    // An evacuation list is none of them, and one was shown to the leader above.
    await product.db('audit_event').insert(Array.from({ length: 30 }, () => ({
      actor_kind: 'person', actor_id: 'person-chen-jianhua', action: 'personal-data-revealed', process_id: id, detail: { evacuation: true },
    })));
    const answers = await Promise.all(Array.from({ length: 3 }, () => leader.post(`/processes/${id}/reveal`, { reason: '核对' })));
    expect(answers.map(({ status }) => status).sort()).to.eql([200, 429, 429]);
  });

  it('is deleted when its time is over, by the database’s clock, and with an event for each case (S25)', async () => {
    const [fresh, month, quarter] = [await register(), await register(), await register()];
    await endedDaysAgo(fresh, 29);
    await endedDaysAgo(month, 31);
    await endedDaysAgo(quarter, 91);
    const id = `retention-test-${product.taskQueue}`;
    const connection = await NativeConnection.connect({ address: process.env.HOUQIN_TEST_TEMPORAL_ADDRESS! });
    const namespace = process.env.HOUQIN_TEST_TEMPORAL_NAMESPACE!;
    const schedule = new Client({ connection, namespace }).schedule.getHandle(id);
    try {
      await ensureSchedule({ connection, namespace, name: RETENTION_SCHEDULE, taskQueue: product.taskQueue, id });
      // A second worker finds it there.
      await ensureSchedule({ connection, namespace, name: RETENTION_SCHEDULE, taskQueue: product.taskQueue, id });
      const { spec } = await schedule.describe();
      expect([spec.timezone, spec.calendars?.[0]?.hour]).to.eql(['Asia/Shanghai', [{ start: 3, end: 3, step: 1 }]]);
      await schedule.trigger();
      const admin = await product.as('admin');
      await eventually('a run', async () => (await admin.get('/admin/retention')).body.lastRun);
      await eventually('the end of the quarter', async () => (await kinds(quarter)).length === 0);
      expect(await kinds(fresh)).to.eql(['id-number', 'name', 'phone', 'plate']);
      expect(await kinds(month)).to.eql(['name', 'phone', 'plate']);
      const events = await product.db('audit_event').where({ action: 'personal-data-deleted' }).orderBy('process_id');
      expect(events.map(({ process_id: of, actor_kind: kind, detail }) => [of, kind, detail.count])).to.have.deep.members([[month, 'clock', 1], [quarter, 'clock', 4]]);
      const gone = await requester.post(`/processes/${quarter}/reveal`, { reason: '核对' });
      expect([gone.status, gone.body.code]).to.eql([409, 'personal-deleted']);

      expect((await admin.put('/admin/retention', { idNumberDays: 0, otherDays: 90 })).status).to.equal(400);
      expect((await admin.put('/admin/retention', { idNumberDays: 7, otherDays: 400 })).status).to.equal(400);
      expect((await admin.put('/admin/retention', { idNumberDays: 7, otherDays: 28 })).status).to.equal(200);
      await schedule.trigger();
      await eventually('the shorter time', async () => (await kinds(fresh)).length === 0);
    } finally {
      await schedule.delete().catch(() => undefined);
      await connection.close();
    }
  });

  it('asks again where one of two rows that look the same is gone, and keeps both while both stay', async () => {
    const twins = [{ name: '司马迁', phone: '15400005151', company: '甲' }, { name: '司马光', phone: '15410005151', company: '乙' }];
    const { status, body: { id } } = await requester.post('/processes', {
      type: 'visitor-registration', form: { visitors: twins, days: { from: day(1), until: day(1) }, hours: { from: '08:30', until: '17:30' }, purpose: 'work', reason: '检修', place: '机房' },
    });
    expect(status).to.equal(201);
    await decide(product, id, 'department-leader', 'leader', 'returned', { comment: '请核对人数' });
    const taskId = await openTask(product, id, 'revise');
    const { form } = (await requester.get(`/processes/${id}`)).body;
    expect(form.visitors.map(({ name, phone }: any) => [name, phone])).to.eql([['司*', '154****5151'], ['司*', '154****5151']]);
    const resubmit = (visitors: unknown[]) => requester.post(`/tasks/${taskId}/decision`, { outcome: 'resubmitted', data: { form: { ...form, visitors } } });
    const refused = await resubmit([form.visitors[1]]);
    expect([refused.status, refused.body.errors[0].path]).to.eql([400, 'data.form.visitors.0.name']);
    expect(refused.body.errors[0].message).to.include('请重新填写');
    expect((await resubmit([...form.visitors, { name: '班固', phone: '15400005252' }])).status).to.equal(200);
    await openTask(product, id, 'department-leader');
    const { values } = (await requester.post(`/processes/${id}/reveal`, { reason: '核对' })).body;
    expect(values.filter(({ kind }: any) => kind === 'phone').map(({ value }: any) => value)).to.eql(['15400005151', '15410005151', '15400005252']);
  });

  it('keeps numbers as they were typed, and finds them however they are typed again', async () => {
    const id = await register({ name: '欧阳', phone: '+86 15400002718', plate: '京k·27q18' });
    const { body } = await requester.get(`/processes/${id}`);
    expect(body.form.visitors[0].name).to.equal('欧*');
    const rows = await product.db('personal_value').where({ process_id: id, kind: 'plate' });
    expect(product.sms.seal.open(rows[0].sealed, 'personal.plate')).to.equal('京K·27Q18');
    expect(await product.db('personal_value').where({ index: rows[0].index }).count('* as n').first()).to.not.eql({ n: 1 });
  });
});
