import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { VISITORS } from './visitors.ts';

/** A department as administrators see one. `members` counts active people, not those of departments below. */
export interface DepartmentRow {
  id: string;
  name: string;
  nameEn: string;
  parentId: string | null;
  leader: { id: string; name: string; active: boolean } | null;
  members: number;
}

/** What an administrator writes of a department. */
export interface DepartmentFields {
  name: string;
  nameEn: string;
  parentId: string | null;
  leaderId: string | null;
}

/** Every department, or just one. */
export async function listDepartments(db: Db | Knex.Transaction, id?: string): Promise<DepartmentRow[]> {
  return db('department as d').leftJoin('person as l', 'l.id', 'd.leader_id').select(
    'd.id', 'd.name', 'd.name_en as nameEn', 'd.parent_id as parentId',
    db.raw(`CASE WHEN l.id IS NOT NULL THEN json_build_object('id', l.id, 'name', l.name, 'active', l.active) END AS leader`),
    db.raw('(SELECT count(*)::int FROM person m WHERE m.department_id = d.id AND m.active) AS members'),
  ).whereNot('d.id', VISITORS.departmentId).modify((query) => {
    if (id !== undefined) void query.where('d.id', id);
  }).orderBy('d.id');
}

/** True when there is such a department. */
export async function hasDepartment(trx: Knex.Transaction, id: string): Promise<boolean> {
  return (await trx('department').where({ id }).first('id')) !== undefined;
}

/** Makes changes of the tree take turns until the transaction ends: two that are right alone could close a circle together. */
export async function lockDepartments(trx: Knex.Transaction): Promise<void> {
  await trx.raw('LOCK TABLE department IN SHARE ROW EXCLUSIVE MODE');
}

/** Whether `id` stands at or below `top` in the tree. */
export async function isBelow(trx: Knex.Transaction, id: string, top: string): Promise<boolean> {
  const { rows } = await trx.raw<{ rows: unknown[] }>(`
    WITH RECURSIVE up AS (
      SELECT id, parent_id FROM department WHERE id = :id
      UNION SELECT d.id, d.parent_id FROM department d JOIN up ON d.id = up.parent_id
    )
    SELECT 1 FROM up WHERE id = :top`, { id, top });
  return rows.length > 0;
}

/** True for an active person. */
export async function isActive(trx: Knex.Transaction, personId: string): Promise<boolean> {
  return (await trx('person').where({ id: personId, active: true }).first('id')) !== undefined;
}

/** Makes a department. */
export async function insertDepartment(trx: Knex.Transaction, id: string, fields: DepartmentFields): Promise<void> {
  await trx('department').insert({ id, ...toRow(fields) });
}

/** Changes a department; false when there is none. */
export async function updateDepartment(trx: Knex.Transaction, id: string, fields: Partial<DepartmentFields>): Promise<boolean> {
  const row = toRow(fields);
  if (Object.keys(row).length === 0) return hasDepartment(trx, id);
  return (await trx('department').where({ id }).update(row)) > 0;
}

function toRow({ name, nameEn, parentId, leaderId }: Partial<DepartmentFields>): Record<string, unknown> {
  return {
    ...(name !== undefined && { name }), ...(nameEn !== undefined && { name_en: nameEn }),
    ...(parentId !== undefined && { parent_id: parentId }), ...(leaderId !== undefined && { leader_id: leaderId }),
  };
}
