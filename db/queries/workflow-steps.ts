import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';
import { IN_FORCE, type TimeoutsInForce } from './timeouts.ts';

// What a workflow does at every step, each as one statement: a step is one round trip and one commit. Like everybody they lock the process
// row before they write.

/** What must be known to open a task. */
export interface AroundTask extends TimeoutsInForce {
  process: { status: 'running' | 'ended'; requester_id: string; department_id: string };
  /** Whoever approved another step the last time that it was decided: one person, one approval. */
  approvers: string[];
}

/** Looks at all that opening a task at `step` depends on; undefined when there is no such process or no policy. */
export async function aroundTask(
  db: Db, { processId, type, step, calendars }: { processId: string; type: string; step: string; calendars: readonly number[] },
): Promise<AroundTask | undefined> {
  const [row] = await prepared<AroundTask>(db, 'around-task', `
    SELECT json_build_object('status', process.status, 'requester_id', process.requester_id, 'department_id', process.department_id) AS process,
      ARRAY(
        SELECT decided_by FROM (
          SELECT DISTINCT ON (step) outcome, decided_by FROM task
          WHERE process_id = :processId AND state = 'decided' AND step <> :step ORDER BY step, n DESC
        ) AS last
        WHERE outcome = 'approved' AND decided_by IS NOT NULL
      ) AS approvers,
      ${IN_FORCE.columns}
    FROM process, ${IN_FORCE.tables}
    WHERE process.id = :processId`, { processId, type, step, known: [...calendars] });
  return row;
}

/** A task as it is when it is opened. Instants are ISO 8601. */
export interface NewTask {
  id: string;
  processId: string;
  step: string;
  n: number;
  outcomes: string[];
  bounds: object;
  context: { readonly note?: string };
  candidates: string[];
  excluded: string[];
  endsWithdrawal: boolean;
  afterEnd: boolean;
  openedAt: string;
  countedFrom: string | null;
  atDesk: boolean;
  leaseEndsAt: string | null;
  dueAt: string | null;
  expireAt: string | null;
  deadlines: object[];
  policyVersion: number;
  calendarVersion: number;
  /** Who is told, by a notice of which kind. */
  notice: { person: string; kind: string } | undefined;
}

/** Opens a task, with its audit event and its notice. False when there is one of this id, or its process has ended meanwhile. */
export async function openTask(db: Db, { notice, ...task }: NewTask): Promise<boolean> {
  const { step, candidates, dueAt, policyVersion, calendarVersion, context: { note } } = task;
  const rows = await prepared(db, 'open-task', `
    WITH locked AS MATERIALIZED (
      SELECT status FROM process WHERE id = :processId FOR UPDATE
    ), opened AS (
      INSERT INTO task (
        id, process_id, step, n, outcomes, bounds, context, candidates, excluded, ends_withdrawal, after_end, opened_at, counted_from, at_desk, lease_ends_at,
        due_at, expire_at, deadlines, policy_version, calendar_version
      )
      SELECT :id::text, :processId::text, :step::text, :n::int, :outcomes::text[], :bounds::jsonb, :context::jsonb, :candidates::text[],
        :excluded::text[], :endsWithdrawal::boolean, :afterEnd::boolean, :openedAt::timestamptz, :countedFrom::timestamptz, :atDesk::boolean, :leaseEndsAt::timestamptz, :dueAt::timestamptz,
        :expireAt::timestamptz, :deadlines::jsonb, :policyVersion::int, :calendarVersion::int
      FROM locked WHERE locked.status = 'running' OR :afterEnd::boolean
      ON CONFLICT DO NOTHING
      RETURNING id
    ), audited AS (
      INSERT INTO audit_event (actor_kind, action, process_id, task_id, detail)
      SELECT 'system', 'task-opened', :processId, id, :detail::jsonb FROM opened
    ), told AS (
      INSERT INTO notice (key, person_id, kind, process_id, task_id, detail)
      SELECT id || '.opened', :person, :kind, :processId, id, jsonb_build_object('step', :step::text) FROM opened WHERE :person::text IS NOT NULL
      ON CONFLICT (person_id, key) DO NOTHING
    )
    SELECT id FROM opened`, {
    ...task,
    bounds: JSON.stringify(task.bounds),
    context: JSON.stringify(task.context),
    deadlines: JSON.stringify(task.deadlines),
    detail: JSON.stringify({ step, candidates, dueAt, policyVersion, calendarVersion, ...(note && { note }) }),
    person: notice?.person ?? null,
    kind: notice?.kind ?? null,
  });
  return rows.length === 1;
}

/**
 * Ends a running process, closes what is open and tells the requester; answers the outcome that stands, which may be an earlier one. Throws
 * when there is no such process.
 */
export async function endProcess(db: Db, { processId, outcome }: { processId: string; outcome: string }): Promise<string> {
  const [row] = await prepared<{ outcome: string }>(db, 'end-process', `
    WITH before AS MATERIALIZED (
      SELECT id, status, outcome FROM process WHERE id = :processId FOR UPDATE
    ), ended AS (
      UPDATE process SET status = 'ended', outcome = :outcome, ended_at = now() FROM before
      WHERE process.id = before.id AND before.status = 'running'
      RETURNING process.id, process.requester_id
    ), closed AS (
      UPDATE task SET state = 'closed', closed_at = now() FROM ended WHERE task.process_id = ended.id AND task.state = 'open'
    ), audited AS (
      INSERT INTO audit_event (actor_kind, action, process_id, detail)
      SELECT 'system', 'process-ended', id, jsonb_build_object('outcome', :outcome::text) FROM ended
    ), told AS (
      INSERT INTO notice (key, person_id, kind, process_id, detail)
      SELECT id || '.ended', requester_id, 'process-ended', id, jsonb_build_object('outcome', :outcome::text) FROM ended
      ON CONFLICT (person_id, key) DO NOTHING
    )
    SELECT CASE WHEN status = 'running' THEN :outcome::text ELSE outcome END AS outcome FROM before`, { processId, outcome });
  if (!row) throw new Error('process-unknown');
  // What was opened while the statement waited for the process row is not in its snapshot.
  await prepared(db, 'close-tasks', `
    UPDATE task SET state = 'closed', closed_at = now() WHERE process_id = ? AND state = 'open' AND NOT after_end`, [processId]);
  return row.outcome;
}
