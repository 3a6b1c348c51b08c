import type { Db } from '../../db/connect.ts';
import { formVersions } from '../../db/queries/processes.ts';
import { findAsk, type AskRow } from '../../db/queries/sms-asks.ts';
import { phoneIndexes } from '../../db/queries/sms.ts';
import { findTask, mayAct, type TaskRow } from '../../db/queries/tasks.ts';
import type { Seal } from '../../db/sealed.ts';
import { e164 } from '../../sms/phone.ts';
import { processTypes } from '../../workflows/contracts.ts';
import type { ProcessContract, Text } from '../../workflows/lib/contract.ts';
import type { Actor } from '../actor.ts';
import { fieldWords } from '../paper/field-words.ts';
import { actorById } from '../sessions.ts';
import { labelsOf } from './check.ts';
import { contractOf } from './present.ts';

/** What can be answered by SMS, where the task allows it: yes is the step's first outcome. */
const REFUSED = 'rejected';

/** An ask that is worth something, with the person as the one who acts and the task as it is. */
export interface LiveAsk {
  ask: AskRow;
  actor: Actor;
  task: TaskRow;
}

/** The ask of a token; undefined alike for one that is unknown, too old, of somebody who has left, or of a phone that is no longer the person's. */
export async function liveAsk(db: Db, seal: Seal, token: string): Promise<LiveAsk | undefined> {
  const ask = await findAsk(db, token);
  return ask && isOwnPhone(seal, ask) ? withTask(db, ask) : undefined;
}

/** Whether the phone that was asked is still the person's: one that was lost and replaced decides nothing. */
export function isOwnPhone(seal: Seal, { phone, phoneIndex: asked }: AskRow): boolean {
  const now = e164(phone ?? '');
  return now !== undefined && phoneIndexes(seal, now).some((each) => each.equals(asked));
}

/** The ask with its person's rights of now and its task; undefined when the person has left. */
export async function withTask(db: Db, ask: AskRow): Promise<LiveAsk | undefined> {
  const [actor, task] = await Promise.all([actorById(db, ask.personId), findTask(db, ask.taskId)]);
  return actor && task ? { ask, actor, task } : undefined;
}

/** Yes and no of a task, as far as it allows them. */
export function answersOf(task: TaskRow): { outcome: string; title: Text; commentNeeded: boolean }[] {
  const step = contractOf(task.type).steps[task.step]!;
  const [yes] = Object.keys(step.outcomes);
  return [yes!, REFUSED].filter((outcome, i, all) => task.outcomes.includes(outcome) && all.indexOf(outcome) === i).map((outcome) => ({
    outcome, title: step.outcomes[outcome]!, commentNeeded: step.commentNeeded?.includes(outcome) ?? false,
  }));
}

/** What whoever was asked sees of the task: all that is needed to decide it, and once it is not theirs any more only that. */
export async function presentAsk(db: Db, { ask, actor, task }: LiveAsk) {
  const type = processTypes[task.type]!;
  const { contract } = type;
  const open = task.state === 'open';
  const state = open ? (mayAct(task, actor) ? 'open' as const : 'moved' as const) : task.state === 'decided' ? 'decided' as const : 'ended' as const;
  const form = state === 'open' ? (await formVersions(db, task.process_id)).at(-1)!.form : undefined;
  return {
    state,
    number: task.number,
    title: task.title,
    typeTitle: contract.title,
    stepTitle: contract.steps[task.step]!.title,
    requester: task.requester_name,
    holder: ask.personName,
    fields: form === undefined ? [] : fieldWords(type.form, form, { labels: await labelsOf(db, type, form), references: type.references }),
    outcomes: state === 'open' ? answersOf(task) : [],
    decision: task.state === 'decided'
      ? { by: task.decided_by_name, at: task.decided_at!.toISOString(), outcome: task.outcome!, title: titleOf(contract, task) }
      : null,
    expiresAt: ask.expiresAt.toISOString(),
    locale: ask.locale,
  };
}

function titleOf({ steps }: ProcessContract, { step, outcome }: TaskRow): Text {
  const { outcomes = {}, clockOutcomes = {} } = steps[step] ?? {};
  return outcomes[outcome!] ?? clockOutcomes[outcome!] ?? { zh: outcome!, en: outcome! };
}

/** The step that is likely to come after an answer; undefined where the case ends. */
export function nextStep(task: TaskRow, outcome: string): Text | undefined {
  const { path, steps } = contractOf(task.type);
  if (outcome === REFUSED || !path.includes(task.step)) return undefined;
  return steps[path[path.indexOf(task.step) + 1] ?? '']?.title;
}
