import { fileURLToPath } from 'node:url';
import { NativeConnection } from '@temporalio/worker';
import { expect } from 'chai';
import { pino } from 'pino';
import { noteRetry } from '../../db/queries/activity-retries.ts';
import { eventually } from '../../test/person.ts';
import { startProduct, type Product } from '../../test/product.ts';
import { decide, ended, makeItem, openTask, request } from '../../test/requisition.ts';
import { createWorker } from '../../worker/create-worker.ts';
import { createSentinel, isStuck } from './sentinel.ts';

describe('the stuck sentinel', function () {
  this.timeout(120_000);
  let product: Product;
  let item: string;

  before(async () => {
    product = await startProduct();
    item = await makeItem(product, 3);
  });
  after(() => product?.stop());

  const degraded = async (): Promise<string[]> => (await (await fetch(`${product.url}/api/health/ready`)).json() as { degraded: string[] }).degraded;
  const page = async () => (await (await product.as('admin')).get('/admin/operations')).body;

  it('finds nothing where all is well', async () => {
    await openTask(product, await request(product, [{ itemId: item, quantity: 1 }]), 'department-leader');
    const seen = await product.sentinel.look();
    expect(seen).to.deep.include({ arranging: 0, activities: 0, failing: { ids: [], total: 0 } });
    expect(isStuck(seen)).to.equal(false);
    expect(await degraded()).to.not.include('stuck');
  });

  it('names a workflow whose code fails though somebody has a task in it, on the page and in the health answer, until it is mended', async () => {
    const id = await request(product, [{ itemId: item, quantity: 1 }]);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    const task = await openTask(product, id, 'service-centre-director');
    await product.stopWorker();
    const connection = await NativeConnection.connect({ address: process.env.HOUQIN_TEST_TEMPORAL_ADDRESS! });
    const changed = await createWorker({
      connection, namespace: process.env.HOUQIN_TEST_TEMPORAL_NAMESPACE!, db: product.db, sms: product.sms, cacheDir: process.env.HOUQIN_TEST_ROOT!,
      log: pino({ level: 'silent' }), taskQueue: product.taskQueue,
      workflowsPath: fileURLToPath(new URL('../../test/changed-build/workflows.ts', import.meta.url)),
    });
    const polling = changed.run();
    await (await product.as('director')).post(`/tasks/${task}/claim`);
    await eventually('the sentinel', async () => (await product.sentinel.look()).failing.ids.includes(id), 60);
    expect(await degraded()).to.include('stuck');
    const { failing, arranging } = await page();
    expect(failing.total).to.equal(1);
    expect(failing.items[0]).to.include({ id });
    expect(arranging.total, 'it waits for a person').to.equal(0);

    changed.shutdown();
    await polling;
    await connection.close();
    await product.startWorker();
    await decide(product, id, 'service-centre-director', 'director', 'rejected', { comment: '不批' });
    expect((await ended(product, id)).outcome).to.equal('rejected');
    await eventually('its recovery', async () => (await product.sentinel.look()).failing.total === 0);
    expect(await degraded()).to.not.include('stuck');
    expect((await page()).failing).to.deep.equal({ items: [], total: 0 });
  });

  it('finds a process that nothing has started, an activity beyond ten attempts and a waiting backlog; what does not answer hides nothing', async () => {
    const away = async (): Promise<never> => { throw new Error('away'); };
    const log = { warn: () => undefined };
    const sentinel = createSentinel({ db: product.db, temporal: { backlog: away, failing: away }, log, every: 60_000 });
    const waits = createSentinel({
      db: product.db, temporal: { backlog: async () => ({ tasks: 2, ageSeconds: 31 }), failing: away }, log, every: 60_000,
    });
    try {
      expect(sentinel.last()).to.equal(undefined);
      const id = await request(product, [{ itemId: item, quantity: 1 }]);
      await openTask(product, id, 'department-leader');
      for (const [attempts, found] of [[10, 0], [11, 1]] as const) {
        await noteRetry(product.db, { processId: id, activity: 'openTask', attempts, code: '57P01' });
        expect((await sentinel.look()).activities, `${attempts} attempts`).to.equal(found);
      }
      expect(isStuck(sentinel.last()!)).to.equal(true);
      await product.db('activity_retry').delete();
      expect(isStuck(await sentinel.look())).to.equal(false);

      await product.db('process').insert({
        id: 'unstarted', number: 'LY-unstarted', type: 'supply-requisition', title: '未启动', requester_id: 'person-wang-wei',
        department_id: (await product.db('department').first('id')).id, started_at: new Date(Date.now() - 31_000),
      });
      expect((await sentinel.look()).arranging).to.equal(1);
      await product.db('process').where({ id: 'unstarted' }).delete();
      expect(await waits.look()).to.include({ backlogSeconds: 31, arranging: 0 });
      expect(isStuck(waits.last()!)).to.equal(true);
    } finally {
      sentinel.stop();
      waits.stop();
    }
  });
});
