import type { Knex } from 'knex';

/** Last resort for a task that nobody else may decide. */
const ADMINISTRATOR = 'role:process-administrator';

/** An active person behind some principals. */
interface Somebody {
  id: string;
  department_id: string;
}

/** The active people whom `principals` stand for now. */
export async function peopleOf(trx: Knex.Transaction, principals: readonly string[]): Promise<Somebody[]> {
  const wanted = [...principals];
  return trx('person')
    .select('id', 'department_id')
    .where('active', true)
    .where((any) => any
      .whereIn('id', named(wanted, 'person:'))
      .orWhereIn('id', trx('person_role').select('person_id').whereIn('role_id', named(wanted, 'role:')))
      .orWhereIn('id', trx('department').select('leader_id').whereNotNull('leader_id').whereIn('id', named(wanted, 'leader:'))));
}

/**
 * The principals for a task: those wanted, as long as at least one person behind them is not excluded; else one leader up, and so on, at
 * last the process administrator (design, rule 10).
 */
export async function principalsFor(
  trx: Knex.Transaction,
  wanted: readonly string[],
  excluded: readonly string[],
): Promise<string[]> {
  const people = await peopleOf(trx, wanted);
  if (people.some(({ id }) => !excluded.includes(id))) return [...wanted];
  return [await superiorOf(trx, wanted, excluded)];
}

/** The nearest leader above those whom `principals` stand for, who is none of them and not excluded; else the process administrator. */
export async function superiorOf(
  trx: Knex.Transaction,
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
