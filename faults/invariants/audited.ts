import { byId, sayOf, type Facts, type Row, type Violation } from './facts.ts';

/**
 * I11: whatever changed its state has an event that says so, as often as it changed; and events cannot be taken away. The events are no hash
 * chain yet, so that a superuser's edit is not seen.
 */
export function audited({ tables }: Facts): Violation[] {
  const { violations, say } = sayOf('I11');
  const trigger = tables.triggers.some(({ table, name }) => table === 'audit_event' && name === 'audit_event_append_only');
  if (!trigger) say('audit_event', 'has lost its trigger audit_event_append_only');
  const events = new Map<string, number>();
  const key = (action: string, id: string): string => `${action} ${id}`;
  for (const { action, process_id: process, task_id: task } of tables.audit) {
    for (const id of new Set([process, task].filter(Boolean))) events.set(key(action, id), (events.get(key(action, id)) ?? 0) + 1);
  }
  const needs = (id: string, text: string, times: number, ...actions: string[]): void => {
    const found = actions.reduce((sum, action) => sum + (events.get(key(action, id)) ?? 0), 0);
    if (found < times) say(id, `${text} ${times} ×, its events say so ${found} ×`);
  };
  for (const process of tables.process) {
    needs(process.id, 'started', 1, 'process-started');
    if (process.status === 'ended') needs(process.id, 'ended', 1, process.outcome === 'withdrawn' ? 'process-withdrawn' : 'process-ended', 'process-ended');
  }
  for (const task of tables.task) {
    needs(task.id, 'opened', 1, 'task-opened');
    if (task.state === 'decided') needs(task.id, 'decided', 1, 'task-decided');
    if (task.escalated_at) needs(task.id, 'escalated', 1, 'task-escalated', 'task-handed-over');
  }
  const processes = byId(tables.process);
  const effects = (name: string): Row[] => tables.effect.filter((row) => row.name === name && row.state === 'applied');
  for (const [name, action] of [['reserve-stock', 'stock-reserved'], ['issue-stock', 'stock-issued']] as const) {
    const times = new Map<string, number>();
    for (const { process_id: id } of effects(name)) if (processes.has(id)) times.set(id, (times.get(id) ?? 0) + 1);
    for (const [id, n] of times) needs(id, `had ${name}`, n, action);
  }
  return violations;
}
