import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';

/** What carriers report and hand over, and the demo's phones. Whoever calls proves to be the carrier: by a signature, or by knowing the address. */
export const smsContract = {
  twilioStatus: endpoint({
    method: 'post',
    path: '/sms/twilio/status',
    access: 'public',
    summary: { zh: 'Twilio 短信回执（须有签名）', en: 'Twilio’s receipts, signed' },
    accepts: 'form',
    query: z.strictObject({ sms: z.string().max(100).optional() }),
    body: z.record(z.string().max(200), z.string().max(4_000)),
  }),
  aliyunReceipts: endpoint({
    method: 'post',
    path: '/sms/aliyun/receipts',
    access: 'public',
    summary: { zh: '阿里云短信回执（地址保密）', en: 'Aliyun’s receipts, at a secret address' },
    accepts: 'callback',
    query: z.strictObject({ token: z.string().max(200) }),
    body: z.array(z.record(z.string().max(200), z.unknown())).max(1_000),
    response: z.object({ code: z.literal(0), msg: z.string() }),
  }),
  twilioReplies: endpoint({
    method: 'post',
    path: '/sms/twilio/replies',
    access: 'public',
    summary: { zh: 'Twilio 收到的回复（须有签名）', en: 'What phones reply to Twilio, signed' },
    accepts: 'form',
    body: z.record(z.string().max(200), z.string().max(4_000)),
  }),
  aliyunReplies: endpoint({
    method: 'post',
    path: '/sms/aliyun/replies',
    access: 'public',
    summary: { zh: '阿里云上行短信（地址保密）', en: 'What phones reply to Aliyun, at a secret address' },
    accepts: 'callback',
    query: z.strictObject({ token: z.string().max(200) }),
    body: z.array(z.record(z.string().max(200), z.unknown())).max(1_000),
    response: z.object({ code: z.literal(0), msg: z.string() }),
  }),
  demoReply: endpoint({
    method: 'post',
    path: '/demo/phones/replies',
    access: 'public',
    summary: { zh: '演示：从手机回复短信', en: 'The demo’s phones reply; no such address anywhere else' },
    body: z.strictObject({ phone: z.string().min(1).max(30), text: z.string().min(1).max(500) }),
  }),
  demoPhones: endpoint({
    method: 'get',
    path: '/demo/phones',
    access: 'public',
    summary: { zh: '演示：各手机收到的短信', en: 'The demo’s phones with what they received; no such page anywhere else' },
    response: z.object({
      items: z.array(z.object({ id: z.string(), phone: z.string(), name: z.string().nullable(), text: z.string(), at: instant })),
    }),
  }),
};
