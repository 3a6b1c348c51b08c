import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { addBusinessTime } from '../activities/deadlines/business-calendar.ts';
import { defaultCalendar } from '../activities/deadlines/calendar-2026.ts';
import { eventually } from './person.ts';
import { startProduct, type Product } from './product.ts';
import { approve, decide, ended, makeItem, openTask, process, request, stockOf } from './requisition.ts';
import { fastForward, firedTimers } from './virtual-time.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

describe('deadlines, in virtual time on the real server', function () {
  this.timeout(90_000);
  let product: Product;

  before(async () => {
    product = await startProduct();
  });
  after(async () => {
    await product?.stop();
  });

  const TYPE = 'supply-requisition';
  async function withPolicy(step: string, policy: object, story: () => Promise<void>) {
    const admin = await product.as('admin');
    const { items } = (await admin.get('/admin/timeout-policies')).body;
    const before = items.find((each: any) => each.type === TYPE && each.step === step).policy;
    expect((await admin.put(`/admin/timeout-policies/${TYPE}/${step}`, policy)).status).to.equal(200);
    try {
      await story();
    } finally {
      await admin.put(`/admin/timeout-policies/${TYPE}/${step}`, before);
    }
  }

  const clockActions = async (id: string) => (await process(product, id)).timeline
    .filter(({ actorKind }: any) => actorKind === 'clock').map(({ action }: any) => action);

  it('reminds, escalates to one leader up, and rejects at the expiry, each at its own instant', async () => {
    const policy = {
      clock: 'wall', due: 'P1D', remind: { after: 'PT12H', every: 'P1D', times: 2 }, escalate: { after: 'P3D' }, expire: { after: 'P5D', outcome: 'rejected' },
    };
    await withPolicy('department-leader', policy, async () => {
      const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
      const task = await openTask(product, id, 'department-leader');
      const leader = await product.as('leader');

      await fastForward(product, id, 11 * HOUR);
      expect(await clockActions(id)).to.eql([]);
      await fastForward(product, id, 2 * HOUR);
      await eventually('first reminder', async () => (await clockActions(id)).length === 1);
      const { items } = (await leader.get('/notices')).body;
      expect(items.some((notice: any) => notice.kind === 'task-reminder' && notice.taskId === task)).to.equal(true);

      await fastForward(product, id, 1 * DAY);
      await eventually('second reminder', async () => (await clockActions(id)).length === 2);
      await fastForward(product, id, 2 * DAY);
      await eventually('escalation', async () => (await clockActions(id)).at(-1) === 'task-escalated');
      const { candidates } = (await process(product, id)).openTasks[0];
      expect(candidates).to.have.length(2);

      await fastForward(product, id, 2 * DAY);
      const found = await ended(product, id);
      expect(found.outcome).to.equal('rejected');
      expect(await clockActions(id)).to.eql(['task-reminded', 'task-reminded', 'task-escalated', 'task-decided']);
      const { opened_at: opened } = await product.db('task').where({ id: task }).first('opened_at');
      for (const { summary, due, fired } of await firedTimers(product, id)) {
        expect(fired.getTime(), `${summary} is never early`).to.be.at.least(due.getTime());
      }
      const hours = (await firedTimers(product, id)).map(({ due }) => Math.round((due.getTime() - opened.getTime()) / HOUR));
      expect(hours).to.eql([12, 36, 72, 120]);
      const late = await leader.post(`/tasks/${task}/decision`, { outcome: 'approved' });
      expect(late.status).to.equal(409);
      expect(late.body).to.include({ actorKind: 'clock', outcome: 'rejected' });
    });
  });

  it('approves at the expiry where the policy says so, and goes on', async () => {
    const policy = { clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'P1D', outcome: 'approved' } };
    await withPolicy('department-leader', policy, async () => {
      const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
      await openTask(product, id, 'department-leader');
      await fastForward(product, id, 25 * HOUR);
      await openTask(product, id, 'service-centre-director');
      expect(await clockActions(id)).to.eql(['task-decided']);
    });
  });

  it('hands the task to the superior at the expiry where the policy says so', async () => {
    const policy = { clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'P1D', outcome: 'hand-over' } };
    await withPolicy('department-leader', policy, async () => {
      const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
      const task = await openTask(product, id, 'department-leader');
      await fastForward(product, id, 25 * HOUR);
      await eventually('hand-over', async () => (await clockActions(id)).at(-1) === 'task-handed-over');
      const [{ candidates }] = (await process(product, id)).openTasks;
      expect(candidates).to.have.length(1);
      const leader = await product.as('leader');
      expect((await leader.post(`/tasks/${task}/decision`, { outcome: 'approved' })).status, 'it is not the leader’s any more').to.equal(404);
    });
  });

  it('ends expired when nobody fetches the goods within seven business days over a holiday, and frees them', async () => {
    const admin = await product.as('admin');
    const { calendar } = (await admin.get('/admin/calendar')).body;
    // A holiday of three days that begins tomorrow, wherever in the year this test runs.
    const dayIn = (days: number) => new Date(Date.now() + 8 * HOUR + days * DAY).toISOString().slice(0, 10);
    const holidays = [...calendar.holidays, dayIn(1), dayIn(2), dayIn(3)].filter((day, i, all) => all.indexOf(day) === i);
    const workdays = calendar.workdays.filter((day: string) => !holidays.includes(day));
    const changed = { ...calendar, holidays, workdays };
    delete changed.version;
    const put = await admin.put('/admin/calendar', changed);
    expect(put.status, JSON.stringify(put.body)).to.equal(200);

    const item = await makeItem(product, 2);
    const id = await request(product, [{ itemId: item, quantity: 2 }]);
    await approve(product, id);
    const task = await openTask(product, id, 'hand-over');
    const row = await product.db('task').where({ id: task }).first('opened_at', 'lease_ends_at');
    const expected = addBusinessTime({ ...defaultCalendar, holidays, workdays }, row.opened_at, 'P7D');
    // The lease is taken a moment before the task opens.
    expect(Math.abs(row.lease_ends_at - expected.getTime())).to.be.below(2_000);
    expect(row.lease_ends_at - row.opened_at).to.be.above(9 * DAY);

    const wait = row.lease_ends_at - Date.now();
    await fastForward(product, id, wait - HOUR);
    expect((await stockOf(product, item)).reserved).to.equal(2);
    await fastForward(product, id, 2 * HOUR);
    const found = await ended(product, id);
    expect(found.outcome).to.equal('expired');
    expect(await stockOf(product, item)).to.eql({ onHand: 2, reserved: 0, available: 2 });
  });

  it('ends partly issued when the lease of a kept rest ends', async () => {
    const item = await makeItem(product, 3);
    const id = await request(product, [{ itemId: item, quantity: 3 }]);
    await approve(product, id);
    const first = await openTask(product, id, 'hand-over');
    await decide(product, id, 'hand-over', 'storekeeper', 'issued', { data: { lines: [{ itemId: item, issued: 1 }], rest: 'keep' } });
    const second = await openTask(product, id, 'hand-over', first);
    const rows = await product.db('task').whereIn('id', [first, second]).select('lease_ends_at');
    expect(rows[0].lease_ends_at).to.eql(rows[1].lease_ends_at);
    await fastForward(product, id, 30 * DAY);
    expect((await ended(product, id)).outcome).to.equal('partly-issued');
    await eventually('release', async () => (await stockOf(product, item)).reserved === 0);
    expect((await stockOf(product, item)).onHand).to.equal(2);
  });

  it('starts the timers anew after a return', async () => {
    const policy = { clock: 'wall', due: 'P1D', remind: null, escalate: null, expire: { after: 'P2D', outcome: 'rejected' } };
    await withPolicy('department-leader', policy, async () => {
      const item = await makeItem(product, 1);
      const id = await request(product, [{ itemId: item, quantity: 1 }]);
      const first = await openTask(product, id, 'department-leader');
      await fastForward(product, id, 47 * HOUR);
      await decide(product, id, 'department-leader', 'leader', 'returned', { comment: '写清用途' });
      await decide(product, id, 'revise', 'requester', 'resubmitted', { data: { form: { purpose: '会议用', lines: [{ itemId: item, quantity: 1 }] } } });
      const second = await openTask(product, id, 'department-leader', first);
      await fastForward(product, id, 47 * HOUR);
      expect((await process(product, id)).status).to.equal('running');
      await fastForward(product, id, 2 * HOUR);
      expect((await ended(product, id)).outcome).to.equal('rejected');
      const { outcome, actor_kind: kind } = await product.db('task').where({ id: second }).first();
      expect({ outcome, kind }).to.eql({ outcome: 'rejected', kind: 'clock' });
    });
  });

  it('closes an evaluation unrated when nobody rates', async () => {
    const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
    await approve(product, id);
    await decide(product, id, 'hand-over', 'storekeeper', 'issued');
    const task = await openTask(product, id, 'evaluation');
    await fastForward(product, id, 30 * DAY);
    await eventually('unrated', async () => (await product.db('task').where({ id: task }).first()).outcome === 'unrated');
    expect((await process(product, id)).outcome).to.equal('issued');
  });

  it('moves a running task’s deadlines when told that the policy has changed', async () => {
    const slow = { clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'P20D', outcome: 'rejected' } };
    const quick = { ...slow, expire: { after: 'P2D', outcome: 'rejected' } };
    await withPolicy('department-leader', slow, async () => {
      const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
      const task = await openTask(product, id, 'department-leader');
      const put = await (await product.as('admin')).put(`/admin/timeout-policies/${TYPE}/department-leader`, quick);
      const expiry = async () => (await product.db('task').where({ id: task }).first()).expire_at.getTime();
      const before = await expiry();
      await product.temporal.client.workflow.getHandle(id).signal('policyChanged', { step: 'department-leader', version: put.body.version });
      await eventually('reschedule', async () => (await expiry()) < before);
      await fastForward(product, id, 49 * HOUR);
      expect((await ended(product, id)).outcome).to.equal('rejected');
    });
  });

  it('does not miss a policy that changes while its task is being opened', async () => {
    const slow = { clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'P20D', outcome: 'rejected' } };
    await withPolicy('department-leader', slow, async () => {
      const item = await makeItem(product, 1);
      let id = '';
      // The activity has read the old policy and waits for the inbox, longer than its workflow task may take.
      await product.db.transaction(async (trx) => {
        await trx.raw('LOCK TABLE inbox_entry IN SHARE MODE');
        id = await request(product, [{ itemId: item, quantity: 1 }]);
        await delay(2_000);
        const quick = { ...slow, expire: { after: 'P2D', outcome: 'rejected' } };
        const put = await (await product.as('admin')).put(`/admin/timeout-policies/${TYPE}/department-leader`, quick);
        await product.temporal.client.workflow.getHandle(id).signal('policyChanged', { step: 'department-leader', version: put.body.version });
        await delay(5_000);
      });
      const task = await openTask(product, id, 'department-leader');
      await eventually('reschedule', async () => {
        const { expire_at: expiry, opened_at: opened } = await product.db('task').where({ id: task }).first();
        return expiry - opened === 2 * DAY;
      }, 5);
    });
  });
});
