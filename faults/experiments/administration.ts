import type { Driver } from '../driver.ts';
import type { Json } from '../op-log.ts';

const TYPE = 'supply-requisition';

/** Does `work` while another timeout policy is in force at a step of the requisition. */
export async function withPolicy(driver: Driver, step: string, policy: object, work: () => Promise<void>): Promise<void> {
  await driver.admit('admin');
  const place = `/admin/timeout-policies/${TYPE}/${step}`;
  const { items } = await driver.read('admin', '/admin/timeout-policies');
  const before = items.find((each: Json) => each.type === TYPE && each.step === step).policy;
  await put(driver, place, policy);
  try {
    await work();
  } finally {
    await put(driver, place, before);
  }
}

/** Does `work` while another business calendar is in force. */
export async function withCalendar(driver: Driver, change: object, work: () => Promise<void>): Promise<void> {
  await driver.admit('admin');
  const { calendar: { version: _version, ...before } } = await driver.read('admin', '/admin/calendar');
  await put(driver, '/admin/calendar', { ...before, ...change });
  try {
    await work();
  } finally {
    await put(driver, '/admin/calendar', before);
  }
}

async function put(driver: Driver, place: string, body: object): Promise<void> {
  const { status, body: answer } = await driver.call('admin', 'PUT', place, body);
  if (status !== 200) throw new Error(`PUT ${place}: ${status} ${JSON.stringify(answer)}`);
}
