import { expect } from 'chai';
import { withdrawProcess } from '../../db/queries/processes.ts';
import { reserveStock } from '../../db/queries/stock.ts';
import { eventually } from '../../test/person.ts';
import { startProduct, type Product } from '../../test/product.ts';
import {
  approve, decide, ended, makeItem, openTask, process, request, stockOf,
} from '../../test/requisition.ts';

describe('supply requisition', function () {
  this.timeout(60_000);
  let product: Product;

  before(async () => {
    product = await startProduct();
  });
  after(async () => {
    await product?.stop();
  });

  it('goes from the request over two approvals to the counter', async () => {
    const item = await makeItem(product, 10);
    const id = await request(product, [{ itemId: item, quantity: 4, note: '蓝色' }]);
    await approve(product, id);
    await openTask(product, id, 'hand-over');
    expect(await stockOf(product, item)).to.eql({ onHand: 10, reserved: 4, available: 6 });
    await decide(product, id, 'hand-over', 'storekeeper', 'issued', {
      data: { lines: [{ itemId: item, issued: 4 }], receivedBy: '王伟', rest: 'close' },
    });
    const found = await ended(product, id);
    expect(found.outcome).to.equal('issued');
    expect(await stockOf(product, item)).to.eql({ onHand: 6, reserved: 0, available: 6 });
    const { timeline } = found;
    expect(timeline.map(({ action }: { action: string }) => action)).to.include.members([
      'process-started', 'task-opened', 'task-decided', 'stock-reserved', 'stock-issued', 'process-ended',
    ]);
    expect(timeline.filter(({ action }: { action: string }) => action === 'task-decided').map(({ actorKind }: any) => actorKind))
      .to.eql(['person', 'person', 'person']);
  });

  it('issues everything that is reserved when the storekeeper names no lines', async () => {
    const item = await makeItem(product, 3);
    const id = await request(product, [{ itemId: item, quantity: 3 }]);
    await approve(product, id);
    await decide(product, id, 'hand-over', 'storekeeper', 'issued');
    expect((await ended(product, id)).outcome).to.equal('issued');
    expect(await stockOf(product, item)).to.eql({ onHand: 0, reserved: 0, available: 0 });
  });

  it('ends rejected by the leader, with the reason', async () => {
    const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
    const leader = await product.as('leader');
    const task = await openTask(product, id, 'department-leader');
    const silent = await leader.post(`/tasks/${task}/decision`, { outcome: 'rejected' });
    expect(silent.status).to.equal(400);
    expect(silent.body.errors[0].path).to.equal('comment');
    await decide(product, id, 'department-leader', 'leader', 'rejected', { comment: '本月预算已用完' });
    expect((await ended(product, id)).outcome).to.equal('rejected');
  });

  it('ends rejected by the director', async () => {
    const id = await request(product, [{ itemId: await makeItem(product, 1), quantity: 1 }]);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'service-centre-director', 'director', 'rejected', { comment: '请走集中采购' });
    expect((await ended(product, id)).outcome).to.equal('rejected');
  });

  it('is withdrawn by its requester at each point before goods are handed over, and frees the stock', async () => {
    const item = await makeItem(product, 5);
    const requester = await product.as('requester');
    const early = await request(product, [{ itemId: item, quantity: 2 }]);
    expect((await requester.post(`/processes/${early}/withdraw`, { reason: '填错了' })).status).to.equal(200);
    expect((await ended(product, early)).outcome).to.equal('withdrawn');

    const late = await request(product, [{ itemId: item, quantity: 2 }]);
    await approve(product, late);
    await openTask(product, late, 'hand-over');
    expect((await stockOf(product, item)).reserved).to.equal(2);
    expect((await requester.post(`/processes/${late}/withdraw`, { reason: '不需要了' })).status).to.equal(200);
    await eventually('release', async () => (await stockOf(product, item)).reserved === 0);
    const again = await requester.post(`/processes/${late}/withdraw`, { reason: '再撤' });
    expect(again.status).to.equal(409);
    expect(again.body.outcome).to.equal('withdrawn');
  });

  it('is no longer withdrawn once something was handed over; the rest is kept, then closed', async () => {
    const item = await makeItem(product, 5);
    const id = await request(product, [{ itemId: item, quantity: 5 }]);
    await approve(product, id);
    const first = await openTask(product, id, 'hand-over');
    await decide(product, id, 'hand-over', 'storekeeper', 'issued', { data: { lines: [{ itemId: item, issued: 2 }], rest: 'keep' } });
    const refused = await (await product.as('requester')).post(`/processes/${id}/withdraw`, { reason: '不要了' });
    expect(refused.status).to.equal(409);
    const second = await openTask(product, id, 'hand-over', first);
    expect(second).to.not.equal(first);
    expect(await stockOf(product, item)).to.eql({ onHand: 3, reserved: 3, available: 0 });
    await decide(product, id, 'hand-over', 'storekeeper', 'issued', { data: { lines: [{ itemId: item, issued: 1 }], rest: 'close' } });
    expect((await ended(product, id)).outcome).to.equal('partly-issued');
    await eventually('release', async () => (await stockOf(product, item)).reserved === 0);
    expect(await stockOf(product, item)).to.eql({ onHand: 2, reserved: 0, available: 2 });
  });

  it('is ended by a storekeeper who cannot issue, with the reason, and frees the stock', async () => {
    const item = await makeItem(product, 4);
    const id = await request(product, [{ itemId: item, quantity: 4 }]);
    await approve(product, id);
    const first = await openTask(product, id, 'hand-over');
    const notices = (await (await product.as('requester')).get('/notices?limit=100')).body.items;
    expect(notices.some(({ kind, taskId }: any) => kind === 'ready-to-collect' && taskId === first)).to.equal(true);
    const silent = await (await product.as('storekeeper')).post(`/tasks/${first}/decision`, { outcome: 'rejected' });
    expect([silent.status, silent.body.errors[0].path]).to.eql([400, 'comment']);
    await decide(product, id, 'hand-over', 'storekeeper', 'rejected', { comment: '受潮报废' });
    expect((await ended(product, id)).outcome).to.equal('rejected');
    expect(await stockOf(product, item)).to.eql({ onHand: 4, reserved: 0, available: 4 });

    const partly = await request(product, [{ itemId: item, quantity: 4 }]);
    await approve(product, partly);
    await decide(product, partly, 'hand-over', 'storekeeper', 'issued', { data: { lines: [{ itemId: item, issued: 1 }], rest: 'keep' } });
    await openTask(product, partly, 'hand-over', `${partly}.hand-over.1`);
    await decide(product, partly, 'hand-over', 'storekeeper', 'rejected', { comment: '受潮报废' });
    expect((await ended(product, partly)).outcome).to.equal('partly-issued');
    expect(await stockOf(product, item)).to.eql({ onHand: 3, reserved: 0, available: 3 });
  });

  it('reserves what is there, shows the shortage at the counter, and ends partly issued', async () => {
    const [plenty, scarce] = [await makeItem(product, 10), await makeItem(product, 1)];
    const id = await request(product, [{ itemId: plenty, quantity: 2 }, { itemId: scarce, quantity: 3 }]);
    await approve(product, id);
    const task = await openTask(product, id, 'hand-over');
    const { body } = await (await product.as('storekeeper')).get(`/tasks/${task}`);
    expect(body.shortage).to.eql([{ itemId: scarce, missing: 2 }]);
    expect(body.bounds.lines.most).to.eql({ [plenty]: 2, [scarce]: 1 });
    await decide(product, id, 'hand-over', 'storekeeper', 'issued');
    expect((await ended(product, id)).outcome).to.equal('partly-issued');
  });

  it('goes back to the director with a note of the system when nothing is left', async () => {
    const item = await makeItem(product, 0);
    const id = await request(product, [{ itemId: item, quantity: 3 }]);
    await approve(product, id);
    const first = (await process(product, id)).steps.find((each: any) => each.step === 'service-centre-director').taskId;
    const again = await openTask(product, id, 'service-centre-director', first);
    const { body } = await (await product.as('director')).get(`/tasks/${again}`);
    expect(body.note.zh).to.contain('无库存');
    await (await product.as('storekeeper')).post(`/supply/items/${item}/receipts`, { quantity: 3, note: '到货' });
    await decide(product, id, 'service-centre-director', 'director', 'approved');
    await decide(product, id, 'hand-over', 'storekeeper', 'issued');
    expect((await ended(product, id)).outcome).to.equal('issued');
  });

  it('lets the director lower quantities, with a reason, and never raise them', async () => {
    const item = await makeItem(product, 10);
    const other = await makeItem(product, 10);
    const id = await request(product, [{ itemId: item, quantity: 6 }, { itemId: other, quantity: 1 }]);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    const task = await openTask(product, id, 'service-centre-director');
    const director = await product.as('director');
    const tryLines = (lines: unknown) => director.post(`/tasks/${task}/decision`, { outcome: 'approved', data: { lines } });
    for (const [lines, path] of [
      [[{ itemId: item, quantity: 7, reason: '多给' }], 'data.lines.0.quantity'],
      [[{ itemId: item, quantity: 2 }], 'data.lines.0.reason'],
      [[{ itemId: 'item-unknown', quantity: 1 }], 'data.lines.0.itemId'],
      [[{ itemId: item, quantity: 1, reason: 'a' }, { itemId: item, quantity: 2, reason: 'b' }], 'data.lines.1.itemId'],
      [[{ itemId: item, quantity: 0, reason: '无' }, { itemId: other, quantity: 0, reason: '无' }], 'data.lines'],
    ] as const) {
      const refused = await tryLines(lines);
      expect(refused.status, path).to.equal(400);
      expect(refused.body.errors[0].path).to.equal(path);
    }
    expect((await tryLines([{ itemId: item, quantity: 2, reason: '先领一部分' }, { itemId: other, quantity: 0, reason: '暂缓' }])).status)
      .to.equal(200);
    const handOver = await openTask(product, id, 'hand-over');
    const { body } = await (await product.as('storekeeper')).get(`/tasks/${handOver}`);
    expect(body.bounds.lines.most).to.eql({ [item]: 2 });
    await decide(product, id, 'hand-over', 'storekeeper', 'issued');
    expect((await ended(product, id)).outcome).to.equal('issued');
  });

  it('is returned to the requester, revised, and approved from the first step again', async () => {
    const item = await makeItem(product, 10);
    const id = await request(product, [{ itemId: item, quantity: 9 }]);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'service-centre-director', 'director', 'returned', { comment: '数量偏多', data: { toStep: 'revise' } });
    const revise = await openTask(product, id, 'revise');
    const requester = await product.as('requester');
    const bad = await requester.post(`/tasks/${revise}/decision`, {
      outcome: 'resubmitted', data: { form: { purpose: '', lines: [{ itemId: 'item-none', quantity: 1 }] } },
    });
    expect(bad.status).to.equal(400);
    expect(bad.body.errors[0].path).to.equal('data.form.purpose');
    await decide(product, id, 'revise', 'requester', 'resubmitted', {
      data: { form: { purpose: '日常办公', lines: [{ itemId: item, quantity: 2 }] } },
    });
    await approve(product, id);
    await decide(product, id, 'hand-over', 'storekeeper', 'issued');
    const found = await ended(product, id);
    expect(found.outcome).to.equal('issued');
    expect(found.formVersion).to.equal(2);
    expect(found.formVersions.map(({ version }: any) => version)).to.eql([1, 2]);
    const { events } = JSON.parse((await product.temporal.history(id))!);
    const messages = events.flatMap(({ workflowExecutionStartedEventAttributes: start, workflowExecutionSignaledEventAttributes: signal }: any) =>
      (start ?? signal)?.input.payloads.map(({ data }: { data: string }) => Buffer.from(data, 'base64').toString()) ?? []).join();
    for (const { version, hash } of found.formVersions) expect(messages, `hash of version ${version}`).to.contain(hash);
    expect(await stockOf(product, item)).to.eql({ onHand: 8, reserved: 0, available: 8 });
  });

  it('is returned to the leader, and withdrawn by the requester at the revision', async () => {
    const item = await makeItem(product, 10);
    const id = await request(product, [{ itemId: item, quantity: 1 }]);
    const first = await openTask(product, id, 'department-leader');
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'service-centre-director', 'director', 'returned', { comment: '请再核对', data: { toStep: 'department-leader' } });
    await openTask(product, id, 'department-leader', first);
    await decide(product, id, 'department-leader', 'leader', 'returned', { comment: '请修改' });
    await decide(product, id, 'revise', 'requester', 'withdrawn');
    expect((await ended(product, id)).outcome).to.equal('withdrawn');
  });

  it('is withdrawn before its workflow has even begun, and while an approval is being carried out', async () => {
    const item = await makeItem(product, 5);
    const approved = await request(product, [{ itemId: item, quantity: 1 }]);
    await decide(product, approved, 'department-leader', 'leader', 'approved');
    await openTask(product, approved, 'service-centre-director');
    await product.stopWorker();
    const early = await request(product, [{ itemId: item, quantity: 1 }]);
    const withdrawn = await (await product.as('requester')).post(`/processes/${early}/withdraw`, { reason: '填错了' });
    expect(withdrawn.status).to.equal(200);
    await decide(product, approved, 'service-centre-director', 'director', 'approved');
    // Its message still waits in the outbox while the story reserves.
    await product.db.transaction((trx) => withdrawProcess(trx, approved));
    await product.startWorker();
    for (const id of [early, approved]) expect(await product.temporal.client.workflow.getHandle(id).result()).to.equal('withdrawn');
    expect(await stockOf(product, item)).to.eql({ onHand: 5, reserved: 0, available: 5 });
    const notices = await product.db('notice').where({ process_id: approved }).pluck('kind');
    expect(notices).to.not.include('nothing-in-stock');
  });

  it('frees what a dying worker had reserved without the history knowing, when the withdrawal comes first', async () => {
    const item = await makeItem(product, 5);
    const id = await request(product, [{ itemId: item, quantity: 3 }]);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'service-centre-director');
    await product.stopWorker();
    try {
      await decide(product, id, 'service-centre-director', 'director', 'approved');
      // What the worker had done when it was killed: the activity's transaction, and nothing of it in Temporal (fault experiment F1).
      const lines = [{ itemId: item, quantity: 3 }];
      await product.db.transaction((trx) => reserveStock(trx, {
        key: `${id}.reserve.1`, processId: id, lines, leaseEndsAt: new Date(Date.now() + 86_400_000).toISOString(),
      }));
      expect((await (await product.as('requester')).post(`/processes/${id}/withdraw`, { reason: '不需要了' })).status).to.equal(200);
      await eventually('both messages', async () => (await product.db('outbox').where({ process_id: id }).whereNull('delivered_at')).length === 0);
    } finally {
      await product.startWorker();
    }
    expect((await ended(product, id)).outcome).to.equal('withdrawn');
    await eventually('the stock is free', async () => (await stockOf(product, item)).reserved === 0);
    expect(await stockOf(product, item)).to.eql({ onHand: 5, reserved: 0, available: 5 });
    expect(await product.db('effect').where({ process_id: id, state: 'applied' })).to.eql([]);
  });

  it('is withdrawn when an operator cancels its workflow, and frees the stock', async () => {
    const item = await makeItem(product, 2);
    const id = await request(product, [{ itemId: item, quantity: 2 }]);
    await approve(product, id);
    const task = await openTask(product, id, 'hand-over');
    const handle = product.temporal.client.workflow.getHandle(id);
    await handle.cancel();
    expect(await handle.result()).to.equal('withdrawn');
    expect((await ended(product, id)).outcome).to.equal('withdrawn');
    expect(await stockOf(product, item)).to.eql({ onHand: 2, reserved: 0, available: 2 });
    expect((await (await product.as('storekeeper')).post(`/tasks/${task}/decision`, { outcome: 'issued' })).status).to.equal(409);
  });

  it('takes the evaluation after the end, without holding the end for it', async () => {
    const item = await makeItem(product, 1);
    const id = await request(product, [{ itemId: item, quantity: 1 }]);
    await approve(product, id);
    await decide(product, id, 'hand-over', 'storekeeper', 'issued');
    expect((await ended(product, id)).outcome).to.equal('issued');
    const task = await openTask(product, id, 'evaluation');
    const requester = await product.as('requester');
    const bad = await requester.post(`/tasks/${task}/decision`, { outcome: 'evaluated', data: { stars: { quality: 6, speed: 5, service: 5 } } });
    expect(bad.body.errors[0].path).to.equal('data.stars.quality');
    await decide(product, id, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 5, speed: 4, service: 5 }, text: '很快' } });
    await eventually('workflow ends', async () => {
      const { status } = await product.temporal.client.workflow.getHandle(id).describe();
      return status.name === 'COMPLETED';
    });
  });
});
