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

/** A colleague as the directory shows one. */
export interface Colleague {
  id: string;
  name: string;
  title: string;
  department: string;
}

/** Active people whose name or user name contains `q`, in the order of their names. */
export async function findColleagues(db: Db, q: string, limit: number): Promise<Colleague[]> {
  const like = containing(q);
  return db('person').join('department', 'department.id', 'person.department_id')
    .select('person.id', 'person.name', 'person.title', 'department.name as department')
    .where('active', true).where((any) => any.whereILike('person.name', like).orWhereILike('person.username', like))
    .orderBy([{ column: 'person.name' }, { column: 'person.id' }]).limit(limit);
}
