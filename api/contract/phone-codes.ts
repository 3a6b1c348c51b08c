import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

/** Visitors, who have no account, prove their phone by a code that is sent to it. */
export const phoneCodeContract = {
  sendPhoneCode: endpoint({
    method: 'post',
    path: '/visit/phone-codes',
    access: 'public',
    summary: { zh: '向访客手机发送验证码（有限次）', en: 'Sends a code to a visitor’s phone, within limits' },
    body: z.strictObject({ phone: z.string().min(1).max(30) }),
  }),
};
