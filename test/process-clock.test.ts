import { expect } from 'chai';
import { computeDeadlines, type TimeoutPolicy } from '../activities/deadlines/deadlines.ts';
import { defaultCalendar } from '../activities/deadlines/calendar-2026.ts';
import { contract } from '../workflows/repair-order/contract.ts';
import { eventually } from './person.ts';
import { startProduct, type Product } from './product.ts';
import { inHours, report } from './repairs.ts';
import { decide, openTask, process } from './requisition.ts';
import { fastForward } from './virtual-time.ts';

const HOUR = 3_600_000;
const REPAIRER = 'person-fang-jianguo';
const WALL = { clock: 'wall', due: 'PT10H', remind: { after: 'PT8H', every: 'PT1H', times: 1 }, escalate: { after: 'PT12H' }, expire: null } as const;

describe('a clock over several steps (P1), in virtual time on the real server', function () {
  this.timeout(90_000);
  let product: Product;

  before(async () => {
    product = await startProduct();
    const admin = await product.as('admin');
    expect((await admin.put('/admin/timeout-policies/repair-order/clock-normal', WALL)).status).to.equal(200);
    const quiet = { clock: 'wall', due: null, remind: null, escalate: { after: 'P300D' }, expire: null };
    for (const step of ['dispatch', 'arrival', 'work']) expect((await admin.put(`/admin/timeout-policies/repair-order/${step}`, quiet)).status, step).to.equal(200);
  });
  after(async () => {
    await product?.stop();
  });

  async function atDispatch(form: object = {}): Promise<string> {
    const id = await report(product, form);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'dispatch');
    return id;
  }

  async function atWork(form: object = {}): Promise<string> {
    const id = await atDispatch(form);
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: [REPAIRER] } });
    await decide(product, id, 'accept', 'repairer2', 'accepted', { data: { eta: inHours(1) } });
    await decide(product, id, 'arrival', 'repairer2', 'arrived');
    await openTask(product, id, 'work');
    return id;
  }

  const clock = (id: string) => product.db('process_clock').where({ process_id: id }).first();
  const hold = (id: string, hours: number) => decide(product, id, 'work', 'repairer2', 'held', { comment: '等配件', data: { until: inHours(hours) } });
  const told = async (id: string, kind: string) => product.db('notice').where({ process_id: id, kind }).pluck('person_id');
  const SERVICE = 'person-yao-dawei';

  /** What the clock's due instant must be, from the tasks alone: it runs from one that runs it to the next that does not. */
  async function recomputed(id: string, policy: TimeoutPolicy = WALL): Promise<Date | null> {
    const tasks: { step: string; opened_at: Date }[] = await product.db('task').where({ process_id: id }).orderBy('opened_at').select('step', 'opened_at');
    const runs = (step: string): boolean => (contract.clock.runsAt as readonly string[]).includes(step);
    const first = tasks.findIndex(({ step }) => runs(step));
    const pauses: { from: Date; to: Date }[] = [];
    let from: Date | undefined;
    for (const { step, opened_at: at } of tasks.slice(first)) {
      if (!runs(step)) from ??= at;
      else if (from) {
        pauses.push({ from, to: at });
        from = undefined;
      }
    }
    return computeDeadlines(policy, defaultCalendar, tasks[first]!.opened_at, pauses).dueAt;
  }

  it('does not run before it lies with the service centre, and then runs through every step', async () => {
    const id = await report(product);
    await openTask(product, id, 'department-leader');
    expect(await clock(id)).to.equal(undefined);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'dispatch');
    const { due_at: due, started_at: started } = await clock(id);
    expect(due.getTime() - started.getTime()).to.equal(10 * HOUR);
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: [REPAIRER] } });
    await openTask(product, id, 'accept');
    expect(await clock(id)).to.deep.include({ due_at: due, started_at: started, pauses: [], paused_at: null });
  });

  it('stands still on hold, goes on by itself when the hold is over, and is due so much later', async () => {
    const id = await atWork();
    const before = (await clock(id)).due_at;
    await hold(id, 20);
    await openTask(product, id, 'on-hold');
    expect((await clock(id)).paused_at).to.be.an.instanceOf(Date);
    await fastForward(product, id, 21 * HOUR);
    await openTask(product, id, 'work');
    const after = await clock(id);
    expect((after.due_at.getTime() - before.getTime()) / HOUR).to.be.within(19.9, 20.1);
    expect(after.paused_at).to.equal(null);
    expect(after.due_at).to.eql(await recomputed(id));
    for (const kind of ['clock-remind', 'clock-due', 'clock-late', 'clock-escalate']) expect(await told(id, kind), `${kind}: never late while it stands still`).to.eql([]);
  });

  it('warns before it is late, says so when it is, to the requester too, and goes to the superior, each once', async () => {
    const id = await atWork();
    await fastForward(product, id, 9 * HOUR);
    await eventually('the warning', async () => (await told(id, 'clock-remind')).length === 2);
    expect(await told(id, 'clock-remind')).to.have.members([SERVICE, REPAIRER]);
    expect(await told(id, 'clock-due')).to.eql([]);
    // A step more, and what was said is not said again.
    await decide(product, id, 'work', 'repairer2', 'handed-back', { comment: '需两人' });
    await openTask(product, id, 'dispatch');
    await fastForward(product, id, 2 * HOUR);
    await eventually('late', async () => (await told(id, 'clock-late')).length === 1);
    expect(await told(id, 'clock-late')).to.eql(['person-wang-wei']);
    expect(await told(id, 'clock-due')).to.eql([SERVICE]);
    expect(await told(id, 'clock-escalate')).to.eql([]);
    await fastForward(product, id, 2 * HOUR);
    await eventually('at the superior', async () => (await told(id, 'clock-escalate')).length === 1);
    expect(await told(id, 'clock-escalate')).to.eql(['person-zhou-huimin']);
    expect((await told(id, 'clock-remind')).length, 'once each').to.equal(2);
    expect((await process(product, id)).timeline.filter(({ action }: any) => /^clock-/.test(action)).map(({ action }: any) => action))
      .to.eql(['clock-remind-passed', 'clock-due-passed', 'clock-escalate-passed']);
  });

  it('stands still while the requester revises after 退回, and goes on afterwards', async () => {
    const id = await atDispatch();
    await decide(product, id, 'dispatch', 'service', 'returned', { comment: '请写明房间' });
    await openTask(product, id, 'revise');
    await fastForward(product, id, 30 * HOUR);
    const { form } = await process(product, id);
    await decide(product, id, 'revise', 'requester', 'resubmitted', { data: { form } });
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'dispatch');
    const { started_at: started, due_at: due, pauses } = await clock(id);
    expect(pauses).to.have.length(1);
    expect((due.getTime() - started.getTime()) / HOUR).to.be.within(39.9, 41);
    expect(due).to.eql(await recomputed(id));
    expect(await told(id, 'clock-due')).to.eql([]);
  });

  it('stands still while the requester rates, and goes on when it is not fixed', async () => {
    const id = await atWork();
    await decide(product, id, 'work', 'repairer2', 'completed', { data: { description: '换阀', minutes: 5 } });
    await openTask(product, id, 'evaluation');
    await fastForward(product, id, 24 * HOUR);
    expect(await told(id, 'clock-due')).to.eql([]);
    await decide(product, id, 'evaluation', 'requester', 'not-fixed', { comment: '还漏' });
    await openTask(product, id, 'work');
    expect((await clock(id)).due_at).to.eql(await recomputed(id));
    await fastForward(product, id, 11 * HOUR);
    await eventually('late', async () => (await told(id, 'clock-late')).length === 1);
  });

  it('adds up over many holds, whatever their lengths', async () => {
    const id = await atWork();
    for (const hours of [3, 1, 7, 2]) {
      await hold(id, 60);
      await openTask(product, id, 'on-hold');
      await fastForward(product, id, hours * HOUR);
      await decide(product, id, 'on-hold', 'repairer2', 'resumed');
      await openTask(product, id, 'work');
      await fastForward(product, id, HOUR);
    }
    const { due_at: due, started_at: started, pauses } = await clock(id);
    expect(pauses).to.have.length(4);
    expect(due).to.eql(await recomputed(id));
    expect((due.getTime() - started.getTime()) / HOUR).to.be.within(22.9, 23.2);
  });

  it('follows the urgency that the dispatcher sets, from its start', async () => {
    const id = await atDispatch();
    const { started_at: started } = await clock(id);
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: [REPAIRER], urgency: 'emergency' } });
    await openTask(product, id, 'accept-emergency');
    const changed = await clock(id);
    expect(changed.policy).to.equal('clock-emergency');
    expect(changed.due_at.getTime() - started.getTime()).to.equal(4 * HOUR);
  });

  it('counts hours of work for what is not urgent enough, over a weekend and a hold in it', async () => {
    const { timeouts } = contract.clock.policies.urgent;
    const id = await atWork({ urgency: 'urgent' });
    const before = await clock(id);
    expect(before.due_at).to.eql(computeDeadlines(timeouts, defaultCalendar, before.started_at).dueAt);
    await hold(id, 8 * 24);
    await openTask(product, id, 'on-hold');
    // A whole week has a weekend wherever it begins.
    await fastForward(product, id, 7 * 24 * HOUR);
    await decide(product, id, 'on-hold', 'repairer2', 'resumed');
    await openTask(product, id, 'work');
    const { due_at: due, pauses } = await clock(id);
    expect(pauses).to.have.length(1);
    expect(due).to.eql(await recomputed(id, timeouts));
    // A week later, or more where a holiday follows; the end of a day of work and the begin of the next are one instant of it.
    expect((due.getTime() - before.due_at.getTime()) / HOUR).to.be.at.least(6 * 24);
  });

  it('is the same when its worker dies and another one replays', async () => {
    const id = await atWork();
    await hold(id, 30);
    await openTask(product, id, 'on-hold');
    await product.restartWorker();
    await decide(product, id, 'on-hold', 'repairer2', 'resumed');
    await openTask(product, id, 'work');
    expect((await clock(id)).due_at).to.eql(await recomputed(id));
    expect((await clock(id)).pauses).to.have.length(1);
  });
});
