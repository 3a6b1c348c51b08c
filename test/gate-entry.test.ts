import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { findInDatabase } from '../faults/planted.ts';
import { HOST, startGate, tailOf, type Gate } from './gate.ts';
import type { Product } from './product.ts';
import { ended, openTask } from './requisition.ts';
import { hours, VISITOR } from './visits.ts';

/** What is hard to do by hand at a gate: to come twice at once, too early, too late, or with somebody else's paper. */
describe('the gate, to whoever comes in', function () {
  this.timeout(120_000);
  let gate: Gate;
  let product: Product;
  let kiosks: Gate['kiosks'];
  let kiosk: Gate['kiosk'];

  before(async () => {
    gate = await startGate();
    ({ product, kiosks, kiosk } = gate);
  });
  after(async () => {
    await product?.stop();
  });
  beforeEach(() => product.db('kiosk_failure').delete());

  const page: Gate['page'] = (...asked) => gate.page(...asked);
  const checkIn: Gate['checkIn'] = (...typed) => gate.checkIn(...typed);
  const expected: Gate['expected'] = (more) => gate.expected(more);

  it('lets in once, however many come at once with the right code, at kiosks and front desk together', async () => {
    // What the host was asked by SMS until now was yesterday.
    await product.db('sms').where({ person_id: 'person-wang-wei' }).update({ created_at: product.db.raw("created_at - interval '1 day'") });
    for (let round = 0; round < 4; round += 1) {
      await product.db('kiosk_failure').delete();
      const visit = await expected();
      const { qr } = (await page('/visit/look', { token: visit.token })).body;
      const desk = await product.as('frontdesk');
      const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => {
        if (i % 5 === 0) return desk.post(`/visits/${visit.id}/check-in`);
        return i % 5 === 1 ? kiosks[i % 4]!.post('/kiosk/check-ins', { qr }) : checkIn(visit.code, tailOf(visit), kiosks[i % 4]!);
      }));
      expect(answers.filter(({ status }) => status === 200), answers.map(({ status }) => status).join()).to.have.length(1);
      expect(answers.every(({ status }) => [200, 409, 422, 429].includes(status)), answers.map(({ status }) => status).join()).to.equal(true);
      expect(await gate.arrivals(visit.id)).to.equal(1);
      const messages = await product.db('outbox').where({ process_id: visit.id, name: 'decide' });
      expect(messages).to.have.length(1);
      expect(await product.db('sms').where({ template: 'visit-arrived' }).where('key', 'like', `${visit.id}.%`)).to.have.length(1);
      await openTask(product, visit.id, 'departure');
      expect(await product.db('task').where({ process_id: visit.id, step: 'departure' })).to.have.length(1);
    }
  });

  it('lets nobody in before the doors open nor after the end, by the database’s clock', async () => {
    const early = await expected({ ...hours(0.6, 2) });
    expect((await checkIn(early.code, tailOf(early))).status).to.equal(422);
    await gate.setPass(early.id, { valid_from: "now() - interval '1 second'" });
    expect((await checkIn(early.code, tailOf(early))).status).to.equal(200);

    const late = await expected();
    const { qr } = (await page('/visit/look', { token: late.token })).body;
    await gate.setPass(late.id, { valid_from: "now() - interval '2 hours'", valid_until: "now() - interval '1 millisecond'" });
    expect((await checkIn(late.code, tailOf(late))).status).to.equal(422);
    expect((await kiosk.post('/kiosk/check-ins', { qr })).status).to.equal(422);
    const desk = await (await product.as('frontdesk')).post(`/visits/${late.id}/check-in`);
    expect([desk.status, desk.body.state]).to.eql([409, 'missed']);
    expect((await page('/visit/look', { token: late.token })).body.qr).to.equal(null);
    expect(await gate.arrivals(late.id)).to.equal(0);
  });

  it('agrees with the clock on who was first, the worker having been away at the end of the window', async () => {
    const soon = { from: new Date().toISOString(), until: new Date(Date.now() + 6_000).toISOString() };
    const [late, inTime] = [await expected(soon), await expected(soon)];
    await product.stopWorker();
    expect((await checkIn(inTime.code, tailOf(inTime))).status).to.equal(200);
    await delay(Date.parse(soon.until) + 200 - Date.now());
    const desk = await product.as('frontdesk');
    expect((await checkIn(late.code, tailOf(late))).status).to.equal(422);
    expect((await desk.post(`/visits/${late.id}/check-in`)).status).to.equal(409);
    await product.startWorker();
    await openTask(product, inTime.id, 'departure');
    expect((await ended(product, late.id)).outcome).to.equal('missed');
    expect([await gate.arrivals(late.id), await gate.arrivals(inTime.id)]).to.eql([0, 1]);
    expect(await product.db('visit_pass').where({ process_id: late.id }).whereNull('revoked_at')).to.eql([]);
  });

  it('is shut at once for a visit that its visitor cancels or its host moves, the worker being away', async () => {
    const [cancelled, moved] = [await expected(), await expected()];
    const { qr } = (await page('/visit/look', { token: cancelled.token })).body;
    await product.stopWorker();
    try {
      expect((await page('/visit/cancel', { token: cancelled.token })).body).to.include({ state: 'cancelled', qr: null });
      expect((await (await product.as('requester')).post(`/visits/${moved.id}/move`, hours(0, 4))).status).to.equal(200);
      for (const visit of [cancelled, moved]) expect((await checkIn(visit.code, tailOf(visit))).status).to.equal(422);
      expect((await kiosk.post('/kiosk/check-ins', { qr })).status).to.equal(422);
      expect((await (await product.as('frontdesk')).post(`/visits/${cancelled.id}/check-in`)).status).to.equal(409);
      expect((await page('/visit/look', { token: moved.token })).body.qr).to.equal(null);
    } finally {
      await product.startWorker();
    }
    expect((await ended(product, cancelled.id)).outcome).to.equal('withdrawn');
    expect(await gate.arrivals(cancelled.id)).to.equal(0);
  });

  it('has one winner when the visitor comes while the host cancels', async () => {
    const outcomes = [];
    for (let round = 0; round < 6; round += 1) {
      const visit = await expected();
      const host = await product.as('requester');
      const [came, gone] = await Promise.all([
        checkIn(visit.code, tailOf(visit)), delay(round * 6).then(() => host.post(`/visits/${visit.id}/cancel`, { reason: '临时出差' })),
      ]);
      expect([came.status, gone.status].sort(), `${came.status} ${gone.status}`).to.deep.equal(came.status === 200 ? [200, 409] : [200, 422]);
      expect(await gate.arrivals(visit.id)).to.equal(came.status === 200 ? 1 : 0);
      outcomes.push(came.status);
    }
    console.log(`      came first: ${outcomes.filter((status) => status === 200).length} of ${outcomes.length}`);
  });

  it('takes no QR code but the visit’s own: forged, of another kind, with another’s signature', async () => {
    const [mine, other] = [await expected(), await expected()];
    const qrOf = async ({ token }: { token: string }): Promise<string> => (await page('/visit/look', { token })).body.qr;
    const [prefix, passId, signature] = (await qrOf(mine)).split('.') as [string, string, string];
    const [, otherId, otherSignature] = (await qrOf(other)).split('.') as [string, string, string];
    const flipped = `${signature.slice(0, -1)}${signature.endsWith('A') ? 'B' : 'A'}`;
    for (const qr of [
      `${prefix}.${passId}.${otherSignature}`, `${prefix}.${otherId}.${signature}`, `${prefix}.${passId}.${flipped}`, `${prefix}.${passId}.`, `${prefix}.${passId}`,
      `HQP1.${passId}.${signature}`, `${prefix}.${passId}.${signature}.x`, `${prefix}.pass-none.${signature}`, '', mine.token, mine.id,
    ]) {
      await product.db('kiosk_failure').delete();
      expect((await kiosk.post('/kiosk/check-ins', { qr })).status, qr).to.equal(422);
    }
    const { status, body: pass } = await kiosk.post('/kiosk/check-ins', { qr: `${prefix}.${passId}.${signature}` });
    expect(status).to.equal(200);
    await openTask(product, mine.id, 'departure');
    const desk = await product.as('frontdesk');
    expect((await desk.post('/visits/passes', { qr: pass.qr })).body.state).to.equal('inside');
    expect((await desk.post('/visits/passes', { qr: pass.qr.replace('HQP1', 'HQV1') })).body).to.eql({ state: 'forged', visit: null });
    // The check-in undone, the paper in hand: it lets nobody in.
    await desk.post(`/visits/${mine.id}/undo-check-in`);
    await openTask(product, mine.id, 'arrival');
    expect((await kiosk.post('/kiosk/check-ins', { qr: pass.qr })).status).to.equal(422);
    expect((await kiosk.post('/kiosk/check-ins', { qr: `${prefix}.${passId}.${signature}` })).status, 'the page’s QR code of before').to.equal(422);
    expect(await gate.arrivals(other.id)).to.equal(0);
  });

  it('gives a kiosk its own walk-ins alone, and nothing once it is revoked', async () => {
    const { body: { token } } = await kiosk.post('/kiosk/requests', { visitor: { name: '赵小川', phone: gate.freshPhone() }, host: HOST, purpose: 'delivery', party: 1, hours: 1 });
    expect((await kiosks[1]!.post('/kiosk/requests/look', { token })).status).to.equal(404);
    expect((await kiosks[1]!.post('/kiosk/requests/enter', { token })).status).to.equal(404);
    const linked = await expected();
    expect((await kiosk.post('/kiosk/requests/look', { token: linked.token })).status, 'a link of an SMS').to.equal(404);
    const desk = await product.as('frontdesk');
    expect((await kiosk.get('/kiosk')).status).to.equal(200);
    expect((await desk.post(`/visits/kiosks/${kiosks[3]!.id}/revoke`)).status).to.equal(204);
    for (const [path, body] of [
      ['/kiosk/check-ins', { code: linked.code, phoneTail: tailOf(linked) }], ['/kiosk/check-outs', { qr: 'x' }], ['/kiosk/requests/look', { token }],
      ['/kiosk/requests/enter', { token }], ['/kiosk/requests', { visitor: { name: '赵小川', phone: gate.freshPhone() }, host: HOST, purpose: 'delivery', party: 1, hours: 1 }],
    ] as const) {
      expect((await kiosks[3]!.post(path, body)).status, path).to.equal(401);
    }
    expect((await kiosks[3]!.get('/kiosk')).status).to.equal(401);
  });

  it('records who looked at the evacuation list, for everybody on it', async () => {
    const visit = await expected({ party: 3 });
    expect((await checkIn(visit.code, tailOf(visit))).status).to.equal(200);
    await openTask(product, visit.id, 'departure');
    const desk = await product.as('frontdesk');
    expect((await desk.post('/visits/evacuation', {})).status).to.equal(400);
    expect((await (await product.as('requester')).post('/visits/evacuation', { reason: '消防演习' })).status).to.equal(403);
    const { body } = await desk.post('/visits/evacuation', { reason: '消防演习' });
    expect(body.items.find(({ id }: { id: string }) => id === visit.id)).to.include({ visitor: VISITOR.name, phone: visit.phone, party: 3 });
    const inside = await product.db('task').where({ state: 'open', step: 'departure' }).pluck('process_id');
    expect(body.items.map(({ id }: { id: string }) => id)).to.have.members(inside);
    const events = await product.db('audit_event').where({ action: 'personal-data-revealed' }).whereIn('process_id', inside);
    expect(events.map(({ process_id }) => process_id)).to.have.members(inside);
    expect(new Set(events.map(({ actor_id }) => actor_id))).to.have.property('size', 1);
  });

  it('keeps no visitor’s name with the key of a check-in, and prints the same pass again', async () => {
    const visit = await expected();
    const desk = await product.as('frontdesk');
    const twice = [];
    for (let n = 0; n < 2; n += 1) twice.push(await desk.post(`/visits/${visit.id}/check-in`, {}, { 'idempotency-key': visit.id }));
    expect(twice.map(({ status }) => status)).to.eql([200, 200]);
    expect(twice[0]!.body.pass.visitor).to.equal(VISITOR.name);
    expect(twice[1]!.body).to.eql(twice[0]!.body);
    expect(await findInDatabase(product.databaseUrl, [VISITOR.name, visit.phone, VISITOR.plate])).to.eql([]);
  });

  it('has told kiosks and page no phone, in all of this', async () => {
    expect(gate.told.length).to.be.above(200);
    const all = gate.told.join('\n');
    expect(gate.phones().filter((each) => all.includes(each))).to.eql([]);
  });
});
