import type { Logger } from 'pino';
import type { Db } from '../../db/connect.ts';
import type { Seal } from '../../db/sealed.ts';
import type { Actor } from '../actor.ts';
import type { taskContract } from '../contract/tasks.ts';
import type { Call } from '../endpoint.ts';
import type { Problem } from '../errors.ts';
import { Replay, transact } from '../idempotency.ts';
import { recordRefusal } from '../refusals.ts';
import { forLog, toProblem } from '../unexpected.ts';
import { decide } from './decide.ts';

/** So many rows are decided at once: a batch must not take all connections from people who decide one task. */
const AT_ONCE = 4;
const FINAL = new Set<number>([403, 404, 409, 422]);

type BatchCall = Call<typeof taskContract.decideTasks>;
type RowProblem = Record<string, unknown> & { code: string; status: number; title: string; detail: string };
type RowResult = { id: string; ok: boolean; problem: RowProblem | null };

interface Parts {
  db: Db;
  log: Logger;
  seal: Seal;
}

interface Batch {
  answer: { results: RowResult[]; decided: number };
  /** The processes that have something in the outbox now. */
  processIds: string[];
}

/**
 * Decides each task of the request by itself, exactly as one is decided alone; a refused row stops no other. With an
 * Idempotency-Key a row is decided once also when the answer was lost half-way: a repeated request goes on where the first one stopped.
 */
export async function decideMany(call: BatchCall, parts: Parts): Promise<Batch> {
  const { db } = parts;
  await refuseOtherContent(call, db);
  const ids = [...new Set(call.body.ids)];
  const results: RowResult[] = new Array<RowResult>(ids.length);
  const processIds = new Set<string>();
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let at = next++; at < ids.length; at = next++) {
      const id = ids[at]!;
      const done = await decideRow(call, id, parts);
      results[at] = done.result;
      if (done.processId !== undefined) processIds.add(done.processId);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  const answer = { results, decided: results.filter(({ ok }) => ok).length };
  // What failed for no reason of its own may go better when it is sent again.
  if (results.every(({ problem }) => problem === null || problem.status < 500)) await transact(call, db, async () => answer);
  return { answer, processIds: [...processIds] };
}

/** Answers what was answered before, and refuses a key that was used for something else, before any row is touched. */
async function refuseOtherContent({ idempotency }: BatchCall, db: Db): Promise<void> {
  const undone = new Error('looked only');
  await db.transaction(async (trx) => {
    await idempotency.begin(trx);
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
}

async function decideRow(call: BatchCall, id: string, { db, log, seal }: Parts): Promise<{ result: RowResult; processId?: string }> {
  const { actor, locale, body: { outcome, comment } } = call;
  const idempotency = call.idempotency.part(id);
  try {
    const result: RowResult = { id, ok: true, problem: null };
    const { processId } = await decide(db, { taskId: id, actor, locale, wanted: { outcome, ...(comment && { comment }) }, idempotency, seal, answer: result });
    return { result, processId };
  } catch (error) {
    if (error instanceof Replay) return { result: error.answer.body as RowResult };
    return { result: await refusal(call, actor, { id, problem: toProblem(error), error }, db, log) };
  }
}

/** Records why a row was refused, as a single decision's refusal is recorded. */
async function refusal(
  { idempotency, locale, requestId }: BatchCall, actor: Actor, { id, problem, error }: { id: string; problem: Problem; error: unknown }, db: Db, log: Logger,
): Promise<RowResult> {
  if (problem.status >= 500) log.error({ requestId, error: forLog(error) }, 'a row of a batch failed');
  const result: RowResult = { id, ok: false, problem: problem.toJSON(locale, requestId) as RowProblem };
  if (!FINAL.has(problem.status) || problem.code === 'idempotency-key-reused') return result;
  try {
    await recordRefusal(db, { personId: actor.personId, route: 'POST /tasks/:id/decision', params: { id }, code: problem.code });
    return (await idempotency.part(id).refuse(db, problem.status, result)).body as RowResult;
  } catch (failure) {
    // The other rows are being decided: one note that cannot be kept does not take their answers away.
    log.error({ requestId, error: forLog(failure) }, 'refusal not recorded');
    return result;
  }
}
