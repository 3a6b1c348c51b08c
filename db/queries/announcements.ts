import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/** An announcement as its readers see it. */
export interface AnnouncementRow {
  id: string;
  title: string;
  body: string;
  important: boolean;
  at: Date;
  /** Null: not read by this person. */
  readAt: Date | null;
  sortAt: string;
}

/** What an administrator writes of an announcement; the instants bound when it is shown. */
export interface AnnouncementFields {
  title: string;
  body: string;
  important: boolean;
  shownFrom: string | null;
  shownUntil: string | null;
}

/** An announcement as administrators see it, shown or not. */
export interface WrittenRow extends Omit<AnnouncementFields, 'shownFrom' | 'shownUntil'> {
  id: string;
  state: 'draft' | 'published' | 'withdrawn';
  shownFrom: Date | null;
  shownUntil: Date | null;
  author: { id: string; name: string } | null;
  changedAt: Date;
  publishedAt: Date | null;
  /** How many people have read it. */
  readers: number;
  sortAt: string;
}

function shown(db: Db): Knex.QueryBuilder {
  return db('announcement as a').where('a.state', 'published').where('a.news_at', '<=', db.fn.now())
    .where((open) => open.whereNull('a.shown_until').orWhere('a.shown_until', '>', db.fn.now()));
}

function asRead(db: Db, personId: string): Knex.QueryBuilder {
  return shown(db)
    .leftJoin('announcement_read as r', (on) => on.on('r.announcement_id', 'a.id').andOn('r.person_id', db.raw('?', [personId])))
    .select('a.id', 'a.title', 'a.body', 'a.important', 'a.news_at as at', 'r.at as readAt', db.raw('a.news_at::text AS "sortAt"'));
}

/** What can be read now, the important first, then the newest, for a person; how many there are and how many the person has not read. */
export async function listAnnouncements(
  db: Db, personId: string, { limit, after }: { limit: number; after?: readonly [important: boolean, at: string, id: string] | undefined },
): Promise<{ rows: AnnouncementRow[]; total: number; unread: number }> {
  const [rows, total, unread] = await Promise.all([
    asRead(db, personId).modify((query) => {
      if (after) void query.whereRaw('(a.important, a.news_at, a.id) < (?, ?::timestamptz, ?)', [...after]);
    }).orderBy([
      { column: 'a.important', order: 'desc' }, { column: 'a.news_at', order: 'desc' }, { column: 'a.id', order: 'desc' },
    ]).limit(limit),
    shown(db).count({ n: '*' }).first(),
    countUnreadAnnouncements(db, personId),
  ]);
  return { rows: rows as AnnouncementRow[], total: Number(total?.n ?? 0), unread };
}

/** How many of those that can be read now the person has not read. */
export async function countUnreadAnnouncements(db: Db, personId: string): Promise<number> {
  const row = await shown(db).whereNotExists((read) => read.from('announcement_read as r')
    .whereRaw('r.announcement_id = a.id').where('r.person_id', personId)).count({ n: '*' }).first();
  return Number(row?.n ?? 0);
}

/** One that can be read now. */
export async function findAnnouncement(db: Db, personId: string, id: string): Promise<AnnouncementRow | undefined> {
  return asRead(db, personId).where('a.id', id).first();
}

/** Remembers that a person has read it; the first time counts. */
export async function markAnnouncementRead(db: Db, personId: string, id: string): Promise<void> {
  await db('announcement_read').insert({ announcement_id: id, person_id: personId }).onConflict().ignore();
}

function written(db: Db | Knex.Transaction): Knex.QueryBuilder {
  return db('announcement as a').leftJoin('person as p', 'p.id', 'a.created_by').select(
    'a.id', 'a.title', 'a.body', 'a.important', 'a.state', 'a.shown_from as shownFrom', 'a.shown_until as shownUntil',
    'a.changed_at as changedAt', 'a.published_at as publishedAt', db.raw('a.changed_at::text AS "sortAt"'),
    db.raw(`CASE WHEN p.id IS NOT NULL THEN json_build_object('id', p.id, 'name', p.name) END AS author`),
    db.raw('(SELECT count(*)::int FROM announcement_read r WHERE r.announcement_id = a.id) AS readers'),
  );
}

/** Everything that was written, what was changed last first. */
export async function listWritten(
  db: Db, { limit, after }: { limit: number; after?: readonly [at: string, id: string] | undefined },
): Promise<{ rows: WrittenRow[]; total: number }> {
  const [rows, total] = await Promise.all([
    written(db).modify((query) => {
      if (after) void query.whereRaw('(a.changed_at, a.id) < (?::timestamptz, ?)', [...after]);
    }).orderBy([{ column: 'a.changed_at', order: 'desc' }, { column: 'a.id', order: 'desc' }]).limit(limit),
    db('announcement').count({ n: '*' }).first(),
  ]);
  return { rows: rows as WrittenRow[], total: Number(total?.n ?? 0) };
}

/** One of them, whatever its state. */
export async function findWritten(db: Db | Knex.Transaction, id: string): Promise<WrittenRow | undefined> {
  return written(db).where('a.id', id).first();
}

/** Writes a draft. */
export async function insertAnnouncement(
  trx: Knex.Transaction, id: string, fields: AnnouncementFields, personId: string,
): Promise<void> {
  await trx('announcement').insert({ id, ...toRow(fields), created_by: personId });
}

/** The announcement locked until the transaction's end. */
export async function lockAnnouncement(trx: Knex.Transaction, id: string): Promise<WrittenRow | undefined> {
  const locked = await trx('announcement').where({ id }).forUpdate().first('id');
  return locked && findWritten(trx, id);
}

/** Changes what it says; what people have read stays read. */
export async function updateAnnouncement(trx: Knex.Transaction, id: string, fields: Partial<AnnouncementFields>): Promise<void> {
  await trx('announcement').where({ id }).update({ ...toRow(fields), changed_at: trx.fn.now() });
}

/** Shows it to everybody, as news, whoever read it before; or takes it away. */
export async function setAnnouncementState(trx: Knex.Transaction, id: string, state: 'published' | 'withdrawn'): Promise<void> {
  await trx('announcement').where({ id }).update({
    state, changed_at: trx.fn.now(), ...(state === 'published' && { published_at: trx.fn.now() }),
  });
  if (state === 'published') await trx('announcement_read').where({ announcement_id: id }).delete();
}

function toRow({ shownFrom, shownUntil, ...fields }: Partial<AnnouncementFields>): Record<string, unknown> {
  return {
    ...fields, ...(shownFrom !== undefined && { shown_from: shownFrom }), ...(shownUntil !== undefined && { shown_until: shownUntil }),
  };
}
