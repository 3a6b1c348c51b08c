import { createProjection } from '../activities/projection.ts';
import type { Db } from '../db/connect.ts';
import { startProcess } from '../db/queries/processes.ts';
import { processTypes } from '../workflows/contracts.ts';

/** An item that the demo company has, for forms. */
export const PREPARED_ITEM = 'item-prepared';
const TYPE = 'supply-requisition';

/** Makes the item that prepared forms refer to. */
export async function putItem(db: Db): Promise<void> {
  await db('item').insert({ id: PREPARED_ITEM, code: 'P-001', name: '备用物品', category: '测试', unit: '个', price_fen: 100 }).onConflict().ignore();
}

/**
 * Puts a running requisition into PostgreSQL with nothing in Temporal: for tests of who may see and do what, which need many and never move
 * on. Answers its id.
 */
export async function putProcess(db: Db, requesterId: string, title = '备用物品 ×1'): Promise<string> {
  const form = { purpose: '备用', lines: [{ itemId: PREPARED_ITEM, quantity: 1 }] };
  return db.transaction(async (trx) => {
    const { department_id: departmentId } = await trx('person').where({ id: requesterId }).first('department_id');
    const { id } = await startProcess(trx, {
      type: TYPE, numberPrefix: 'LY', workflow: 'supplyRequisition', title, form, facts: form, requesterId, departmentId,
    });
    await trx('outbox').where({ process_id: id }).delete();
    return id;
  });
}

/** Opens a task at `step` as the workflow does; answers its id. */
export async function putTask(
  db: Db, processId: string, step: string, n = 1, openedAt = new Date().toISOString(),
): Promise<string> {
  const contract = processTypes[TYPE]!.contract.steps[step]!;
  const taskId = `${processId}.${step}.${n}`;
  await createProjection({ db }).openTask({
    taskId, processId, type: TYPE, step, n,
    outcomes: Object.keys(contract.outcomes),
    candidates: [...contract.candidates],
    byRequester: contract.byRequester ?? false,
    afterEnd: false,
    bounds: { toStep: ['revise'] },
    context: {},
    endsWithdrawal: false,
    expireAt: null,
    tellRequester: null,
    openedAt,
  });
  return taskId;
}

/** Writes a decision as if `personId` had made it. */
export async function putDecision(db: Db, taskId: string, personId: string, outcome: string, at = new Date()): Promise<void> {
  await db('task').where({ id: taskId }).update({
    state: 'decided', outcome, actor_kind: 'person', decided_by: personId, assignee_id: personId, decided_at: at, facts: '{}',
  });
}
