// Loaded before everything else (node --import). In the thread that runs workflows, Temporal's SDK hooks every promise and writes down its
// stack, for a query that nobody asks here; that is a third of the worker's processor time. Where Node has no such hook the SDK goes without,
// and so it does here (docs/decisions/0008).
import v8 from 'node:v8';
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) {
  // Another object in its place: Node's own AsyncLocalStorage, which workflows need, has the original in hand.
  v8.promiseHooks = {
    ...v8.promiseHooks,
    createHook() {
      throw new Error('Houqin runs workflows without stacks of promises.');
    },
  };
}
