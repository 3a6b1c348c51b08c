import type { Db } from '../db/connect.ts';
import { recordAudit } from '../db/queries/audit.ts';
import type { ProblemCode } from './errors.ts';

/** A write that was refused. */
export interface Refusal {
  readonly personId: string;
  /** Such as `POST /tasks/:id/decision`. */
  readonly route: string;
  /** The path's parameters as sent. */
  readonly params: Readonly<Record<string, unknown>>;
  readonly code: ProblemCode;
}

/** Writes the audit event of a refused attempt, in a transaction of its own: that of the attempt is gone. */
export async function recordRefusal(db: Db, { personId, route, params, code }: Refusal): Promise<void> {
  const object = Object.values(params).filter(isId).join('/') || null;
  const id = isId(params.id) ? params.id : null;
  const taskId = / \/tasks\/:id/.test(route) ? id : null;
  // A task's id begins with its process's, which has no dot.
  const processId = / \/processes\/:id/.test(route) ? id : taskId?.split('.')[0] ?? null;
  await recordAudit(db, {
    actor: { kind: 'person', id: personId }, action: route, processId, taskId, object, refused: true, code,
  });
}

// Sent by the caller, so nothing but what an id can look like goes into the audit trail.
function isId(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,150}$/.test(value);
}
