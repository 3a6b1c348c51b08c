import type { Product } from './product.ts';
import { eventually } from './person.ts';
import { process } from './requisition.ts';

const HOUR_MS = 3_600_000;

/** A room of the demo company; the first one by id unless told otherwise. */
export async function someRoom(product: Product, n = 0): Promise<string> {
  const rooms: string[] = await product.db('place').where({ kind: 'room', active: true }).orderBy('id').pluck('id');
  return rooms[n]!;
}

/** Reports something broken, by `username`; answers the process's id. */
export async function report(product: Product, form: object = {}, username = 'requester'): Promise<string> {
  const answer = await (await product.as(username)).post('/processes', {
    type: 'repair-order',
    form: { placeId: await someRoom(product), category: 'plumbing', urgency: 'normal', description: '水龙头滴水，关不紧', ...form },
  });
  if (answer.status !== 201) throw new Error(`report: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** Whom the order is offered to or who has it: id, and the user name, whose account is opened by `openAccounts` where it has none. */
export async function holderOf(product: Product, processId: string, step: string, not: readonly string[] = []): Promise<{ id: string; username: string }> {
  return eventually(`holder of ${step} of ${processId}`, async () => {
    const { openTasks = [] } = await process(product, processId);
    const task = openTasks.find((each: { step: string }) => each.step === step);
    const id = task?.candidates.find((each: string) => each.startsWith('person:'))?.slice('person:'.length);
    if (!id || not.includes(id)) return undefined;
    return product.db('person').where({ id }).first('id', 'username');
  });
}

/** A day of the company so many days from today, `YYYY-MM-DD`. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + 8 * HOUR_MS + days * 24 * HOUR_MS).toISOString().slice(0, 10);
}

/** An instant so many hours from now (ISO 8601). */
export function inHours(hours: number): string {
  return new Date(Date.now() + hours * HOUR_MS).toISOString();
}
