import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/** At most this many rows of each list; its total is exact. */
const SHOWN = 50;

/** A process as a list of what is stuck names it. */
export interface ProcessRef {
  id: string;
  number: string;
  type: string;
  title: string;
}

/** The first of a list that may be longer. */
export interface First<Item> {
  items: Item[];
  total: number;
}

/** A message that Temporal refused; later ones of the same workflow stand behind it. No process: it is of an SMS. */
export interface ParkedRow {
  id: string;
  process: ProcessRef | null;
  kind: 'start' | 'signal';
  name: string;
  code: string | null;
  attempts: number;
  since: Date;
  behind: number;
}

/** Parked messages, the oldest first. */
export async function parkedMessages(db: Db): Promise<First<ParkedRow>> {
  return first(await db.raw(`
    SELECT o.process_id AS id,
      CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'number', p.number, 'type', p.type, 'title', p.title) END AS process,
      o.kind, o.name, o.last_error AS code, o.attempts, o.parked_at AS since,
      (SELECT count(*)::int FROM outbox later
        WHERE later.process_id = o.process_id AND later.delivered_at IS NULL AND later.id > o.id) AS behind,
      count(*) OVER ()::int AS total
    FROM outbox o LEFT JOIN process p ON p.id = o.process_id
    WHERE o.delivered_at IS NULL AND o.parked_at IS NOT NULL ORDER BY o.id LIMIT ?`, [SHOWN]));
}

/** Lets the parked messages of a process or an SMS be tried again; answers how many, undefined when there is none of this id. */
export async function unpark(trx: Knex.Transaction, processId: string): Promise<number | undefined> {
  const isKnown = await trx('process').where({ id: processId }).first('id') ?? await trx('sms').where({ id: processId }).first('id');
  if (!isKnown) return undefined;
  return trx('outbox').where({ process_id: processId }).whereNull('delivered_at').whereNotNull('parked_at')
    .update({ parked_at: null, next_attempt_at: trx.fn.now() });
}

/** An activity that keeps failing. */
export interface RetryRow {
  process: ProcessRef | null;
  processId: string;
  activity: string;
  attempts: number;
  code: string;
  since: Date;
  lastAt: Date;
  stale: boolean;
}

/** Activities that keep failing, those still tried first; not those of processes that have ended since. */
export async function retryingActivities(db: Db, staleAfterSeconds: number): Promise<First<RetryRow>> {
  return first(await db.raw(`
    SELECT CASE WHEN p.id IS NOT NULL
        THEN json_build_object('id', p.id, 'number', p.number, 'type', p.type, 'title', p.title) END AS process,
      r.process_id AS "processId", r.activity, r.attempts, r.code, r.since, r.last_at AS "lastAt",
      r.last_at < now() - ? * interval '1 second' AS stale, count(*) OVER ()::int AS total
    FROM activity_retry r LEFT JOIN process p ON p.id = r.process_id
    WHERE p.ended_at IS NULL OR p.ended_at < r.last_at
    ORDER BY stale, r.since LIMIT ?`, [staleAfterSeconds, SHOWN]));
}

/** How many activities have failed more than so many times and are still tried; not those of processes that have ended since. */
export async function failingOften(db: Db, attempts: number): Promise<number> {
  const { rows } = await db.raw<{ rows: { n: number }[] }>(`
    SELECT count(*)::int AS n FROM activity_retry r LEFT JOIN process p ON p.id = r.process_id
    WHERE r.attempts > ? AND r.last_at > now() - interval '2 minutes' AND (p.ended_at IS NULL OR p.ended_at < r.last_at)`, [attempts]);
  return rows[0]!.n;
}

/** The processes of these ids, in any order; what is no process is left out. */
export async function processRefs(db: Db, ids: readonly string[]): Promise<ProcessRef[]> {
  return db('process').select('id', 'number', 'type', 'title').whereIn('id', [...ids]).orderBy('number');
}

/** A running process without an open task. `kind` and `parked` are of its oldest message that has not arrived. */
export interface ArrangingRow {
  process: ProcessRef;
  since: Date;
  kind: 'start' | 'signal' | null;
  parked: boolean;
}

