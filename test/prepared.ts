import { createProjection } from '../activities/projection.ts';
import type { Db } from '../db/connect.ts';
import { startProcess } from '../db/queries/processes.ts';
import { lockOrder, takeOn } from '../db/queries/repair-orders.ts';
import { issuePass, startVisit } from '../db/queries/visits.ts';
import type { Seal } from '../db/sealed.ts';
import { processTypes } from '../workflows/contracts.ts';
import { visitProcess } from '../workflows/visit/contract.ts';

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

/** Puts a guest of the demo's requester into PostgreSQL with nothing in Temporal: expected now, inside, or gone again. */
export async function putVisit(db: Db, seal: Seal, state: 'visit' | 'inside' | 'gone'): Promise<string> {
  const host = 'person-wang-wei';
  const until = new Date(Date.now() + 7_200_000).toISOString();
  const window = { from: new Date(Date.now() - 60_000).toISOString(), until };
  return db.transaction(async (trx) => {
    const { id } = await startVisit(trx, seal, {
      process: visitProcess({
        visitor: { name: '欧*', phone: '154****8888' }, party: 1, purpose: 'business', place: '调度楼', windows: [window], hostId: host, way: 'invitation',
      }, { requesterId: host, departmentId: 'dept-marketing' }),
      values: [{ path: 'visitor.name', kind: 'name', value: '欧阳明月' }, { path: 'visitor.phone', kind: 'phone', value: '15400008888' }],
    });
    await issuePass(trx, seal, { key: `${id}.pass.1`, processId: id, window, moved: false, sms: false });
    await trx('outbox').where({ process_id: id }).delete();
    return id;
  }).then(async (id) => {
    const [arrival, departure] = [await putTask(db, id, 'arrival', 1, undefined, 'visit'), `${id}.departure.1`];
    if (state === 'visit') return id;
    await putDecision(db, arrival, 'person-lei-ting', 'arrived');
    await db('visit_pass').where({ process_id: id }).update({ used_at: db.fn.now() });
    await putTask(db, id, 'departure', 1, undefined, 'visit');
    if (state === 'inside') return id;
    await putDecision(db, departure, 'person-lei-ting', 'left');
    await putTask(db, id, 'left', 1, undefined, 'visit');
    return id;
  });
}

/** Puts a repair of the demo's requester into PostgreSQL with nothing in Temporal: at work by the demo's repairer, or repaired and ended. */
export async function putOrder(db: Db, state: 'order' | 'repaired'): Promise<string> {
  const placeId = (await db('place').where({ kind: 'room', active: true }).orderBy('id').first('id')).id;
  const form = { placeId, category: 'plumbing', urgency: 'normal', description: '水龙头滴水' };
  const id = await db.transaction(async (trx) => {
    const process = await startProcess(trx, {
      type: 'repair-order', numberPrefix: 'BX', workflow: 'repairOrder', title: '给排水报修', form, facts: { urgency: 'normal' },
      requesterId: 'person-wang-wei', departmentId: 'dept-marketing',
    });
    await trx('outbox').where({ process_id: process.id }).delete();
    await lockOrder(trx, process.id, 'normal');
    await takeOn(trx, { key: `${process.id}.take-on.1`, processId: process.id, repairerId: 'person-jin-zhiqiang', eta: new Date().toISOString() });
    return process.id;
  });
  const task = await putTask(db, id, 'work', 1, undefined, 'repair-order');
  if (state === 'order') return id;
  await putDecision(db, task, 'person-jin-zhiqiang', 'completed');
  await db('process').where({ id }).update({ status: 'ended', outcome: 'repaired', ended_at: db.fn.now() });
  return id;
}

/** Opens a task at `step` as the workflow does; answers its id. */
export async function putTask(
  db: Db, processId: string, step: string, n = 1, openedAt = new Date().toISOString(), type = TYPE,
): Promise<string> {
  const contract = processTypes[type]!.contract.steps[step]!;
  const taskId = `${processId}.${step}.${n}`;
  await createProjection({ db }).openTask({
    taskId, processId, type, step, n,
    outcomes: Object.keys(contract.outcomes),
    candidates: contract.candidates.map((each) => (each === 'fact:hostId' ? 'person:person-wang-wei' as const : each === 'holder' ? 'person:person-jin-zhiqiang' as const : each)),
    byRequester: contract.byRequester ?? contract.work ?? false,
    ...(contract.atDesk && { atDesk: true }),
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
