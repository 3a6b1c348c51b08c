import type { Answer, call as realCall, Endpoints, Input } from './client.ts';

// Nothing of this runs: vue-tsc reads it in `npm run check`. An `@ts-expect-error` over a line that compiles is an error itself, so each
// of them says that the line below must not compile.
declare const call: typeof realCall;

/** True for the one type `any`, which would let everything below compile. */
type IsAny<T> = 0 extends 1 & T ? true : false;
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles for `true` only. */
declare function holds<T extends true>(): T;

/** The names after a colon in a path: `type` and `step` of `/admin/timeout-policies/:type/:step`. */
type Names<Path extends string> =
  Path extends `${string}:${infer Name}/${infer Rest}` ? Name | Names<`/${Rest}`> : Path extends `${string}:${infer Name}` ? Name : never;

/** Endpoints of which a name in the path is missing among the params, or the other way round. */
type WrongParams = {
  [Key in keyof Endpoints]: Same<Names<Endpoints[Key]['path']>, ParamsOf<Key>> extends true ? never : Key;
}[keyof Endpoints];
type ParamsOf<Key extends keyof Endpoints> = Input<Key> extends { params: infer Params } ? keyof Params : never;

export async function theRightOnes(id: string): Promise<string[]> {
  const list = await call('get /tasks', { query: { view: 'open', due: 'overdue', limit: 20 } });
  const process = await call('get /processes/:id', { params: { id } });
  const started = await call('post /processes', { body: { type: 'supply-requisition', form: { purpose: '', lines: [] } }, idempotencyKey: 'k' });
  const decided = await call('post /tasks/:id/decision', { params: { id }, body: { outcome: 'approved', comment: '' } });
  await call('put /admin/timeout-policies/:type/:step', {
    params: { type: 'a', step: 'b' }, body: { clock: 'business', due: 'P1D', remind: null, escalate: null, expire: null },
  });
  const nothing: void = await call('post /logout');
  await call('post /tasks/:id/claim', { params: { id } });
  await call('get /supply/items');
  holds<Same<typeof list['total'], number>>();
  holds<Same<typeof list['nextCursor'], string | null>>();
  holds<Same<typeof process['form'], unknown>>();
  return [
    started.number, decided.decidedBy.name, String(nothing), ...list.items.map(({ title }) => title), ...process.timeline.map(({ action }) => action),
  ];
}

export async function theWrongOnes(id: string): Promise<void> {
  // @ts-expect-error a path that there is not
  await call('get /task');
  // @ts-expect-error a method that the path does not have
  await call('delete /tasks/:id', { params: { id } });
  // @ts-expect-error a filled-in path: the names stay in it, the values come beside it
  await call('get /tasks/some-task');

  // @ts-expect-error no params where the path has a name
  await call('get /tasks/:id');
  // @ts-expect-error no params beside a body
  await call('post /tasks/:id/decision', { body: { outcome: 'approved' } });
  // @ts-expect-error a param of another name
  await call('get /tasks/:id', { params: { taskId: id } });
  // @ts-expect-error one of two params
  await call('put /admin/timeout-policies/:type/:step', { params: { type: 'a' }, body: {} as never });
  // @ts-expect-error params where the path has no name
  await call('get /tasks', { params: { id } });

  // @ts-expect-error no body where one is needed
  await call('post /processes/:id/withdraw', { params: { id } });
  // @ts-expect-error a field of the body that there is not
  await call('post /processes/:id/withdraw', { params: { id }, body: { reason: 'r', because: 'r' } });
  // @ts-expect-error a missing field of the body
  await call('post /login', { body: { username: 'u' } });
  // @ts-expect-error a field of the body of another type
  await call('post /supply/items/:id/receipts', { params: { id }, body: { quantity: '5' } });
  // @ts-expect-error a body where there is none
  await call('post /tasks/:id/claim', { params: { id }, body: { to: id } });

  // @ts-expect-error a filter that there is not
  await call('get /tasks', { query: { status: 'open' } });
  // @ts-expect-error a value that the filter does not have
  await call('get /tasks', { query: { view: 'closed' } });
  // @ts-expect-error an input that there is not
  await call('get /tasks', { search: { view: 'open' } });

  // @ts-expect-error a field of the answer that there is not
  void (await call('get /tasks/:id', { params: { id } })).owner;
  // @ts-expect-error the same within a list
  void (await call('get /processes')).items[0]?.state;
  // @ts-expect-error an answer without a body has no fields
  void (await call('post /logout')).person;
  // @ts-expect-error a value that an enumeration does not have
  void ((await call('get /processes')).items[0]?.status === 'open');
}

/** None of it would hold if the client were `any`; nor if a part of it were. */
export function notAny(): void {
  holds<Same<IsAny<typeof realCall>, false>>();
  holds<Same<IsAny<Endpoints>, false>>();
  holds<Same<{ [Key in keyof Endpoints]: true extends IsAny<Answer<Key>> | IsAny<Input<Key>> ? Key : never }[keyof Endpoints], never>>();
  holds<Same<string extends keyof Endpoints ? true : false, false>>();
  holds<Same<WrongParams, never>>();
}
