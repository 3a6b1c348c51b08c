import type { Db } from '../connect.ts';

/** A notice as its person reads it. */
export interface NoticeRow {
  id: number;
  kind: string;
  processId: string | null;
  process: { title: string; number: string; type: string } | null;
  taskId: string | null;
  detail: Record<string, unknown>;
  at: Date;
  readAt: Date | null;
}

const process = `CASE WHEN p.id IS NOT NULL
  THEN json_build_object('title', p.title, 'number', p.number, 'type', p.type) END AS process`;

/** Which notices: at most `limit` older than `before`, read or unread or both. */
export interface NoticePage {
  limit: number;
  before?: number | undefined;
  unread?: boolean | undefined;
}

/** A person's notices, newest first, how many there are in all for the filter, and how many are unread. */
export async function listNotices(
  db: Db, personId: string, { limit, before, unread }: NoticePage,
): Promise<{ rows: NoticeRow[]; total: number; unread: number }> {
  const mine = db('notice as n').where('n.person_id', personId);
  if (unread !== undefined) void (unread ? mine.whereNull('n.read_at') : mine.whereNotNull('n.read_at'));
  const page = mine.clone().leftJoin('process as p', 'p.id', 'n.process_id').orderBy('n.id', 'desc').limit(limit)
    .select<NoticeRow[]>('n.id', 'n.kind', 'n.process_id as processId', 'n.task_id as taskId', 'n.detail', 'n.at')
    .select('n.read_at as readAt', db.raw(process));
  if (before !== undefined) void page.where('n.id', '<', before);
  const counted = mine.clone().count<{ count: number }[]>();
  const [rows, [all], unreadCount] = await Promise.all([page, counted, countUnread(db, personId)]);
  return { rows, total: all!.count, unread: unreadCount };
}

/** Marks a person's notices as read: those of `ids`, else all. Ids of others are passed over. */
export async function markNoticesRead(db: Db, personId: string, ids?: readonly number[]): Promise<void> {
  const unread = db('notice').where('person_id', personId).whereNull('read_at');
  if (ids) void unread.whereIn('id', [...ids]);
  await unread.update({ read_at: db.fn.now() });
}

/** How many notices a person has not read. */
export async function countUnread(db: Db, personId: string): Promise<number> {
  const [row] = await db('notice').where('person_id', personId).whereNull('read_at').count<{ count: number }[]>();
  return row!.count;
}
