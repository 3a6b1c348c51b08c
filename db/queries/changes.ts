import type { Db } from '../connect.ts';
import { OVERSIGHT } from './processes.ts';
import type { Viewer } from './visibility.ts';

/** Something that people who are looking should see: a process or one of its tasks that moved, or a notice. */
export interface Change {
  key: string;
  taskId: string | null;
  /** The process that moved; null for a notice. */
  processId: string | null;
  /** `person:…`, `role:…`, `leader:…` whom it concerns. */
  principals: string[];
}

/** Where a reader stands in the audit trail and in the notices. */
export interface Position {
  event: number;
  notice: number;
}

/** After these a person's open pages must ask again who they are for, and what for. */
const OF_A_PERSON = ['person-changed', 'person-deactivated', 'password-reset', 'password-changed'];

/** How far back a reader looks again: numbers are given before they are committed, so a lower one may come later. */
const OVERLAP = 500;

/** Where the trail ends now. */
export async function lastPosition(db: Db): Promise<Position> {
  const [event, notice] = await Promise.all([db('audit_event').max('seq as last').first(), db('notice').max('id as last').first()]);
  return { event: Number(event?.last ?? 0), notice: Number(notice?.last ?? 0) };
}

/** What happened about `position`, some of it seen before: the reader knows by `key`. */
export async function changesSince(db: Db, { event, notice }: Position): Promise<{ changes: Change[]; position: Position }> {
  const [last, events, notices, accounts] = await Promise.all([
    lastPosition(db),
    db('audit_event').join('process', 'process.id', 'audit_event.process_id').leftJoin('task', 'task.id', 'audit_event.task_id')
      .select(
        'audit_event.seq', 'audit_event.task_id', 'audit_event.process_id', 'audit_event.actor_id', 'process.requester_id',
        'task.candidates', 'task.assignee_id', 'task.decided_by',
        // What happens to a whole process (withdrawn, urged) is news for whoever has one of its tasks in the inbox, or had until now.
        db.raw(`CASE WHEN audit_event.task_id IS NULL THEN (
          SELECT array_agg(DISTINCT each) FROM task AS its, unnest(its.candidates || ('person:' || its.assignee_id)) AS each
          WHERE its.process_id = audit_event.process_id AND its.state <> 'decided' AND each IS NOT NULL) END AS inboxes`),
      )
      .where('audit_event.seq', '>', event - OVERLAP).where('audit_event.refused', false)
      .whereNotIn('audit_event.action', [...OVERSIGHT]).orderBy('audit_event.seq'),
    db('notice').select('id', 'person_id').where('id', '>', notice - OVERLAP).orderBy('id'),
    db('audit_event').select('seq', 'object').where('seq', '>', event - OVERLAP).where('refused', false).whereIn('action', OF_A_PERSON),
  ]);
  return {
    changes: [
      ...events.map(({ seq, task_id: taskId, process_id: processId, candidates, inboxes, ...people }) => ({
        key: `event.${seq}`,
        taskId,
        processId,
        principals: [
          ...(candidates ?? []),
          ...(inboxes ?? []),
          ...[people.requester_id, people.actor_id, people.assignee_id, people.decided_by].filter(Boolean).map((id) => `person:${id}`),
        ],
      })),
      ...accounts.map(({ seq, object }) => ({ key: `event.${seq}`, taskId: null, processId: null, principals: [object as string] })),
      ...notices.map(({ id, person_id: person }) => ({ key: `notice.${id}`, taskId: null, processId: null, principals: [`person:${person}`] })),
    ],
    // Of all events, not of those that concern a page: else what nobody hears of would be read again at each look.
    position: { event: Math.max(event, last.event), notice: Math.max(notice, last.notice) },
  };
}

/** Who has to do with processes besides whoever an event names: decided a task of it, has one, or got it copied. Process → people's ids. */
export async function followersOf(db: Db, processIds: readonly string[]): Promise<Map<string, string[]>> {
  const followers = new Map<string, string[]>();
  if (processIds.length === 0) return followers;
  const [tasks, copies] = await Promise.all([
    db('task').select('process_id', 'assignee_id', 'decided_by').whereIn('process_id', [...processIds]),
    db('copy').select('process_id', 'person_id').whereIn('process_id', [...processIds]),
  ]);
  const add = (process: string, person: string | null) => {
    if (person !== null) followers.set(process, [...(followers.get(process) ?? []), person]);
  };
  for (const { process_id: process, assignee_id: assignee, decided_by: decider } of tasks) {
    add(process, assignee);
    add(process, decider);
  }
  for (const { process_id: process, person_id: person } of copies) add(process, person);
  return followers;
}

/** What the badges show. */
export async function badges(db: Db, { personId, principals }: Viewer): Promise<{ open: number; overdue: number; unread: number }> {
  const mine = () => db('inbox_entry').whereIn('principal', [...principals]).whereRaw('NOT ? = ANY (excluded)', [personId]);
  const [open, overdue, unread] = await Promise.all([
    mine().countDistinct('task_id as n').first(),
    mine().where('due_at', '<', db.fn.now()).countDistinct('task_id as n').first(),
    db('notice').where({ person_id: personId }).whereNull('read_at').count('* as n').first(),
  ]);
  return { open: Number(open?.n ?? 0), overdue: Number(overdue?.n ?? 0), unread: Number(unread?.n ?? 0) };
}
