import { createHash, randomUUID, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { z } from 'zod';
import { phoneMessages, recordReceipt } from '../../db/queries/sms.ts';
import { e164 } from '../../sms/phone.ts';
import { twilioReceipt } from '../../sms/twilio-receipt.ts';
import { smsContract } from '../contract/sms.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { takeReply } from '../processes/sms-replies.ts';

/** So many messages the demo's page shows. */
const SHOWN = 200;

const aliyunReport = z.object({ biz_id: z.string(), out_id: z.string().optional(), success: z.boolean() });

/** Aliyun counts its SmsUp; the phone has no country code. */
const aliyunReply = z.object({ sequence_id: z.union([z.number(), z.string().min(1).max(100)]), phone_number: z.string().max(30), content: z.string().max(1_000) });

/** Receipts and replies that carriers hand over, and the phones of the demo. */
export function smsRoutes(deps: Deps): Route[] {
  const { db, seal, config, outbox, log } = deps;
  const { order, twilio, aliyunToken } = config.sms;

  async function record(carrier: string, carrierId: string, smsId: string | undefined, receipt: 'delivered' | 'undelivered'): Promise<void> {
    const id = await db.transaction((trx) => recordReceipt(trx, { carrier, carrierId, smsId, receipt }));
    if (id) outbox.kick(id);
  }

  /** Throws 404 unless Twilio has signed it. */
  function requireTwilio(req: Request, body: Record<string, string>): void {
    if (!twilio) throw new Problem('not-found');
    const signature = req.headers['x-twilio-signature'];
    if (typeof signature === 'string' && validateRequest(twilio.authToken, signature, `${config.publicUrl}${req.originalUrl}`, body)) return;
    log.warn({ carrier: 'twilio' }, 'a message without a good signature');
    throw new Problem('not-found');
  }

  /** Throws 404 unless the address is the secret one. */
  function requireAliyun(token: string): void {
    if (!order.includes('aliyun') || aliyunToken === undefined || !isEqual(token, aliyunToken)) throw new Problem('not-found');
  }

  return [
    handle(smsContract.twilioStatus, async ({ req, query: { sms }, body }) => {
      requireTwilio(req, body);
      const receipt = twilioReceipt(body.MessageStatus ?? '');
      if (receipt && body.MessageSid) await record('twilio', body.MessageSid, sms, receipt);
    }),

    handle(smsContract.aliyunReceipts, async ({ query: { token }, body }) => {
      requireAliyun(token);
      for (const each of body) {
        const { data } = aliyunReport.safeParse(each);
        // One that we do not understand is taken all the same: they would send all of them again, for ever.
        if (data) await record('aliyun', data.biz_id, data.out_id, data.success ? 'delivered' : 'undelivered');
        else log.warn({ carrier: 'aliyun' }, 'receipt not understood');
      }
      return { code: 0 as const, msg: 'OK' };
    }),

    handle(smsContract.twilioReplies, async ({ req, body }) => {
      requireTwilio(req, body);
      const { From: phone, Body: text = '', MessageSid: carrierId } = body;
      if (phone && carrierId) await takeReply(deps, { carrier: 'twilio', carrierId, phone, text });
    }),

    handle(smsContract.aliyunReplies, async ({ query: { token }, body }) => {
      requireAliyun(token);
      for (const each of body) {
        const { data } = aliyunReply.safeParse(each);
        if (data) await takeReply(deps, { carrier: 'aliyun', carrierId: String(data.sequence_id), phone: data.phone_number, text: data.content });
        else log.warn({ carrier: 'aliyun' }, 'reply not understood');
      }
      return { code: 0 as const, msg: 'OK' };
    }),

    handle(smsContract.demoReply, async ({ body: { phone, text } }) => {
      if (!config.demo || !order.includes('outbox')) throw new Problem('not-found');
      if (e164(phone) === undefined) throw invalidField('phone', 'phone.invalid');
      await takeReply(deps, { carrier: 'outbox', carrierId: randomUUID(), phone, text });
    }),

    handle(smsContract.demoPhones, async () => {
      if (!config.demo || !order.includes('outbox')) throw new Problem('not-found');
      return { items: await phoneMessages(db, seal, SHOWN) };
    }),
  ];
}

/** Takes as long for every wrong guess. */
function isEqual(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
