import type { Db } from '../db/connect.ts';
import { peopleOf } from '../db/queries/candidates.ts';
import { personalValues } from '../db/queries/personal.ts';
import { askPerson } from '../db/queries/sms-asks.ts';
import { phonesOf } from '../db/queries/sms.ts';
import { lockTask } from '../db/queries/tasks.ts';
import type { Seal } from '../db/sealed.ts';
import { e164 } from '../sms/phone.ts';
import { shortValue } from '../sms/templates.ts';
import { processTypes } from '../workflows/contracts.ts';

/** A candidate of more people is a crowd, and gets no SMS: none of them would know that it is meant. */
const MOST_BEHIND_A_CANDIDATE = 5;

/** Whether the contract of a step says that its holders are asked by SMS. */
export function asksBySms(type: string, step: string): boolean {
  return processTypes[type]?.contract.steps[step]?.bySms ?? false;
}

/**
 * Asks everybody who may decide an open task now and has a phone, each once for this task. A role of more than five people gets none. In a
 * transaction of its own, after that of the opening: whoever repeats it finds it done.
 */
export async function askHolders(db: Db, seal: Seal, taskId: string): Promise<void> {
  await db.transaction(async (trx) => {
    const task = await lockTask(trx, taskId);
    if (task?.state !== 'open') return;
    const people = new Set<string>();
    for (const principal of task.assignee_id === null ? task.candidates : [`person:${task.assignee_id}`]) {
      const behind = await peopleOf(trx, [principal]);
      if (behind.length > MOST_BEHIND_A_CANDIDATE) continue;
      for (const { id } of behind) if (!task.excluded.includes(id)) people.add(id);
    }
    const reachable = (await phonesOf(trx, [...people], 'task-ask')).flatMap(({ id, phone: written, locale }) => {
      const phone = e164(written);
      return phone === undefined ? [] : [{ id, phone, locale }];
    });
    if (reachable.length === 0) return;
    const title = shortValue(await titleForHolder(trx, seal, task.process_id));
    for (const person of reachable) await askPerson(trx, seal, { taskId, processId: task.process_id, person, title });
  });
}

/** The title of a process as those read it who decide its tasks: with the first name that it masks. */
export async function titleForHolder(db: Db | Parameters<typeof lockTask>[0], seal: Seal, processId: string): Promise<string> {
  const { title } = await db('process').where({ id: processId }).first('title') as { title: string };
  const name = (await personalValues(db, seal, processId)).find(({ kind }) => kind === 'name')?.value;
  return name ? title.replace(`${[...name][0]}*`, () => name) : title;
}
