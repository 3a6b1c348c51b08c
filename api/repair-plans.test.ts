import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { expect } from 'chai';
import { createRepairPlanActivities } from '../activities/repair-plans.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { someRoom } from '../test/repairs.ts';
import { openTask, process } from '../test/requisition.ts';
import { ensureSchedule, REPAIR_PLAN_SCHEDULE } from '../worker/schedules.ts';

const DAY = 86_400_000;

/** A day of the company so many days from today. */
const day = (n: number): string => new Date(Date.now() + 8 * 3_600_000 + n * DAY).toISOString().slice(0, 10);

describe('preventive plans', function () {
  this.timeout(60_000);
  let product: Product;
  const openDue = () => createRepairPlanActivities({ db: product.db }).openDuePlans({ most: 100 });

  before(async () => {
    product = await startProduct();
  });
  after(async () => {
    await product?.stop();
  });
  afterEach(async () => {
    await product.db('repair_plan').update({ active: false });
  });

  const service = () => product.as('service');
  const fields = async (more: object = {}) => ({
    title: '空调滤网清洗', placeId: await someRoom(product), category: 'air-conditioning', description: '拆下滤网清洗，检查冷凝水', everyMonths: 3, everyDays: null, nextOn: day(30), ...more,
  });
  async function add(more: object = {}) {
    const { status, body } = await (await service()).post('/repairs/plans', await fields(more));
    expect(status, JSON.stringify(body)).to.equal(201);
    return body;
  }
  /** A plan that should have been opened on a day of the past. */
  async function due(on: string, more: object = {}) {
    const plan = await add(more);
    await product.db('repair_plan').where({ id: plan.id }).update({ next_on: on, day_of_month: Number(on.slice(8)) });
    return plan.id as string;
  }
  const planOf = async (id: string) => (await (await service()).get('/repairs/plans')).body.items.find((each: any) => each.id === id);
  const ordersOf = async (id: string) => (await (await service()).get(`/repairs/plans/${id}/orders`)).body.items;

  it('are added, changed, paused and resumed, each with its next days', async () => {
    const plan = await add({ nextOn: day(40), everyMonths: null, everyDays: 10 });
    expect(plan).to.include({ nextOn: day(40), active: true, placeActive: true, last: null });
    expect(plan.nextTimes).to.eql([40, 50, 60, 70].map(day));
    const changed = await (await service()).put(`/repairs/plans/${plan.id}`, await fields({ nextOn: day(20), everyMonths: null, everyDays: 7, title: '滤网' }));
    expect(changed.body).to.deep.include({ title: '滤网', nextTimes: [20, 27, 34, 41].map(day) });
    expect((await (await service()).post(`/repairs/plans/${plan.id}/pause`)).body.active).to.equal(false);
    expect((await (await service()).post(`/repairs/plans/${plan.id}/open`, { dueOn: day(20) })).body.code).to.equal('repair-plan-not-in-use');
    await product.db('repair_plan').where({ id: plan.id }).update({ next_on: day(-8) });
    expect((await (await service()).post(`/repairs/plans/${plan.id}/resume`)).body).to.include({ active: true, nextOn: day(6) });
    await product.db('repair_plan').where({ id: plan.id }).update({ next_on: day(-7), active: false });
    expect((await (await service()).post(`/repairs/plans/${plan.id}/resume`)).body.nextOn, 'today is not past').to.equal(day(0));
  });

  it('keep the day that is meant through a short month', async () => {
    const plan = await add({ nextOn: '2027-01-31', everyMonths: 1 });
    expect(plan.nextTimes).to.eql(['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30']);
    const opened = await (await service()).post(`/repairs/plans/${plan.id}/open`, { dueOn: '2027-01-31' });
    expect(opened.body.plan.nextTimes).to.eql(['2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31']);
    const renamed = await (await service()).put(`/repairs/plans/${plan.id}`, await fields({ nextOn: '2027-02-28', everyMonths: 1, title: '改名' }));
    expect(renamed.body.nextTimes[1], 'a new name is no new day').to.equal('2027-03-31');
  });

  it('refuse what cannot be, naming the field', async () => {
    for (const [more, path] of [
      [{ nextOn: day(-1) }, 'nextOn'], [{ nextOn: '2027-02-30' }, 'nextOn'], [{ everyDays: 7 }, 'everyMonths'], [{ everyMonths: null }, 'everyMonths'],
      [{ placeId: 'place-nowhere' }, 'placeId'], [{ title: ' ' }, 'title'], [{ category: 'magic' }, 'category'], [{ everyMonths: 61 }, 'everyMonths'],
    ] as const) {
      const { status, body } = await (await service()).post('/repairs/plans', await fields(more));
      expect([status, body.errors?.[0].path], JSON.stringify(more)).to.eql([400, path]);
    }
    expect((await (await product.as('requester')).get('/repairs/plans')).status).to.equal(403);
  });

  it('open one order for the day that has come, which no leader is asked about', async () => {
    const id = await due(day(0));
    expect(await openDue()).to.eql({ due: 1, opened: 1 });
    const plan = await planOf(id);
    expect(plan.last).to.include({ dueOn: day(0), status: 'running' });
    expect(plan.nextOn > day(80)).to.equal(true);
    const order = plan.last.processId;
    await openTask(product, order, 'dispatch');
    const { requester, title, steps } = await process(product, order);
    expect(title).to.include('空调滤网清洗');
    expect(requester.id).to.equal('person-yao-dawei');
    expect(steps.filter(({ state }: any) => state === 'done').map(({ step }: any) => step)).to.eql([]);
    const [event] = await product.db('audit_event').where({ action: 'repair-plan-opened', object: id });
    expect([event.actor_kind, event.process_id]).to.eql(['clock', order]);
    expect(JSON.stringify(await product.temporal.history(order))).to.not.include('滤网');
    expect(await openDue()).to.eql({ due: 0, opened: 0 });
  });

  it('open one order for days that were missed, and go on in their rhythm', async () => {
    const id = await due(day(-25), { everyMonths: null, everyDays: 10 });
    await openDue();
    await openDue();
    expect((await ordersOf(id)).map(({ dueOn }: any) => dueOn)).to.eql([day(-25)]);
    expect((await planOf(id)).nextOn).to.equal(day(5));
  });

  it('open each order once, however many runs there are at the same moment', async () => {
    const ids = await Promise.all([-3, -2, -1, 0].map((n) => due(day(n))));
    const opened = await Promise.all(Array.from({ length: 6 }, openDue));
    expect(opened.reduce((sum, each) => sum + each.opened, 0)).to.equal(4);
    for (const id of ids) expect(await ordersOf(id)).to.have.length(1);
  });

  it('open an order once when a run dies in between: all of it or nothing', async () => {
    const id = await due(day(0));
    await product.db.raw(`
      CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'died'; END $$;
      CREATE TRIGGER die BEFORE UPDATE OF next_on ON repair_plan FOR EACH ROW EXECUTE FUNCTION die();`);
    const before = await product.db('process').count('* as n').first();
    await openDue().then(() => expect.fail('it did not die'), () => undefined);
    expect(await ordersOf(id)).to.eql([]);
    expect(await product.db('process').count('* as n').first(), 'no process without its plan').to.eql(before);
    await product.db.raw('DROP TRIGGER die ON repair_plan; DROP FUNCTION die;');
    await openDue();
    expect(await ordersOf(id)).to.have.length(1);
  });

  it('are opened by hand before their day, once, and then not again for that day', async () => {
    const plan = await add({ nextOn: day(10), everyMonths: null, everyDays: 30 });
    const one = await service();
    const key = randomUUID();
    const open = () => one.post(`/repairs/plans/${plan.id}/open`, { dueOn: day(10) }, { 'idempotency-key': key });
    const first = await open();
    expect(first.status).to.equal(201);
    expect((await open()).body.processId).to.equal(first.body.processId);
    const again = await one.post(`/repairs/plans/${plan.id}/open`, { dueOn: day(10) });
    expect([again.status, again.body.code]).to.eql([409, 'repair-plan-moved']);
    expect(again.body.detail).to.include(day(40));
    expect((await planOf(plan.id)).nextOn).to.equal(day(40));
    const back = await one.put(`/repairs/plans/${plan.id}`, await fields({ nextOn: day(10), everyMonths: null, everyDays: 30 }));
    expect([back.status, back.body.errors[0].path]).to.eql([400, 'nextOn']);
    await openTask(product, first.body.processId, 'dispatch');
  });

  it('are asked for by another dispatcher when who made them has left; a place out of use opens nothing', async () => {
    const id = await due(day(0));
    const placeId = await someRoom(product, 1);
    const there = await due(day(0), { placeId });
    await product.db('place').where({ id: placeId }).update({ active: false });
    await product.db('repair_plan').where({ id }).update({ created_by: 'person-lin-shuyuan' });
    await product.db('person').where({ id: 'person-lin-shuyuan' }).update({ active: false });
    await openDue();
    const { requester } = await process(product, (await ordersOf(id))[0].processId);
    expect(requester.id).to.equal('person-yao-dawei');
    expect(await ordersOf(there)).to.eql([]);
    expect(await planOf(there)).to.include({ placeActive: false });
    await product.db('place').where({ id: placeId }).update({ active: true });
  });

  it('are opened every morning at half past six by a schedule', async () => {
    const id = `plans-test-${product.taskQueue}`;
    const connection = await NativeConnection.connect({ address: env('HOUQIN_TEST_TEMPORAL_ADDRESS') });
    const namespace = env('HOUQIN_TEST_TEMPORAL_NAMESPACE');
    const schedule = new Client({ connection, namespace }).schedule.getHandle(id);
    const plan = await due(day(0));
    try {
      for (let n = 0; n < 2; n += 1) await ensureSchedule({ connection, namespace, name: REPAIR_PLAN_SCHEDULE, taskQueue: product.taskQueue, id });
      const { spec } = await schedule.describe();
      expect([spec.timezone, spec.calendars?.[0]?.hour, spec.calendars?.[0]?.minute]).to.eql(['Asia/Shanghai', [{ start: 6, end: 6, step: 1 }], [{ start: 30, end: 30, step: 1 }]]);
      await schedule.trigger();
      await eventually('the order', async () => (await ordersOf(plan)).length === 1);
    } finally {
      await schedule.delete().catch(() => undefined);
      await connection.close();
    }
  });
});

function env(name: string): string {
  const value = globalThis.process.env[name];
  if (!value) throw new Error(`${name} is missing: run npm test`);
  return value;
}
