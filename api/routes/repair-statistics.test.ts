import { expect } from 'chai';
import { startProcess } from '../../db/queries/processes.ts';
import { seedDemoCompany } from '../../db/seeds/demo-company.ts';
import { openAccounts } from '../../test/accounts.ts';
import { startApi, type TestApi } from '../../test/api.ts';
import { login, type Person } from '../../test/person.ts';

const JIN = 'person-jin-zhiqiang';
const FANG = 'person-fang-jianguo';
const DISPATCHER = 'person-yao-dawei';
const MINUTE = 60_000;

/** By the clock in Shanghai, in March 2026: the 2nd and the 9th are Mondays, and there are no holidays. */
const at = (text: string): Date => new Date(`2026-${text.replace(' ', 'T')}:00+08:00`);

interface Step {
  step: string;
  from: string;
  to?: string;
  by?: string;
  outcome?: string;
  promise?: string;
  due?: string;
  stars?: [number, number, number];
}

interface Order {
  place: string;
  category: string;
  urgency: string;
  started: string;
  ended?: [at: string, outcome: string];
  clock?: { due: string; paused?: string };
  repair?: { by?: string; completed?: string; minutes?: number; fen?: number };
  offers?: string[];
  planned?: true;
  steps?: Step[];
}

describe('statistics of repairs', function () {
  this.timeout(60_000);
  let api: TestApi;
  let service: Person;
  let a: { id: string; building: string; floor: string };
  let b: { id: string; building: string; floor: string };
  let statistics: any;
  const numbers: string[] = [];

  before(async () => {
    api = await startApi();
    const { db } = api.database;
    await seedDemoCompany(api.database.url);
    await openAccounts(db, [DISPATCHER]);
    service = await login(api.url, 'service');
    const rooms = await db('place as room').join('place as floor', 'floor.id', 'room.parent_id').join('place_path', 'place_path.id', 'room.id').where({ 'room.kind': 'room', 'floor.kind': 'floor' })
      .orderBy('room.id').select({ id: 'room.id', floor: 'floor.name', building: 'place_path.building_id' });
    a = rooms[0];
    b = rooms.find(({ building }) => building !== a.building);
    await db('repair_plan').insert({
      id: 'plan', title: '检查', place_id: b.id, category: 'electrical', description: '检查', every_months: 1, next_on: '2026-04-10', day_of_month: 10, created_by: DISPATCHER,
    });
    for (const order of orders()) await put(order);
    const answer = await service.get('/repairs/statistics?from=2026-03-02&until=2026-03-15');
    expect(answer.status, JSON.stringify(answer.body)).to.equal(200);
    statistics = answer.body;
  });
  after(() => api?.stop());

  const orders = (): Order[] => [
    {
      place: a.id, category: 'plumbing', urgency: 'normal', started: '03-02 09:00', ended: ['03-02 12:30', 'repaired'], clock: { due: '03-04 16:00', paused: '03-02 11:50' },
      repair: { by: JIN, completed: '03-02 11:50', minutes: 60, fen: 500 }, offers: [JIN],
      steps: [
        { step: 'department-leader', from: '03-02 09:00', to: '03-02 09:30', by: 'person-chen-jianhua', outcome: 'approved', due: '03-02 09:20' },
        { step: 'dispatch', from: '03-02 09:30', to: '03-02 10:00', by: DISPATCHER, outcome: 'dispatched', due: '03-02 10:30' },
        { step: 'accept', from: '03-02 10:00', to: '03-02 10:10', by: JIN, outcome: 'accepted' },
        { step: 'arrival', from: '03-02 10:10', to: '03-02 10:50', by: JIN, outcome: 'arrived', promise: '03-02 11:00' },
        { step: 'work', from: '03-02 10:50', to: '03-02 11:50', by: JIN, outcome: 'completed' },
        { step: 'evaluation', from: '03-02 11:50', to: '03-02 12:30', by: 'person-wang-wei', outcome: 'evaluated', stars: [5, 4, 3] },
      ],
    },
    {
      // The same again a day later, past its clock, not rated yet.
      place: a.id, category: 'plumbing', urgency: 'urgent', started: '03-03 10:00', clock: { due: '03-03 16:00', paused: '03-03 17:30' },
      repair: { by: FANG, completed: '03-03 17:30', minutes: 170 }, offers: [FANG],
      steps: [
        { step: 'dispatch', from: '03-03 10:00', to: '03-03 11:00', by: DISPATCHER, outcome: 'dispatched', due: '03-03 11:00' },
        { step: 'accept', from: '03-03 11:00', to: '03-03 11:20', by: FANG, outcome: 'accepted' },
        { step: 'arrival', from: '03-03 11:20', to: '03-03 14:30', by: FANG, outcome: 'arrived', promise: '03-03 11:30' },
        { step: 'work', from: '03-03 14:30', to: '03-03 17:30', by: FANG, outcome: 'completed' },
        { step: 'evaluation', from: '03-03 17:30' },
      ],
    },
    {
      // An emergency that one did not answer; the time was changed before it had passed. It was there seventeen days before.
      place: b.id, category: 'electrical', urgency: 'emergency', started: '03-09 09:00', ended: ['03-09 11:00', 'repaired'], clock: { due: '03-09 13:00', paused: '03-09 10:48' },
      repair: { by: FANG, completed: '03-09 10:48', minutes: 30, fen: 1_500 }, offers: [JIN, FANG],
      steps: [
        { step: 'dispatch', from: '03-09 09:00', to: '03-09 09:05', by: DISPATCHER, outcome: 'dispatched', due: '03-09 10:00' },
        { step: 'accept-emergency', from: '03-09 09:05', to: '03-09 09:10', outcome: 'no-answer' },
        { step: 'accept-emergency', from: '03-09 09:10', to: '03-09 09:13', by: FANG, outcome: 'accepted' },
        { step: 'arrival', from: '03-09 09:13', to: '03-09 09:33', by: FANG, outcome: 'eta-changed', promise: '03-09 09:40' },
        { step: 'arrival', from: '03-09 09:33', to: '03-09 10:03', by: FANG, outcome: 'arrived', promise: '03-09 10:10' },
        { step: 'work', from: '03-09 10:03', to: '03-09 10:48', by: FANG, outcome: 'completed' },
        { step: 'evaluation', from: '03-09 10:48', to: '03-09 11:00', by: 'person-wang-wei', outcome: 'evaluated', stars: [2, 2, 2] },
      ],
    },
    {
      place: b.id, category: 'electrical', urgency: 'normal', started: '03-09 09:00', ended: ['03-09 10:00', 'rejected'], clock: { due: '03-11 09:00' },
      steps: [{ step: 'dispatch', from: '03-09 09:00', to: '03-09 10:00', by: DISPATCHER, outcome: 'rejected', due: '03-09 09:30' }],
    },
    { place: b.id, category: 'electrical', urgency: 'normal', started: '03-10 06:30', planned: true, steps: [{ step: 'dispatch', from: '03-10 06:30' }] },
    {
      // Handed back after the promised time; past its clock with nobody at work on it.
      place: a.id, category: 'plumbing', urgency: 'normal', started: '03-12 09:00', clock: { due: '03-16 09:00' }, offers: [JIN], repair: {},
      steps: [
        { step: 'dispatch', from: '03-12 09:00', to: '03-12 09:20', by: DISPATCHER, outcome: 'dispatched', due: '03-12 10:00' },
        { step: 'accept', from: '03-12 09:20', to: '03-12 09:30', by: JIN, outcome: 'accepted' },
        { step: 'arrival', from: '03-12 10:00', to: '03-12 11:30', by: JIN, outcome: 'handed-back', promise: '03-12 11:00' },
        { step: 'dispatch', from: '03-12 11:30' },
      ],
    },
    { place: a.id, category: 'furniture', urgency: 'normal', started: '03-11 10:00', ended: ['03-11 11:00', 'withdrawn'] },
    { place: b.id, category: 'electrical', urgency: 'normal', started: '02-20 10:00', ended: ['02-21 10:00', 'repaired'] },
    // Of the days beside the period, by the company's clock: a minute before its first and at the end of its last.
    { place: a.id, category: 'network', urgency: 'normal', started: '03-01 23:59', ended: ['03-02 00:30', 'withdrawn'] },
    { place: a.id, category: 'network', urgency: 'normal', started: '03-16 00:00', ended: ['03-16 00:30', 'withdrawn'] },
  ];

  async function put({ place, category, urgency, started, ended, clock, repair, offers = [], planned, steps = [] }: Order): Promise<void> {
    const { db } = api.database;
    const form = { placeId: place, category, urgency, description: '坏了' };
    const { id, number } = await db.transaction((trx) => startProcess(trx, {
      type: 'repair-order', numberPrefix: 'BX', workflow: 'repairOrder', title: '报修', form, facts: { urgency }, requesterId: 'person-wang-wei', departmentId: 'dept-marketing',
    }));
    numbers.push(number);
    await db('outbox').where({ process_id: id }).delete();
    await db('process').where({ id }).update({ started_at: at(started), ...(ended && { status: 'ended', outcome: ended[1], ended_at: at(ended[0]) }) });
    if (repair) {
      const building = place === a.id ? a.building : b.building;
      await db('repair_order').insert({
        process_id: id, place_id: place, building_id: building, category, urgency, repairer_id: repair.by ?? null, completed_at: repair.completed ? at(repair.completed) : null,
        minutes: repair.minutes ?? 0, parts_fen: repair.fen ?? 0,
      });
    }
    if (clock) await db('process_clock').insert({ process_id: id, policy: `clock-${urgency}`, started_at: at(started), due_at: at(clock.due), paused_at: clock.paused ? at(clock.paused) : null });
    if (planned) await db('repair_plan_order').insert({ plan_id: 'plan', due_on: '2026-03-10', process_id: id });
    for (const [n, who] of offers.entries()) await db('repair_offer').insert({ key: `${id}.offer.${n + 1}`, process_id: id, repairer_id: who, why: '{}' });
    for (const [n, { step, from, to, by, outcome, promise, due, stars }] of steps.entries()) {
      await db('task').insert({
        id: `${id}.${step}.${n + 1}`, process_id: id, step, n: n + 1, outcomes: [], candidates: [], opened_at: at(from), policy_version: 1, calendar_version: 1,
        context: JSON.stringify(promise ? { promise: { at: at(promise).toISOString(), broken: 'eta-broken' } } : {}), due_at: due ? at(due) : null,
        ...(to && {
          state: 'decided', decided_at: at(to), decided_by: by ?? null, actor_kind: by ? 'person' : 'clock', outcome,
          data: JSON.stringify(stars ? { stars: { quality: stars[0], speed: stars[1], service: stars[2] } } : {}),
        }),
      });
    }
  }

  const took = (p50: number, p90: number) => ({ p50: p50 * MINUTE, p90: p90 * MINUTE });

  it('counts what was reported within the days, by the company’s clock', () => {
    expect(statistics.totals).to.deep.include({ orders: 7, repaired: 2, running: 3, rejected: 1, withdrawn: 1, planned: 1 });
    expect(statistics.weeks).to.eql([
      { week: '2026-03-02', category: 'plumbing', urgency: 'normal', orders: 1 },
      { week: '2026-03-02', category: 'plumbing', urgency: 'urgent', orders: 1 },
      { week: '2026-03-09', category: 'electrical', urgency: 'emergency', orders: 1 },
      { week: '2026-03-09', category: 'electrical', urgency: 'normal', orders: 2 },
      { week: '2026-03-09', category: 'furniture', urgency: 'normal', orders: 1 },
      { week: '2026-03-09', category: 'plumbing', urgency: 'normal', orders: 1 },
    ]);
  });

  it('says how many were done within the clock: those past it are late, and a declined one is neither', () => {
    expect(statistics.totals).to.deep.include({ onTime: 2, clocked: 4 });
    expect(statistics.urgencies.map(({ key, orders: n, onTime, clocked }: any) => [key, n, onTime, clocked])).to.eql([['normal', 5, 1, 2], ['emergency', 1, 1, 1], ['urgent', 1, 0, 1]]);
  });

  it('says which promises were kept, broken, or moved in time', () => {
    expect(statistics.promises).to.eql({ kept: 2, broken: 2, moved: 1 });
  });

  it('measures each step by the clock of its policy, medians and nine of ten', () => {
    const step = (name: string) => statistics.steps.find((each: any) => each.step === name);
    expect(step('department-leader')).to.deep.include({ clock: 'business', people: 1, byClock: 0, due: 1, inTime: 0, took: took(30, 30) });
    expect(step('dispatch')).to.deep.include({ clock: 'business', people: 5, due: 5, inTime: 4, took: took(30, 60) });
    expect(step('accept')).to.deep.include({ clock: 'business', people: 3, took: took(10, 18) });
    expect(step('accept-emergency')).to.deep.include({ clock: 'wall', people: 1, byClock: 1, took: took(3, 3) });
    expect(step('arrival')).to.deep.include({ clock: 'wall', people: 5, took: took(40, 150) });
    expect(step('work')).to.deep.include({ clock: 'business', people: 3, took: took(60, 156) });
    expect(statistics.steps.map((each: any) => each.step)).to.eql(['department-leader', 'dispatch', 'accept', 'accept-emergency', 'arrival', 'work', 'evaluation']);
    expect(statistics.whole).to.eql({ orders: 2, took: took(150, 174) });
    expect(statistics.businessDayMs).to.equal(7 * 60 * MINUTE);
  });

  it('means stars by aspect and by repairer, with what each was offered, took, did and cost', () => {
    expect(statistics.totals.stars).to.equal(3);
    expect(statistics.aspects).to.have.deep.members([{ aspect: 'quality', mean: 3.5, rated: 2 }, { aspect: 'speed', mean: 3, rated: 2 }, { aspect: 'service', mean: 2.5, rated: 2 }]);
    const [fang, jin] = statistics.repairers;
    expect(fang).to.deep.include({
      id: FANG, offered: 2, accepted: 2, completed: 2, handedBack: 0, kept: 1, broken: 1, onTime: 1, clocked: 2, minutes: 200, partsFen: 1_500, rated: 1, stars: 2,
    });
    expect(jin).to.deep.include({
      id: JIN, offered: 3, accepted: 2, completed: 1, handedBack: 1, kept: 1, broken: 1, onTime: 1, clocked: 1, minutes: 60, partsFen: 500, rated: 1, stars: 4,
    });
    expect(statistics.repairers).to.have.length(2);
  });

  it('finds faults that came back within thirty days, planned work and declined orders aside', () => {
    expect(statistics.totals.repeats).to.equal(3);
    expect(statistics.repeats.total).to.equal(3);
    expect(statistics.repeats.items.map(({ placeId, category, times, lastNumber }: any) => [placeId, category, times, lastNumber])).to.eql([
      [a.id, 'plumbing', 2, numbers[5]], [b.id, 'electrical', 1, numbers[2]],
    ]);
  });

  it('counts a fault as the same again within as many days as are asked for', async () => {
    const within = async (repeatDays: number) => {
      const { body } = await service.get(`/repairs/statistics?from=2026-03-02&until=2026-03-15&repeatDays=${repeatDays}`);
      expect(body.repeatDays).to.equal(repeatDays);
      return body.repeats.items.map(({ placeId, times }: any) => [placeId, times]);
    };
    expect(await within(1)).to.eql([]);
    expect(await within(2)).to.eql([[a.id, 1]]);
    expect(await within(10)).to.eql([[a.id, 2]]);
    expect(await within(17)).to.eql([[a.id, 2], [b.id, 1]]);
    expect((await service.get('/repairs/statistics?repeatDays=0')).status).to.equal(400);
  });

  it('adds up cost by category and building, and places by building and floor', () => {
    expect(statistics.totals).to.deep.include({ minutes: 260, partsFen: 2_000 });
    const row = ({ key, orders: n, minutes, partsFen, repeats }: any) => [key, n, minutes, partsFen, repeats];
    expect(statistics.categories.map(row)).to.eql([['electrical', 3, 30, 1_500, 1], ['plumbing', 3, 230, 500, 2], ['furniture', 1, 0, 0, 0]]);
    expect(statistics.buildings.map(row)).to.eql([[a.building, 4, 230, 500, 2], [b.building, 3, 30, 1_500, 1]]);
    expect(statistics.heat.map(({ buildingId, floor, orders: n }: any) => [buildingId, floor, n])).to.have.deep.members([[a.building, a.floor, 4], [b.building, b.floor, 3]]);
    expect(statistics.places.map(({ placeId, buildingId, orders: n, repeats }: any) => [placeId, buildingId, n, repeats])).to.eql([[a.id, a.building, 4, 2], [b.id, b.building, 3, 1]]);
    expect(statistics.places.map(({ floorId }: any) => floorId)).to.eql([a.building, b.building].map((building) => statistics.heat.find(({ buildingId }: any) => buildingId === building).floorId));
  });

  it('are exported order by order, in the caller’s language', async () => {
    const read = async (language: string) => {
      const answer = await fetch(`${api.url}/api/repairs/statistics.csv?from=2026-03-02&until=2026-03-15`, { headers: { cookie: service.cookie, 'accept-language': language } });
      expect(answer.headers.get('content-disposition')).to.include('repairs-2026-03-02-2026-03-15.csv');
      return (await answer.text()).replace('\ufeff', '').trim().split('\r\n');
    };
    const zh = await read('zh-CN');
    expect(zh).to.have.length(8);
    expect(zh[2]!.split(',').slice(9, 12)).to.eql(['2026-03-03 17:30', '否', '是']);
    expect(await api.database.db('audit_event').where({ action: 'repairs-exported' }).first('actor_id', 'detail')).to.deep.include({
      actor_id: DISPATCHER, detail: { rows: 7, total: 7, from: '2026-03-02', until: '2026-03-15' },
    });
    expect(zh[0]).to.equal('单号,报修时间,地点,类别,紧急程度,保养计划,结果,维修人员,接单时间,完工时间,时限内,重复故障,用时（分钟）,配件（元）,评分');
    expect(zh[1]!.split(',').slice(0, 2)).to.eql([numbers[0], '2026-03-02 09:00']);
    expect(zh[1]!.split(',').slice(3)).to.eql(['给排水', '普通', '否', '已修复', '金志强', '', '2026-03-02 11:50', '是', '否', '60', '5.00', '4.0']);
    await service.patch('/me', { locale: 'en' });
    expect((await read('en'))[1]!.split(',').slice(3, 7)).to.eql(['Plumbing', 'Normal', 'no', 'Repaired']);
    await service.patch('/me', { locale: 'zh-CN' });
  });

  it('say of days without orders that there are none, and refuse days that are none', async () => {
    const { body } = await service.get('/repairs/statistics?from=2025-01-01&until=2025-01-31');
    expect(body.totals).to.deep.include({ orders: 0, clocked: 0, stars: null, minutes: 0 });
    expect([body.weeks, body.repairers, body.heat, body.repeats]).to.eql([[], [], [], { total: 0, items: [] }]);
    for (const [query, path] of [['from=2026-03-02&until=2026-03-01', 'until'], ['from=1999-12-31', 'from'], ['from=2024-01-01&until=2026-01-01', 'until'], ['from=2026-02-30', 'from']]) {
      const { status, body: problem } = await service.get(`/repairs/statistics?${query}`);
      expect([status, problem.errors[0].path], query).to.eql([400, path]);
    }
    expect(Object.keys((await service.get('/repairs/statistics')).body)).to.include.members(['from', 'until']);
  });
});
