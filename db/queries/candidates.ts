import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';

/** Last resort for a task that nobody else may decide. */
const ADMINISTRATOR = 'role:process-administrator';

/** An active person behind some principals. */
interface Somebody {
  id: string;
  department_id: string;
}

/** The active people whom `principals` stand for now. */
export async function peopleOf(trx: Db | Knex.Transaction, principals: readonly string[]): Promise<Somebody[]> {
  return prepared<Somebody>(trx, 'people-of', `
    SELECT id, department_id FROM person
    WHERE active AND (
      id = ANY (:people::text[])
      OR id IN (SELECT person_id FROM person_role WHERE role_id = ANY (:roles::text[]))
      OR id IN (SELECT leader_id FROM department WHERE id = ANY (:led::text[])))`, {
    people: named(principals, 'person:'), roles: named(principals, 'role:'), led: named(principals, 'leader:'),
  });
}

/**
 * The principals for a task: those wanted, as long as at least one person behind them is not excluded; else one leader up, and so on, at
 * last the process administrator (design, rule 10).
 */
export async function principalsFor(
  trx: Db | Knex.Transaction,
  wanted: readonly string[],
  excluded: readonly string[],
): Promise<string[]> {
  const people = await peopleOf(trx, wanted);
  if (people.some(({ id }) => !excluded.includes(id))) return [...wanted];
  return [await superiorOf(trx, wanted, excluded)];
}

/** The nearest leader above those whom `principals` stand for, who is none of them and not excluded; else the process administrator. */
export async function superiorOf(
  trx: Db | Knex.Transaction,
  principals: readonly string[],
  excluded: readonly string[],
): Promise<string> {
  const people = await peopleOf(trx, principals);
  const departments = [...named(principals, 'leader:'), ...people.map((person) => person.department_id)];
  const not = [...excluded, ...people.map((person) => person.id)];
  const above = await trx
    .withRecursive('up', ['id', 'parent_id', 'leader_id', 'height'], (start) => start
      .select('id', 'parent_id', 'leader_id', trx.raw('0')).from('department').whereIn('id', departments)
      .union((climb) => climb
        .select('d.id', 'd.parent_id', 'd.leader_id', trx.raw('up.height + 1'))
        .from('department as d').join('up', 'up.parent_id', 'd.id').where('up.height', '<', 20)))
    .select('up.id')
    .from('up').join('person as p', 'p.id', 'up.leader_id')
    .where('p.active', true).whereNotIn('p.id', not)
    .orderBy([{ column: 'up.height' }, { column: 'up.id' }])
    .first();
  return above ? `leader:${above.id}` : ADMINISTRATOR;
}

/** Who takes part in a process: its requester, whoever decided a task, and the assignees of open ones. */
export async function peopleIn(trx: Knex.Transaction, processId: string): Promise<string[]> {
  const tasks = await trx('task').select('assignee_id', 'decided_by').where({ process_id: processId });
  const process = await trx('process').select('requester_id').where({ id: processId }).first();
  return [...new Set([process.requester_id, ...tasks.flatMap((task) => [task.assignee_id, task.decided_by]).filter(Boolean)])];
}

function named(principals: readonly string[], prefix: string): string[] {
  return principals.filter((principal) => principal.startsWith(prefix)).map((principal) => principal.slice(prefix.length));
}
