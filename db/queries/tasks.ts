import type { Knex } from 'knex';
import type { Bounds, TaskContext } from '../../workflows/lib/contract.ts';
import type { Db } from '../connect.ts';
import { containing, type Viewer } from './visibility.ts';

/** A task with what a page shows of its process. */
export interface TaskRow {
  id: string;
  process_id: string;
  step: string;
  n: number;
  state: 'open' | 'decided' | 'closed';
  outcomes: string[];
  bounds: Bounds;
  context: TaskContext;
  candidates: string[];
  excluded: string[];
  assignee_id: string | null;
  assignee_name: string | null;
  ends_withdrawal: boolean;
  after_end: boolean;
  opened_at: Date;
  due_at: Date | null;
  expire_at: Date | null;
  deadlines: { kind: 'remind' | 'escalate' | 'expire'; n: number; at: string; outcome?: string }[];
  policy_version: number;
  calendar_version: number;
  escalated_at: Date | null;
  decided_at: Date | null;
  outcome: string | null;
  actor_kind: string | null;
  decided_by: string | null;
  decided_by_name: string | null;
  comment: string | null;
  data: unknown;
  closed_at: Date | null;
  number: string;
  type: string;
  title: string;
  status: 'running' | 'ended';
  form_version: number;
  withdrawable: boolean;
  urged_at: Date | null;
  requester_id: string;
  requester_name: string;
  department_name: string;
  department_name_en: string;
}

function tasks(db: Db | Knex.Transaction): Knex.QueryBuilder {
  return db('task')
    .join('process', 'process.id', 'task.process_id')
    .join('person as requester', 'requester.id', 'process.requester_id')
    .join('department', 'department.id', 'process.department_id')
    .leftJoin('person as assignee', 'assignee.id', 'task.assignee_id')
    .leftJoin('person as decider', 'decider.id', 'task.decided_by')
    .select(
      'task.*', 'process.number', 'process.type', 'process.title', 'process.status', 'process.form_version', 'process.withdrawable',
      'process.urged_at', 'process.requester_id', 'requester.name as requester_name', 'department.name as department_name', 'department.name_en as department_name_en',
      'assignee.name as assignee_name', 'decider.name as decided_by_name',
    );
}

/** One task, whoever asks: the caller checks the right to its process. */
export async function findTask(db: Db | Knex.Transaction, id: string): Promise<TaskRow | undefined> {
  return tasks(db).where('task.id', id).first();
}

/** All tasks of a process in the order of their opening. */
export async function tasksOf(db: Db, processId: string): Promise<TaskRow[]> {
  return tasks(db).where('task.process_id', processId).orderBy([{ column: 'task.opened_at' }, { column: 'task.id' }]);
}

/** What a list of processes shows of an open task. */
export type OpenTaskRow = Pick<
  TaskRow, 'id' | 'process_id' | 'step' | 'candidates' | 'assignee_id' | 'assignee_name' | 'opened_at' | 'due_at'
>;

/** The open tasks of many processes. */
export async function openTasksOf(db: Db | Knex.Transaction, processIds: readonly string[]): Promise<OpenTaskRow[]> {
  return db('task').leftJoin('person as assignee', 'assignee.id', 'task.assignee_id')
    .select(
      'task.id', 'task.process_id', 'task.step', 'task.candidates', 'task.assignee_id', 'assignee.name as assignee_name', 'task.opened_at',
      'task.due_at',
    )
    .whereIn('task.process_id', [...processIds]).where('task.state', 'open').orderBy('task.opened_at');
}

/** The task with its process row locked until the transaction's end, so that it stays as it is read. */
export async function lockTask(trx: Knex.Transaction, id: string): Promise<TaskRow | undefined> {
  const locked = await trx('process').select('id').where('id', trx('task').select('process_id').where({ id })).forUpdate().first();
  return locked && findTask(trx, id);
}

/** True when the viewer may act on the open task: it is the viewer's own, or nobody's and the viewer is a candidate. */
export function mayAct(task: TaskRow, viewer: Viewer): boolean {
  if (task.assignee_id !== null) return task.assignee_id === viewer.personId;
  return !task.excluded.includes(viewer.personId) && task.candidates.some((each) => viewer.principals.includes(each));
}

