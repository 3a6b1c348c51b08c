import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import { call, type Answer } from '../test/person.ts';
import { checkProof, sendProof } from './phone-proof.ts';
import { failingSms, phoneIndex, smsParams } from '../db/queries/sms.ts';

const PHONE = '+8615400001111';

describe('proof of a phone by an SMS code', function () {
  this.timeout(60_000);
  let api: TestApi;
  beforeEach(async () => { api = await startApi({ env: { HOUQIN_TRUST_PROXY: '1' } }); });
  afterEach(() => api.stop());

  const ask = (phone: string, address = '10.1.1.1'): Promise<Answer> => call(api.url, 'POST', '/visit/phone-codes', { phone }, { 'x-forwarded-for': address });
  /** Makes all requests older. */
  const age = async (minutes: number): Promise<void> => {
    const { db } = api.database;
    await db('phone_code_request').update({ at: db.raw('at - make_interval(mins => ?)', [minutes]) });
    await db('phone_proof').update({ created_at: db.raw('created_at - make_interval(mins => ?)', [minutes]), expires_at: db.raw('expires_at - make_interval(mins => ?)', [minutes]) });
  };
  /** The codes that were sent to a phone, as they stand in its SMS, the first first. */
  const codes = async (phone = PHONE): Promise<string[]> => {
    const keys = await api.database.db('sms').where({ phone_index: phoneIndex(api.deps.seal, phone), template: 'phone-code' }).orderBy('created_at').pluck('key');
    return Promise.all(keys.map(async (key: string) => (await smsParams(api.database.db, api.deps.seal, key))!.code!));
  };
  const check = (code: string, phone = PHONE): Promise<boolean> => checkProof(api.database.db, api.deps.seal, { phone, code });
  const wrong = (code: string): string => (code === '000000' ? '000001' : '000000');
  const fresh = (n: number): string => `+86154${String(n * 100).padStart(8, '0')}`;

  it('sends six digits, kept as a keyed hash, which prove the phone once', async () => {
    expect((await ask('154 0000 1111')).status).to.equal(204);
    const [code] = await codes();
    expect(code).to.match(/^\d{6}$/);
    const stored = JSON.stringify(await api.database.db('phone_proof').select(api.database.db.raw(`encode(code_hash, 'escape') AS hash, phone_proof::text AS row`)));
    expect(stored).not.to.include(code).and.not.to.include('15400001111');
    expect(await check(code!, '+8615400002222')).to.equal(false);
    expect(await check(code!)).to.equal(true);
    expect(await check(code!)).to.equal(false);
  });

  it('takes numbers of mainland China alone', async () => {
    for (const phone of ['+4915112345678', '+12025550123', '+85261234567', '010-88886666', '12345', '+861381234567', 'x']) {
      const answer = await ask(phone);
      expect([answer.status, answer.body.errors[0].path], phone).to.eql([400, 'phone']);
    }
    expect(await api.database.db('sms')).to.eql([]);
  });

  it('sends the same code again within ten minutes, and another one afterwards', async () => {
    await ask(PHONE);
    await age(2);
    await ask(PHONE);
    await age(11);
    await ask(PHONE);
    const [first, second, third] = await codes();
    expect(second).to.equal(first);
    expect(await check(first!)).to.equal(first === third);
    expect(await check(third!)).to.equal(first !== third);
  });

  it('is over after ten minutes', async () => {
    await ask(PHONE);
    await age(11);
    expect(await check((await codes())[0]!)).to.equal(false);
  });

  it('takes five guesses, then not even the right one', async () => {
    await ask(PHONE);
    const [code] = await codes();
    for (let n = 0; n < 4; n += 1) expect(await check(wrong(code!))).to.equal(false);
    expect(await check(wrong(code!))).to.equal(false);
    expect(await check(code!)).to.equal(false);
    // Asked for again it is another one: the old one is worth nothing any more.
    await age(2);
    await ask(PHONE);
    const latest = (await codes()).at(-1)!;
    expect(await check(latest)).to.equal(true);
  });

  it('gains nothing from twenty guesses at once on the last try, and the right code at once proves it once (S10)', async () => {
    await ask(PHONE);
    const [code] = await codes();
    for (let n = 0; n < 4; n += 1) await check(wrong(code!));
    await Promise.all(Array.from({ length: 20 }, () => check(wrong(code!))));
    expect((await api.database.db('phone_proof').first('tries')).tries).to.equal(5);
    expect(await check(code!)).to.equal(false);

    await ask('+8615400003333');
    const [other] = await codes('+8615400003333');
    const results = await Promise.all(Array.from({ length: 20 }, () => check(other!, '+8615400003333')));
    expect(results.filter(Boolean)).to.have.length(1);
  });

  it('counts a guess of a transaction that is committed, and uses the code up with what it proves', async () => {
    await ask(PHONE);
    const [code] = await codes();
    const { db } = api.database;
    const undone = db.transaction(async (trx) => {
      expect(await checkProof(trx, api.deps.seal, { phone: PHONE, code: code! })).to.equal(true);
      throw new Error('the visit could not be kept');
    });
    expect(await undone.catch((error: Error) => error.message)).to.equal('the visit could not be kept');
    expect(await db.transaction((trx) => checkProof(trx, api.deps.seal, { phone: PHONE, code: code! }))).to.equal(true);
  });

  it('goes to a phone once a minute, three times an hour and five times a day, and says from when on again', async () => {
    const statuses: number[] = [];
    const soon = async (): Promise<Answer> => {
      const answer = await ask(PHONE);
      statuses.push(answer.status);
      return answer;
    };
    await soon();
    const atOnce = await soon();
    expect(atOnce.body.code).to.equal('too-many-codes');
    expect(Number(atOnce.headers.get('retry-after'))).to.be.within(55, 60);
    expect(Date.parse(atOnce.body.until) - Date.now()).to.be.within(50_000, 60_000);
    await age(2);
    await soon();
    await age(2);
    await soon();
    await age(2);
    const inTheHour = await soon();
    expect(Number(inTheHour.headers.get('retry-after'))).to.be.within(53 * 60, 54 * 60);
    await age(58);
    await soon();
    await age(58);
    await soon();
    await age(58);
    const inTheDay = await soon();
    expect(Number(inTheDay.headers.get('retry-after'))).to.be.above(20 * 3_600);
    expect(statuses).to.eql([204, 429, 204, 204, 429, 204, 204, 429]);
  });

  it('is asked for ten times an hour from one address', async () => {
    const answers: number[] = [];
    for (let n = 0; n < 11; n += 1) answers.push((await ask(fresh(n), '10.2.2.2')).status);
    expect(answers).to.eql([...new Array(10).fill(204), 429]);
    expect((await ask(fresh(11), '10.2.2.3')).status).to.equal(204);
  });

  it('stays within its limits under 500 requests, and the breaker is shown to the administrator (S14)', async () => {
    const answers: number[] = [];
    for (let batch = 0; batch < 25; batch += 1) {
      answers.push(...await Promise.all(Array.from({ length: 20 }, async (_, i) => {
        const n = batch * 20 + i;
        return (await ask(fresh(n), `10.3.${n % 250}.${Math.floor(n / 250)}`)).status;
      })));
    }
    expect(answers.filter((status) => status === 204)).to.have.length(200);
    expect(answers.filter((status) => status === 429)).to.have.length(300);
    expect(Number((await api.database.db('sms').where({ template: 'phone-code' }).count('* as n').first())!.n)).to.equal(200);
    const admin = await api.as('admin', ['process-administrator']);
    const { sms } = (await admin.get('/admin/operations')).body;
    expect(sms).to.have.length(1);
    expect(sms[0]).to.include({ carrier: null, code: 'codes-spent', messages: 300 });
    expect(Date.parse(sms[0].nextAt) - Date.now()).to.be.within(58 * 60_000, 3_600_000);
    expect(await api.database.db('audit_event').where({ action: 'phone-codes-refused', code: 'codes-spent' })).to.have.length(1);

    await api.database.db('phone_code_trip').update({ until: api.database.db.fn.now() });
    expect(await failingSms(api.database.db)).to.eql([]);
    await age(61);
    expect((await ask(fresh(900), '10.4.4.4')).status).to.equal(204);
  });

  it('goes to twenty neighbours an hour, then it is an alarm; others go on', async () => {
    const answers: number[] = [];
    for (let n = 0; n < 22; n += 1) answers.push((await ask(`+86154000050${String(n).padStart(2, '0')}`, `10.5.5.${n}`)).status);
    expect(answers).to.eql([...new Array(20).fill(204), 429, 429]);
    const [alarm] = await failingSms(api.database.db);
    expect(alarm).to.include({ code: 'codes-neighbours', messages: 2 });
    expect((await ask('+8615400006000', '10.5.6.1')).status).to.equal(204);
    // One of the twenty may ask again.
    await age(2);
    expect((await ask('+8615400005003', '10.5.6.2')).status).to.equal(204);
  });

  it('is one SMS, however many requests come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 15 }, (_, n) => ask(PHONE, `10.6.6.${n}`)));
    expect(answers.filter(({ status }) => status === 204)).to.have.length(1);
    expect(await codes()).to.have.length(1);
  });

  it('says so where no SMS can be sent', async () => {
    const silent = await startApi({ env: { HOUQIN_DEMO: '0', HOUQIN_SMS: '' } });
    try {
      expect((await call(silent.url, 'POST', '/visit/phone-codes', { phone: PHONE })).body.code).to.equal('sms-not-set-up');
    } finally {
      await silent.stop();
    }
  });

  it('answers whoever calls it inside with the same limits', async () => {
    const send = () => api.database.db.transaction((trx) => sendProof(trx, api.deps.seal, { phone: PHONE, address: '10.7.7.7', locale: 'en' }));
    expect(await send()).to.eql({ sent: true });
    const second = await send();
    expect(second.sent).to.equal(false);
  });
});
