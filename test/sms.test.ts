import { createHmac } from 'node:crypto';
import { expect } from 'chai';
import { enqueueSms, lateTasks } from '../db/queries/sms.ts';
import { ALIYUN_TOKEN, startCarriers, TWILIO_TOKEN, type Carriers } from './carriers.ts';
import { eventually } from './person.ts';
import { startProduct, type Product } from './product.ts';
import { makeItem, openTask, request } from './requisition.ts';
import { fastForward } from './virtual-time.ts';
import { replayHistory } from '../worker/replay.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const PHONE = '+8615400009999';

describe('SMS, by the carriers’ own SDKs (F21)', function () {
  this.timeout(60_000);
  let carriers: Carriers;
  let product: Product;
  let leaderId: string;
  let n = 0;

  before(async () => {
    carriers = await startCarriers();
    product = await startProduct({ sms: carriers.env });
  });
  after(async () => {
    await product?.stop();
    await carriers?.stop();
  });
  beforeEach(() => {
    carriers.reset();
  });

  /** Asks for an SMS to a person who has a late task; answers its id. */
  async function send({ phone = PHONE, key = `test.${n += 1}`, expiresIn = HOUR, locale = 'zh-CN' } = {}): Promise<string> {
    await product.db.transaction((trx) => enqueueSms(trx, product.sms.seal, {
      key, phone, template: 'tasks-late', locale, params: {}, personId: leaderId, notBefore: new Date(), expiresAt: new Date(Date.now() + expiresIn),
    }));
    return (await product.db('sms').where({ key }).first('id'))!.id;
  }

  before(async () => {
    const id = await request(product, [{ itemId: await makeItem(product, 10), quantity: 1 }]);
    const task = await openTask(product, id, 'department-leader');
    leaderId = (await product.db('person').where({ username: 'leader' }).first('id'))!.id;
    // Its reminder has passed, by PostgreSQL's clock.
    await product.db.raw(`UPDATE task SET deadlines = '[{"kind":"remind","n":1,"at":"2026-01-01T00:00:00Z"}]' WHERE id = ?`, [task]);
  });

  const row = (id: string) => product.db('sms').where({ id }).first();
  const becomes = (id: string, state: string): Promise<unknown> => eventually(`${id} is ${state}`, async () => (await row(id)).state === state, 20);
  /** What carriers have taken of one SMS, once it is so many. */
  async function taken(id: string, count = 1): Promise<Carriers['taken']> {
    const mine = (): Carriers['taken'] => carriers.taken.filter(({ ours }) => ours === id);
    await eventually(`${count} of ${id} taken`, async () => mine().length >= count, 20);
    return mine();
  }

  /** A receipt as Aliyun sends them. */
  const aliyunSays = (reports: unknown, token = ALIYUN_TOKEN): Promise<Response> => fetch(`${product.url}/api/sms/aliyun/receipts?token=${token}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(reports),
  });
  const report = ({ carrierId, ours }: Carriers['taken'][number], success: boolean) => ({
    send_time: '2026-11-24 10:00:00', report_time: '2026-11-24 10:00:02', success, err_code: 'DELIVERED', err_msg: '用户接收成功',
    phone_number: PHONE.slice(3), sms_size: '1', biz_id: carrierId, out_id: ours,
  });
  /** A receipt as Twilio sends them, signed by `token`. */
  function twilioSays(sms: string, form: Record<string, string>, token = TWILIO_TOKEN): Promise<Response> {
    const path = `/api/sms/twilio/status?sms=${sms}`;
    const text = Object.keys(form).sort().reduce((sum, name) => sum + name + form[name], `${product.url}${path}`);
    return fetch(`${product.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': createHmac('sha1', token).update(text).digest('base64') },
      body: new URLSearchParams(form),
    });
  }

  it('goes by Aliyun with template and values, counted as it goes, and is delivered when Aliyun says so', async () => {
    const id = await send();
    const [sms] = await taken(id);
    expect(sms).to.include({ carrier: 'aliyun', to: '15400009999', said: 'SMS_100001 {"count":"1"}' });
    expect((await row(id)).state).to.equal('waiting');
    const answered = await aliyunSays([report(sms!, true)]);
    expect([answered.status, ((await answered.json()) as { code: number }).code]).to.eql([200, 0]);
    await becomes(id, 'delivered');
    expect(carriers.unsigned).to.eql([]);
  });

  it('of a case that no carrier takes is shown on the case: why, since when, and when it is tried next', async () => {
    const id = await request(product, [{ itemId: await makeItem(product, 10), quantity: 1 }]);
    for (const carrier of ['aliyun', 'twilio'] as const) carriers.next(carrier, ...Array.from({ length: 5 }, () => ({ does: 'fails' as const, status: 503 })));
    await send({ key: `${id}.told.1` });
    const shown = async () => (await (await product.as('requester')).get(`/processes/${id}`)).body.outside;
    await eventually('the call', async () => (await shown())[0]?.nextAt);
    expect((await shown())[0]).to.include({ what: 'sms', template: 'tasks-late' });
    carriers.reset();
    await eventually('nothing any more', async () => (await shown()).length === 0, 30);
  });

  it('is one for one key, and no phone is told more than 40 times a day', async () => {
    const id = await send({ key: 'the-same' });
    expect(await send({ key: 'the-same' })).to.equal(id);
    await taken(id);
    const other = '+8615400008888';
    const sent = await product.db.transaction(async (trx) => {
      const results: boolean[] = [];
      for (let i = 0; i < 42; i += 1) {
        results.push(await enqueueSms(trx, product.sms.seal, {
          key: `many.${i}`, phone: other, template: 'tasks-late', locale: 'zh-CN', params: {}, personId: 'person-wang-wei',
          notBefore: new Date(Date.now() + HOUR), expiresAt: new Date(Date.now() + 2 * HOUR),
        }));
      }
      return results;
    });
    expect(sent.filter(Boolean)).to.have.length(40);
  });

  it('goes by Twilio when Aliyun’s limit is reached, in the person’s language, and Twilio’s signed receipt counts', async () => {
    carriers.next('aliyun', { does: 'says', code: 'isv.BUSINESS_LIMIT_CONTROL' });
    const id = await send({ locale: 'en' });
    const [sms] = await taken(id);
    expect(sms).to.include({ carrier: 'twilio', to: PHONE });
    expect(sms!.said).to.equal('1 of your tasks are waiting past their reminder. Please open Houqin.');
    const { carrierId } = sms!;
    const forged = await twilioSays(id, { MessageSid: carrierId, MessageStatus: 'delivered' }, 'another token');
    expect(forged.status).to.equal(404);
    expect((await twilioSays(id, { MessageSid: carrierId, MessageStatus: 'sent' })).status).to.equal(204);
    expect((await product.db('sms_try').where({ sms_id: id, carrier: 'twilio' }).first()).receipt).to.equal(null);
    expect((await twilioSays(id, { MessageSid: carrierId, MessageStatus: 'delivered' })).status).to.equal(204);
    await becomes(id, 'delivered');
  });

  it('goes by the other carrier when the first one’s receipt says that the phone was not reached', async () => {
    const id = await send();
    await aliyunSays([report((await taken(id))[0]!, false)]);
    const both = await taken(id, 2);
    expect(both.map(({ carrier }) => carrier)).to.eql(['aliyun', 'twilio']);
    await twilioSays(id, { MessageSid: both[1]!.carrierId, MessageStatus: 'failed' });
    await becomes(id, 'undelivered');
  });

  it('asks for a receipt that does not come', async () => {
    const id = await send();
    await taken(id);
    carriers.receipts = 'delivered';
    await fastForward(product, id, 6 * MINUTE);
    await becomes(id, 'delivered');
  });

  it('is sent, and no more is known, when nobody knows of a receipt', async () => {
    const id = await send();
    await taken(id);
    await fastForward(product, id, 6 * MINUTE);
    await becomes(id, 'sent');
  });

  it('is never tried again for a number that is none', async () => {
    carriers.next('aliyun', { does: 'says', code: 'isv.MOBILE_NUMBER_ILLEGAL' });
    const id = await send();
    await becomes(id, 'refused');
    expect(carriers.taken.filter(({ ours }) => ours === id)).to.eql([]);
    expect(await row(id)).to.include({ attempts: 1, last_error: 'isv.MOBILE_NUMBER_ILLEGAL' });
  });

  it('is refused when both refuse', async () => {
    carriers.next('aliyun', { does: 'says', code: 'isv.AMOUNT_NOT_ENOUGH' });
    carriers.next('twilio', { does: 'says', code: '21606' });
    const id = await send();
    await becomes(id, 'refused');
    expect(carriers.taken.filter(({ ours }) => ours === id)).to.eql([]);
  });

  it('is tried again after hiccups of both, and says meanwhile what, since when and when again', async () => {
    carriers.next('aliyun', { does: 'fails', status: 503 }, { does: 'lost' });
    carriers.next('twilio', { does: 'fails', status: 500 }, { does: 'says', code: '20429', status: 429 });
    const id = await send();
    await eventually('a failure is written down', async () => (await row(id)).next_attempt_at !== null, 20);
    const failing = await row(id);
    expect(failing.last_error).to.be.a('string');
    expect(failing.next_attempt_at.getTime()).to.be.above(failing.failing_since.getTime());
    await taken(id);
    // The second try: Aliyun takes it and its answer is lost, Twilio has a limit, so nobody knows; the third comes a minute later.
    await eventually('the limit is heeded', async () => (await row(id)).next_attempt_at?.getTime() > Date.now() + 50_000, 20);
    expect(carriers.taken.map(({ ours }) => ours)).to.eql([id]);
    // Aliyun's receipt names our id: so we learn that it was taken, and the phone is not told twice.
    await aliyunSays([report((await taken(id))[0]!, true)]);
    expect(await product.db('sms_try').where({ sms_id: id, receipt: 'delivered' })).to.have.length(1);
  });

  it('hears a receipt once, and none that is forged, unknown or not understood', async () => {
    const id = await send();
    const good = report((await taken(id))[0]!, true);
    expect((await aliyunSays([good], 'a-guess')).status).to.equal(404);
    expect((await aliyunSays([{ biz_id: 7 }, { ...good, biz_id: 'unknown', out_id: 'sms-unknown' }])).status).to.equal(200);
    expect((await row(id)).state).to.equal('waiting');
    for (let i = 0; i < 3; i += 1) await aliyunSays([good, good]);
    await becomes(id, 'delivered');
    expect(await product.db('outbox').where({ process_id: id, name: 'smsReceipt' })).to.have.length(1);
  });

  it('is worth nothing after its time', async () => {
    carriers.next('aliyun', ...Array.from({ length: 30 }, () => ({ does: 'fails', status: 503 }) as const));
    carriers.next('twilio', ...Array.from({ length: 30 }, () => ({ does: 'fails', status: 503 }) as const));
    const id = await send({ expiresIn: 3_000 });
    await becomes(id, 'expired');
    expect(carriers.taken.filter(({ ours }) => ours === id)).to.eql([]);
  });

  it('tells whoever holds tasks at their reminder, once an hour, how many are late', async () => {
    const ids: string[] = [];
    for (let i = 0; i < 2; i += 1) ids.push(await request(product, [{ itemId: await makeItem(product, 10), quantity: 1 }]));
    for (const id of ids) {
      await openTask(product, id, 'department-leader');
      await fastForward(product, id, 5 * 24 * HOUR);
    }
    const digests = () => product.db('sms').where('key', 'like', `tasks-late.${leaderId}.%`);
    await eventually('a digest is on its way', async () => (await digests()).length > 0, 20);
    await eventually('both reminders have passed', async () => (await product.db('audit_event').whereIn('process_id', ids).where('action', 'task-reminded')
      .countDistinct('process_id as n').first())!.n === 2, 20);
    // Two, if the hour struck in between.
    const [digest, ...more] = await digests();
    expect(more.length).to.be.at.most(1);
    expect(digest.not_before.getTime()).to.be.above(Date.now());
    await fastForward(product, digest.id, 65 * MINUTE);
    const sms = await taken(digest.id);
    expect(sms).to.have.length(1);
    const { phone } = (await product.db('person').where({ id: leaderId }).first('phone'))!;
    // One is late since before; the two are by the workflows' clock, and by PostgreSQL's where they were escalated, too.
    const late = await lateTasks(product.db, leaderId);
    expect(late).to.be.within(1, 3);
    expect(sms[0]).to.include({ to: phone, said: `SMS_100001 {"count":"${late}"}` });
  });

  it('goes its way again in a replay, whatever way it was', async () => {
    const ids = await product.db('sms').whereNot('state', 'waiting').pluck('id');
    expect(ids.length).to.be.above(6);
    for (const id of ids) {
      const { error } = await replayHistory((await product.temporal.history(id))!, process.env.HOUQIN_TEST_ROOT!);
      expect(error, id).to.equal(undefined);
    }
  });

  it('is not sent a third time to a carrier that may have taken it twice, and says that nobody knows', async () => {
    carriers.next('aliyun', { does: 'lost' }, { does: 'lost' });
    carriers.next('twilio', { does: 'says', code: '21408' });
    const id = await send();
    await becomes(id, 'sent');
    expect(await taken(id)).to.have.length(2);
    const tries = await product.db('sms_try').where({ sms_id: id }).orderBy('id').select('carrier', 'result');
    expect(tries.map(({ carrier, result }) => `${carrier} ${result}`)).to.eql(['aliyun unknown', 'twilio refused', 'aliyun unknown']);
    // A receipt that comes after all is the last word.
    await aliyunSays([report(carriers.taken.find(({ ours }) => ours === id)!, true)]);
    expect((await row(id)).state).to.equal('delivered');
  });

  it('shows an administrator what a carrier refuses, though another one took it, until it takes something again', async () => {
    const seen = async () => (await (await product.as('admin')).get('/admin/operations')).body.sms.filter(({ code }: any) => code === 'isv.AMOUNT_NOT_ENOUGH');
    carriers.next('aliyun', { does: 'says', code: 'isv.AMOUNT_NOT_ENOUGH' });
    const id = await send();
    expect((await taken(id))[0]!.carrier).to.equal('twilio');
    const [trouble] = await seen();
    expect(trouble).to.include({ carrier: 'aliyun', messages: 1 });
    await taken(await send());
    await eventually('Aliyun is well again', async () => (await seen()).length === 0);
  });

  it('leaves neither phone nor words in Temporal', async () => {
    const id = await send();
    await taken(id);
    const history = (await product.temporal.history(id))!;
    expect(history).to.contain(id);
    for (const secret of ['15400009999', 'tasks-late', '待办']) expect(history, secret).not.to.contain(secret);
    const stored = await row(id);
    for (const column of [stored.phone_sealed, stored.params_sealed]) expect(column.toString('latin1')).not.to.contain('15400009999');
  });
});

