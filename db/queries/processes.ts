import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';
import { recordAudit, type Actor } from './audit.ts';
import { sendNotices } from './send-notices.ts';
import { containing, seesAll, whereVisible, type Viewer } from './visibility.ts';

/** A process with the names that a page shows. */
export interface ProcessRow {
  id: string;
  number: string;
  type: string;
  title: string;
  status: 'running' | 'ended';
  outcome: string | null;
  requester_id: string;
  requester_name: string;
  department_id: string;
  department_name: string;
  department_name_en: string;
  form_version: number;
  withdrawable: boolean;
  urged_at: Date | null;
  started_at: Date;
  ended_at: Date | null;
  sort_at: string;
}

/** What starts a process. */
export interface NewProcess {
  type: string;
  numberPrefix: string;
  /** The exported workflow function. */
  workflow: string;
  title: string;
  form: unknown;
  /** The part of `form` that goes to Temporal. */
  facts: unknown;
  requesterId: string;
  departmentId: string;
}

/** Processes with the names that a page shows. */
export function processes(db: Db | Knex.Transaction): Knex.QueryBuilder {
  return db('process')
    .join('person as requester', 'requester.id', 'process.requester_id')
    .join('department', 'department.id', 'process.department_id')
    .select('process.*', 'requester.name as requester_name', 'department.name as department_name', 'department.name_en as department_name_en');
}

/**
 * Starts a process: its row, its form's first version, the audit event and the start for Temporal, in one statement of the caller's
 * transaction. The one way to start, for the product and for tests. `by` is who started it where that is not the requester.
 */
export async function startProcess(
  trx: Knex.Transaction, start: NewProcess, by: Actor = { kind: 'person', id: start.requesterId },
): Promise<ProcessRow> {
  const [started] = await prepared<ProcessRow>(trx, 'start-process', `
    WITH started AS (
      INSERT INTO process (id, number, type, title, requester_id, department_id)
      VALUES (
        :id, :prefix || to_char(now() AT TIME ZONE 'Asia/Shanghai', 'YYMMDD') || '-' || to_char(nextval('process_number'), 'FM99999999990000'),
        :type, :title, :requesterId, :departmentId
      )
      RETURNING *
    ), kept AS (
      INSERT INTO process_form (process_id, version, form, hash, created_by)
      SELECT id, 1, :form::jsonb, ${HASH_OF_FORM}, requester_id FROM started RETURNING hash
    ), audited AS (
      INSERT INTO audit_event (actor_kind, actor_id, action, process_id, detail)
      SELECT :actorKind, CAST(:actorId AS text), 'process-started', id, jsonb_build_object('formHash', hash) FROM started, kept
    ), sent AS (
      INSERT INTO outbox (process_id, kind, name, payload)
      SELECT id, 'start', :workflow, jsonb_build_object('processId', id, 'formVersion', 1, 'formHash', hash, 'facts', :facts::jsonb) FROM started, kept
    )
    SELECT started.*, requester.name AS requester_name, department.name AS department_name, department.name_en AS department_name_en
    FROM started JOIN person AS requester ON requester.id = started.requester_id JOIN department ON department.id = started.department_id`, {
    ...start,
    actorKind: by.kind,
    actorId: by.id ?? null,
    id: `${start.type}-${uuidv7()}`,
    prefix: start.numberPrefix,
    form: JSON.stringify(start.form),
    facts: JSON.stringify(start.facts),
  });
  return started!;
}

/** SHA-256 of the form's JSON as PostgreSQL keeps it: the same whatever order a client wrote its fields in. */
const HASH_OF_FORM = "encode(sha256(convert_to((:form::jsonb)::text, 'UTF8')), 'hex')";

