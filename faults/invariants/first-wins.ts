import { isDeepStrictEqual } from 'node:util';
import { decisionsIn, resultOf, signalsIn } from '../histories.ts';
import type { Op } from '../op-log.ts';
import { group, sayOf, type Facts, type Violation } from './facts.ts';

/**
 * I4: the decision in the database is the one that was answered 200, and the one that the history followed; the losers heard of it. What was
 * committed for a process arrives in its history in that order.
 */
export function firstWins(facts: Facts): Violation[] {
  const { ops, tables, histories } = facts;
  const { violations, say } = sayOf('I4');
  const decisions = new Map([...histories].flatMap(([, history]) => [...decisionsIn(history)]));
  const askedOf = new Map<string, Op[]>();
  for (const op of ops) if (op.op === 'decide') askedOf.set(op.target!, [...askedOf.get(op.target!) ?? [], op]);
  for (const task of tables.task.filter(({ state }) => state === 'decided')) {
    const stands = {
      outcome: task.outcome, actorKind: task.actor_kind, decidedBy: task.decided_by, decidedAt: task.decided_at.toISOString(),
      facts: task.facts,
    };
    const followed = decisions.get(task.id) ?? [];
    if (followed.length === 0) say(task.id, `is decided; its history holds no decision`);
    for (const { by, decision } of followed) {
      const { taskId: _task, ...told } = decision;
      if (isDeepStrictEqual(told, stands)) continue;
      say(task.id, `stands as ${JSON.stringify(stands)}, a ${by} in the history says ${JSON.stringify(told)}`);
    }
    // At the gate a visit is asked for, not its task: see visits.ts.
    if (task.at_desk) continue;
    const asked = askedOf.get(task.id) ?? [];
    const winners = asked.filter(({ result }) => result === 'ok');
    const unknown = asked.filter(({ result }) => result === 'unknown');
    const keys = new Set(winners.map(({ key }) => key)).size;
    if (task.actor_kind === 'person' && keys !== 1 && !(keys === 0 && unknown.length > 0)) say(task.id, `${keys} decisions were answered 200`);
    for (const { actor, body, answer } of winners) {
      if (actor !== task.decided_by || body.outcome !== task.outcome || answer.decidedAt !== stands.decidedAt) {
        say(task.id, `stands as ${JSON.stringify(stands)}, the one 200 said ${answer.outcome} by ${actor} at ${answer.decidedAt}`);
      }
    }
    for (const { status, answer } of asked.filter(({ result }) => result === 'fail')) {
      if (status !== 409 || answer.decidedAt === undefined) continue;
      const isTrue = answer.outcome === task.outcome && (answer.decidedBy?.id ?? null) === task.decided_by;
      if (!isTrue) say(task.id, 'a loser was told of another decision');
    }
  }
  for (const process of tables.process) {
    const history = histories.get(process.id);
    const result = history && resultOf(history);
    if (result === undefined || result === process.outcome) continue;
    say(process.id, `ended ${process.outcome}, its workflow returned ${JSON.stringify(result)}`);
  }
  return [...violations, ...inOrder(facts)];
}

/** The messages of a process stand in its history as they were committed; one that was sent twice counts where it stands first. */
function inOrder({ tables, histories }: Facts): Violation[] {
  const { violations, say } = sayOf('I4');
  const sent = group(tables.outbox.filter(({ kind, delivered_at }) => kind === 'signal' && delivered_at !== null), 'process_id');
  for (const [processId, rows] of sent) {
    const history = histories.get(processId);
    if (!history) continue;
    const heard = signalsIn(history);
    let last = -1;
    for (const { id, name, payload } of rows) {
      const is = (signal: { name: string; input: unknown }): boolean => signal.name === name && isDeepStrictEqual(signal.input, payload);
      // People hand a task to and fro: the same message may be committed twice, so each is looked for behind the one before.
      const at = heard.findIndex((signal, i) => i > last && is(signal));
      if (at !== -1) last = at;
      else if (heard.some(is)) say(processId, `message ${id} (${name}) arrived before one that was committed earlier`);
      // One that came when all was over was not needed any more.
      else if (resultOf(history) === undefined) say(processId, `message ${id} (${name}) was delivered and is not in the history`);
    }
  }
  return violations;
}
