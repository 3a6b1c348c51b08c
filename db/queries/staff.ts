import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { containing } from './visibility.ts';
import { VISITORS } from './visitors.ts';

/** The role without which nobody can keep the others. */
const ADMINISTRATOR_ROLE = 'process-administrator';

interface Named {
  id: string;
  name: string;
  nameEn: string;
}

/** A person as administrators see one. `phone` is whole: who lists people masks it. */
export interface StaffRow {
  id: string;
  username: string;
  name: string;
  department: Named;
  title: string;
  phone: string | null;
  active: boolean;
  /** How the account can be entered: `none` no password yet, `one-time` an administrator's, `expired` that one too late, `own`. */
  password: 'none' | 'one-time' | 'expired' | 'own';
  roles: Named[];
  leads: Named[];
}

/** What an administrator writes of a person. */
export interface StaffFields {
  username: string;
  name: string;
  departmentId: string;
  title: string;
  phone: string | null;
}

/** Which people a list holds: `q` is searched in name and user name. */
export interface StaffFilter {
  q?: string | undefined;
  department?: string | undefined;
  role?: string | undefined;
  active?: boolean | undefined;
}

const UNIQUE_VIOLATION = '23505';

/** Up to `limit` people by user name, after the one `after`, and how many the filter finds in all. */
export async function listStaff(
  db: Db, filter: StaffFilter, page: { limit: number; after?: string | undefined },
): Promise<{ rows: StaffRow[]; total: number }> {
  const found = matching(db, filter);
  const [rows, count] = await Promise.all([
    staff(db).whereIn('p.id', found.clone().select('p.id')).modify((query) => {
      if (page.after !== undefined) void query.where('p.username', '>', page.after);
    }).orderBy('p.username').limit(page.limit),
    found.clone().count({ total: '*' }).first(),
  ]);
  return { rows: rows as StaffRow[], total: Number(count?.total ?? 0) };
}

/** One person, active or not. */
export async function findStaff(db: Db | Knex.Transaction, id: string): Promise<StaffRow | undefined> {
  return staff(db).where('p.id', id).whereNot('p.id', VISITORS.personId).first();
}

function staff(db: Db | Knex.Transaction): Knex.QueryBuilder {
  return db('person as p').join('department as d', 'd.id', 'p.department_id').select(
    'p.id', 'p.username', 'p.name', 'p.title', 'p.phone', 'p.active',
    db.raw(`json_build_object('id', d.id, 'name', d.name, 'nameEn', d.name_en) AS department`),
    db.raw(`CASE WHEN p.password_hash IS NULL THEN 'none' WHEN p.one_time_password_until IS NULL THEN 'own'
      WHEN p.one_time_password_until < now() THEN 'expired' ELSE 'one-time' END AS password`),
    db.raw(`coalesce((SELECT json_agg(json_build_object('id', r.id, 'name', r.name, 'nameEn', r.name_en) ORDER BY r.id)
      FROM person_role pr JOIN role r ON r.id = pr.role_id WHERE pr.person_id = p.id), '[]') AS roles`),
    db.raw(`coalesce((SELECT json_agg(json_build_object('id', l.id, 'name', l.name, 'nameEn', l.name_en) ORDER BY l.id)
      FROM department l WHERE l.leader_id = p.id), '[]') AS leads`),
  );
}

function matching(db: Db, { q, department, role, active }: StaffFilter): Knex.QueryBuilder {
  return db('person as p').whereNot('p.id', VISITORS.personId).modify((query) => {
    if (department !== undefined) void query.where('p.department_id', department);
    if (active !== undefined) void query.where('p.active', active);
    if (role !== undefined) void query.whereIn('p.id', db('person_role').select('person_id').where('role_id', role));
    if (q) void query.where((any) => any.whereILike('p.name', containing(q)).orWhereILike('p.username', containing(q)));
  });
}

/** The person locked until the transaction's end; not against the foreign keys of who acts at the same time. */
export async function lockStaff(trx: Knex.Transaction, id: string): Promise<StaffRow | undefined> {
  const locked = await trx('person').where({ id }).forNoKeyUpdate().first('id');
  return locked && findStaff(trx, id);
}

/** Makes an active person without a password. */
export async function insertStaff(trx: Knex.Transaction, id: string, fields: StaffFields): Promise<'made' | 'username-taken'> {
  const rows = await trx('person').insert({ id, ...toRow(fields) }).onConflict('username').ignore().returning('id');
  return rows.length > 0 ? 'made' : 'username-taken';
}

/** Changes a person. */
export async function updateStaff(
  trx: Knex.Transaction, id: string, fields: Partial<StaffFields>,
): Promise<'changed' | 'username-taken'> {
  const row = toRow(fields);
  if (Object.keys(row).length === 0) return 'changed';
  try {
    // A savepoint: the refusal is still to be answered.
    await trx.transaction((savepoint) => savepoint('person').where({ id }).update(row));
    return 'changed';
  } catch (error) {
    if ((error as { code?: string }).code === UNIQUE_VIOLATION) return 'username-taken';
    throw error;
  }
}