/** Running processes that have had no open task for `seconds`, the longest first. */
export async function arrangingTooLong(db: Db, seconds: number): Promise<First<ArrangingRow>> {
  return first(await db.raw(`
    SELECT json_build_object('id', p.id, 'number', p.number, 'type', p.type, 'title', p.title) AS process,
      moved.at AS since, head.kind, coalesce(head.parked, false) AS parked, count(*) OVER ()::int AS total
    FROM process p
    CROSS JOIN LATERAL (SELECT greatest(p.started_at, max(t.decided_at)) AS at FROM task t WHERE t.process_id = p.id) moved
    LEFT JOIN LATERAL (
      SELECT o.kind, o.parked_at IS NOT NULL AS parked FROM outbox o
      WHERE o.process_id = p.id AND o.delivered_at IS NULL ORDER BY o.id LIMIT 1) head ON true
    WHERE p.status = 'running' AND NOT EXISTS (SELECT FROM task t WHERE t.process_id = p.id AND t.state = 'open')
      AND moved.at < now() - ? * interval '1 second'
    ORDER BY moved.at, p.id LIMIT ?`, [seconds, SHOWN]));
}

/** How many tasks are overdue at a step, and since when the first of them. */
export interface OverdueRow {
  type: string;
  step: string;
  tasks: number;
  oldestDueAt: Date;
}

/** Overdue tasks by step, the longest overdue first. */
export async function overdueBySteps(db: Db): Promise<OverdueRow[]> {
  const { rows } = await db.raw<{ rows: OverdueRow[] }>(`
    SELECT p.type, t.step, count(*)::int AS tasks, min(t.due_at) AS "oldestDueAt"
    FROM task t JOIN process p ON p.id = t.process_id
    WHERE t.state = 'open' AND t.due_at < now() GROUP BY p.type, t.step ORDER BY "oldestDueAt"`);
  return rows;
}

/** An open task of which nobody who is there is in charge. */
export interface UnattendedRow {
  process: ProcessRef;
  taskId: string;
  step: string;
  openedAt: Date;
  reason: 'person-inactive' | 'no-leader' | 'nobody-in-role' | 'all-excluded';
  who: { zh: string; en: string };
}

/** Open tasks of which nobody who is there is in charge, the oldest first. */
export async function unattendedTasks(db: Db): Promise<First<UnattendedRow>> {
  return first(await db.raw(`
    WITH away AS (
      SELECT 'person:' || id AS principal, 'person-inactive' AS reason, name AS zh, name AS en FROM person WHERE NOT active
      UNION ALL
      SELECT 'leader:' || d.id, 'no-leader', d.name, d.name_en FROM department d
      WHERE NOT EXISTS (SELECT FROM person l WHERE l.id = d.leader_id AND l.active)
      UNION ALL
      SELECT 'role:' || r.id, 'nobody-in-role', r.name, r.name_en FROM role r
      WHERE NOT EXISTS (SELECT FROM person_role pr JOIN person p ON p.id = pr.person_id WHERE pr.role_id = r.id AND p.active)
    ), present AS (
      SELECT 'person:' || id AS principal, id FROM person WHERE active
      UNION ALL
      SELECT 'leader:' || d.id, l.id FROM department d JOIN person l ON l.id = d.leader_id WHERE l.active
      UNION ALL
      SELECT 'role:' || pr.role_id, p.id FROM person_role pr JOIN person p ON p.id = pr.person_id WHERE p.active
    ), stuck AS (
      SELECT DISTINCT ON (e.task_id) e.task_id, coalesce(away.reason, 'all-excluded') AS reason,
        coalesce(away.zh, '') AS zh, coalesce(away.en, '') AS en
      FROM inbox_entry e LEFT JOIN away USING (principal)
      WHERE NOT EXISTS (
        SELECT FROM inbox_entry other JOIN present USING (principal)
        WHERE other.task_id = e.task_id AND present.id <> ALL (other.excluded))
      ORDER BY e.task_id, away.reason, e.principal
    )
    SELECT json_build_object('id', p.id, 'number', p.number, 'type', p.type, 'title', p.title) AS process,
      t.id AS "taskId", t.step, t.opened_at AS "openedAt", stuck.reason,
      json_build_object('zh', stuck.zh, 'en', stuck.en) AS who, count(*) OVER ()::int AS total
    FROM stuck JOIN task t ON t.id = stuck.task_id JOIN process p ON p.id = t.process_id
    ORDER BY t.opened_at, t.id LIMIT ?`, [SHOWN]));
}

/** How much there is at all. */
export async function totals(db: Db): Promise<{ running: number; openTasks: number }> {
  const { rows } = await db.raw<{ rows: { running: number; openTasks: number }[] }>(`
    SELECT (SELECT count(*)::int FROM process WHERE status = 'running') AS running,
      (SELECT count(*)::int FROM task WHERE state = 'open') AS "openTasks"`);
  return rows[0]!;
}

function first<Item>({ rows }: { rows: (Item & { total: number })[] }): First<Item> {
  return { items: rows, total: rows[0]?.total ?? 0 };
}
