import type { Knex } from 'knex';
import { recordAudit } from '../../db/queries/audit.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { addFormVersion, copyTo, findVisibleProcess } from '../../db/queries/processes.ts';
import { decideTask, findTask, lockTask, mayAct, type TaskRow } from '../../db/queries/tasks.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { pickFacts } from '../../workflows/lib/facts.ts';
import type { Decision } from '../../workflows/lib/messages.ts';
import { hasRole, type Actor, type Locale } from '../actor.ts';
import { Problem } from '../errors.ts';
import { checkDecision, checkForm, checkPeople, type Wanted } from './check.ts';
import { contractOf } from './present.ts';

/** A person's decision of one task, as asked for. */
interface DecisionCall {
  taskId: string;
  actor: Actor;
  locale: Locale;
  wanted: Wanted;
  cc?: readonly string[];
}

/**
 * Decides a task in the caller's transaction, with its audit event, its copies and its signal. After the commit, and only then, kick the
 * outbox for `processId`. Throws 400, 403, 404 or 409, whichever `lockActionable` and the checks find.
 */
export async function decide(trx: Knex.Transaction, { taskId, actor, locale, wanted, cc = [] }: DecisionCall) {
  const task = await lockActionable(trx, taskId, actor);
  const contract = contractOf(task.type);
  const data = checkDecision(task, wanted, locale);
  const revised = wanted.outcome === 'resubmitted' ? await resubmit(trx, task, (data as { form: unknown }).form, { actor, locale }) : {};
  const people = await checkPeople(trx, cc, 'cc');
  const facts = { ...pickFacts(data, contract.steps[task.step]!.facts), ...revised };
  const decidedAt = await decideTask(trx, task, actor, { outcome: wanted.outcome, comment: wanted.comment ?? null, data, facts });
  if (!decidedAt) throw alreadyDecided((await findTask(trx, taskId))!);
  if (task.ends_withdrawal && wanted.outcome !== 'returned') await trx('process').where({ id: task.process_id }).update({ withdrawable: false });
  await recordAudit(trx, {
    actor: { kind: 'person', id: actor.personId },
    action: 'task-decided',
    processId: task.process_id,
    taskId,
    detail: { step: task.step, outcome: wanted.outcome, facts },
  });
  await copyTo(trx, { processId: task.process_id, by: actor.personId, people });
  const decision: Decision = {
    taskId, outcome: wanted.outcome, actorKind: 'person', decidedBy: actor.personId, decidedAt: decidedAt.toISOString(), facts,
  };
  await enqueue(trx, { processId: task.process_id, kind: 'signal', name: 'decide', payload: decision });
  return {
    id: taskId,
    processId: task.process_id,
    state: 'decided' as const,
    outcome: wanted.outcome,
    decidedBy: { id: actor.personId, name: actor.name },
    decidedAt: decidedAt.toISOString(),
  };
}

/**
 * The task with its process locked, if the actor may act on it. Throws 404 when the actor may not see it, 409 naming the winner when it is
 * decided or its process has ended, 403 when it is somebody else's (unless an administrator may do this, too).
 */
export async function lockActionable(trx: Knex.Transaction, id: string, actor: Actor, administratorMay = false): Promise<TaskRow> {
  const task = await lockTask(trx, id);
  if (!task || !(await findVisibleProcess(trx, task.process_id, actor))) throw new Problem('not-found');
  if (task.state !== 'open') throw alreadyDecided(task);
  if (mayAct(task, actor) || (administratorMay && hasRole(actor, 'process-administrator'))) return task;
  if (task.excluded.includes(actor.personId)) throw new Problem('separation-of-duties');
  if (task.assignee_id !== null) throw new Problem('task-of-another', { name: task.assignee_name! });
  throw new Problem('not-a-candidate');
}

/** 409 that says who decided what and when, or how the process ended. */
export function alreadyDecided(task: TaskRow): Problem {
  const contract = contractOf(task.type);
  if (task.state === 'closed') return new Problem('task-closed', { number: task.number });
  const by = task.decided_by_name ?? CLOCK;
  const { outcomes = {}, clockOutcomes = {} } = contract.steps[task.step] ?? {};
  const outcome = outcomes[task.outcome!] ?? clockOutcomes[task.outcome!] ?? task.outcome!;
  return new Problem('task-already-decided', { by, outcome, at: task.decided_at! }, {
    decidedBy: task.decided_by === null ? null : { id: task.decided_by, name: task.decided_by_name },
    actorKind: task.actor_kind,
    decidedAt: task.decided_at!.toISOString(),
    outcome: task.outcome,
  });
}

const CLOCK = { zh: '系统时钟（自动处理）', en: 'the clock (deadline)' };

/** Keeps the new version of the form, whose hash goes into the history as the first one's did; the title follows it. */
async function resubmit(
  trx: Knex.Transaction, task: TaskRow, given: unknown, { actor, locale }: { actor: Actor; locale: Locale },
): Promise<{ formVersion: number; formHash: string }> {
  const type = processTypes[task.type]!;
  const { form, label } = await checkForm(trx, type, given, locale, 'data.form');
  const version = task.form_version + 1;
  const formHash = await addFormVersion(trx, { processId: task.process_id, version, form, by: actor.personId });
  await trx('process').where({ id: task.process_id }).update({ form_version: version, title: type.title(form as never, label) });
  return { formVersion: version, formHash };
}
