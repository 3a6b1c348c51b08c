import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';
import type { IdempotencyId } from './idempotency.ts';
import type { Viewer } from './visibility.ts';

/** What is decided, by a person or at a kiosk by the system, with all that is to stand together. A null `decidedAt` in `message` and `answer` becomes the instant. */
export interface NewDecision {
  taskId: string;
  processId: string;
  outcome: string;
  comment: string | null;
  data: unknown;
  /** The part of `data` that goes to Temporal. */
  facts: unknown;
  /** Of the audit event. */
  detail: object;
  /** The signal for the workflow. */
  message: object;
  /** Where the answer is kept for the request's Idempotency-Key, if it has one. */
  key?: IdempotencyId & { requestHash: Buffer };
  status: number;
  answer: object;
}

/**
 * The one decision of a task: succeeds for the first who may, and only while it is open and its process running (or the task is one that
 * follows the end); the system may always. Task, audit event, signal and answer are one statement, so that a click is one round trip and one commit; the process
 * row is locked first, as by everybody. Answers the instant, or undefined when it did not happen. Throws PostgreSQL's unique violation on
 * `idempotency` when the key was used.
 */
export async function decideTask(db: Db | Knex.Transaction, by: Viewer | 'system', decision: NewDecision): Promise<Date | undefined> {
  const { key } = decision;
  const isSystem = by === 'system';
  const [row] = await prepared<{ decided_at: Date }>(db, 'decide-task', `
    WITH locked AS MATERIALIZED (
      SELECT status FROM process WHERE id = :processId FOR UPDATE
    ), decided AS (
      UPDATE task SET
        state = 'decided', assignee_id = coalesce(:personId, assignee_id), outcome = :outcome, comment = :comment, data = :data::jsonb, facts = :facts::jsonb,
        actor_kind = :actorKind, decided_by = :personId, decided_at = date_trunc('milliseconds', clock_timestamp())
      FROM locked
      WHERE task.id = :taskId AND task.process_id = :processId AND task.state = 'open' AND (locked.status = 'running' OR task.after_end)
        AND (:actorKind = 'system' OR task.assignee_id = :personId
          OR task.assignee_id IS NULL AND task.candidates && :principals::text[] AND NOT :personId = ANY (task.excluded))
      RETURNING task.decided_at, task.ends_withdrawal, task.outcomes[1] AS going_on,
        to_jsonb(to_char(task.decided_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS at
    ), kept AS (
      UPDATE process SET withdrawable = false FROM decided WHERE process.id = :processId AND decided.ends_withdrawal AND :outcome = decided.going_on
    ), audited AS (
      INSERT INTO audit_event (actor_kind, actor_id, action, process_id, task_id, detail)
      SELECT :actorKind, :personId, 'task-decided', :processId, :taskId, :detail::jsonb FROM decided
    ), sent AS (
      INSERT INTO outbox (process_id, kind, name, payload)
      SELECT :processId, 'signal', 'decide', jsonb_set(:message::jsonb, '{decidedAt}', at, false) FROM decided
    ), answered AS (
      INSERT INTO idempotency (person_id, route, key, request_hash, status, body)
      SELECT :personId, :route, :key, :requestHash::bytea, :status::integer, jsonb_set(:answer::jsonb, '{decidedAt}', at, false) FROM decided
      WHERE :key::text IS NOT NULL
    )
    SELECT decided_at FROM decided`, {
    processId: decision.processId,
    taskId: decision.taskId,
    actorKind: isSystem ? 'system' : 'person',
    personId: isSystem ? null : by.personId,
    principals: isSystem ? [] : [...by.principals],
    outcome: decision.outcome,
    comment: decision.comment,
    data: decision.data === undefined ? null : JSON.stringify(decision.data),
    facts: JSON.stringify(decision.facts),
    detail: JSON.stringify(decision.detail),
    message: JSON.stringify(decision.message),
    route: key?.route ?? null,
    key: key?.key ?? null,
    requestHash: key?.requestHash ?? null,
    status: decision.status,
    answer: JSON.stringify(decision.answer),
  });
  return row?.decided_at;
}