/** `mayAct` again, in the statement that writes. */
function whereMayAct(query: Knex.QueryBuilder, viewer: Viewer): Knex.QueryBuilder {
  return query.where('state', 'open').where((may) => may
    .where('assignee_id', viewer.personId)
    .orWhere((candidate) => candidate
      .whereNull('assignee_id').whereRaw('candidates && ?::text[]', [[...viewer.principals]]).whereRaw('NOT ? = ANY (excluded)', [viewer.personId])));
}

/** What a person decides. */
export interface PersonDecision {
  outcome: string;
  comment: string | null;
  data: unknown;
  /** The part of `data` that goes to Temporal. */
  facts: unknown;
}

/**
 * The one decision of a task: succeeds for the first who may, and only while it is open and its process running (or the task is one that
 * follows the end). Answers the instant, or undefined when it did not happen.
 */
export async function decideTask(
  trx: Knex.Transaction,
  task: TaskRow,
  viewer: Viewer,
  { outcome, comment, data, facts }: PersonDecision,
): Promise<Date | undefined> {
  const [row] = await whereMayAct(trx('task').where({ id: task.id }), viewer)
    .whereExists((running) => running.from('process').whereRaw('process.id = task.process_id')
      .where((either) => either.where('process.status', 'running').orWhere('task.after_end', true)))
    .update({
      state: 'decided',
      assignee_id: viewer.personId,
      outcome,
      comment,
      data: data === undefined ? null : JSON.stringify(data),
      facts: JSON.stringify(facts),
      actor_kind: 'person',
      decided_by: viewer.personId,
      decided_at: trx.raw('clock_timestamp()'),
    }, ['decided_at']);
  return row?.decided_at;
}

/** Makes the viewer the assignee of an open task that is nobody's. True when it happened. */
export async function claimTask(trx: Knex.Transaction, id: string, viewer: Viewer): Promise<boolean> {
  const changed = await whereMayAct(trx('task').where({ id }), viewer).update({ assignee_id: viewer.personId });
  return changed === 1;
}

/** Gives the viewer's open task back to its candidates. True when it happened. */
export async function releaseTask(trx: Knex.Transaction, id: string, viewer: Viewer): Promise<boolean> {
  return (await trx('task').where({ id, state: 'open', assignee_id: viewer.personId }).update({ assignee_id: null })) === 1;
}

/** Gives an open task to another person: one that the viewer may decide, or any without a viewer (an administrator's). True when it happened. */
export async function transferTask(trx: Knex.Transaction, id: string, viewer: Viewer | undefined, to: string): Promise<boolean> {
  const open = trx('task').where({ id, state: 'open' });
  const changed = await (viewer ? whereMayAct(open, viewer) : open).whereRaw('NOT ? = ANY (excluded)', [to]).update({ assignee_id: to });
  return changed === 1;
}

/** What narrows an inbox. */
export interface TaskFilter {
  type?: string;
  step?: string;
  requester?: string;
  q?: string;
  due?: 'overdue' | 'today';
  /** End of the company's day, for `today`. */
  endOfDay: Date;
}

/** A page of a list that is sorted by an instant and, at the same instant, by id. */
export interface Page {
  limit: number;
  /** The last row of the page before, as the list gave it. */
  after?: { at: string; id: string };
}

/** Rows and how many there are in all. */
export interface Listed<Row> {
  rows: Row[];
  total: number;
}

/** Instants for a cursor as PostgreSQL writes them: to the microsecond, and `infinity` for a task without a due instant. */
type Sorted<Row> = Row & { sort_at: string };

function filtered(query: Knex.QueryBuilder, filter: TaskFilter): Knex.QueryBuilder {
  return ofProcess(ofTask(query, filter), filter);
}

function ofTask(query: Knex.QueryBuilder, { step, due, endOfDay }: TaskFilter): Knex.QueryBuilder {
  if (step) query.where('task.step', step);
  // What follows the end of its case is never pressed for: the inbox sorts it last, and the badge does not count it.
  if (due) query.where('task.after_end', false);
  if (due === 'overdue') query.whereRaw('task.due_at < now()');
  if (due === 'today') query.where('task.due_at', '<', endOfDay);
  return query;
}