/** Says whether the person works here: whoever does not can neither log in nor take a task. */
export async function setActive(trx: Knex.Transaction, id: string, active: boolean): Promise<void> {
  await trx('person').where({ id }).update({ active });
}

function toRow({ departmentId, ...fields }: Partial<StaffFields>): Record<string, unknown> {
  return departmentId === undefined ? { ...fields } : { ...fields, department_id: departmentId };
}

/** Gives and takes roles; says which of them were no such role. */
export async function changeRoles(
  trx: Knex.Transaction, personId: string, { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<{ unknown: string[] }> {
  const known: string[] = await trx('role').whereIn('id', [...add]).pluck('id');
  const unknown = add.filter((role) => !known.includes(role));
  if (unknown.length > 0) return { unknown };
  await trx('person_role').where({ person_id: personId }).whereIn('role_id', [...remove]).delete();
  if (add.length > 0) await trx('person_role').insert(add.map((role) => ({ person_id: personId, role_id: role }))).onConflict().ignore();
  return { unknown };
}

/** Makes changes that could leave no administrator take turns until the transaction ends. Call it before anything is locked. */
export async function lockAdministrators(trx: Knex.Transaction): Promise<void> {
  await trx('role').where({ id: ADMINISTRATOR_ROLE }).forNoKeyUpdate().first('id');
}

/** Whether there is an administrator who is active and has an own password: a one-time one may never be used. */
export async function hasAdministrator(trx: Knex.Transaction): Promise<boolean> {
  const row = await trx('person_role').join('person', 'person.id', 'person_role.person_id')
    .where({ role_id: ADMINISTRATOR_ROLE, active: true }).whereNotNull('password_hash').whereNull('one_time_password_until')
    .first('person.id');
  return row !== undefined;
}

/** An open task that a person has, so that it can be found and handed to another. */
export interface HeldTask {
  id: string;
  processId: string;
  number: string;
  title: string;
  type: string;
  step: string;
  dueAt: Date | null;
}

/** The open tasks that are assigned to the person, the most urgent first, and how many there are. */
export async function heldTasks(db: Db | Knex.Transaction, personId: string, limit: number): Promise<{ items: HeldTask[]; total: number }> {
  const held = db('inbox_entry').join('task', 'task.id', 'inbox_entry.task_id')
    .where({ principal: `person:${personId}`, assignee_id: personId });
  const [items, count] = await Promise.all([
    held.clone().join('process', 'process.id', 'task.process_id').orderBy(['inbox_entry.due_at', 'task.id']).limit(limit)
      .select<HeldTask[]>('task.id', 'task.process_id as processId', 'process.number', 'process.title', 'process.type', 'task.step', 'task.due_at as dueAt'),
    held.clone().count({ total: '*' }).first(),
  ]);
  return { items, total: Number(count?.total ?? 0) };
}

/** Roles of the person that no other active person has. */
export async function soleRoles(db: Db | Knex.Transaction, personId: string): Promise<string[]> {
  return db('person_role as mine').where('mine.person_id', personId)
    .whereNotExists((others) => others.from('person_role as o').join('person', 'person.id', 'o.person_id')
      .whereRaw('o.role_id = mine.role_id').whereNot('o.person_id', personId).where('person.active', true))
    .orderBy('mine.role_id').pluck('mine.role_id');
}

/** A role with the active people who have it. */
export interface RoleRow extends Named {
  people: { id: string; name: string; username: string; title: string; department: string; departmentEn: string }[];
}

/** Every role by id, or just one. */
export async function listRoles(db: Db | Knex.Transaction, id?: string): Promise<RoleRow[]> {
  return db('role as r').select(
    'r.id', 'r.name', 'r.name_en as nameEn',
    db.raw(`coalesce((SELECT json_agg(json_build_object('id', p.id, 'name', p.name, 'username', p.username, 'title', p.title,
        'department', d.name, 'departmentEn', d.name_en) ORDER BY p.username)
      FROM person_role pr JOIN person p ON p.id = pr.person_id JOIN department d ON d.id = p.department_id
      WHERE pr.role_id = r.id AND p.active), '[]') AS people`),
  ).modify((query) => {
    if (id !== undefined) void query.where('r.id', id);
  }).orderBy('r.id');
}

/** Gives a role to people and takes it from others, and says from and to whom; ids that are no active person are given back. */
export async function changeHolders(
  trx: Knex.Transaction, role: string, { add, remove }: { add: readonly string[]; remove: readonly string[] },
): Promise<{ unknown: string[]; given: string[]; taken: string[] }> {
  const known: string[] = await trx('person').whereIn('id', [...add]).where('active', true).pluck('id');
  const unknown = add.filter((person) => !known.includes(person));
  if (unknown.length > 0) return { unknown, given: [], taken: [] };
  const losing = remove.filter((person) => !add.includes(person));
  const taken: { person_id: string }[] = await trx('person_role').where({ role_id: role }).whereIn('person_id', losing).delete().returning('person_id');
  const given: { person_id: string }[] = add.length === 0 ? [] : await trx('person_role')
    .insert(add.map((person) => ({ person_id: person, role_id: role }))).onConflict().ignore().returning('person_id');
  return { unknown, given: given.map((row) => row.person_id), taken: taken.map((row) => row.person_id) };
}
