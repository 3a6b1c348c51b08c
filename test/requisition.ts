import type { Product } from './product.ts';
import { eventually, type Answer } from './person.ts';

/** A process as `GET /processes/{id}` answers it. */
export type ProcessJson = Record<string, any> & { id: string; status: string; outcome: string | null };

/** Makes an item with so much stock, by the storekeeper; answers its id. */
export async function makeItem(product: Product, stock: number): Promise<string> {
  const storekeeper = await product.as('storekeeper');
  const code = `T-${Math.random().toString(36).slice(2, 10)}`;
  const made = await storekeeper.post('/supply/items', { code, name: `测试物品 ${code}`, category: '测试', unit: '个', priceFen: 100 });
  if (made.status !== 201) throw new Error(`item: ${made.status} ${JSON.stringify(made.body)}`);
  if (stock > 0) await storekeeper.post(`/supply/items/${made.body.id}/receipts`, { quantity: stock });
  return made.body.id;
}

/** Starts a requisition by `username` and answers its id. */
export async function request(
  product: Product,
  lines: { itemId: string; quantity: number; note?: string }[],
  { username = 'requester', cc, purpose = '日常办公' }: { username?: string; cc?: string[]; purpose?: string } = {},
): Promise<string> {
  const requester = await product.as(username);
  const answer = await requester.post('/processes', { type: 'supply-requisition', form: { purpose, lines }, ...(cc && { cc }) });
  if (answer.status !== 201) throw new Error(`start: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** The process as the requester sees it. */
export async function process(product: Product, id: string, username = 'auditor'): Promise<ProcessJson> {
  return (await (await product.as(username)).get(`/processes/${id}`)).body;
}

/** Waits until the process has an open task at `step`, and answers its id. */
export async function openTask(product: Product, processId: string, step: string, not?: string): Promise<string> {
  return eventually(`${step} of ${processId}`, async () => {
    const { openTasks = [] } = await process(product, processId);
    return openTasks.find((task: { step: string; id: string }) => task.step === step && task.id !== not)?.id;
  });
}

/** Decides the open task at `step` as `username`. Throws unless it is accepted. */
export async function decide(
  product: Product,
  processId: string,
  step: string,
  username: string,
  outcome: string,
  more: { comment?: string; data?: unknown; cc?: string[] } = {},
): Promise<Answer> {
  const taskId = await openTask(product, processId, step);
  const answer = await (await product.as(username)).post(`/tasks/${taskId}/decision`, { outcome, ...more });
  if (answer.status !== 200) throw new Error(`${step} by ${username}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer;
}

/** Brings a requisition through both approvals to the counter. */
export async function approve(product: Product, processId: string): Promise<void> {
  await decide(product, processId, 'department-leader', 'leader', 'approved');
  await decide(product, processId, 'service-centre-director', 'director', 'approved');
}

/** Waits for the end and answers the process. */
export async function ended(product: Product, processId: string): Promise<ProcessJson> {
  return eventually(`end of ${processId}`, async () => {
    const found = await process(product, processId);
    return found.status === 'ended' ? found : undefined;
  });
}

/** Stock of an item as the storekeeper sees it. */
export async function stockOf(product: Product, itemId: string): Promise<{ onHand: number; reserved: number; available: number }> {
  const { onHand, reserved, available } = (await (await product.as('storekeeper')).get(`/supply/items/${itemId}`)).body;
  return { onHand, reserved, available };
}
