import { randomUUID } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import { expect } from 'chai';
import { giveRole, openAccounts, takeRole } from './accounts.ts';
import { eventually, type Answer, type Person } from './person.ts';
import { startProduct, type Product } from './product.ts';
import { all, ROUNDS, statuses, until } from './racing.ts';
import { decide, makeItem, openTask, process as processOf, request, stockOf } from './requisition.ts';

const DIRECTOR = 'service-centre-director';

describe('races', function () {
  this.timeout(60_000 + ROUNDS * 5_000);
  let product: Product;

  before(async () => {
    product = await startProduct();
  });
  after(async () => {
    await product?.stop();
  });

  describe('duplicate submit (F18)', () => {
    it('starts one process however often its key is sent, and gives every sender the same answer', async () => {
      const item = await makeItem(product, 5);
      const requester = await product.as('requester');
      const headers = { 'idempotency-key': randomUUID() };
      const body = { type: 'supply-requisition', form: { purpose: '重复提交', lines: [{ itemId: item, quantity: 1 }] } };
      const before = await counts();
      const answers = await all(50, () => requester.post('/processes', body, headers));
      expect(statuses(answers)).to.eql({ 201: 50 });
      expect(new Set(answers.map(({ body: { id } }) => id)).size).to.equal(1);
      for (const answer of answers) expect(answer.body).to.eql(answers[0]!.body);
      const after = await counts();
      for (const table of ['process', 'process_form', 'outbox']) expect(after[table]! - before[table]!, table).to.equal(1);

      const other = { ...body, form: { ...body.form, purpose: '另一张申请' } };
      const reused = await all(10, () => requester.post('/processes', other, headers));
      expect(statuses(reused)).to.eql({ 422: 10 });
      expect(reused[0]!.body.code).to.equal('idempotency-key-reused');
      // A key is one person's: it neither finds nor blocks that of somebody else.
      const theirs = await (await product.as('requester2')).post('/processes', body, headers);
      expect(theirs.status).to.equal(201);
      expect(theirs.body.id).to.not.equal(answers[0]!.body.id);
      expect((await counts()).process! - before.process!).to.equal(2);
    });

    it('starts one process per key when ten keys come twice each, all at once', async () => {
      const item = await makeItem(product, 5);
      const requester = await product.as('requester2');
      const body = { type: 'supply-requisition', form: { purpose: '各一次', lines: [{ itemId: item, quantity: 1 }] } };
      const answers = await all(20, (i) => requester.post('/processes', body, { 'idempotency-key': `key-${item}-${i % 10}` }));
      expect(statuses(answers)).to.eql({ 201: 20 });
      expect(new Set(answers.map(({ body: { id } }) => id)).size).to.equal(10);
      expect(new Set(answers.map(({ body: { number } }) => number)).size).to.equal(10);
    });

    it('decides once however often its key is sent, and repeats a refusal under its key', async () => {
      const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
      const task = await openTask(product, id, 'department-leader');
      const leader = await product.as('leader');
      const send = (key: string, outcome = 'approved') =>
        leader.post(`/tasks/${task}/decision`, { outcome, comment: '同意领用' }, { 'idempotency-key': key });
      const [first, second] = [randomUUID(), randomUUID()];
      const answers = await all(50, () => send(first));
      expect(statuses(answers)).to.eql({ 200: 50 });
      for (const answer of answers) expect(answer.body).to.eql(answers[0]!.body);
      expect(await events(task, 'task-decided')).to.have.length(1);
      expect(await product.db('outbox').where({ process_id: id, name: 'decide' })).to.have.length(1);

      const refusals = await all(20, () => send(second, 'rejected'));
      expect(statuses(refusals)).to.eql({ 409: 20 });
      expect(refusals[0]!.body).to.include({ outcome: 'approved', decidedAt: answers[0]!.body.decidedAt });
      expect(refusals[0]!.body.decidedBy).to.eql(answers[0]!.body.decidedBy);
      // One refusal was stored: the id of the request that met it is in all the answers.
      for (const { body } of refusals) expect(body).to.eql(refusals[0]!.body);
      expect((await send(second, 'returned')).status).to.equal(422);
      expect((await send(first)).body).to.eql(answers[0]!.body);
    });
  });

  describe('racing approvers, requester and clock (F19)', () => {
    const policyPath = `/admin/timeout-policies/supply-requisition/${DIRECTOR}`;
    let ids: string[];
    let racers: Person[];
    let policy: object;
    let item: string;

    before(async () => {
      ids = await product.db('person').whereNull('password_hash').whereNotIn('id', product.db('department').whereNotNull('leader_id').select('leader_id'))
        .orderBy('id').limit(20).pluck('id');
      await giveRole(product.db, DIRECTOR, ids);
      racers = [];
      for (const username of await openAccounts(product.db, ids)) racers.push(await product.as(username));
      const admin = await product.as('admin');
      policy = (await admin.get('/admin/timeout-policies')).body.items.find(({ step }: { step: string }) => step === DIRECTOR).policy;
      const quick = { clock: 'wall', due: 'PT1S', remind: null, escalate: null, expire: { after: 'PT1S', outcome: 'rejected' } };
      expect((await admin.put(policyPath, quick)).status).to.equal(200);
      item = await makeItem(product, ROUNDS);
    });
    after(async () => {
      expect((await (await product.as('admin')).put(policyPath, policy)).status).to.equal(200);
      await takeRole(product.db, DIRECTOR, ids);
    });

    it(`has one winner in each of ${ROUNDS} rounds of 20 approvers, a withdrawal and a deadline within one second`, async () => {
      const winners: string[] = [];
      // The clock acts some time after its instant. Where that lies is found while racing: earlier once it won, later once it lost.
      let offset = -80;
      for (let round = 0; round < ROUNDS; round += 1) {
        const winner = await race(round, offset);
        winners.push(winner);
        offset += winner === 'clock' ? -50 : 50;
      }
      const tally = Object.fromEntries(['person', 'clock', 'withdrawal'].map((who) => [who, winners.filter((each) => each === who).length]));
      expect(tally.person! + tally.clock! + tally.withdrawal!).to.equal(ROUNDS);
      if (ROUNDS >= 15) expect(Math.min(tally.clock!, ROUNDS - tally.clock!), `both sides win: ${JSON.stringify(tally)}`).to.be.above(0);
      await eventually('all stock is free again', async () => (await stockOf(product, item)).reserved === 0);
      expect((await stockOf(product, item)).onHand).to.equal(ROUNDS);
    });

    /** One round; answers who decided the task, or that the withdrawal was first. */
    async function race(round: number, offset: number): Promise<'person' | 'clock' | 'withdrawal'> {
      const { db } = product;
      const processId = await request(product, [{ itemId: item, quantity: 1 }]);
      await decide(product, processId, 'department-leader', 'leader', 'approved');
      const opened = await eventually('the director’s task', () => db('task').where({ process_id: processId, step: DIRECTOR }).first());
      const start = opened.expire_at.getTime() + offset;
      // The withdrawal leads, runs in the middle, or comes last.
      const withdrawAt = start + [-15, 15, 200][round % 3]!;
      const requester = await product.as('requester');
      const [withdrawal, ...answers] = await Promise.all([
        until(withdrawAt).then(() => requester.post(`/processes/${processId}/withdraw`, { reason: '不需要了' })),
        ...racers.map(async (racer, i) => {
          await until(start + Math.random() * 40);
          return racer.post(`/tasks/${opened.id}/decision`, i % 2 ? { outcome: 'approved' } : { outcome: 'rejected', comment: '缓办' });
        }),
      ]) as [Answer, ...Answer[]];

      const accepted = answers.filter(({ status }) => status === 200);
      const refused = answers.filter(({ status }) => status !== 200);
      expect(statuses(refused), `round ${round}`).to.eql(refused.length > 0 ? { 409: refused.length } : {});
      expect(withdrawal.status).to.be.oneOf([200, 409]);
      await eventually('the task is closed', async () => (await db('task').where({ id: opened.id }).first()).state !== 'open');
      const task = await db('task').where({ id: opened.id }).first();
      const winner = task.state === 'closed' ? 'withdrawal' : task.actor_kind;

      // PostgreSQL and the one 200.
      expect(accepted, `round ${round}: ${winner}`).to.have.length(winner === 'person' ? 1 : 0);
      if (winner === 'person') {
        expect(accepted[0]!.body.decidedBy.id).to.equal(task.decided_by);
        expect(accepted[0]!.body).to.include({ outcome: task.outcome, decidedAt: task.decided_at.toISOString() });
      } else if (winner === 'clock') {
        expect(task).to.include({ outcome: 'rejected', decided_by: null });
      } else {
        expect(withdrawal.status).to.equal(200);
      }
      // Each loser is told who, when and what.
      for (const { body } of refused) {
        if (winner === 'withdrawal') {
          expect(body.code).to.equal('task-closed');
        } else {
          expect(body).to.include({
            code: 'task-already-decided', actorKind: winner, outcome: task.outcome, decidedAt: task.decided_at.toISOString(),
          });
          expect(body.decidedBy?.id ?? null).to.equal(task.decided_by);
          expect(body.detail).to.contain(winner === 'clock' ? '系统时钟' : accepted[0]!.body.decidedBy.name);
        }
      }

      // The end that the process comes to, in PostgreSQL.
      if (withdrawal.status === 409) expect(withdrawal.body).to.include({ code: 'process-ended', outcome: 'rejected' });
      else expect(withdrawal.body).to.include({ status: 'ended', outcome: 'withdrawn' });
      const expected = withdrawal.status === 200 ? 'withdrawn' : 'rejected';
      const ended = await eventually('the end', () => db('process').where({ id: processId, status: 'ended' }).first());
      expect(ended.outcome).to.equal(expected);

      // The history tells the same.
      const handle = product.temporal.client.workflow.getHandle(processId);
      expect(await handle.result()).to.equal(expected);
      const { events: history } = await handle.fetchHistory();
      const signals = (history ?? []).flatMap(({ workflowExecutionSignaledEventAttributes: signal }) =>
        signal?.signalName === 'decide' ? [defaultPayloadConverter.fromPayload<any>(signal.input!.payloads![0]!)] : []);
      const decided = signals.filter(({ taskId }) => taskId === task.id);
      expect(decided).to.have.length(winner === 'person' ? 1 : 0);
      if (winner === 'person') {
        expect(decided[0]).to.include({ decidedBy: task.decided_by, outcome: task.outcome, decidedAt: task.decided_at.toISOString() });
      }

      // The audit trail: one winner, every refusal, one end.
      expect((await events(task.id, 'task-decided')).map(({ actor_kind: kind }) => kind)).to.eql(winner === 'withdrawal' ? [] : [winner]);
      const losers = await events(task.id, 'POST /tasks/:id/decision');
      expect(losers).to.have.length(refused.length);
      for (const loser of losers) {
        expect(loser).to.include({ refused: true, code: winner === 'withdrawal' ? 'task-closed' : 'task-already-decided' });
      }
      expect(new Set(losers.map(({ actor_id: id }) => id)).size).to.equal(refused.length);
      const ends = await db('audit_event').where({ process_id: processId, refused: false })
        .whereIn('action', ['process-ended', 'process-withdrawn']);
      expect(ends.map(({ action }) => action)).to.eql([expected === 'withdrawn' ? 'process-withdrawn' : 'process-ended']);
      return winner;
    }
  });

  describe('racing stock (F20)', () => {
    it('reserves 10 of 50 concurrent requisitions of one box each, and gives 40 back to the director with a note', async () => {
      const { db } = product;
      const item = await makeItem(product, 10);
      const cases: string[] = [];
      for (let batch = 0; batch < 5; batch += 1) cases.push(...await all(10, () => request(product, [{ itemId: item, quantity: 1 }])));
      const tasks = (step: string, n: number): Promise<{ id: string; process_id: string }[]> =>
        db('task').where({ step, n, state: 'open' }).whereIn('process_id', cases);
      const approve = async (username: string, step: string) => {
        const open = await eventually(`50 tasks at ${step}`, async () => {
          const found = await tasks(step, 1);
          return found.length === 50 && found;
        });
        const person = await product.as(username);
        expect(statuses(await Promise.all(open.map(({ id }) => person.post(`/tasks/${id}/decision`, { outcome: 'approved' }))))).to.eql({ 200: 50 });
      };
      await approve('leader', 'department-leader');
      await approve('director', DIRECTOR);
      const back = await eventually('the reservations', async () => {
        const { on_hand: onHand, reserved } = await db('item').where({ id: item }).first();
        expect(reserved).to.be.within(0, 10);
        expect(onHand).to.equal(10);
        const [served, returned] = await Promise.all([tasks('hand-over', 1), tasks(DIRECTOR, 2)]);
        return served.length + returned.length === 50 && { served, returned };
      }, 40);
      expect(back.served).to.have.length(10);
      expect(back.returned).to.have.length(40);
      expect(await stockOf(product, item)).to.eql({ onHand: 10, reserved: 10, available: 0 });
      const reservations = await db('reservation').where({ item_id: item });
      expect(reservations).to.have.length(10);
      expect(new Set(reservations.map(({ process_id: id }) => id))).to.eql(new Set(back.served.map(({ process_id: id }) => id)));
      const ledger = await db('stock_movement').where({ item_id: item }).sum({ sum: 'quantity' }).first();
      expect(Number(ledger!.sum)).to.equal(10);
      const director = await product.as('director');
      for (const { id } of back.returned) {
        const { body } = await director.get(`/tasks/${id}`);
        expect(body.note.zh).to.contain('无库存');
        expect(body.note.en).to.contain('in stock');
        expect(body.mayDecide).to.equal(true);
      }
      expect((await processOf(product, back.returned[0]!.process_id)).status).to.equal('running');
    });
  });

  async function counts(): Promise<Record<string, number>> {
    const tables = ['process', 'process_form'];
    const rows = await Promise.all(tables.map(async (table) => [table, Number((await product.db(table).count({ n: '*' }).first())!.n)]));
    const starts = await product.db('outbox').where({ kind: 'start' }).count({ n: '*' }).first();
    return { ...Object.fromEntries(rows), outbox: Number(starts!.n) };
  }

  function events(taskId: string, action: string): Promise<any[]> {
    return product.db('audit_event').where({ task_id: taskId, action }).orderBy('seq');
  }
});
