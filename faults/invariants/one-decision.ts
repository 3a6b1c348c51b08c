import { sayOf, type Facts, type Row, type Violation } from './facts.ts';

/** What PostgreSQL itself must refuse, whatever the code does. */
const PROTECTIONS = [
  ['task', 'PRIMARY KEY (id)'],
  ['task', 'UNIQUE (process_id, step, n)'],
  ['task', "CHECK (((state = 'decided'::text) = (outcome IS NOT NULL)))"],
  ['task', "CHECK (((state = 'decided'::text) = (decided_at IS NOT NULL)))"],
  ['task', "CHECK (((state = 'decided'::text) = (actor_kind IS NOT NULL)))"],
  ['process', 'PRIMARY KEY (id)'],
  ['process', "CHECK (((status = 'ended'::text) = (outcome IS NOT NULL)))"],
  ['effect', 'PRIMARY KEY (key)'],
  ['stock_movement', 'UNIQUE (effect_key, item_id)'],
  ['idempotency', 'PRIMARY KEY (person_id, route, key)'],
] as const;

const TRIGGERS = [['task', 'task_outcome_is_final'], ['stock_movement', 'stock_movement_append_only']] as const;

/** I3: one decision per task, and the schema that keeps it so. */
export function oneDecision({ tables }: Facts): Violation[] {
  const { violations, say } = sayOf('I3');
  for (const [table, definition] of PROTECTIONS) {
    if (tables.constraints.some((each) => each.table === table && each.definition === definition)) continue;
    say(table, `has lost its protection ${definition}`);
  }
  for (const [table, name] of TRIGGERS) {
    if (!tables.triggers.some((each) => each.table === table && each.name === name)) say(table, `has lost its trigger ${name}`);
  }
  const count = (rows: Row[], id: (row: Row) => string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const row of rows) counts.set(id(row), (counts.get(id(row)) ?? 0) + 1);
    return counts;
  };
  const audited = count(tables.audit.filter(({ action }) => action === 'task-decided'), ({ task_id }) => task_id);
  const signalled = count(tables.outbox.filter(({ name }) => name === 'decide'), ({ payload }) => payload.taskId);
  for (const task of tables.task) {
    const decided = task.state === 'decided' ? 1 : 0;
    const inAudit = audited.get(task.id) ?? 0;
    if (inAudit !== decided) say(task.id, `is ${task.state} and has ${inAudit} decisions in the audit trail`);
    // By the clock it is the workflow's own.
    const sent = ['person', 'system'].includes(task.actor_kind) ? 1 : 0;
    const inOutbox = signalled.get(task.id) ?? 0;
    if (inOutbox !== sent) say(task.id, `has ${inOutbox} decisions in the outbox instead of ${sent}`);
  }
  return violations;
}
