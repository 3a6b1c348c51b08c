import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Db } from '../db/connect.ts';
import {
  askedWithinADay, BUDGET_SPENT, lastAccepted, lateTasks, noteNextAttempt, noteResult, noteTry, recordEnd, smsToSend, type SmsToSend,
} from '../db/queries/sms.ts';
import type { Seal } from '../db/sealed.ts';
import { CarrierFailure, CarrierLimit, type Carrier, type Receipt } from '../sms/carrier.ts';
import { textOf, type TemplateName } from '../sms/templates.ts';

/**
 * Which carrier has taken an SMS; `none` when no other one may be tried, `unknown` when one may have taken it and nobody knows, `dropped` when
 * there is nothing to say any more, `expired` when it is too late to.
 */
export type Sent =
  | { result: 'taken'; carrier: string }
  | { result: 'expired' }
  | { result: 'none' | 'unknown' | 'dropped' };

/** What speaks to carriers: ordinary activities, on a queue of their own. */
export interface SmsActivities {
  sendSms(input: { smsId: string; tried: string[] }): Promise<Sent>;
  askForReceipt(input: { smsId: string; carrier: string }): Promise<Receipt>;
}

/** What is written down at the end. */
export interface SmsRecords {
  settleSms(input: { smsId: string; state: string }): Promise<void>;
}

/** A budget that is spent is looked at again after this. */
const BUDGET_AGAIN_MS = 10 * 60_000;
/** A carrier that may have taken an SMS is asked once more; who hears it twice hears it twice, but not a hundred times. */
const MOST_UNKNOWN = 2;

/** Sends SMS by the first of `carriers` that takes them. How many leave within a day is bounded (`mostPerDay`); `publicUrl` is where their links lead. */
export function createSmsActivities(
  { db, seal, carriers, mostPerDay, publicUrl }: { db: Db; seal: Seal; carriers: readonly Carrier[]; mostPerDay: number; publicUrl: string },
): SmsActivities {
  return {
    async sendSms({ smsId, tried }) {
      const sms = await smsToSend(db, seal, smsId);
      if (!sms || sms.settled) return { result: 'dropped' };
      const params = await paramsNow(db, sms);
      if (!params) return { result: 'dropped' };
      const fit = carriers.filter(({ name, takes }) => !tried.includes(name) && takes(sms.phone));
      // Taken before, by an attempt of which Temporal never heard: it is not sent twice.
      const taken = fit.find(({ name }) => sms.tries.some(({ carrier, result }) => carrier === name && result === 'accepted'));
      if (taken) return { result: 'taken', carrier: taken.name };
      const unknown = (name: string): number =>
        sms.tries.filter(({ carrier, result }) => carrier === name && (result === 'asked' || result === 'unknown')).length;
      const refused = (name: string): boolean => sms.tries.some(({ carrier, result }) => carrier === name && result === 'refused');
      const left = fit.filter(({ name }) => unknown(name) < MOST_UNKNOWN && !refused(name));
      if (left.length === 0) return { result: fit.some(({ name }) => unknown(name) > 0) ? 'unknown' : 'none' };
      if (await askedWithinADay(db) >= mostPerDay) throw await tryLater(db, smsId, BUDGET_SPENT, BUDGET_AGAIN_MS);

      const template = sms.template as TemplateName;
      const text = textOf(template, sms.locale, params, publicUrl);
      let hiccup: CarrierFailure | CarrierLimit | undefined;
      for (const carrier of left) {
        if (sms.expiresAt.getTime() <= Date.now()) return { result: 'expired' };
        const tryId = await noteTry(db, smsId, carrier.name);
        try {
          const submission = await carrier.send({ id: smsId, phone: sms.phone, template, locale: sms.locale, params, text });
          if (submission.result === 'accepted') {
            const { carrierId } = submission;
            await noteResult(db, seal, tryId, { result: 'accepted', carrierId, ...(carrier.name === 'outbox' && { text }) });
            return { result: 'taken', carrier: carrier.name };
          }
          await noteResult(db, seal, tryId, submission);
          if (submission.result === 'bad-number') return { result: 'none' };
        } catch (error) {
          if (!(error instanceof CarrierFailure || error instanceof CarrierLimit)) throw error;
          const isUnknown = error instanceof CarrierFailure && error.unknown;
          await noteResult(db, seal, tryId, { result: isUnknown ? 'unknown' : 'failed', code: error.code });
          hiccup = error;
        }
      }
      if (!hiccup) return { result: 'none' };
      throw await tryLater(db, smsId, hiccup.code, hiccup instanceof CarrierLimit ? hiccup.retryAfterMs : undefined);
    },

    async askForReceipt({ smsId, carrier: name }) {
      const carrier = carriers.find((each) => each.name === name);
      const accepted = await lastAccepted(db, seal, smsId, name);
      if (!carrier || !accepted) return undefined;
      if (accepted.receipt) return accepted.receipt;
      try {
        return await carrier.receipt({ phone: accepted.phone, carrierId: accepted.carrierId, sentAt: accepted.at });
      } catch (error) {
        if (error instanceof CarrierFailure) throw ApplicationFailure.retryable(error.code, 'carrier');
        throw error;
      }
    },
  };
}

/** The end of an SMS, on the workflow's own queue. */
export function createSmsRecords({ db }: { db: Db }): SmsRecords {
  return { settleSms: ({ smsId, state }) => recordEnd(db, smsId, state) };
}

/** What is counted when it goes out, so that a digest says how things stand; undefined when there is nothing to say. */
async function paramsNow(db: Db, { template, params, personId }: SmsToSend): Promise<Record<string, string> | undefined> {
  if (template !== 'tasks-late') return params;
  const count = await lateTasks(db, personId!);
  return count > 0 ? { ...params, count: String(count) } : undefined;
}

/** The failure that makes Temporal try again, not before `delayMs`; when, is written down for whoever looks. */
async function tryLater(db: Db, smsId: string, code: string, delayMs: number | undefined): Promise<ApplicationFailure> {
  const byPolicy = Math.min(60_000, 1_000 * 2 ** (Context.current().info.attempt - 1));
  await noteNextAttempt(db, smsId, code, delayMs ?? byPolicy);
  return ApplicationFailure.create({ message: code, type: 'carrier', ...(delayMs !== undefined && { nextRetryDelay: delayMs }) });
}
