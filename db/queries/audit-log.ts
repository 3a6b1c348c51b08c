import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { containing } from './visibility.ts';

/** An audit event with the names of what it names. */
export interface AuditRow {
  seq: number;
  at: Date;
  actor_kind: 'person' | 'clock' | 'system' | 'administrator';
  actor_id: string | null;
  actor_name: string | null;
  on_behalf_of: string | null;
  on_behalf_of_name: string | null;
  action: string;
  process_id: string | null;
  process_number: string | null;
  process_title: string | null;
  process_type: string | null;
  task_id: string | null;
  step: string | null;
  object: string | null;
  refused: boolean;
  code: string | null;
  outcome: string | null;
  text: string | null;
  detail: Record<string, unknown>;
}

/** What narrows the log. `q` is searched in the case's number and title and in the names of the item or person that was acted on. */
export interface AuditFilter {
  actor?: string | undefined;
  actorKind?: string | undefined;
  action?: string | undefined;
  refused?: boolean | undefined;
  q?: string | undefined;
  /** Days of the company, both included. */
  from?: string | undefined;
  to?: string | undefined;
}

/** What something is called, in both languages. */
export interface Name {
  zh: string;
  en: string;
}

/** Counting stops here: an exact figure of millions helps nobody and reads them all. */
const MOST_COUNTED = 10_000;

const ZONE = 'Asia/Shanghai';

function events(db: Db): Knex.QueryBuilder {
  return db('audit_event as event')
    .leftJoin('person', 'person.id', 'event.actor_id')
    .leftJoin('person as behalf', 'behalf.id', 'event.on_behalf_of')
    .leftJoin('process', 'process.id', 'event.process_id')
    .leftJoin('task', 'task.id', 'event.task_id')
    .select(
      'event.*', 'person.name as actor_name', 'behalf.name as on_behalf_of_name', 'process.number as process_number', 'process.title as process_title',
      'process.type as process_type', 'task.step',
      db.raw("CASE WHEN event.action = 'task-decided' AND NOT event.refused THEN task.outcome END AS outcome"),
    );
}

/** Every event of a process in order, refused attempts included, with the words that people wrote. */
export async function auditOfProcess(db: Db, processId: string): Promise<AuditRow[]> {
  return events(db)
    .leftJoin('comment', (on) => on.on('comment.id', '=', db.raw("(event.detail->>'commentId')::bigint")))
    .select(db.raw("CASE WHEN event.action = 'task-decided' AND NOT event.refused THEN task.comment ELSE comment.text END AS text"))
    .where('event.process_id', processId).orderBy('event.seq');
}

/** The operations log, the latest first, before the event `before`. `total` is exact up to MOST_COUNTED, else that and `more`. */
export async function auditLog(
  db: Db, filter: AuditFilter, { limit, before }: { limit: number; before?: number | undefined },
): Promise<{ rows: AuditRow[]; total: number; more: boolean }> {
  const page = narrowed(events(db), filter).select(db.raw('NULL AS text')).orderBy('event.seq', 'desc').limit(limit);
  if (before !== undefined) page.where('event.seq', '<', before);
  const some = narrowed(db('audit_event as event').select(db.raw('1')), filter).limit(MOST_COUNTED + 1).as('some');
  const [rows, count] = await Promise.all([page, db.from(some).count('* as total').first()]);
  const total = Number((count as { total: string }).total);
  return { rows, total: Math.min(total, MOST_COUNTED), more: total > MOST_COUNTED };
}