/** Keeps a version of the form for ever and answers its hash. */
export async function addFormVersion(
  trx: Knex.Transaction,
  { processId, version, form, by }: { processId: string; version: number; form: unknown; by: string },
): Promise<string> {
  const [{ hash }] = await prepared<{ hash: string }>(trx, 'add-form', `
    INSERT INTO process_form (process_id, version, form, hash, created_by)
    VALUES (:processId, :version, :form::jsonb, ${HASH_OF_FORM}, :by) RETURNING hash`, { processId, version, by, form: JSON.stringify(form) }) as [{ hash: string }];
  return hash;
}

/** One process, if the viewer may see it. */
export async function findVisibleProcess(db: Db | Knex.Transaction, id: string, viewer: Viewer): Promise<ProcessRow | undefined> {
  return whereVisible(processes(db).where('process.id', id), viewer).first();
}

/** The process with its row locked until the transaction's end, if the viewer may see it. */
export async function lockVisibleProcess(trx: Knex.Transaction, id: string, viewer: Viewer): Promise<ProcessRow | undefined> {
  await trx('process').select('id').where({ id }).forUpdate();
  return findVisibleProcess(trx, id, viewer);
}

/** Up to `limit` processes whose number, title or requester contains `q`, of those that the viewer may see: the latest first. */
export async function searchProcesses(db: Db, viewer: Viewer, q: string, limit: number): Promise<ProcessRow[]> {
  const like = containing(q);
  return whereVisible(processes(db), viewer)
    .modify((query) => {
      // What may be seen is asked of each case; so that not all of the company's are asked, only those that one has to do with.
      if (!seesAll(viewer)) void query.whereIn('process.id', ownProcesses(db, viewer));
    })
    .where((any) => any.whereILike('process.title', like).orWhereILike('process.number', like).orWhereILike('requester.name', like))
    .orderBy([{ column: 'process.started_at', order: 'desc' }, { column: 'process.id', order: 'desc' }]).limit(limit);
}

/** Ids of the processes that somebody requested, decided in, has to decide in, or got copied; each by an index. */
function ownProcesses(db: Db, { personId, principals }: Viewer): Knex.QueryBuilder {
  return db('process').select('id').where('requester_id', personId).union([
    db('copy').select('process_id').where('person_id', personId),
    db('task').select('process_id').where({ decided_by: personId, state: 'decided' }),
    db('inbox_entry').join('task', 'task.id', 'inbox_entry.task_id').select('task.process_id').whereIn('principal', [...principals]),
  ]);
}

/** A version of the form, with who wrote it. */
export interface FormVersion {
  version: number;
  form: unknown;
  hash: string;
  created_at: Date;
  created_by_name: string;
}

/** All versions of a process's form, the first one first. */
export async function formVersions(db: Db, processId: string): Promise<FormVersion[]> {
  return db('process_form').join('person', 'person.id', 'process_form.created_by')
    .select('version', 'form', 'hash', 'process_form.created_at', 'person.name as created_by_name')
    .where({ process_id: processId }).orderBy('version');
}

/** One entry of what happened in a process. */
export interface TimelineRow {
  seq: number;
  at: Date;
  actor_kind: 'person' | 'clock' | 'system' | 'administrator';
  actor_id: string | null;
  actor_name: string | null;
  on_behalf_of: string | null;
  on_behalf_of_name: string | null;
  action: string;
  task_id: string | null;
  step: string | null;
  outcome: string | null;
  detail: Record<string, unknown>;
  text: string | null;
}

/** What an overseer looked at: no part of how the case went, and the auditor's business alone. */
export const OVERSIGHT = ['history-read', 'history-replay-started', 'history-replayed'] as const;

/** Told already by the start, the decision or the revision that it is a part of. */
const PARTS = ['files-attached'];

