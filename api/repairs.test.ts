import { expect } from 'chai';
import { openAccounts } from '../test/accounts.ts';
import { startProduct, type Product } from '../test/product.ts';
import { holderOf, inHours, report } from '../test/repairs.ts';
import { decide, ended, makeItem, openTask, process } from '../test/requisition.ts';

describe('the repair desk', function () {
  this.timeout(60_000);
  let product: Product;

  before(async () => {
    product = await startProduct();
    await openAccounts(product.db, await product.db('repairer').join('person', 'person.id', 'person_id').whereNull('password_hash').pluck('person_id'));
  });
  after(async () => {
    await product?.stop();
  });

  const board = async () => (await (await product.as('service')).get('/repairs/board')).body;
  const onBoard = async (id: string) => (await board()).items.find((each: any) => each.id === id);

  it('shows an order on the board from the dispatch on, with its clock, its offer and its promise', async () => {
    const id = await report(product, { description: '空调不制冷', category: 'air-conditioning', urgency: 'urgent', spot: '窗边' });
    expect(await onBoard(id)).to.equal(undefined);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'dispatch');
    const waiting = await onBoard(id);
    expect(waiting).to.include({ step: 'dispatch', urgency: 'urgent', spot: '窗边', description: '空调不制冷', offeredTo: null });
    expect(waiting.clock.late).to.equal(false);
    expect(Date.parse(waiting.clock.dueAt)).to.be.above(Date.now());

    const service = await product.as('service');
    const { body: suggested } = await service.get(`/repairs/${id}/suggestions`);
    expect(suggested.items.length).to.be.above(0);
    await decide(product, id, 'dispatch', 'service', 'dispatched');
    const asked = await holderOf(product, id, 'accept');
    expect(asked.id, 'one click asks the first that was suggested').to.equal(suggested.items[0].id);
    expect((await onBoard(id)).offeredTo.id).to.equal(asked.id);
    const mine = (await (await product.as(asked.username)).get('/repairs/mine')).body;
    expect(mine.offers.map((each: any) => each.id)).to.include(id);
    expect(mine.work.map((each: any) => each.id)).to.not.include(id);

    const eta = inHours(3);
    await decide(product, id, 'accept', asked.username, 'accepted', { data: { eta, contact: '15400009999' } });
    await openTask(product, id, 'arrival');
    expect(await onBoard(id)).to.deep.include({ step: 'arrival', eta, etaBroken: false, offeredTo: null });
    expect((await (await product.as('requester')).get(`/repairs/${id}`)).body).to.deep.include({
      repairer: { id: asked.id, name: (await product.db('person').where({ id: asked.id }).first('name')).name, phone: '15400009999' }, eta, offers: [],
    });
    const { body: seen } = await service.get(`/repairs/${id}`);
    expect(seen.offers).to.have.length(1);
    expect(seen.offers[0]).to.deep.include({ outcome: 'accepted', by: 'click', of: suggested.able });
    expect(seen.offers[0].why).to.include({ duty: suggested.items[0].duty, score: suggested.items[0].score });
    expect((await (await product.as('requester2')).get(`/repairs/${id}`)).status).to.equal(404);
  });

  it('shows the urgency of the revision, not that of an offer before it', async () => {
    const id = await report(product);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-jin-zhiqiang'] } });
    await decide(product, id, 'accept', 'repairer', 'declined', { comment: '在外地' });
    await decide(product, id, 'dispatch', 'service', 'returned', { comment: '已漏到楼下，请改为加急' });
    const { form } = await process(product, id);
    await decide(product, id, 'revise', 'requester', 'resubmitted', { data: { form: { ...form, urgency: 'urgent' } } });
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'dispatch');
    expect(await onBoard(id)).to.include({ step: 'dispatch', urgency: 'urgent' });
  });

  it('is late at rework, though it was completed in time before', async () => {
    const id = await report(product);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-jin-zhiqiang'] } });
    await decide(product, id, 'accept', 'repairer', 'accepted', { data: { eta: inHours(1) } });
    await decide(product, id, 'arrival', 'repairer', 'arrived');
    await decide(product, id, 'work', 'repairer', 'completed', { data: { description: '换垫圈', minutes: 15 } });
    await openTask(product, id, 'evaluation');
    const { db } = product;
    await db('repair_order').where({ process_id: id }).update({ completed_at: db.raw("now() - interval '2 hours'") });
    await db('process_clock').where({ process_id: id }).update({ due_at: db.raw("now() - interval '1 hour'"), paused_at: db.raw("now() - interval '2 hours'") });
    expect((await onBoard(id)).clock).to.include({ late: false });
    await decide(product, id, 'evaluation', 'requester', 'not-fixed', { comment: '还在滴水' });
    await openTask(product, id, 'work');
    await db('process_clock').where({ process_id: id }).update({ due_at: db.raw("now() - interval '1 hour'"), paused_at: null });
    expect((await onBoard(id)).clock).to.include({ late: true });
  });

  it('gives the requester’s phone to whoever has the order, and to nobody else', async () => {
    const id = await report(product, { contact: '13812340001' });
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-jin-zhiqiang'] } });
    await openTask(product, id, 'accept');
    expect((await (await product.as('repairer')).post(`/repairs/${id}/contact`)).status).to.equal(403);
    await decide(product, id, 'accept', 'repairer', 'accepted', { data: { eta: inHours(1) } });
    await openTask(product, id, 'arrival');
    expect((await (await product.as('repairer')).post(`/repairs/${id}/contact`)).body).to.eql({ name: '王薇', phone: '13812340001' });
    expect((await (await product.as('repairer2')).post(`/repairs/${id}/contact`)).status).to.equal(404);
    expect((await (await product.as('leader')).post(`/repairs/${id}/contact`)).status).to.equal(403);
    expect(await product.db('audit_event').where({ process_id: id, action: 'repair-contact-shown' })).to.have.length(1);
  });

  it('keeps parts, cost, history and a later rating beside the first', async () => {
    const item = await makeItem(product, 4);
    const id = await report(product);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-fang-jianguo'] } });
    await decide(product, id, 'accept', 'repairer2', 'accepted', { data: { eta: inHours(1) } });
    await decide(product, id, 'arrival', 'repairer2', 'arrived');
    await decide(product, id, 'work', 'repairer2', 'completed', { data: { description: '换垫圈', minutes: 15, parts: [{ itemId: item, quantity: 3 }] } });
    const requester = await product.as('requester');
    const late = { stars: { quality: 1, speed: 2, service: 3 }, words: '又漏了' };
    expect((await requester.post(`/repairs/${id}/ratings`, late)).status).to.equal(409);
    await decide(product, id, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 5, speed: 4, service: 5 } } });
    await ended(product, id);
    expect((await (await product.as('leader')).post(`/repairs/${id}/ratings`, late)).status).to.equal(403);
    expect((await requester.post(`/repairs/${id}/ratings`, late)).status).to.equal(201);
    const { body } = await requester.get(`/repairs/${id}`);
    expect(body.parts.map(({ quantity, missing, fen }: any) => [quantity, missing, fen])).to.eql([[3, 0, 300]]);
    expect(body).to.include({ minutes: 15, partsFen: 300, mayRate: true });
    expect(body.ratings.map(({ stars, words }: any) => ({ stars, words }))).to.eql([late]);
    const history = (await (await product.as('repairer2')).get('/repairs/mine/history')).body;
    expect(history.items[0]).to.include({ id, stars: 14 / 3 });
    expect((await (await product.as('repairer')).get('/repairs/mine/history')).body.items.map((each: any) => each.id)).to.not.include(id);
  });

  it('keeps skills, duty and absences, which decide whom one click asks', async () => {
    const service = await product.as('service');
    const everyDay = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [{ from: '00:00', to: '24:00' }]]));
    const fields = { skills: ['network'], buildingIds: [], week: everyDay, onCall: false, active: true };
    for (const { id } of (await service.get('/repairs/repairers')).body.items) {
      await service.put(`/repairs/repairers/${id}`, { ...fields, skills: ['furniture'] });
    }
    expect((await service.put('/repairs/repairers/person-kang-wei', fields)).body).to.deep.include({ skills: ['network'], onDuty: true });
    const id = await report(product, { category: 'network' });
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'dispatch');
    const suggested = async () => (await service.get(`/repairs/${id}/suggestions`)).body.items.map((each: any) => each.id);
    expect(await suggested()).to.eql(['person-kang-wei']);
    const absent = await service.post('/repairs/repairers/person-kang-wei/absences', { from: inHours(-1), until: inHours(5), reason: '培训' });
    expect([absent.status, absent.body.away, absent.body.onDuty]).to.eql([201, true, false]);
    expect(await suggested()).to.eql([]);
    await service.post(`/repairs/repairers/person-kang-wei/absences/${absent.body.absences[0].id}/removal`);
    expect(await suggested()).to.eql(['person-kang-wei']);
    const bad = await service.put('/repairs/repairers/person-kang-wei', { ...fields, week: { 1: [{ from: '18:00', to: '08:00' }] } });
    expect([bad.status, bad.body.errors[0].path]).to.eql([400, 'week.1.0.to']);
    expect((await service.put('/repairs/repairers/person-kang-wei', { ...fields, buildingIds: ['nowhere'] })).body.errors[0].path).to.equal('buildingIds.0');
    expect((await service.put('/repairs/repairers/person-wang-wei', fields)).status).to.equal(404);
  });
});
