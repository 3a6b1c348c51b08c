import { expect } from 'chai';
import { openAccounts } from '../../test/accounts.ts';
import { uploadPhoto } from '../../test/photos.ts';
import { eventually } from '../../test/person.ts';
import { startProduct, type Product } from '../../test/product.ts';
import { holderOf, inHours, report } from '../../test/repairs.ts';
import { decide, ended, makeItem, openTask, process, stockOf } from '../../test/requisition.ts';
import { fastForward } from '../../test/virtual-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('repair', function () {
  this.timeout(90_000);
  let product: Product;

  before(async () => {
    product = await startProduct();
    await openAccounts(product.db, await product.db('repairer').join('person', 'person.id', 'person_id').whereNull('password_hash').pluck('person_id'));
  });
  after(async () => {
    await product?.stop();
  });

  /** From the report to the offer by one click; answers the order and who is asked. */
  async function offered(form: object = {}) {
    const id = await report(product, form);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'dispatch', 'service', 'dispatched');
    return { id, asked: await holderOf(product, id, 'accept') };
  }

  /** The same until the repairer is at work. */
  async function atWork(form: object = {}) {
    const { id, asked } = await offered(form);
    await decide(product, id, 'accept', asked.username, 'accepted', { data: { eta: inHours(1) } });
    await decide(product, id, 'arrival', asked.username, 'arrived');
    await openTask(product, id, 'work');
    return { id, who: asked.username, repairerId: asked.id };
  }

  const stars = (n: number, text?: string) => ({ data: { stars: { quality: n, speed: n, service: n }, ...(text && { text }) } });
  const done = { data: { description: '更换阀芯', minutes: 25 } };
  const noticesOf = async (username: string, kind: string, id: string) => (await (await product.as(username)).get('/notices?limit=100')).body.items
    .filter((notice: any) => notice.kind === kind && notice.processId === id);
  const stepsOf = async (id: string) => (await process(product, id)).steps.filter(({ state }: any) => state === 'done').map(({ step, outcome }: any) => `${step}:${outcome}`);
  const noteOf = async (id: string, step: string) => (await product.db('task').where({ process_id: id, step, state: 'open' }).first('context')).context.note;

  it('goes from a photo over leader, one click, promise, hold and parts to the stars', async () => {
    const requester = await product.as('requester');
    const item = await makeItem(product, 5);
    const { id, asked } = await offered({ photos: [await uploadPhoto(requester)], spot: '洗手池左侧', times: ['morning'], contact: '13812345678' });
    const [offer] = await product.db('repair_offer').where({ process_id: id });
    expect(offer).to.deep.include({ repairer_id: asked.id });
    expect(offer.why).to.include({ by: 'click' });
    const eta = inHours(2);
    await decide(product, id, 'accept', asked.username, 'accepted', { data: { eta } });
    const arrival = (await eventually('on the way', async () => (await process(product, id)).openTasks.find(({ step }: any) => step === 'arrival')));
    expect(arrival.dueAt).to.equal(eta);
    expect(await product.db('repair_order').where({ process_id: id }).first()).to.deep.include({ repairer_id: asked.id, offered_to: null, eta: new Date(eta) });
    await decide(product, id, 'arrival', asked.username, 'arrived');
    await decide(product, id, 'work', asked.username, 'held', { comment: '缺阀芯，已订货', data: { until: inHours(24) } });
    await decide(product, id, 'on-hold', asked.username, 'resumed');
    const photo = await uploadPhoto(await product.as(asked.username));
    await decide(product, id, 'work', asked.username, 'completed', {
      data: { description: '更换阀芯', minutes: 40, photos: [photo], parts: [{ itemId: item, quantity: 2 }] },
    });
    await openTask(product, id, 'evaluation');
    expect(await stockOf(product, item)).to.include({ onHand: 3, reserved: 0 });
    await decide(product, id, 'evaluation', 'requester', 'evaluated', stars(5, '很快'));
    expect((await ended(product, id)).outcome).to.equal('repaired');
    expect(await stepsOf(id)).to.eql([
      'department-leader:approved', 'dispatch:dispatched', 'accept:accepted', 'arrival:arrived', 'work:held', 'on-hold:resumed', 'work:completed', 'evaluation:evaluated',
    ]);
    expect(await product.db('repair_order').where({ process_id: id }).first('minutes', 'parts_fen')).to.eql({ minutes: 40, parts_fen: 200 });
    for (const kind of ['repairer-coming', 'repairer-there', 'on-hold', 'completed']) expect(await noticesOf('requester', kind, id), kind).to.have.length(1);
    const history = JSON.stringify(await product.temporal.history(id));
    for (const personal of ['13812345678', '水龙头', '阀芯', photo]) expect(history).to.not.include(personal);
  });

  it('that is declined or not answered is offered to the next, at last to nobody, and is dispatched by hand', async () => {
    const { id, asked } = await offered({ category: 'network' });
    await product.db('repairer').whereNot({ person_id: asked.id }).whereRaw("'network' = ANY (skills)").update({ active: false });
    await decide(product, id, 'accept', asked.username, 'declined', { comment: '在外地' });
    await openTask(product, id, 'dispatch');
    expect(await noteOf(id, 'dispatch')).to.equal('nobody-left');
    const service = await product.as('service');
    const task = await openTask(product, id, 'dispatch');
    const refused = await service.post(`/tasks/${task}/decision`, { outcome: 'dispatched', data: { repairers: ['person-wang-wei'] } });
    expect([refused.status, refused.body.errors[0].path]).to.eql([400, 'data.repairers.0']);
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-kang-wei', 'person-jin-zhiqiang'] } });
    const first = await holderOf(product, id, 'accept');
    expect(first.id).to.equal('person-kang-wei');
    const { expireAt } = (await process(product, id)).openTasks[0];
    await fastForward(product, id, Date.parse(expireAt) - Date.now() + MINUTE);
    const second = await holderOf(product, id, 'accept', [first.id]);
    expect(second.id).to.equal('person-jin-zhiqiang');
    await decide(product, id, 'accept', second.username, 'accepted', { data: { eta: inHours(24 * 6) } });
    await openTask(product, id, 'arrival');
  });

  it('whose promise is broken says sorry once to the requester, and to the dispatcher; a new time is a new promise', async () => {
    const { id, asked } = await offered();
    await decide(product, id, 'accept', asked.username, 'accepted', { data: { eta: inHours(1) } });
    await openTask(product, id, 'arrival');
    await fastForward(product, id, 3 * HOUR);
    await eventually('the apology', async () => (await noticesOf('requester', 'eta-broken', id)).length === 1);
    expect(await noticesOf('service', 'promise-broken', id)).to.have.length(1);
    await decide(product, id, 'arrival', asked.username, 'eta-changed', { comment: '前一单未完', data: { eta: inHours(5) } });
    await eventually('the new promise', async () => (await process(product, id)).openTasks.some(({ dueAt }: any) => Date.parse(dueAt) > Date.now() + 4 * HOUR));
    await fastForward(product, id, 30 * MINUTE);
    await decide(product, id, 'arrival', asked.username, 'arrived');
    await openTask(product, id, 'work');
    expect(await noticesOf('requester', 'eta-broken', id)).to.have.length(1);
    const past = await (await product.as(asked.username)).post(`/tasks/${await openTask(product, id, 'work')}/decision`, { outcome: 'held', comment: '等料', data: { until: inHours(-2) } });
    expect([past.status, past.body.errors[0].path]).to.eql([400, 'data.until']);
  });

  it('that is not fixed goes back to work; few stars are called back', async () => {
    const { id, who } = await atWork();
    await decide(product, id, 'work', who, 'completed', done);
    await decide(product, id, 'evaluation', 'requester', 'not-fixed', { comment: '还在滴水' });
    await openTask(product, id, 'work');
    expect(await noteOf(id, 'work')).to.equal('not-fixed');
    await decide(product, id, 'work', who, 'completed', done);
    await decide(product, id, 'evaluation', 'requester', 'evaluated', stars(2, '修了两次'));
    await decide(product, id, 'call-back', 'service', 'not-fixed', { comment: '电话确认仍漏水' });
    await decide(product, id, 'work', who, 'completed', done);
    await decide(product, id, 'evaluation', 'requester', 'evaluated', stars(1));
    await decide(product, id, 'call-back', 'service', 'called-back', { comment: '已致歉，恢复正常' });
    expect((await ended(product, id)).outcome).to.equal('repaired');
    expect(await product.db('repair_order').where({ process_id: id }).first('minutes')).to.eql({ minutes: 75 });
  });

  it('that nobody rates ends by itself', async () => {
    const { id, who } = await atWork();
    await decide(product, id, 'work', who, 'completed', done);
    await openTask(product, id, 'evaluation');
    await fastForward(product, id, 20 * DAY);
    expect((await ended(product, id)).outcome).to.equal('repaired');
  });

  it('is handed back on the way and at work, and dispatched once more', async () => {
    const { id, asked } = await offered();
    await decide(product, id, 'accept', asked.username, 'accepted', { data: { eta: inHours(1) } });
    await decide(product, id, 'arrival', asked.username, 'handed-back', { comment: '车坏了' });
    await openTask(product, id, 'dispatch');
    expect(await noteOf(id, 'dispatch')).to.equal('handed-back');
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-fang-jianguo'], urgency: 'urgent' } });
    await decide(product, id, 'accept', 'repairer2', 'accepted', { data: { eta: inHours(1) } });
    expect((await product.db('repair_order').where({ process_id: id }).first()).urgency).to.equal('urgent');
    await decide(product, id, 'arrival', 'repairer2', 'arrived');
    await decide(product, id, 'work', 'repairer2', 'handed-back', { comment: '需专业厂家' });
    await decide(product, id, 'dispatch', 'service', 'rejected', { comment: '转厂家保修' });
    expect((await ended(product, id)).outcome).to.equal('rejected');
  });

  it('of an emergency does not wait for the leader, and asks for minutes only', async () => {
    const id = await report(product, { urgency: 'emergency', category: 'electrical', description: '配电箱冒烟' });
    await decide(product, id, 'dispatch', 'service', 'dispatched');
    const first = await holderOf(product, id, 'accept-emergency');
    const planned = (await process(product, id)).steps.filter(({ state }: any) => state === 'planned').map(({ step }: any) => step);
    expect(planned).to.eql(['arrival', 'work', 'evaluation']);
    await fastForward(product, id, 6 * MINUTE);
    const second = await holderOf(product, id, 'accept-emergency', [first.id]);
    expect(second.id).to.not.equal(first.id);
    await decide(product, id, 'accept-emergency', second.username, 'accepted', { data: { eta: inHours(0.2) } });
    await decide(product, id, 'arrival', second.username, 'arrived');
  });

  it('is rejected, returned and revised, and withdrawn until somebody is there', async () => {
    const rejected = await report(product);
    await decide(product, rejected, 'department-leader', 'leader', 'rejected', { comment: '已报修过' });
    expect((await ended(product, rejected)).outcome).to.equal('rejected');

    const returned = await report(product);
    await decide(product, returned, 'department-leader', 'leader', 'approved');
    await decide(product, returned, 'dispatch', 'service', 'returned', { comment: '请写明房间' });
    const { form } = await process(product, returned);
    await decide(product, returned, 'revise', 'requester', 'resubmitted', { data: { form: { ...form, spot: '305 洗手间', urgency: 'urgent' } } });
    await decide(product, returned, 'department-leader', 'leader', 'approved');
    await decide(product, returned, 'dispatch', 'service', 'dispatched');
    await holderOf(product, returned, 'accept');
    expect(await product.db('process_clock').where({ process_id: returned }).first('policy')).to.eql({ policy: 'clock-urgent' });

    const requester = await product.as('requester');
    expect((await requester.post(`/processes/${returned}/withdraw`, { reason: '自己修好了' })).status).to.equal(200);
    expect((await ended(product, returned)).outcome).to.equal('withdrawn');

    const { id } = await atWork();
    expect((await requester.post(`/processes/${id}/withdraw`, { reason: '不修了' })).status).to.equal(409);
  });

  it('that was no emergency after all goes to the leader once it is revised', async () => {
    const id = await report(product, { urgency: 'emergency' });
    await decide(product, id, 'dispatch', 'service', 'returned', { comment: '滴水不属紧急，请改为普通' });
    const { form } = await process(product, id);
    await decide(product, id, 'revise', 'requester', 'resubmitted', { data: { form: { ...form, urgency: 'normal' } } });
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'dispatch');
    expect(await stepsOf(id)).to.eql(['dispatch:returned', 'revise:resubmitted', 'department-leader:approved']);
  });

  it('is passed on by nobody while it is offered, and at hand only in office, never to whoever asked for it', async () => {
    const { id, asked } = await offered();
    const [repairer, admin] = [await product.as(asked.username), await product.as('admin')];
    const offer = await openTask(product, id, 'accept');
    for (const person of [repairer, admin]) {
      const { status, body } = await person.post(`/tasks/${offer}/transfer`, { to: 'person-wang-wei', comment: '改派' });
      expect([status, body.code]).to.eql([403, 'not-transferable']);
    }
    await decide(product, id, 'accept', asked.username, 'accepted', { data: { eta: inHours(1) } });
    const arrival = await openTask(product, id, 'arrival');
    expect((await repairer.post(`/tasks/${arrival}/transfer`, { to: 'person-yao-dawei' })).body.code).to.equal('not-transferable');
    const requesterId = (await product.db('process').where({ id }).first('requester_id')).requester_id;
    const own = await admin.post(`/tasks/${arrival}/transfer`, { to: requesterId, comment: '改派' });
    expect([own.status, own.body.code]).to.eql([403, 'separation-of-duties']);
    expect((await admin.post(`/tasks/${arrival}/transfer`, { to: 'person-yao-dawei', comment: '维修人员离职' })).status).to.equal(200);
    await decide(product, id, 'arrival', 'service', 'handed-back', { comment: '另派' });
    await openTask(product, id, 'dispatch');
  });

  it('never goes to whoever asked for it', async () => {
    const id = await report(product, {}, 'repairer');
    await decide(product, id, 'department-leader', 'director', 'approved');
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-jin-zhiqiang', 'person-fang-jianguo'] } });
    expect((await holderOf(product, id, 'accept')).id).to.equal('person-fang-jianguo');
  });

  it('takes parts that the ledger does not have, says so, and never goes below what is reserved', async () => {
    const item = await makeItem(product, 1);
    const { id, who } = await atWork();
    await decide(product, id, 'work', who, 'completed', { data: { description: '换两只', minutes: 10, parts: [{ itemId: item, quantity: 3 }] } });
    await openTask(product, id, 'evaluation');
    expect(await stockOf(product, item)).to.include({ onHand: 0 });
    expect(await product.db('repair_part').where({ process_id: id }).first('quantity', 'missing')).to.eql({ quantity: 3, missing: 2 });
  });
});
