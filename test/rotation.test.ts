import { expect } from 'chai';
import { call, eventually } from './person.ts';
import { startProduct, type Product } from './product.ts';
import { openTask } from './requisition.ts';
import { enrolKiosk, hours, invite, toldCode, VISITOR, type TestKiosk } from './visits.ts';

const TAIL = VISITOR.phone.slice(-4);
const BLOCKED = { phone: '15400009001', 'id-number': '11010519491231002X', plate: '京A90001' } as const;

describe('another HOUQIN_SECRET, with the earlier one kept', function () {
  this.timeout(120_000);
  let product: Product;
  let kiosk: TestKiosk;

  before(async () => {
    product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' } });
    kiosk = await enrolKiosk(product);
  });
  after(async () => {
    await product?.stop();
  });

  const page = (path: string, body: object) => call(product.url, 'POST', path, body);
  async function expected(more: object = {}): Promise<{ id: string; code: string; token: string }> {
    const id = await invite(product, more);
    await openTask(product, id, 'arrival');
    return { id, ...await toldCode(product, id) };
  }
  const times = hours(0, 2);
  const inviting = async (visitor: object, key?: string) => (await product.as('requester')).post('/visits', {
    visitor: { name: '赵小川', phone: '15400009009', ...visitor }, purpose: 'business', place: '大厅', party: 1, ...times,
  }, key ? { 'idempotency-key': key } : undefined);
  const phoneCodeOf = async (phone: string): Promise<string> => {
    expect((await page('/visit/phone-codes', { phone })).status).to.equal(204);
    const { params_sealed: sealed } = await product.db('sms').where({ template: 'phone-code' }).orderBy('created_at', 'desc').first('params_sealed');
    return JSON.parse(product.sms.seal.open(sealed, 'sms.params')).code;
  };
  const asked = (phone: string, code: string) => page('/visit/requests', {
    visitor: { name: '赵小川', phone }, code, host: { name: '王薇', department: '营销部' }, purpose: 'business', party: 1, ...hours(1, 2),
  });

  it('lets in who was told a code, shows a QR code or a card of before, and lets out by a pass of before; nobody else', async () => {
    const [typed, shown, carded, inside, guessed] = [
      await expected(), await expected(), await expected({ visitor: { idNumber: '440524188001010014', idConsent: true } }), await expected(), await expected(),
    ];
    const { qr } = (await page('/visit/look', { token: shown.token })).body;
    const pass = await kiosk.post('/kiosk/check-ins', { code: inside.code, phoneTail: TAIL });
    expect(pass.status).to.equal(200);
    // All these have one phone: each look is counted for all of them.
    await product.db('visit_pass').update({ tries: 0 });
    await product.rotateSecret();
    const desk = await product.as('frontdesk');
    expect((await kiosk.get('/kiosk')).status, 'the kiosk itself').to.equal(200);
    expect((await kiosk.post('/kiosk/check-ins', { code: typed.code, phoneTail: TAIL })).status).to.equal(200);
    expect((await kiosk.post('/kiosk/check-ins', { qr })).status).to.equal(200);
    expect((await kiosk.post('/kiosk/check-ins', { idNumber: '440524188001010014' })).status).to.equal(200);
    expect((await product.db('task').where({ process_id: carded.id, outcome: 'arrived' }))).to.have.length(1);
    await openTask(product, inside.id, 'departure');
    expect((await desk.post('/visits/passes', { qr: pass.body.qr })).body.state).to.equal('inside');
    expect((await kiosk.post('/kiosk/check-outs', { qr: pass.body.qr })).status).to.equal(200);
    const wrong = guessed.code === '000000' ? '000001' : '000000';
    for (let n = 0; n < 6; n += 1) expect((await kiosk.post('/kiosk/check-ins', { code: wrong, phoneTail: TAIL })).status).to.equal(422);
    expect((await product.db('visit_pass').where({ process_id: guessed.id }).first('tries')).tries).to.equal(5);
  });

  it('knows who is blocked, what was asked for with a key, how often a phone asked, and which code proves one', async () => {
    const desk = await product.as('frontdesk');
    for (const [kind, value] of Object.entries(BLOCKED)) expect((await desk.post('/visits/blocked', { kind, value, reason: '曾强行闯入' })).status).to.equal(201);
    const first = await inviting({}, 'a-key-of-before');
    expect(first.status).to.equal(201);
    const phone = '15400009100';
    const isProven = await asked(phone, await phoneCodeOf(phone));
    expect(isProven.status).to.equal(201);
    const later = '15400009200';
    const code = await phoneCodeOf(later);
    await product.rotateSecret();

    expect((await inviting({ phone: BLOCKED.phone })).body.code).to.equal('visitor-blocked');
    expect((await inviting({ idNumber: BLOCKED['id-number'], idConsent: true })).body.code).to.equal('visitor-blocked');
    expect((await inviting({ plate: BLOCKED.plate })).body.code).to.equal('visitor-blocked');
    expect((await inviting({})).status, 'anybody else').to.equal(201);
    const again = await inviting({}, 'a-key-of-before');
    expect([again.status, again.body]).to.eql([201, first.body]);
    expect((await inviting({ name: '赵大川' }, 'a-key-of-before')).body.code).to.equal('idempotency-key-reused');
    expect((await page('/visit/phone-codes', { phone })).body.code, 'a minute has not passed').to.equal('too-many-codes');
    expect((await asked(later, code)).status).to.equal(201);
  });

  it('takes the reply to an SMS of before', async () => {
    const before = await product.db('visit').pluck('process_id');
    await kiosk.post('/kiosk/requests', { visitor: { name: '赵小川', phone: '15400007777' }, host: { name: '王薇', department: '营销部' }, purpose: 'delivery', party: 1, hours: 1 });
    const [id] = await product.db('visit').whereNotIn('process_id', before).pluck('process_id') as [string];
    await openTask(product, id, 'walk-in-review');
    const sms = await eventually('ask', async () => product.db('sms').where({ key: `${id}.walk-in-review.1.ask.person-wang-wei` }).first());
    const { digit } = JSON.parse(product.sms.seal.open(sms.params_sealed, 'sms.params'));
    await eventually('delivery', async () => product.db('sms_try').where({ sms_id: sms.id, result: 'accepted' }).first());
    await product.rotateSecret();
    const { phone } = await product.db('person').where({ id: 'person-wang-wei' }).first('phone');
    expect((await page('/demo/phones/replies', { phone, text: `${digit}1` })).status).to.be.below(300);
    await openTask(product, id, 'arrival');
  });

  it('that is not kept: codes let nobody in, and nobody is known to be blocked', async () => {
    const visit = await expected({ visitor: { phone: '15400009300' } });
    await product.rotateSecret({ forgets: true });
    expect((await kiosk.post('/kiosk/check-ins', { code: visit.code, phoneTail: '9300' })).status).to.equal(422);
    expect((await inviting({ phone: BLOCKED.phone })).status).to.equal(201);
  });
});
