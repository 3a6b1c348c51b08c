import { ApplicationFailure, Context } from '@temporalio/activity';
import type { Db } from '../db/connect.ts';
import { lastSubmission, lateTasks, noteFailure, noteSubmission, recordEnd, smsToSend, takenToday, type SmsToSend } from '../db/queries/sms.ts';
import type { Seal } from '../db/sealed.ts';
import { CarrierFailure, CarrierLimit, type Carrier, type Receipt } from '../sms/carrier.ts';
import { textOf, type TemplateName } from '../sms/templates.ts';

/** Which carrier has taken an SMS; `none` when no other one may be tried, `dropped` when there is nothing to say any more. */
export type Sent = { result: 'taken'; carrier: string } | { result: 'none' } | { result: 'dropped' };

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

/** Sends SMS by the first of `carriers` that takes them. A carrier's number of SMS in a day is bounded (`mostPerDay`). */
export function createSmsActivities(
  { db, seal, carriers, mostPerDay }: { db: Db; seal: Seal; carriers: readonly Carrier[]; mostPerDay: number },
): SmsActivities {
  return {
    async sendSms({ smsId, tried }) {
      const sms = await smsToSend(db, seal, smsId);
      if (!sms || sms.settled) return { result: 'dropped' };
      const params = await paramsNow(db, sms);
      if (!params) return { result: 'dropped' };
      const left = carriers.filter(({ name, takes }) => !tried.includes(name) && takes(sms.phone));
      // Taken before, by an attempt of which Temporal never heard: it is not sent twice.
      const taken = left.find(({ name }) => sms.takenBy.includes(name));
      if (taken) return { result: 'taken', carrier: taken.name };
      if (left.length > 0 && await takenToday(db) >= mostPerDay) throw await failed(db, smsId, 'budget-spent', BUDGET_AGAIN_MS);

      const template = sms.template as TemplateName;
      let hiccup: CarrierFailure | CarrierLimit | undefined;
      for (const carrier of left) {
        try {
          const submission = await carrier.send({ id: smsId, phone: sms.phone, template, locale: sms.locale, params });
          if (submission.result === 'accepted') {
            await noteSubmission(db, seal, {
              smsId, carrier: carrier.name, carrierId: submission.carrierId, text: textOf(template, sms.locale, params),
            });
            return { result: 'taken', carrier: carrier.name };
          }
          await noteFailure(db, smsId, submission.code, undefined);
          if (submission.result === 'bad-number') return { result: 'none' };
        } catch (error) {
          if (!(error instanceof CarrierFailure || error instanceof CarrierLimit)) throw error;
          hiccup = error;
        }
      }
      if (!hiccup) return { result: 'none' };
      throw await failed(db, smsId, hiccup.code, hiccup instanceof CarrierLimit ? hiccup.retryAfterMs : undefined);
    },

    async askForReceipt({ smsId, carrier: name }) {
      const carrier = carriers.find((each) => each.name === name);
      const submission = await lastSubmission(db, seal, smsId, name);
      if (!carrier || !submission) return undefined;
      if (submission.receipt) return submission.receipt;
      try {
        return await carrier.receipt({ phone: submission.phone, carrierId: submission.carrierId, sentAt: submission.acceptedAt });
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

/** Writes the failure down where requester and administrator see it, and makes Temporal try again, not before `delayMs`. */
async function failed(db: Db, smsId: string, code: string, delayMs: number | undefined): Promise<ApplicationFailure> {
  const byPolicy = Math.min(60_000, 1_000 * 2 ** (Context.current().info.attempt - 1));
  await noteFailure(db, smsId, code, delayMs ?? byPolicy);
  return ApplicationFailure.create({ message: code, type: 'carrier', ...(delayMs !== undefined && { nextRetryDelay: delayMs }) });
}