function ofProcess(query: Knex.QueryBuilder, { type, requester, q }: TaskFilter): Knex.QueryBuilder {
  if (type) query.where('process.type', type);
  if (requester) query.where('process.requester_id', requester);
  if (q) {
    const like = containing(q);
    query.where((any) => any
      .whereILike('process.title', like).orWhereILike('process.number', like).orWhereILike('requester.name', like));
  }
  return query;
}

async function listed<Row extends object>(
  rows: Knex.QueryBuilder,
  { limit, after }: Page,
  { at, id, order }: { at: string; id: string; order: 'asc' | 'desc' },
): Promise<Listed<Sorted<Row>>> {
  const counted = rows.clone().clearSelect().clearOrder().count('* as total').first();
  rows.select(rows.client.raw('??::text AS sort_at', [at])).orderBy([{ column: at, order }, { column: id, order }]).limit(limit);
  if (after) rows.whereRaw(order === 'asc' ? '(??, ??) > (?::timestamptz, ?)' : '(??, ??) < (?::timestamptz, ?)', [at, id, after.at, after.id]);
  const [page, count] = await Promise.all([rows, counted]);
  return { rows: page, total: Number(count.total) };
}

/** The viewer's inbox: open tasks that are the viewer's, or the viewer's to claim, by due instant or by opening. */
export async function inbox(
  db: Db,
  viewer: Viewer,
  filter: TaskFilter,
  sort: 'due' | 'created',
  page: Page,
): Promise<Listed<Sorted<TaskRow>>> {
  const mine = db('inbox_entry')
    .select('task_id').min('due_at as due_at').min('opened_at as opened_at')
    .whereIn('principal', [...viewer.principals]).whereRaw('NOT ? = ANY (excluded)', [viewer.personId])
    .groupBy('task_id').as('mine');
  const rows = filtered(tasks(db).join(mine, 'mine.task_id', 'task.id'), filter);
  return listed(rows, page, { at: sort === 'due' ? 'mine.due_at' : 'mine.opened_at', id: 'mine.task_id', order: 'asc' });
}

/** What the viewer has decided, the latest first. */
export async function decidedTasks(db: Db, viewer: Viewer, filter: TaskFilter, page: Page): Promise<Listed<Sorted<TaskRow>>> {
  const rows = filtered(tasks(db).where({ 'task.decided_by': viewer.personId, 'task.state': 'decided' }), filter);
  return listed(rows, page, { at: 'task.decided_at', id: 'task.id', order: 'desc' });
}

/** A process that somebody copied to the viewer. */
export interface CopyRow {
  process_id: string;
  number: string;
  type: string;
  title: string;
  status: 'running' | 'ended';
  outcome: string | null;
  requester_id: string;
  requester_name: string;
  department_name: string;
  department_name_en: string;
  copied_by_name: string;
  at: Date;
}

/** What was copied to the viewer (抄送), the latest first. Step and due narrow it to the processes that have such a task open. */
export async function copies(db: Db, viewer: Viewer, filter: TaskFilter, page: Page): Promise<Listed<Sorted<CopyRow>>> {
  const rows = db('copy')
    .join('process', 'process.id', 'copy.process_id')
    .join('person as requester', 'requester.id', 'process.requester_id')
    .join('department', 'department.id', 'process.department_id')
    .join('person as copier', 'copier.id', 'copy.copied_by')
    .where('copy.person_id', viewer.personId)
    .select(
      'process.id as process_id', 'process.number', 'process.type', 'process.title', 'process.status', 'process.outcome', 'process.requester_id',
      'requester.name as requester_name', 'department.name as department_name', 'department.name_en as department_name_en', 'copier.name as copied_by_name', 'copy.at',
    );
  if (filter.step || filter.due) {
    rows.whereExists((open) => ofTask(open.from('task').whereRaw('task.process_id = process.id').where('task.state', 'open'), filter));
  }
  return listed(ofProcess(rows, filter), page, { at: 'copy.at', id: 'copy.process_id', order: 'desc' });
}
