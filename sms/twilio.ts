import twilio from 'twilio';
import { CarrierFailure, CarrierLimit, type Carrier } from './carrier.ts';
import { twilioReceipt } from './twilio-receipt.ts';

/** Twilio's account. */
export interface TwilioSettings {
  readonly accountSid: string;
  readonly authToken: string;
  /** The number that sends, E.164, or a messaging service's id (`MG…`). */
  readonly from: string;
  /** Whether phone numbers of China may go to it: that is a transfer of personal data across the border (PIPL, chapter 3). */
  readonly toChina: boolean;
  /** Where it reports receipts; without one they are asked for. */
  readonly statusCallback: string | undefined;
  /** `https://api.twilio.com`; another one in tests only. */
  readonly endpoint: string;
}

const OFFICIAL = 'https://api.twilio.com';
const TIMEOUT_MS = 8_000;
/** Not a number, or not a mobile one. What is Twilio's own limit (a country, a sender, an unsubscription) is no fault of the number's. */
const BAD_NUMBERS = new Set([21211, 21217, 21614]);

/** Twilio by its official SDK. */
export function createTwilio({ accountSid, authToken, from, toChina, statusCallback, endpoint }: TwilioSettings): Carrier {
  const http = new twilio.RequestClient({ timeout: TIMEOUT_MS });
  if (endpoint !== OFFICIAL) {
    const request = http.request.bind(http);
    http.request = (options) => request({ ...options, uri: options.uri.replace(OFFICIAL, endpoint) });
  }
  const client = twilio(accountSid, authToken, { httpClient: http });
  const sender = from.startsWith('MG') ? { messagingServiceSid: from } : { from };
  return {
    name: 'twilio',
    takes: (phone) => toChina || !phone.startsWith('+86'),
    async send({ id, phone, text }) {
      try {
        const { sid } = await client.messages.create({
          to: phone, body: text, ...sender,
          ...(statusCallback && { statusCallback: `${statusCallback}?sms=${encodeURIComponent(id)}` }),
        });
        return { result: 'accepted', carrierId: sid };
      } catch (error) {
        const { status = 0, code } = error as { status?: number; code?: number | string };
        if (typeof code === 'number' && BAD_NUMBERS.has(code)) return { result: 'bad-number', code: String(code) };
        if (status === 429) throw new CarrierLimit(String(code ?? 429), 60_000);
        if (status >= 400 && status < 500) return { result: 'refused', code: String(code ?? status) };
        throw new CarrierFailure(String(status || code || 'unreachable'), status === 0 && code !== 'ECONNREFUSED' && code !== 'ENOTFOUND');
      }
    },
    async receipt({ carrierId }) {
      try {
        return twilioReceipt((await client.messages(carrierId).fetch()).status);
      } catch (error) {
        const { status, code } = error as { status?: number; code?: number | string };
        throw new CarrierFailure(String(status ?? code ?? 'unreachable'));
      }
    },
  };
}
