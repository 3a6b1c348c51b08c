import { call, eventually, type Answer } from './person.ts';
import type { Product } from './product.ts';

export const HOUR = 3_600_000;

/** A visitor whose phone belongs to nobody. */
export const VISITOR = { name: '欧阳明月', phone: '15400008888', company: '华科电力', plate: '京A12B88' };

/** Times of a visit, in hours from now. */
export function hours(from: number, until: number): { from: string; until: string } {
  return { from: new Date(Date.now() + from * HOUR).toISOString(), until: new Date(Date.now() + until * HOUR).toISOString() };
}

/** Invites a visitor by `username`; answers the process's id. */
export async function invite(product: Product, { username = 'requester', visitor = {}, ...more }: { username?: string; visitor?: object; from?: string; until?: string; party?: number } = {}): Promise<string> {
  const host = await product.as(username);
  const answer = await host.post('/visits', {
    visitor: { ...VISITOR, ...visitor }, purpose: 'business', reason: '设备巡检', place: '调度楼 3 层', party: 1, ...hours(0, 2), ...more,
  });
  if (answer.status !== 201) throw new Error(`invitation: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.id;
}

/** What the newest SMS that tells a visit's code says. */
export async function toldCode(product: Product, processId: string, after?: string): Promise<{ code: string; token: string }> {
  return eventually(`code of ${processId}`, async () => {
    const sms = await product.db('sms').where('key', 'like', `${processId}.pass.%`).whereIn('template', ['visit-code', 'visit-moved']).orderBy('created_at', 'desc').first();
    if (!sms) return undefined;
    const params = JSON.parse(product.sms.seal.open(sms.params_sealed, 'sms.params'));
    return params.code === after ? undefined : params;
  });
}

/** A kiosk that the front desk registered and somebody enrolled. */
export interface TestKiosk {
  readonly id: string;
  get(path: string): Promise<Answer>;
  post(path: string, body?: unknown): Promise<Answer>;
}

/** Registers a kiosk and enrols it. */
export async function enrolKiosk(product: Product): Promise<TestKiosk> {
  const desk = await product.as('frontdesk');
  const { body: { id, enrolmentCode } } = await desk.post('/visits/kiosks', { name: '大厅一号机', place: '调度楼大厅' });
  const { headers, status } = await call(product.url, 'POST', '/kiosk/enrolment', { code: enrolmentCode });
  if (status !== 200) throw new Error(`enrolment: ${status}`);
  const cookie = headers.getSetCookie().map((each) => each.split(';')[0]).join('; ');
  return {
    id,
    get: (path) => call(product.url, 'GET', path, undefined, { cookie }),
    post: (path, body = {}) => call(product.url, 'POST', path, body, { cookie }),
  };
}

/** The visit as the front desk has it on its board. */
export async function onBoard(product: Product, id: string): Promise<any> {
  const { body } = await (await product.as('frontdesk')).get('/visits/board');
  return body.items.find((item: { id: string }) => item.id === id);
}

/** Waits until the front desk sees the visit in this state. */
export async function until(product: Product, id: string, state: string): Promise<any> {
  return eventually(`${id} ${state}`, async () => {
    const item = await onBoard(product, id);
    return item?.state === state ? item : undefined;
  });
}
