import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { expect } from 'chai';
import { pino } from 'pino';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, ended, makeItem, openTask, request } from '../test/requisition.ts';
import { createWorker } from '../worker/create-worker.ts';

const COMMENT = '本月预算已用完';

describe('the auditor’s replay, on the running worker', function () {
  this.timeout(90_000);
  let product: Product;
  let running: string;
  let rejected: string;

  before(async () => {
    product = await startProduct();
    const item = await makeItem(product, 3);
    running = await request(product, [{ itemId: item, quantity: 1 }]);
    rejected = await request(product, [{ itemId: item, quantity: 1 }]);
    await decide(product, running, 'department-leader', 'leader', 'approved');
    await openTask(product, running, 'service-centre-director');
    await decide(product, rejected, 'department-leader', 'leader', 'rejected', { comment: COMMENT });
    await ended(product, rejected);
  });
  after(() => product?.stop());

  const replay = async (id: string) => (await product.as('auditor')).post(`/audit/processes/${id}/replay`);
  const recorded = async (id: string) => product.db('audit_event').where({ process_id: id, action: 'history-replayed' }).orderBy('seq', 'desc').first();
  const eventsOf = async (id: string) => JSON.parse((await product.temporal.history(id))!).events.length;

  it('walks a running and an ended case again and finds them the same', async () => {
    for (const id of [running, rejected]) {
      const { status, body } = await replay(id);
      expect([status, body.same, body.departure]).to.eql([200, true, null]);
      expect(body.events).to.equal(await eventsOf(id)).and.to.be.above(5);
      expect(body.build.version).to.match(/^\d+\.\d+\.\d+$/);
      expect(body.build.fingerprint).to.match(/^[0-9a-f]{16}$/);
      expect((await recorded(id)).detail).to.deep.include({ finding: 'same', events: body.events, build: body.build.fingerprint });
    }
  });

  it('replays a case for one at a time', async () => {
    const answers = await Promise.all([replay(running), replay(running)]);
    expect(answers.map(({ status }) => status).sort()).to.eql([200, 409]);
    expect(answers.find(({ status }) => status === 409)!.body.code).to.equal('replay-running');
  });

  it('leaves nothing in Temporal but ids, counts and codes', async () => {
    const own = (await product.temporal.history(`audit-replay-${rejected}`))!;
    const payloads = [...own.matchAll(/"data":\s*"([^"]+)"/g)].map(([, data]) => Buffer.from(data!, 'base64').toString()).join('\n');
    expect(payloads).to.contain(rejected).and.to.not.contain(COMMENT);
    expect(payloads.length).to.be.below(1_000);
  });

  it('says where another build departs, in words, while the case goes on', async () => {
    const before = (await replay(rejected)).body.build.fingerprint;
    await product.stopWorker();
    const connection = await NativeConnection.connect({ address: process.env.HOUQIN_TEST_TEMPORAL_ADDRESS! });
    const changed = await createWorker({
      connection,
      namespace: process.env.HOUQIN_TEST_TEMPORAL_NAMESPACE!,
      db: product.db,
      sms: product.sms,
      cacheDir: process.env.HOUQIN_TEST_ROOT!,
      log: pino({ level: 'silent' }),
      taskQueue: product.taskQueue,
      workflowsPath: fileURLToPath(new URL('../test/changed-build/workflows.ts', import.meta.url)),
    });
    const polling = changed.run();
    for (const id of [running, rejected]) {
      const { status, body } = await replay(id);
      expect([status, body.same]).to.eql([200, false]);
      expect(body.departure).to.have.all.keys('words', 'code', 'event');
      expect(body.departure.code).to.equal('TMPRL1100');
      expect(body.departure.event).to.be.within(1, body.events);
      expect(body.departure.words.zh).to.contain(`第 ${body.departure.event} 个事件`);
      expect(body.build.fingerprint).to.not.equal(before);
      expect((await recorded(id)).detail).to.deep.include({ finding: 'different', event: body.departure.event, code: 'TMPRL1100' });
    }
    changed.shutdown();
    await polling;
    await connection.close();
    await product.startWorker();
    await decide(product, running, 'service-centre-director', 'director', 'rejected', { comment: '不批' });
    expect((await ended(product, running)).outcome).to.equal('rejected');
  });

  it('says that the worker is away, after half a minute and not before', async () => {
    await product.stopWorker();
    const begun = Date.now();
    const { status, body } = await replay(rejected);
    expect([status, body.code]).to.eql([503, 'replay-no-answer']);
    expect(Date.now() - begun).to.be.within(25_000, 40_000);
    expect((await recorded(rejected)).detail).to.eql({ finding: 'no-answer' });
    await product.startWorker();
    expect((await replay(rejected)).status).to.equal(200);
  });

  it('says that the history is gone when it is', async () => {
    const { client } = product.temporal;
    await client.workflowService.deleteWorkflowExecution({ namespace: client.options.namespace, workflowExecution: { workflowId: rejected } });
    await eventually('deletion', async () => (await product.temporal.history(rejected)) === undefined);
    const { status, body } = await replay(rejected);
    expect([status, body.code]).to.eql([404, 'replay-history-gone']);
    expect((await recorded(rejected)).detail).to.eql({ finding: 'no-history' });
  });
});
