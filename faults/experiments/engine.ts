import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Worker } from '@temporalio/worker';
import { isPolled } from '../../scripts/startup/services.ts';
import { TASK_QUEUE } from '../../workflows/lib/contract.ts';
import { until } from '../system.ts';
import { many, spread, underLoad, type Experiment } from './experiment.ts';

/** Methods of Temporal's store that fail, and how often; `ExecuteAndTimeout` has done its work when it says that it has not. */
const STORE_METHODS = ['CreateWorkflowExecution', 'UpdateWorkflowExecution', 'AppendHistoryNodes', 'GetWorkflowExecution', 'ReadHistoryBranch'];

/** F9: Temporal's data store fails in 5 % of its calls. */
export const storeFails: Experiment = {
  id: 'F9',
  title: 'Temporal’s store fails in 5 % of its calls (Timeout, ExecuteAndTimeout, Unavailable), mixed load',
  counts: { quick: 8, full: 240 },
  unit: 'seconds',
  budget: { quick: 90, full: 400 },
  quietWithin: 120,
  async run(stage) {
    const { system, random, count } = stage;
    const methods = Object.fromEntries(STORE_METHODS.map((method) => [method, {
      seed: random.whole(1, 1_000_000), errors: { Timeout: 0.02, ExecuteAndTimeout: 0.02, Unavailable: 0.01 },
    }]));
    const [{ n: before }] = await stage.sql('SELECT count(*)::int AS n FROM outbox WHERE attempts > 1');
    await system.temporal.kill();
    await system.temporal.start({ faultInjection: { targets: { dataStores: { ExecutionStore: { methods } } } } });
    await underLoad(stage, () => delay(count * 1_000));
    const [{ n: after }] = await stage.sql('SELECT count(*)::int AS n FROM outbox WHERE attempts > 1');
    // What is left is looked at without faults: the checker's own calls would meet them, too.
    await system.temporal.kill();
    await system.temporal.start();
    const wrong = stage.size === 'full' && after === before ? ['no message had to be sent again: the experiment did not bite'] : [];
    return { done: count, figures: { 'messages sent again': after - before }, wrong, missed: [] };
  },
};

/** F30: hardly a case stays in the worker's memory, so that nearly everything is replayed. */
export const constantReplay: Experiment = {
  id: 'F30',
  title: 'worker keeps 3 cases in memory: constant replay under mixed load',
  counts: { quick: 5, full: 150 },
  unit: 'seconds',
  budget: { quick: 90, full: 300 },
  quietWithin: 60,
  async run(stage) {
    const { system, count } = stage;
    await system.worker.stop();
    await system.worker.start(undefined, { HOUQIN_CACHED_WORKFLOWS: '3' });
    await underLoad(stage, () => delay(count * 1_000));
    const isAlive = system.worker.running;
    await system.worker.stop();
    await system.worker.start();
    return { done: count, figures: {}, wrong: isAlive ? [] : ['the worker has died'], missed: [] };
  },
};

/** F33: workflows that run interleaved in one worker share nothing, not even what a module keeps. */
export const stateLeak: Experiment = {
  id: 'F33',
  title: 'workflows interleaved in one worker with a counter in their module, cache 3 and 300; each sees its own',
  counts: { quick: 20, full: 200 },
  unit: 'workflows at each cache',
  budget: { quick: 60, full: 180 },
  async run({ system, count }) {
    const taskQueue = 'leak-probe';
    const path = fileURLToPath(new URL('./leak-workflow.ts', import.meta.url));
    const workflowBundle = await bundleWorkflowCode({ workflowsPath: path, logger: new DefaultLogger('WARN') });
    const [native, connection] = [
      await NativeConnection.connect({ address: system.temporalAddress }), await Connection.connect({ address: system.temporalAddress }),
    ];
    const client = new Client({ connection, namespace: system.namespace });
    const wrong: string[] = [];
    try {
      for (const maxCachedWorkflows of [3, 300]) {
        const worker = await Worker.create({ connection: native, namespace: system.namespace, taskQueue, workflowBundle, maxCachedWorkflows });
        await worker.runUntil(many(count, 20, async (i) => {
          const handle = await client.workflow.start('leakProbe', {
            taskQueue, workflowId: `leak-probe-${maxCachedWorkflows}-${i}`, args: [i], workflowTaskTimeout: '5 seconds',
          });
          for (let n = 0; n < 3; n += 1) await handle.signal('step', i * 10 + n);
          const seen = JSON.stringify(await handle.result());
          const expected = JSON.stringify({ own: i, counted: 1, list: [i * 10, i * 10 + 1, i * 10 + 2] });
          if (seen !== expected) wrong.push(`workflow ${i} with ${maxCachedWorkflows} cached saw ${seen}`);
        }));
      }
    } finally {
      await native.close();
      await connection.close();
    }
    return { done: count, figures: { leaks: wrong.length }, wrong, missed: [] };
  },
};

/** F35: worker and API are there first, Temporal comes later; and Temporal dies while the worker starts, again and again. */
export const bootOrder: Experiment = {
  id: 'F35',
  title: 'worker and API started first, Temporal later; then Temporal killed at moments of the worker’s start',
  counts: { quick: 2, full: 15 },
  unit: 'crashes',
  budget: { quick: 120, full: 360 },
  async run(stage) {
    const { system, random, count, size } = stage;
    await Promise.all([system.api.stop(), system.worker.stop()]);
    await system.temporal.kill();
    const wrong: string[] = [];
    await Promise.all([system.worker.launch(), system.api.start()]);
    await delay(size === 'full' ? 60_000 : 6_000);
    if (!system.worker.running) wrong.push('the worker has not waited for Temporal');
    const first = await polledAfter(async () => system.temporal.start());
    const seconds: number[] = [];
    let [exited, done] = [0, 0];
    for (; done < count && !stage.over(); done += 1) {
      await system.worker.kill();
      await system.worker.launch();
      await delay(random.whole(200, 3_500));
      await system.temporal.kill();
      await delay(random.whole(200, 3_000));
      const since = await polledAfter(() => system.temporal.start());
      if (since !== undefined) seconds.push(since);
    }
    return {
      done,
      figures: {
        'polled after Temporal came late': `${first?.toFixed(1) ?? 'never'} s`, 'polled after a crash': spread(seconds), 'workers that ended and were started again': exited,
      },
      wrong,
      missed: Math.max(first ?? 99, ...seconds) > 10 ? ['a poller within 10 s of the server'] : [],
    };

    /** Seconds from the server's return until a worker polls; one that has ended is started again, as its service manager would. */
    async function polledAfter(back: () => Promise<void>): Promise<number | undefined> {
      // What polls is known to the server's memory only, so a poll of before the crash is none; a poll lasts a minute.
      const since = Date.now();
      await back();
      return until('a poller', async () => {
        if (!system.worker.running) {
          exited += 1;
          await system.worker.launch();
        }
        return isPolled(system.temporalAddress, system.namespace, TASK_QUEUE, since);
      }, 60).catch((error: Error) => {
        wrong.push(`a worker that neither polls nor ends: ${error.message}`);
        return undefined;
      });
    }
  },
};
