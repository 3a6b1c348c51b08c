import type { Knex } from 'knex';
import type { Db } from '../../db/connect.ts';
import type { Seal } from '../../db/sealed.ts';
import { decideTask } from '../../db/queries/decisions.ts';
import { keepPersonal, personalValues, type PersonalValue } from '../../db/queries/personal.ts';
import { addFormVersion, copyTo, findVisibleProcess } from '../../db/queries/processes.ts';
import { findTask, lockTask, mayAct, type TaskRow } from '../../db/queries/tasks.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { pickFacts } from '../../workflows/lib/facts.ts';
import { dataSchema, type ProcessType } from '../../workflows/lib/form.ts';
import { hasRole, type Actor, type Locale } from '../actor.ts';
import { Problem } from '../errors.ts';
import { failpoint } from '../failpoints.ts';
import { attachPhotos, photosIn } from '../files/attach.ts';
import type { Idempotency } from '../idempotency.ts';
import { checkDecision, checkForm, checkPeople, checkReferences, type Wanted } from './check.ts';
import { maskPersonal, unmaskPersonal } from './personal.ts';
import { contractOf } from './present.ts';

/** A person's decision of one task, as asked for. */
interface DecisionCall {
  taskId: string;
  actor: Actor;
  locale: Locale;
  wanted: Wanted;
  cc?: readonly string[];
  idempotency: Idempotency;
  /** Opens and seals what is personal in a form that is sent again. */
  seal: Seal;
  /** How it came, where not from the person's own pages: for the audit trail. */
  via?: 'sms-link' | 'sms-reply';
  /** What is kept as the answer for the key, if it is not the decision itself. */
  answer?: object;
}

/** How the caller hears of it. */
export interface Decided {
  id: string;
  processId: string;
  state: 'decided';
  outcome: string;
  decidedBy: { id: string; name: string };
  decidedAt: string;
}

/**
 * Decides a task, with its audit event, its copies, its photos, its signal and the answer for its Idempotency-Key, all at once. Afterwards kick the
 * outbox for `processId`. Throws 400, 403, 404 or 409, whichever `actionable` and the checks find, and Replay when the key was answered.
 */
export async function decide(db: Db, call: DecisionCall): Promise<Decided> {
  try {
    for (let tries = 0; tries < 3; tries += 1) {
      const decided = await tryToDecide(db, call);
      if (decided) return decided;
      // Somebody was first: the next look says who. Or the task changed hands and back again meanwhile.
    }
    throw new Problem('not-a-candidate');
  } catch (error) {
    if (error instanceof Problem || isKeyTaken(error)) await call.idempotency.replay(db);
    throw error;
  }
}

