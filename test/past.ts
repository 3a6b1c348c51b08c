import { createHash } from 'node:crypto';
import type { Db } from '../db/connect.ts';

/** A requisition as it would stand in the database long after: for tests of sums and percentiles, which need a past and many rows. */
export interface PastRequest {
  id: string;
  requester: string;
  department: string;
  startedAt: Date;
  /** Null while it is on its way. */
  outcome: string | null;
  endedAt: Date | null;
  lines: readonly { itemId: string; quantity: number; approved?: number; missing?: number; issued?: number }[];
  issuedAt?: Date;
  tasks?: readonly PastTask[];
}

/** A task of it; `stars` and `text` are an evaluation's. */
export interface PastTask {
  step: string;
  openedAt: Date;
  dueAt?: Date;
  decidedAt: Date | null;
  outcome?: string;
  by?: string;
  actorKind?: 'person' | 'clock' | 'administrator';
  stars?: Readonly<Record<string, number>>;
  text?: string;
}

/** Writes it with SQL, as no run could in a test's time. Items need the stock that is issued. */
export async function putPast(db: Db, past: PastRequest): Promise<void> {
  const { id, lines } = past;
  const form = { purpose: '过去', lines: lines.map(({ itemId, quantity }) => ({ itemId, quantity })) };
  await db('process').insert({
    id, number: `P-${id}`, type: 'supply-requisition', title: id, status: past.outcome ? 'ended' : 'running', outcome: past.outcome,
    requester_id: past.requester, department_id: past.department, started_at: past.startedAt, ended_at: past.endedAt,
  });
  const hash = createHash('sha256').update(id).digest('hex');
  await db('process_form').insert({ process_id: id, version: 1, form: JSON.stringify(form), hash, created_by: past.requester });
  const approved = lines.filter((line) => (line.approved ?? 0) > 0);
  if (approved.length > 0) {
    const result = {
      reserved: approved.map(({ itemId, approved: quantity = 0, missing = 0 }) => ({ itemId, quantity: quantity - missing })).filter(({ quantity }) => quantity > 0),
      shortage: approved.filter(({ missing = 0 }) => missing > 0).map(({ itemId, missing }) => ({ itemId, missing })),
    };
    await db('effect').insert({
      key: `${id}/reserve/1`, process_id: id, name: 'reserve-stock', state: 'applied', result: JSON.stringify(result), applied_at: past.startedAt,
    });
  }
  const issued = lines.filter((line) => (line.issued ?? 0) > 0);
  if (issued.length > 0) {
    await db('reservation').insert(issued.map((line) => ({
      process_id: id, item_id: line.itemId, quantity: line.issued, issued: line.issued, lease_ends_at: past.startedAt,
    })));
    await db('stock_movement').insert(issued.map((line) => ({
      item_id: line.itemId, kind: 'issue', quantity: -line.issued!, process_id: id, effect_key: `${id}/issue/1`, at: past.issuedAt ?? past.endedAt,
    })));
  }
  for (const [n, task] of (past.tasks ?? []).entries()) {
    const decided = task.decidedAt !== null;
    await db('task').insert({
      id: `${id}.${task.step}.${n + 1}`, process_id: id, step: task.step, n: n + 1, state: decided ? 'decided' : 'open', outcomes: ['approved'],
      candidates: ['role:auditor'], opened_at: task.openedAt, due_at: task.dueAt ?? null, decided_at: task.decidedAt,
      outcome: decided ? task.outcome ?? 'approved' : null, actor_kind: decided ? task.actorKind ?? 'person' : null, decided_by: task.by ?? null,
      data: task.stars ? JSON.stringify({ stars: task.stars, ...(task.text && { text: task.text }) }) : null, policy_version: 1, calendar_version: 1,
    });
  }
}