function narrowed(rows: Knex.QueryBuilder, { actor, actorKind, action, refused, q, from, to }: AuditFilter): Knex.QueryBuilder {
  if (actor) rows.where((either) => either.where('event.actor_id', actor).orWhere('event.on_behalf_of', actor));
  if (actorKind) rows.where('event.actor_kind', actorKind);
  if (action) rows.where('event.action', action);
  if (refused !== undefined) rows.where('event.refused', refused);
  if (from) rows.whereRaw('event.at >= ?::date::timestamp AT TIME ZONE ?', [from, ZONE]);
  if (to) rows.whereRaw('event.at < (?::date + 1)::timestamp AT TIME ZONE ?', [to, ZONE]);
  if (q) {
    const like = containing(q);
    rows.where((any) => any
      .whereIn('event.process_id', (cases) => cases.from('process').select('id').whereILike('number', like).orWhereILike('title', like))
      .orWhereIn('event.object', (items) => items.from('item').select('id').whereILike('code', like).orWhereILike('name', like))
      .orWhereIn('event.object', (people) => people.from('person').select('id').whereILike('name', like).orWhereILike('username', like))
      .orWhereRaw(`event.object IN (SELECT 'place:' || id FROM place_path WHERE code = ? OR full_name ILIKE ? OR full_name_en ILIKE ?)`, [q.toUpperCase(), like, like])
      .orWhereRaw(
        `event.object IN (SELECT 'person:' || id FROM person WHERE name ILIKE ? OR username ILIKE ?)`, [like, like],
      ));
  }
  return rows;
}

/** The actions that the log has, by skipping through the index from one to the next. */
export async function actionsInUse(db: Db): Promise<string[]> {
  const { rows } = await db.raw(`
    WITH RECURSIVE used (action) AS (
      SELECT min(action) FROM audit_event
      UNION ALL
      SELECT (SELECT min(action) FROM audit_event WHERE action > used.action) FROM used WHERE used.action IS NOT NULL
    ) SELECT action FROM used WHERE action IS NOT NULL`);
  return rows.map(({ action }: { action: string }) => action);
}

/** The names of the items, people, departments, roles and places that the log's objects name, by object. */
export async function namesOfObjects(db: Db, objects: readonly string[]): Promise<Map<string, Name>> {
  if (objects.length === 0) return new Map();
  const ids = (prefix: string): string[] => objects.map((object) => (object.startsWith(prefix) ? object.slice(prefix.length) : object));
  const [items, people, departments, roles, places, plans] = await Promise.all([
    db('item').select('id', 'name').whereIn('id', [...objects]),
    db('person').select('id', 'name').whereIn('id', ids('person:')),
    db('department').select('id', 'name', 'name_en').whereIn('id', ids('department:')),
    db('role').select('id', 'name', 'name_en').whereIn('id', ids('role:')),
    db('place_path').select('id', 'full_name as name', 'full_name_en as name_en').whereIn('id', ids('place:')),
    db('repair_plan').select('id', 'title as name').whereIn('id', [...objects]),
  ]);
  const entries = (rows: { id: string; name: string; name_en?: string }[], prefix: string): [string, Name][] =>
    rows.map(({ id, name, name_en: en = name }) => [`${prefix}${id}`, { zh: name, en }]);
  return new Map([
    ...entries(items, ''), ...entries(people, ''), ...entries(people, 'person:'), ...entries(departments, 'department:'), ...entries(roles, 'role:'),
    ...entries(places, 'place:'), ...entries(plans, ''),
  ]);
}

/** All departments, and the people of these ids, whether active or not: the words of filters in an address. */
export async function filterNames(db: Db, personIds: readonly string[]): Promise<{
  departments: { id: string; name: string; nameEn: string }[];
  people: { id: string; name: string; title: string; department: string; departmentEn: string }[];
}> {
  const [departments, people] = await Promise.all([
    db('department').select('id', 'name', 'name_en as nameEn').orderBy('id'),
    db('person').join('department', 'department.id', 'person.department_id')
      .select('person.id', 'person.name', 'person.title', 'department.name as department', 'department.name_en as departmentEn')
      .whereIn('person.id', [...personIds]),
  ]);
  return { departments, people };
}

/**
 * Writes that a replay begins, unless the person began `most` within the last minute. One transaction per person at a time, so that
 * presses at once are counted.
 */
export async function beginReplay(
  trx: Knex.Transaction, { personId, processId, most }: { personId: string; processId: string; most: number },
): Promise<boolean> {
  await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`replay ${personId}`]);
  const begun = await trx('audit_event').where({ actor_id: personId, action: 'history-replay-started' })
    .whereRaw("at > now() - interval '1 minute'").count('* as n').first();
  if (Number(begun!.n) >= most) return false;
  await trx('audit_event').insert({ actor_kind: 'person', actor_id: personId, action: 'history-replay-started', process_id: processId });
  return true;
}
