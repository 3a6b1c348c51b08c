import { e164 } from '../../sms/phone.ts';
import { phoneCodeContract } from '../contract/phone-codes.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { sendProof } from '../phone-proof.ts';

/** Codes that prove a visitor's phone. */
export function phoneCodeRoutes({ db, seal, config }: Deps): Route[] {
  return [
    handle(phoneCodeContract.sendPhoneCode, async ({ body, locale, req }) => {
      const phone = e164(body.phone);
      // Numbers elsewhere are what SMS are sent to for their fees.
      if (!phone?.startsWith('+86')) throw invalidField('phone', 'phone.mobile');
      if (config.sms.order.length === 0) throw new Problem('sms-not-set-up');
      const result = await db.transaction((trx) => sendProof(trx, seal, { phone, address: req.ip ?? '', locale }));
      if (result.sent) return;
      const retryAfter = Math.max(1, Math.ceil((result.until.getTime() - Date.now()) / 1_000));
      throw new Problem('too-many-codes', { at: result.until }, { retryAfter, until: result.until.toISOString() });
    }),
  ];
}
