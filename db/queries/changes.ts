import type { Db } from '../connect.ts';
import type { Viewer } from './visibility.ts';

/** Something that people who are looking should see: a task that moved, or a notice. */
export interface Change {
  key: string;
  taskId: string | null;
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
  const [events, notices, accounts] = await Promise.all([
    db('audit_event').join('task', 'task.id', 'audit_event.task_id')
      .select('audit_event.seq', 'audit_event.task_id', 'audit_event.actor_id', 'task.candidates', 'task.assignee_id', 'task.decided_by')
      .where('audit_event.seq', '>', event - OVERLAP).where('audit_event.refused', false).orderBy('audit_event.seq'),
    db('notice').select('id', 'person_id').where('id', '>', notice - OVERLAP).orderBy('id'),
    db('audit_event').select('seq', 'object').where('seq', '>', event - OVERLAP).where('refused', false).whereIn('action', OF_A_PERSON),
  ]);
  return {
    changes: [
      ...events.map(({ seq, task_id: taskId, candidates, ...people }) => ({
        key: `event.${seq}`,
        taskId,
        principals: [...candidates, ...[people.actor_id, people.assignee_id, people.decided_by].filter(Boolean).map((id) => `person:${id}`)],
      })),
      ...accounts.map(({ seq, object }) => ({ key: `event.${seq}`, taskId: null, principals: [object as string] })),
      ...notices.map(({ id, person_id: person }) => ({ key: `notice.${id}`, taskId: null, principals: [`person:${person}`] })),
    ],
    position: {
      event: Math.max(event, ...events.slice(-1).map(({ seq }) => seq)), notice: Math.max(notice, ...notices.slice(-1).map(({ id }) => id)),
    },
  };
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
