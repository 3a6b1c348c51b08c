import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { containing } from './visibility.ts';

/** Active people by id or user name, whichever was given: what was given → id. */
export async function peopleByIdOrUsername(trx: Knex.Transaction, wanted: readonly string[]): Promise<Map<string, string>> {
  if (wanted.length === 0) return new Map();
  const rows = await trx('person').select('id', 'username').where('active', true)
    .where((either) => either.whereIn('id', [...wanted]).orWhereIn('username', [...wanted]));
  return new Map(rows.flatMap(({ id, username }) => [[username, id], [id, id]]));
}

/** A principal in words, with the active people behind it now. */
export interface Holder {
  principal: string;
  name: { zh: string; en: string };
  people: { id: string; name: string }[];
}

/** Every one of `principals` in words. */
export async function holdersOf(db: Db, principals: readonly string[]): Promise<Map<string, Holder>> {
  const ids = (prefix: string) => principals.filter((each) => each.startsWith(prefix)).map((each) => each.slice(prefix.length));
  const [people, roles, departments] = await Promise.all([
    db('person').select('id', 'name').whereIn('id', ids('person:')).where('active', true),
    db('role').leftJoin('person_role', 'person_role.role_id', 'role.id')
      .leftJoin('person', (on) => on.on('person.id', 'person_role.person_id').andOn('person.active', db.raw('true')))
      .select('role.id', 'role.name', 'role.name_en', 'person.id as person_id', 'person.name as person_name').whereIn('role.id', ids('role:')),
    db('department').leftJoin('person', (on) => on.on('person.id', 'department.leader_id').andOn('person.active', db.raw('true')))
      .select('department.id', 'department.name', 'department.name_en', 'person.id as person_id', 'person.name as person_name')
      .whereIn('department.id', ids('leader:')),
  ]);
  const holders = new Map<string, Holder>();
  const add = (principal: string, name: Holder['name'], id: string | null, person: string | null) => {
    const holder = holders.get(principal) ?? { principal, name, people: [] };
    if (id !== null && person !== null) holder.people.push({ id, name: person });
    holders.set(principal, holder);
  };
  for (const { id, name } of people) add(`person:${id}`, { zh: name, en: name }, id, name);
  for (const row of roles) add(`role:${row.id}`, { zh: row.name, en: row.name_en }, row.person_id, row.person_name);
  for (const row of departments) {
    add(`leader:${row.id}`, { zh: `${row.name}领导`, en: `Leader of ${row.name_en}` }, row.person_id, row.person_name);
  }
  return holders;
}

/** To whom entries of a timeline say that something went: names of what stands in `detail.to`, ids of people or principals. */
export async function receiversOf(db: Db, details: readonly Record<string, unknown>[]): Promise<Map<string, Holder['name']>> {
  const principals = [...new Set(details.flatMap(({ to }) => principalsIn(to)))];
  const holders = principals.length > 0 ? await holdersOf(db, principals) : new Map<string, Holder>();
  return new Map([...holders].map(([principal, { name }]) => [principal, name]));
}

/** What stands in a detail's `to`, as principals. */
export function principalsIn(to: unknown): string[] {
  return (Array.isArray(to) ? to : [to]).filter((each) => typeof each === 'string').map((each) => (each.includes(':') ? each : `person:${each}`));
}

/** A colleague as the directory shows one. */
export interface Colleague {
  id: string;
  name: string;
  title: string;
  department: string;
  departmentEn: string;
}

/** Active people whose name or user name contains `q`, in the order of their names. */
export async function findColleagues(db: Db, q: string, limit: number): Promise<Colleague[]> {
  const like = containing(q);
  return db('person').join('department', 'department.id', 'person.department_id')
    .select('person.id', 'person.name', 'person.title', 'department.name as department', 'department.name_en as departmentEn')
    .where('active', true).where((any) => any.whereILike('person.name', like).orWhereILike('person.username', like))
    .orderBy([{ column: 'person.name' }, { column: 'person.id' }]).limit(limit);
}
