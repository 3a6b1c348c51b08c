import { expect } from 'chai';
import { enqueueSms } from '../../db/queries/sms.ts';
import { call, eventually } from '../../test/person.ts';
import { startProduct, type Product } from '../../test/product.ts';
import { decide, ended, openTask, process } from '../../test/requisition.ts';
import { firedTimers, fastForward } from '../../test/virtual-time.ts';
import { enrolKiosk, hours, HOUR, invite, toldCode, until, VISITOR, type TestKiosk } from '../../test/visits.ts';

const MINUTE = 60_000;
const TAIL = VISITOR.phone.slice(-4);

describe('visit', function () {
  this.timeout(60_000);
  let product: Product;
  let kiosk: TestKiosk;

  before(async () => {
    product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' } });
    kiosk = await enrolKiosk(product);
  });
  after(async () => {
    await product?.stop();
  });
  beforeEach(() => product.db('kiosk_failure').delete());

  /** A walk-in at the kiosk; answers its link and its process. */
  async function walkIn(host: object = { name: '王薇', department: '营销部' }): Promise<{ token: string; id: string }> {
    const before = await product.db('visit').pluck('process_id');
    const { status, body } = await kiosk.post('/kiosk/requests', { visitor: { name: '赵小川', phone: '15400007777' }, host, purpose: 'delivery', party: 2, hours: 1 });
    expect(status, JSON.stringify(body)).to.equal(201);
    const id = (await product.db('visit').whereNotIn('process_id', before).first('process_id')).process_id;
    return { token: body.token, id };
  }

  it('that is invited: a code by SMS, in by the kiosk once, out by the pass', async () => {
    const id = await invite(product);
    const { code, token } = await toldCode(product, id);
    await openTask(product, id, 'arrival');
    const link = await call(product.url, 'POST', '/visit/look', { token });
    expect(link.body).to.deep.include({ state: 'approved', visitor: '欧*', host: '王薇', place: '调度楼 3 层' });
    const { status, body: pass } = await kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL });
    expect(status, JSON.stringify(pass)).to.equal(200);
    expect(pass).to.deep.include({ visitor: '欧阳明月', host: '王薇', hostDepartment: '营销部', place: '调度楼 3 层' });
    expect(JSON.stringify(pass)).to.not.include(VISITOR.phone);
    expect((await kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL })).status).to.equal(422);
    await until(product, id, 'inside');
    await openTask(product, id, 'departure');
    const out = await kiosk.post('/kiosk/check-outs', { qr: pass.qr });
    expect([out.status, out.body.visitor]).to.eql([200, '欧*']);
    await openTask(product, id, 'left');
    await fastForward(product, id, 16 * MINUTE);
    expect((await ended(product, id)).outcome).to.equal('visited');
  });

  it('that an outsider asks for: refused by the host, with words to the visitor', async () => {
    const { id, token } = await walkIn();
    await decide(product, id, 'walk-in-review', 'requester', 'rejected', { comment: '今日不便' });
    expect((await ended(product, id)).outcome).to.equal('rejected');
    expect((await kiosk.post('/kiosk/requests/look', { token })).body.state).to.equal('refused');
    expect((await kiosk.post('/kiosk/requests/enter', { token })).status).to.equal(422);
  });

  it('that the host answers by SMS, which says in clear who is there', async () => {
    const { id, token } = await walkIn();
    await openTask(product, id, 'walk-in-review');
    const sms = await eventually('ask', async () => product.db('sms').where({ key: `${id}.walk-in-review.1.ask.person-wang-wei` }).first());
    const { title, digit } = JSON.parse(product.sms.seal.open(sms.params_sealed, 'sms.params'));
    expect(title).to.include('赵小川');
    const { phone } = await product.db('person').where({ id: 'person-wang-wei' }).first('phone');
    await eventually('delivery', async () => product.db('sms_try').where({ sms_id: sms.id, result: 'accepted' }).first());
    const reply = await call(product.url, 'POST', '/demo/phones/replies', { phone, text: `${digit}1 好的` });
    expect(reply.status, JSON.stringify(reply.body)).to.be.below(300);
    await openTask(product, id, 'arrival');
    expect((await kiosk.post('/kiosk/requests/look', { token })).body.state).to.equal('approved');
    const { timeline } = await process(product, id);
    expect(timeline.find(({ action }: any) => action === 'task-decided')).to.deep.include({ actorKind: 'person', actor: { id: 'person-wang-wei', name: '王薇' } });
  });

  it('of a walk-in: agreed by the host, in at the kiosk without a code', async () => {
    const { id, token } = await walkIn();
    expect((await kiosk.post('/kiosk/requests/look', { token })).body).to.include({ state: 'waiting', heldBy: 'host' });
    await decide(product, id, 'walk-in-review', 'requester', 'approved');
    await openTask(product, id, 'arrival');
    const entered = await kiosk.post('/kiosk/requests/enter', { token });
    expect([entered.status, entered.body.visitor, entered.body.party]).to.eql([200, '赵小川', 2]);
    expect((await process(product, id)).requester.name).to.equal('访客');
    const { body } = await (await product.as('requester')).get('/notices');
    expect(body.items.find((notice: any) => notice.kind === 'visitor-arrived')).to.include({ processId: id });
  });

  it('of which the host hears by SMS on arrival, once, however many let in at once and the worker being away', async () => {
    await product.db('person').where({ username: 'leader' }).update({ locale: 'en' });
    for (const [username, said] of [['requester', '您的访客华科电力 欧阳明月已到，地点调度楼 3 层，请接待。'], ['leader', 'Your visitor 华科电力 欧阳明月 has arrived, for 调度楼 3 层. Please meet them.']] as const) {
      const id = await invite(product, { username });
      const { code } = await toldCode(product, id);
      await openTask(product, id, 'arrival');
      await product.stopWorker();
      const desk = await product.as('frontdesk');
      const answers = await Promise.all([
        kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL }), desk.post(`/visits/${id}/check-in`), kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL }),
      ]);
      expect(answers.filter(({ status }) => status === 200)).to.have.length(1);
      await product.startWorker();
      const told = product.db('sms').join('sms_try', 'sms_id', 'sms.id').where({ template: 'visit-arrived', result: 'accepted' }).where('key', 'like', `${id}.%`);
      await eventually('SMS to the host', async () => (await told.clone()).length > 0, 20);
      await until(product, id, 'inside');
      const [sms, ...more] = await told.clone();
      expect(more).to.eql([]);
      expect(product.sms.seal.open(sms.text_sealed, 'sms.text')).to.equal(said);
      const host = await product.db('person').where({ username }).first();
      expect([sms.person_id, product.sms.seal.open(sms.phone_sealed, 'sms.phone').slice(-11)]).to.eql([host.id, host.phone.slice(-11)]);
      expect(await product.db('notice').where({ process_id: id, kind: 'visitor-arrived' }).pluck('person_id')).to.eql([host.id]);
    }
  });

  it('of which the host still hears in the app where limits let no SMS out: of arrivals, of all to a phone, or without a phone', async () => {
    const host = await product.db('person').where({ username: 'storekeeper' }).first();
    const desk = await product.as('frontdesk');
    const arrive = async (): Promise<{ sms: number; notices: number }> => {
      const id = await invite(product, { username: 'storekeeper' });
      await openTask(product, id, 'arrival');
      expect((await desk.post(`/visits/${id}/check-in`)).status).to.equal(200);
      return {
        sms: (await product.db('sms').where({ template: 'visit-arrived' }).where('key', 'like', `${id}.%`)).length,
        notices: (await product.db('notice').where({ process_id: id, kind: 'visitor-arrived', person_id: host.id })).length,
      };
    };
    const use = (count: number, template: string): Promise<void> => product.db.transaction(async (trx) => {
      for (let n = 0; n < count; n += 1) {
        await enqueueSms(trx, product.sms.seal, {
          key: `spent.${template}.${n}`, phone: '+8615400003333', template, locale: 'zh-CN', params: {}, notBefore: new Date(Date.now() + HOUR), expiresAt: new Date(Date.now() + 2 * HOUR),
        });
      }
    });
    await product.db('person').where({ id: host.id }).update({ phone: '15400003333' });
    await use(19, 'visit-arrived');
    expect(await arrive()).to.eql({ sms: 1, notices: 1 });
    expect(await arrive(), 'the twenty-first of a day').to.eql({ sms: 0, notices: 1 });
    await product.db('sms').where('key', 'like', 'spent.visit-arrived.%').update({ template: 'tasks-late' });
    expect(await arrive()).to.eql({ sms: 1, notices: 1 });
    await use(30, 'tasks-late');
    expect(await arrive(), 'the forty-first of all').to.eql({ sms: 0, notices: 1 });
    await product.db('person').where({ id: host.id }).update({ phone: null });
    expect(await arrive(), 'no phone').to.eql({ sms: 0, notices: 1 });
  });

  it('whose host does not answer: reminded, the substitute, then the front desk, whom the kiosk names', async () => {
    const { id, token } = await walkIn();
    await openTask(product, id, 'walk-in-review');
    await fastForward(product, id, 6 * MINUTE);
    await eventually('escalation', async () => (await kiosk.post('/kiosk/requests/look', { token })).body.heldBy === 'substitute');
    await fastForward(product, id, 5 * MINUTE);
    await openTask(product, id, 'front-desk-review');
    expect((await kiosk.post('/kiosk/requests/look', { token })).body).to.include({ state: 'waiting', heldBy: 'front-desk' });
    const fired = (await firedTimers(product, id)).map(({ summary }) => summary);
    expect(fired).to.eql(['walk-in-review: remind 1', 'walk-in-review: escalate 1', 'walk-in-review: expire 1']);
    await decide(product, id, 'front-desk-review', 'frontdesk', 'approved');
    await openTask(product, id, 'arrival');
  });

  it('to nobody whom we know: answered alike, asked about at the front desk, and over when nobody cares', async () => {
    const { id, token } = await walkIn({ name: '不存在的人', department: '营销部' });
    expect((await kiosk.post('/kiosk/requests/look', { token })).body).to.include({ state: 'waiting', heldBy: 'host', host: '不存在的人' });
    await openTask(product, id, 'front-desk-review');
    await fastForward(product, id, HOUR + MINUTE);
    expect((await ended(product, id)).outcome).to.equal('expired');
  });

  it('that nobody comes to', async () => {
    const id = await invite(product);
    await openTask(product, id, 'arrival');
    await fastForward(product, id, 2 * HOUR + MINUTE);
    expect((await ended(product, id)).outcome).to.equal('missed');
    const { code } = await toldCode(product, id);
    expect((await kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL })).status).to.equal(422);
  });

  it('that is moved: the old code is dead at once, the worker being away included', async () => {
    const id = await invite(product);
    const { code } = await toldCode(product, id);
    await openTask(product, id, 'arrival');
    await product.stopWorker();
    const host = await product.as('requester');
    expect((await host.post(`/visits/${id}/move`, hours(0, 4))).status).to.equal(200);
    expect((await kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL })).status).to.equal(422);
    await product.startWorker();
    const { code: fresh } = await toldCode(product, id, code);
    await eventually('second arrival', async () => (await kiosk.post('/kiosk/check-ins', { code: fresh, phoneTail: TAIL })).status === 200);
    expect((await kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL })).status).to.equal(422);
  });

  it('that is cancelled: by the host, after which the code lets nobody in; not once the visitor is inside', async () => {
    const id = await invite(product);
    const { code } = await toldCode(product, id);
    await openTask(product, id, 'arrival');
    const host = await product.as('requester');
    expect((await host.post(`/visits/${id}/cancel`, { reason: '临时出差' })).body.state).to.equal('cancelled');
    expect((await kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL })).status).to.equal(422);
    expect((await ended(product, id)).outcome).to.equal('withdrawn');
    await eventually('cancellation by SMS', async () => product.db('sms').where({ template: 'visit-cancelled' }).where('key', 'like', `${id}.%`).first());

    const inside = await invite(product);
    await openTask(product, inside, 'arrival');
    const desk = await product.as('frontdesk');
    expect((await desk.post(`/visits/${inside}/check-in`)).status).to.equal(200);
    expect((await host.post(`/visits/${inside}/cancel`, { reason: '临时出差' })).status).to.equal(409);
    expect((await host.post(`/processes/${inside}/withdraw`, { reason: '临时出差' })).status).to.equal(409);
  });

  it('whose check-in and check-out are undone', async () => {
    const id = await invite(product);
    const { code } = await toldCode(product, id);
    await openTask(product, id, 'arrival');
    const desk = await product.as('frontdesk');
    await desk.post(`/visits/${id}/check-in`);
    await openTask(product, id, 'departure');
    expect((await desk.post(`/visits/${id}/undo-check-in`)).status).to.equal(200);
    const { code: fresh } = await toldCode(product, id, code);
    await openTask(product, id, 'arrival');
    expect((await kiosk.post('/kiosk/check-ins', { code, phoneTail: TAIL })).status).to.equal(422);
    expect((await kiosk.post('/kiosk/check-ins', { code: fresh, phoneTail: TAIL })).status).to.equal(200);
    await openTask(product, id, 'departure');
    await desk.post(`/visits/${id}/check-out`);
    await openTask(product, id, 'left');
    expect((await desk.post(`/visits/${id}/undo-check-out`)).status).to.equal(200);
    await until(product, id, 'inside');
    await desk.post(`/visits/${id}/check-out`);
    await eventually('the second goodbye', async () => (await process(product, id)).openTasks.some(({ id: task }: any) => task.endsWith('.left.2')));
    await fastForward(product, id, 16 * MINUTE);
    expect((await ended(product, id)).outcome).to.equal('visited');
  });

  it('that lasts too long: an alarm, and at last the clock checks out', async () => {
    const id = await invite(product);
    await openTask(product, id, 'arrival');
    const desk = await product.as('frontdesk');
    await desk.post(`/visits/${id}/check-in`);
    await openTask(product, id, 'departure');
    await fastForward(product, id, 2 * HOUR + 20 * MINUTE);
    await eventually('alarm', async () => {
      const notices = await product.db('notice').where({ process_id: id, kind: 'task-reminder' }).pluck('person_id');
      return ['person-lei-ting', 'person-xia-bing', 'person-wang-wei'].every((person) => notices.includes(person));
    });
    await fastForward(product, id, 4 * HOUR);
    const { outcome, timeline } = await ended(product, id);
    expect(outcome).to.equal('visited');
    const left = timeline.find(({ action, outcome: how }: any) => action === 'task-decided' && how === 'left-unseen');
    expect(left.actorKind).to.equal('clock');
  });

  it('lets nothing personal into Temporal', async () => {
    const id = await invite(product, { visitor: { idNumber: '11010519491231002X', idConsent: true } });
    await openTask(product, id, 'arrival');
    const history = (await product.temporal.history(id))!;
    const texts = JSON.parse(history).events.flatMap((event: object) => JSON.stringify(event).match(/"data":"[^"]+"/g) ?? [])
      .map((each: string) => Buffer.from(each.slice(8, -1), 'base64').toString()).join('\n') + history;
    for (const planted of [VISITOR.name, VISITOR.phone, VISITOR.plate, '11010519491231002X', VISITOR.company, '设备巡检']) expect(texts).to.not.include(planted);
    const { body } = await (await product.as('requester')).get(`/processes/${id}`);
    expect(body.form.visitor).to.deep.include({ name: '欧*', phone: '154****8888' });
  });

  it('stands in no inbox while it waits at the desk', async () => {
    const id = await invite(product);
    await openTask(product, id, 'arrival');
    for (const name of ['frontdesk', 'security', 'requester']) {
      const { body } = await (await product.as(name)).get('/tasks?type=visit&limit=100');
      expect(body.items.filter(({ step }: any) => ['arrival', 'departure', 'left'].includes(step)), name).to.eql([]);
    }
  });
});