/** What happened in a process, in order; refused attempts are the auditor's (`refusals`). */
export async function timeline(db: Db, processId: string, { refusals = false } = {}): Promise<TimelineRow[]> {
  const rows = db('audit_event as event')
    .leftJoin('person', 'person.id', 'event.actor_id')
    .leftJoin('person as behalf', 'behalf.id', 'event.on_behalf_of')
    .leftJoin('task', 'task.id', 'event.task_id')
    .leftJoin('comment', (on) => on.on('comment.id', '=', db.raw("(event.detail->>'commentId')::bigint")))
    .select(
      'event.seq', 'event.at', 'event.actor_kind', 'event.actor_id', 'person.name as actor_name', 'event.on_behalf_of',
      'behalf.name as on_behalf_of_name', 'event.action', 'event.task_id', 'task.step', 'event.detail',
      'event.refused', 'event.code',
      db.raw("CASE WHEN event.action = 'task-decided' AND NOT event.refused THEN task.outcome END AS outcome"),
      db.raw("CASE WHEN event.action = 'task-decided' AND NOT event.refused THEN task.comment ELSE comment.text END AS text"),
    )
    .where('event.process_id', processId).orderBy('event.seq');
  return refusals ? rows : rows.where('event.refused', false).whereNotIn('event.action', [...OVERSIGHT, ...PARTS]);
}

/** Writes a comment and its audit event, and answers the comment's id. `action` says what the words belong to. */
export async function addComment(
  trx: Knex.Transaction,
  { processId, by, text, action }: { processId: string; by: string; text: string; action: string },
): Promise<number> {
  const commentId = await insertComment(trx, { processId, by, text });
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action, processId, detail: { commentId } });
  return commentId;
}

/** Keeps words that belong to an audit event, which names them as `detail.commentId`; answers that id. */
export async function insertComment(
  trx: Knex.Transaction, { processId, by, text }: { processId: string; by: string; text: string },
): Promise<number> {
  const [{ id }] = await trx('comment').insert({ process_id: processId, author_id: by, text }, ['id']);
  return id;
}

/** Copies a process to people (抄送), who get a notice; those who have it already are left alone. */
export async function copyTo(
  trx: Knex.Transaction,
  { processId, by, people }: { processId: string; by: string; people: readonly string[] },
): Promise<void> {
  if (people.length === 0) return;
  const added = await trx('copy')
    .insert(people.map((personId) => ({ process_id: processId, person_id: personId, copied_by: by })))
    .onConflict(['process_id', 'person_id']).ignore().returning('person_id');
  const ids = added.map(({ person_id }) => person_id);
  if (ids.length === 0) return;
  await recordAudit(trx, { actor: { kind: 'person', id: by }, action: 'process-copied', processId, detail: { to: ids } });
  await sendNotices(trx, ids, { key: `${processId}.copied`, kind: 'process-copied', processId, taskId: null });
}

/** Ends a running, withdrawable process as withdrawn and closes its open tasks; answers those tasks, or undefined if it may not be. */
export async function withdrawProcess(trx: Knex.Transaction, id: string): Promise<{ assignee_id: string | null; candidates: string[] }[] | undefined> {
  const ended = await trx('process').where({ id, status: 'running', withdrawable: true })
    .update({ status: 'ended', outcome: 'withdrawn', ended_at: trx.fn.now() });
  if (ended === 0) return undefined;
  return trx('task').where({ process_id: id, state: 'open' })
    .update({ state: 'closed', closed_at: trx.fn.now() }, ['assignee_id', 'candidates']);
}

/** Marks a running process as urged unless that was less than `hours` ago; answers the instant from which it may be again when refused. */
export async function urgeProcess(trx: Knex.Transaction, id: string, hours: number): Promise<Date | undefined> {
  const again = trx.raw("urged_at + ? * interval '1 hour'", [hours]);
  const marked = await trx('process').where({ id, status: 'running' })
    .where((free) => free.whereNull('urged_at').orWhere(again, '<=', trx.fn.now()))
    .update({ urged_at: trx.fn.now() });
  if (marked === 1) return undefined;
  const row = await trx('process').where({ id }).first({ again });
  return row.again;
}
