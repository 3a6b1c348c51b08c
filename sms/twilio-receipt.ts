import type { Receipt } from './carrier.ts';

const RECEIPTS: Readonly<Record<string, Receipt>> = { delivered: 'delivered', read: 'delivered', undelivered: 'undelivered', failed: 'undelivered' };

/** What a status of Twilio's says of the receipt; undefined for one that is on the way. */
export function twilioReceipt(status: string): Receipt {
  return Object.hasOwn(RECEIPTS, status) ? RECEIPTS[status] : undefined;
}
