import {
  CancellationScope, condition, defineSignal, isCancellation, proxyActivities, proxyLocalActivities, setHandler, sleep, workflowInfo,
} from '@temporalio/workflow';
import type { SmsActivities, SmsRecords } from '../activities/sms.ts';
import { outsideQueue } from './lib/contract.ts';

/** An SMS on its way: by id, since what it says is personal. */
export interface SmsInput {
  smsId: string;
  /** ISO 8601: it goes out at the earliest, and is worth nothing after. */
  notBefore: string;
  expiresAt: string;
}

/** What a carrier has reported. */
export interface SmsReceipt {
  carrier: string;
  receipt: 'delivered' | 'undelivered';
}

export const smsReceipt = defineSignal<[SmsReceipt]>('smsReceipt');

/** Receipts come within seconds, or not at all; then the carrier is asked. */
const RECEIPT_WITHIN = '5 minutes';

const records = proxyLocalActivities<SmsRecords>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/**
 * The delivery of one SMS: the first carrier that takes it; another one when it refuses, or reports that the phone was not reached. A carrier
 * that is away is tried again until the message is worth nothing any more. Answers what became of it.
 */
export async function smsDelivery(input: SmsInput): Promise<string> {
  const receipts = new Map<string, SmsReceipt['receipt']>();
  setHandler(smsReceipt, ({ carrier, receipt }) => {
    receipts.set(carrier, receipt);
  });
  const outcome = await deliver(input, receipts).catch((error: unknown) => {
    if (isCancellation(error)) return 'dropped';
    throw error;
  });
  await CancellationScope.nonCancellable(() => records.settleSms({ smsId: input.smsId, state: outcome }));
  return outcome;
}

async function deliver({ smsId, notBefore, expiresAt }: SmsInput, receipts: ReadonlyMap<string, SmsReceipt['receipt']>): Promise<string> {
  const isDelivered = (): boolean => [...receipts.values()].includes('delivered');
  const tried: string[] = [];
  let outcome = 'refused';
  await sleep(Math.max(1, Date.parse(notBefore) - Date.now()));
  for (;;) {
    if (Date.parse(expiresAt) <= Date.now()) return tried.length > 0 ? outcome : 'expired';
    const sent = await outside(expiresAt).sendSms({ smsId, tried: [...tried] }).catch(untilTooLate);
    if (isDelivered()) return 'delivered';
    if (!sent || sent.result === 'expired') return tried.length > 0 ? outcome : 'expired';
    if (sent.result !== 'taken') return { none: outcome, unknown: 'sent', dropped: 'dropped' }[sent.result];
    const { carrier } = sent;
    await condition(() => receipts.has(carrier) || isDelivered(), RECEIPT_WITHIN);
    if (isDelivered()) return 'delivered';
    outcome = receipts.get(carrier) ?? await outside(expiresAt).askForReceipt({ smsId, carrier }).catch(untilTooLate) ?? 'sent';
    if (outcome !== 'undelivered') return outcome;
    tried.push(carrier);
  }
}

/** Carriers, on the queue of what is outside: another one than the steps of processes, so that a slow carrier holds up no approval. */
function outside(expiresAt: string): SmsActivities {
  return proxyActivities<SmsActivities>({
    taskQueue: outsideQueue(workflowInfo().taskQueue),
    scheduleToCloseTimeout: Math.max(1_000, Date.parse(expiresAt) - Date.now()),
    // Every carrier in turn, 16 s each at most.
    startToCloseTimeout: '60 seconds',
    retry: { initialInterval: '1 second', backoffCoefficient: 2, maximumInterval: '1 minute' },
  });
}

/** Whatever is still failing when the time is over has failed for good. */
function untilTooLate(error: unknown): undefined {
  if (isCancellation(error)) throw error;
  return undefined;
}
