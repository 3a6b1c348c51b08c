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
  deadlines: { kind: string; n: number; at: string; outcome?: string }[];
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
  return tasks(db).where('task.id', id).first().options({ name: 'find-task' });
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
  const locked = await trx('process').select('id').where('id', trx('task').select('process_id').where({ id })).forUpdate().first().options({ name: 'lock-process-of-task' });
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
  /** End of the company's day; needed for `today`. */
  endOfDay?: Date;
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
  if (due === 'today') query.where('task.due_at', '<', endOfDay!);
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

interface Order {
  at: string;
  id: string;
  order: 'asc' | 'desc';
}

async function listed<Row extends object>(rows: Knex.QueryBuilder, page: Page, order: Order): Promise<Listed<Sorted<Row>>> {
  const counted = rows.clone().clearSelect().clearOrder().count('* as total').first();
  const [found, count] = await Promise.all([paged(rows, page, order), counted]);
  return { rows: found, total: Number(count.total) };
}

function paged(rows: Knex.QueryBuilder, { limit, after }: Page, { at, id, order }: Order): Knex.QueryBuilder {
  rows.select(rows.client.raw('??::text AS sort_at', [at])).orderBy([{ column: at, order }, { column: id, order }]).limit(limit);
  return after ? rows.whereRaw(order === 'asc' ? '(??, ??) > (?::timestamptz, ?)' : '(??, ??) < (?::timestamptz, ?)', [at, id, after.at, after.id]) : rows;
}

/**
 * A page of the viewer's inbox: open tasks that are the viewer's, or the viewer's to claim, by due instant or by opening. Each of the viewer's
 * principals gives its first ones by its own range of an index, and the page is merged from those: as quick with a million tasks as with ten.
 */
export async function inbox(db: Db, viewer: Viewer, filter: TaskFilter, sort: 'due' | 'created', page: Page): Promise<Sorted<TaskRow>[]> {
  const at = sort === 'due' ? 'due_at' : 'opened_at';
  const ofOne = entries(db, viewer, filter)
    .select('entry.task_id', `entry.${at} as at`)
    .whereRaw('entry.principal = mine.principal')
    .orderBy([`entry.${at}`, 'entry.task_id']).limit(page.limit);
  if (page.after) ofOne.whereRaw('(??, entry.task_id) > (?::timestamptz, ?)', [`entry.${at}`, page.after.at, page.after.id]);
  const first = db
    .distinct('found.at', 'found.task_id')
    .from(db.raw('unnest(?::text[]) AS mine (principal) CROSS JOIN LATERAL ? AS found', [[...viewer.principals], ofOne]))
    .orderBy(['found.at', 'found.task_id']).limit(page.limit).as('first');
  const rows = tasks(db).join(first, 'first.task_id', 'task.id').select(db.raw('first.at::text AS sort_at')).orderBy(['first.at', 'first.task_id']);
  return isNarrowed(filter) ? rows : rows.options({ name: `inbox-${sort}-${page.after ? 'next' : 'first'}` });
}

/** So many are counted one by one; nobody clears more by looking at their number. */
const MOST_COUNTED = 10_000;

/** How many tasks the viewer's inbox has in all, exact where not more than MOST_COUNTED entries stand for them; else `total` is what those stand for, and `more`. A task that several principals have is counted once. */
export async function inboxTotal(db: Db, viewer: Viewer, filter: TaskFilter): Promise<{ total: number; more: boolean }> {
  const some = entries(db, viewer, filter).whereRaw('entry.principal = ANY (?::text[])', [[...viewer.principals]])
    .select('entry.task_id', 'entry.sole').limit(MOST_COUNTED + 1).as('some');
  // The few shared ones apart: a DISTINCT over all would sort them all.
  const counted = db.from(some).select(db.raw(`
    count(*) AS entries, count(*) FILTER (WHERE sole)
      + (SELECT count(DISTINCT id) FROM unnest(array_agg(task_id) FILTER (WHERE NOT sole)) AS id) AS tasks`));
  const [row] = await (isNarrowed(filter) ? counted : counted.options({ name: 'inbox-total' }));
  return { total: Math.min(row.tasks, MOST_COUNTED), more: row.entries > MOST_COUNTED };
}

/** The whole inbox is asked for so often that PostgreSQL keeps the statement; each filter would be another one. */
function isNarrowed(filter: TaskFilter): boolean {
  return Object.values(filter).some((value) => value !== undefined);
}

/** Entries of inboxes that pass the filter and do not exclude the viewer; what the filter does not ask for is not read. */
function entries(db: Db, viewer: Viewer, { due, endOfDay, step, ...ofCase }: TaskFilter): Knex.QueryBuilder {
  const query = db('inbox_entry as entry').whereRaw('NOT ? = ANY (entry.excluded)', [viewer.personId]);
  const { type, requester, q } = ofCase;
  if (step || type || requester || q) query.join('task', 'task.id', 'entry.task_id').join('process', 'process.id', 'task.process_id');
  if (q) query.join('person as requester', 'requester.id', 'process.requester_id');
  // What follows the end of its case has no due instant here: it is never pressed for.
  if (due === 'overdue') query.whereRaw('entry.due_at < now()');
  if (due === 'today') query.where('entry.due_at', '<', endOfDay!);
  if (step) query.where('task.step', step);
  return ofProcess(query, ofCase);
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