describe('SMS beyond the day’s budget', function () {
  this.timeout(60_000);

  it('wait, and the administrator sees that it is our own limit', async () => {
    const carriers = await startCarriers();
    const product = await startProduct({ sms: { ...carriers.env, HOUQIN_SMS_PER_DAY: '1' } });
    try {
      const id = await request(product, [{ itemId: await makeItem(product, 10), quantity: 1 }]);
      const task = await openTask(product, id, 'department-leader');
      await product.db.raw(`UPDATE task SET deadlines = '[{"kind":"remind","n":1,"at":"2026-01-01T00:00:00Z"}]' WHERE id = ?`, [task]);
      const { id: personId } = await product.db('person').where({ username: 'leader' }).first('id');
      for (const key of ['first', 'second']) {
        await product.db.transaction((trx) => enqueueSms(trx, product.sms.seal, {
          key, phone: PHONE, template: 'tasks-late', locale: 'zh-CN', params: {}, personId, notBefore: new Date(), expiresAt: new Date(Date.now() + HOUR),
        }));
        await eventually(`${key} was looked at`, async () => carriers.taken.length > 0
          && (key === 'first' || (await product.db('sms').where({ key }).first('last_error')).last_error !== null));
      }
      expect(carriers.taken).to.have.length(1);
      const { sms } = (await (await product.as('admin')).get('/admin/operations')).body;
      expect(sms).to.have.length(1);
      expect(sms[0]).to.include({ carrier: null, code: 'budget-spent', messages: 1 });
      expect(Date.parse(sms[0].nextAt)).to.be.above(Date.now() + 8 * MINUTE);
    } finally {
      await product.stop();
      await carriers.stop();
    }
  });
});