async function tryToDecide(db: Db, { taskId, actor, locale, wanted: given, cc = [], idempotency, seal, via, answer }: DecisionCall): Promise<Decided | undefined> {
  const task = await actionable(db, taskId, actor);
  const contract = contractOf(task.type);
  const type = processTypes[task.type]!;
  const wanted = given.outcome === 'resubmitted' ? await unmasked(db, seal, task, type, given) : given;
  const checked = checkDecision(task, wanted, locale);
  await checkReferences(db, type, checked, 'data', task.bounds.lines ? ['lines'] : []);
  const { form: data, values } = maskPersonal(dataSchema(type, task.step, wanted.outcome), checked);
  const write = (on: Db | Knex.Transaction, facts: unknown) => decideTask(on, actor, {
    taskId,
    processId: task.process_id,
    outcome: wanted.outcome,
    comment: wanted.comment ?? null,
    data,
    facts,
    detail: { step: task.step, outcome: wanted.outcome, facts, ...(via && { via }) },
    message: { taskId, outcome: wanted.outcome, actorKind: 'person', decidedBy: actor.personId, decidedAt: null, facts },
    key: idempotency.row,
    status: 200,
    answer: answer ?? decidedBy(null),
  });
  const decidedBy = (decidedAt: string | null) => ({
    id: taskId, processId: task.process_id, state: 'decided' as const, outcome: wanted.outcome,
    decidedBy: { id: actor.personId, name: actor.name }, decidedAt,
  });
  const facts = pickFacts(data, contract.steps[task.step]!.facts);
  const photos = data === undefined ? [] : photosIn(dataSchema(type, task.step, wanted.outcome), data, 'data');
  let decidedAt: Date | undefined;
  if (wanted.outcome !== 'resubmitted' && cc.length === 0 && photos.length === 0) {
    decidedAt = await write(db, facts);
  } else {
    decidedAt = await db.transaction(async (trx) => {
      const locked = (await lockTask(trx, taskId))!;
      const revised = wanted.outcome === 'resubmitted' ? await resubmit(trx, locked, (checked as { form: unknown }).form, values, { actor, locale, seal }) : {};
      const people = await checkPeople(trx, cc, 'cc');
      const done = await write(trx, { ...facts, ...revised });
      if (!done) throw notDone;
      await copyTo(trx, { processId: task.process_id, by: actor.personId, people });
      await attachPhotos(trx, photos, { processId: task.process_id, taskId, by: actor.personId });
      return done;
    }).catch((error: unknown) => {
      if (error === notDone) return undefined;
      throw error;
    });
  }
  if (!decidedAt) return undefined;
  failpoint('api.after_commit');
  return { ...decidedBy(null), decidedAt: decidedAt.toISOString() };
}

const notDone = new Error('The task is no longer open.');

function isKeyTaken(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'idempotency_pkey';
}

/**
 * The task with its process locked, if the actor may act on it. Throws as `actionable` does; an administrator may act on everything where
 * `administratorMay`.
 */
export async function lockActionable(trx: Knex.Transaction, id: string, actor: Actor, administratorMay = false): Promise<TaskRow> {
  await lockTask(trx, id);
  return actionable(trx, id, actor, administratorMay);
}

/**
 * The task as it is now, if the actor may act on it. Throws 404 when the actor may not see it, 409 naming the winner when it is decided or
 * its process has ended, 403 when it is somebody else's (unless an administrator may do this, too).
 */
async function actionable(db: Db | Knex.Transaction, id: string, actor: Actor, administratorMay = false): Promise<TaskRow> {
  const task = await findTask(db, id);
  if (task?.state === 'open' && mayAct(task, actor)) return task;
  if (!task || !(await findVisibleProcess(db, task.process_id, actor))) throw new Problem('not-found');
  if (task.state !== 'open') throw alreadyDecided(task);
  if (administratorMay && hasRole(actor, 'process-administrator')) return task;
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
  trx: Knex.Transaction, task: TaskRow, given: unknown, values: readonly PersonalValue[], { actor, locale, seal }: { actor: Actor; locale: Locale; seal: Seal },
): Promise<{ formVersion: number; formHash: string }> {
  const type = processTypes[task.type]!;
  const { form: checked, label } = await checkForm(trx, type, given, locale, 'data.form');
  const { form } = maskPersonal(type.form, checked);
  const version = task.form_version + 1;
  const formHash = await addFormVersion(trx, { processId: task.process_id, version, form, by: actor.personId });
  await keepPersonal(trx, seal, { processId: task.process_id, version, values: values.map((each) => ({ ...each, path: each.path.slice('form.'.length) })) });
  await trx('process').where({ id: task.process_id }).update({ form_version: version, title: type.title(form as never, label) });
  return { formVersion: version, formHash };
}

/** What is wanted, with the values for which masked texts of the form before stand. */
async function unmasked(db: Db, seal: Seal, task: TaskRow, type: ProcessType, wanted: Wanted): Promise<Wanted> {
  const form = (wanted.data as { form?: unknown } | undefined)?.form;
  if (form === undefined) return wanted;
  return { ...wanted, data: { ...wanted.data as object, form: unmaskPersonal(type.form, form, await personalValues(db, seal, task.process_id), 'data.form') } };
}
