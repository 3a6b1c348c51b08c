import type { Facts } from './facts.ts';

const ACTIONS = {
  decide: 'task-decided', withdraw: 'process-withdrawn', claim: 'task-claimed', release: 'task-released', transfer: 'task-transferred',
} as const;

/** How often one person did one thing to one task or process. */
export interface Change {
  op: string;
  task: string;
  actor: string;
  ok: number;
  unknown: number;
  stands: number;
}

/**
 * For each act of a person on a task or process: how often it was answered with success, is unknown, and stands in the audit trail. What was
 * sent many times with one key counts once.
 */
export function changes({ ops, tables }: Pick<Facts, 'ops' | 'tables'>): Iterable<Change> {
  const counts = new Map<string, Change>();
  const at = (op: string, task: string, actor: string): Change => {
    const key = `${op} ${task} ${actor}`;
    const count = counts.get(key) ?? { op, task, actor, ok: 0, unknown: 0, stands: 0 };
    counts.set(key, count);
    return count;
  };
  const keys = new Set<string>();
  for (const { op, key, target, actor, result } of ops) {
    if (!(op in ACTIONS) || result === 'fail' || keys.has(key)) continue;
    keys.add(key);
    at(op, target!, actor)[result] += 1;
  }
  // What is done at the gate is asked for by visit: `gate` in visits.ts looks after that.
  const atDesk = new Set(tables.task.filter(({ at_desk: at }) => at).map(({ id }) => id));
  const opOf = new Map(Object.entries(ACTIONS).map(([op, action]) => [action as string, op]));
  for (const { action, actor_kind: kind, actor_id: actor, process_id: process, task_id: task } of tables.audit) {
    const op = opOf.get(action);
    if (op && kind === 'person' && !atDesk.has(task)) at(op, op === 'withdraw' ? process : task, actor).stands += 1;
  }
  return counts.values();
}
