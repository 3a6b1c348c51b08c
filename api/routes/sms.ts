import { createHash, timingSafeEqual } from 'node:crypto';
import { validateRequest } from 'twilio/lib/webhooks/webhooks.js';
import { z } from 'zod';
import { phoneMessages, recordReceipt } from '../../db/queries/sms.ts';
import { twilioReceipt } from '../../sms/twilio-receipt.ts';
import { smsContract } from '../contract/sms.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';

/** So many messages the demo's page shows. */
const SHOWN = 200;

const aliyunReport = z.object({ biz_id: z.string(), out_id: z.string().optional(), success: z.boolean() });

/** Receipts of carriers, and the phones of the demo. */
export function smsRoutes({ db, seal, config, outbox, log }: Deps): Route[] {
  const { order, twilio, aliyunToken } = config.sms;

  async function record(carrier: string, carrierId: string, smsId: string | undefined, receipt: 'delivered' | 'undelivered'): Promise<void> {
    const id = await db.transaction((trx) => recordReceipt(trx, { carrier, carrierId, smsId, receipt }));
    if (id) outbox.kick(id);
  }

  return [
    handle(smsContract.twilioStatus, async ({ req, query: { sms }, body }) => {
      if (!twilio) throw new Problem('not-found');
      const signature = req.headers['x-twilio-signature'];
      const isTheirs = typeof signature === 'string'
        && validateRequest(twilio.authToken, signature, `${config.publicUrl}${req.originalUrl}`, body);
      if (!isTheirs) {
        log.warn({ carrier: 'twilio' }, 'receipt without a good signature');
        throw new Problem('not-found');
      }
      const receipt = twilioReceipt(body.MessageStatus ?? '');
      if (receipt && body.MessageSid) await record('twilio', body.MessageSid, sms, receipt);
    }),

    handle(smsContract.aliyunReceipts, async ({ query: { token }, body }) => {
      if (!order.includes('aliyun') || aliyunToken === undefined || !isEqual(token, aliyunToken)) throw new Problem('not-found');
      for (const each of body) {
        const { data } = aliyunReport.safeParse(each);
        // One that we do not understand is taken all the same: they would send all of them again, for ever.
        if (data) await record('aliyun', data.biz_id, data.out_id, data.success ? 'delivered' : 'undelivered');
        else log.warn({ carrier: 'aliyun' }, 'receipt not understood');
      }
      return { code: 0 as const, msg: 'OK' };
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
