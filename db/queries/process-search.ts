import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { processes, type ProcessRow } from './processes.ts';
import type { Listed, Page } from './tasks.ts';
import { containing, seesAll, type Viewer } from './visibility.ts';

/** What narrows a list of processes: see `processFilter` of the API's contract. Days are `2026-10-01`. */
export interface ProcessFilter {
  view: 'mine' | 'all';
  type?: string | undefined;
  status?: string | undefined;
  outcome?: string | undefined;
  q?: string | undefined;
  department?: string | undefined;
  requester?: string | undefined;
  holder?: string | undefined;
  decidedBy?: string | undefined;
  step?: string | undefined;
  overdue?: boolean | undefined;
  startedFrom?: string | undefined;
  startedTo?: string | undefined;
  endedFrom?: string | undefined;
  endedTo?: string | undefined;
  sort: 'newest' | 'oldest' | 'due';
}

/** The days of a filter are the company's. */
const ZONE = 'Asia/Shanghai';

/** The viewer's own processes, or all of them for auditors and administrators; the total is exact. */
export async function listProcesses(db: Db, viewer: Viewer, filter: ProcessFilter, { limit, after }: Page): Promise<Listed<ProcessRow>> {
  const rows = narrowed(processes(db), viewer, filter);
  const counted = rows.clone().clearSelect().count('* as total').first();
  const key = filter.sort === 'due'
    ? db.raw("coalesce((SELECT min(due_at) FROM task WHERE task.process_id = process.id AND task.state = 'open'), 'infinity')")
    : db.ref('process.started_at');
  const newestFirst = filter.sort === 'newest';
  rows.select(db.raw('(?)::text AS sort_at', [key])).limit(limit)
    .orderByRaw(newestFirst ? '? DESC, process.id DESC' : '? ASC, process.id ASC', [key]);
  if (after) {
    rows.whereRaw(newestFirst ? '(?, process.id) < (?::timestamptz, ?)' : '(?, process.id) > (?::timestamptz, ?)', [key, after.at, after.id]);
  }
  const [page, count] = await Promise.all([rows, counted]);
  return { rows: page, total: Number(count.total) };
}

function narrowed(rows: Knex.QueryBuilder, viewer: Viewer, filter: ProcessFilter): Knex.QueryBuilder {
  const { q, step, overdue, holder, decidedBy } = filter;
  if (filter.view === 'mine' || !seesAll(viewer)) rows.where('process.requester_id', viewer.personId);
  if (filter.type) rows.where('process.type', filter.type);
  if (filter.status) rows.where('process.status', filter.status);
  if (filter.outcome) rows.where('process.outcome', filter.outcome);
  if (filter.department) rows.where('process.department_id', filter.department);
  if (filter.requester) rows.where('process.requester_id', filter.requester);
  if (filter.startedFrom) rows.whereRaw('process.started_at >= ?::date::timestamp AT TIME ZONE ?', [filter.startedFrom, ZONE]);
  if (filter.startedTo) rows.whereRaw('process.started_at < (?::date + 1)::timestamp AT TIME ZONE ?', [filter.startedTo, ZONE]);
  if (filter.endedFrom) rows.whereRaw('process.ended_at >= ?::date::timestamp AT TIME ZONE ?', [filter.endedFrom, ZONE]);
  if (filter.endedTo) rows.whereRaw('process.ended_at < (?::date + 1)::timestamp AT TIME ZONE ?', [filter.endedTo, ZONE]);
  if (q) {
    const like = containing(q);
    rows.where((any) => any
      .whereILike('process.title', like).orWhereILike('process.number', like).orWhereILike('requester.name', like));
  }
  if (step) rows.whereExists((open) => openTask(open).where('task.step', step));
  if (overdue !== undefined) {
    const late = (open: Knex.QueryBuilder): Knex.QueryBuilder => openTask(open).whereRaw('task.due_at < now()');
    if (overdue) rows.whereExists(late);
    else rows.whereNotExists(late);
  }
  if (holder) {
    // Whoever finds the task in the inbox: see db/queries/tasks.ts `inbox`.
    rows.whereExists((open) => openTask(open).join('inbox_entry', 'inbox_entry.task_id', 'task.id')
      .whereRaw('NOT ? = ANY (inbox_entry.excluded)', [holder])
      .whereRaw(
        `inbox_entry.principal IN (SELECT 'person:' || ?::text UNION ALL SELECT 'role:' || role_id FROM person_role WHERE person_id = ?
          UNION ALL SELECT 'leader:' || id FROM department WHERE leader_id = ?)`,
        [holder, holder, holder],
      ));
  }
  if (decidedBy) {
    rows.whereExists((done) => done.from('task').whereRaw('task.process_id = process.id')
      .where({ 'task.state': 'decided', 'task.decided_by': decidedBy }));
  }
  return rows;
}

function openTask(query: Knex.QueryBuilder): Knex.QueryBuilder {
  return query.from('task').whereRaw('task.process_id = process.id').where('task.state', 'open');
}
