import { wordsOf } from '../planted.ts';
import type { Json, OpName } from '../op-log.ts';
import { changes } from './changes.ts';
import { group, sayOf, type Facts, type Violation } from './facts.ts';

/** Ops that start something, and where its form stands in what was sent. */
const STARTS: Readonly<Partial<Record<OpName, (body: Json) => Json>>> = { start: ({ form }) => form, 'invite': (body) => body, 'walk-in': (body) => body };

/** I2: nothing stands that nobody asked for. */
export function noPhantoms({ ops, tables }: Facts): Violation[] {
  const { violations, say } = sayOf('I2');
  const asked = ops.filter(({ result }) => result !== 'fail');
  const purposes = new Set(asked.map(({ op, body }) => wordsOf(STARTS[op]?.(body) ?? body.data?.form)).filter(Boolean));
  const forms = group(tables.form, 'process_id');
  for (const process of tables.process) {
    const mine = forms.get(process.id) ?? [];
    if (mine.length === 0) say(process.id, 'a process without a form');
    for (const { form, version } of mine) if (!purposes.has(wordsOf(form))) say(process.id, `form version ${version} traces to no op`);
  }
  const decisions = new Set(asked.filter(({ op }) => op === 'decide').map(({ target, actor, body }) => `${target} ${actor} ${body.outcome}`));
  for (const task of tables.task.filter(({ actor_kind, at_desk }) => actor_kind === 'person' && !at_desk)) {
    if (decisions.has(`${task.id} ${task.decided_by} ${task.outcome}`)) continue;
    say(task.id, `the decision ${task.outcome} by ${task.decided_by} traces to no op`);
  }
  for (const { op, task, actor, ok, unknown, stands } of changes({ ops, tables })) {
    if (stands > ok + unknown) say(task, `${stands} × ${op} by ${actor} stand, ${ok} were answered with success, ${unknown} are unknown`);
  }
  return violations;
}
