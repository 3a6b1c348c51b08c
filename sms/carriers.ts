import { createAliyun } from './aliyun.ts';
import type { Carrier } from './carrier.ts';
import type { SmsSettings } from './settings.ts';
import { createTwilio } from './twilio.ts';

/** The carriers in their order; the outbox, whose messages are on /demo/phones, accepts all. */
export function createCarriers({ order, aliyun, twilio }: SmsSettings): Carrier[] {
  return order.map((name) => {
    if (name === 'aliyun') return createAliyun(aliyun!);
    return name === 'twilio' ? createTwilio(twilio!) : outbox;
  });
}

const outbox: Carrier = {
  name: 'outbox',
  takes: () => true,
  send: async ({ id }) => ({ result: 'accepted', carrierId: id }),
  receipt: async () => 'delivered',
};
