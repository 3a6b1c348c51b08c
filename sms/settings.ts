import { z } from 'zod';
import type { AliyunSettings } from './aliyun.ts';
import type { CarrierName } from './carrier.ts';
import { templates, type TemplateName } from './templates.ts';
import type { TwilioSettings } from './twilio.ts';

/** What worker and API read of the environment about SMS, once. `order`: the first that takes a phone is tried first. */
export interface SmsSettings {
  readonly order: readonly CarrierName[];
  /** SMS that may leave in a day, of all kinds together. */
  readonly mostPerDay: number;
  /** The origin that links in SMS lead to. */
  readonly publicUrl: string;
  readonly aliyun: AliyunSettings | undefined;
  readonly twilio: TwilioSettings | undefined;
  /** Part of the address at which Aliyun reports, known to it alone. */
  readonly aliyunToken: string | undefined;
}

const NAMES = ['aliyun', 'twilio', 'outbox'] as const;
const codes = z.partialRecord(
  z.enum(Object.keys(templates) as [TemplateName, ...TemplateName[]]),
  z.strictObject({ zh: z.string().min(1), en: z.string().min(1).optional() }),
);

/**
 * Reads HOUQIN_SMS and what it needs. Without it a demo has its page of phones, and production sends nothing. Throws an Error that names the
 * variable and the remedy.
 */
export function smsSettings(env: NodeJS.ProcessEnv, { demo, publicUrl }: { demo: boolean; publicUrl: string }): SmsSettings {
  const order = (env.HOUQIN_SMS || (demo ? 'outbox' : '')).split(',').map((name) => name.trim()).filter((name) => name !== '');
  for (const name of order) {
    if (!(NAMES as readonly string[]).includes(name)) throw new Error(`HOUQIN_SMS names "${name}": give aliyun, twilio or both, in their order.`);
  }
  if (order.includes('outbox') && !demo) throw new Error('HOUQIN_SMS=outbox shows everybody’s messages on a page: it is for the demo only.');
  const need = (name: string, what: string): string => {
    const value = env[name];
    if (!value) throw new Error(`${name} is not set: set it to ${what}.`);
    return value;
  };
  const mostPerDay = Number(env.HOUQIN_SMS_PER_DAY || 2_000);
  if (!Number.isInteger(mostPerDay) || mostPerDay < 1) throw new Error('HOUQIN_SMS_PER_DAY is no whole number above 0.');
  return {
    order: order as CarrierName[],
    mostPerDay,
    publicUrl: new URL(publicUrl).origin,
    aliyun: order.includes('aliyun') ? {
      accessKeyId: need('ALIBABA_CLOUD_ACCESS_KEY_ID', 'the id of Aliyun’s access key'),
      accessKeySecret: need('ALIBABA_CLOUD_ACCESS_KEY_SECRET', 'the secret of Aliyun’s access key'),
      signName: need('HOUQIN_ALIYUN_SIGN', 'the approved signature, such as 智慧后勤'),
      templateCodes: templateCodes(need('HOUQIN_ALIYUN_TEMPLATES', 'JSON such as {"tasks-late":{"zh":"SMS_123456789"}}')),
      endpoint: env.HOUQIN_ALIYUN_ENDPOINT || 'https://dysmsapi.aliyuncs.com',
    } : undefined,
    aliyunToken: tokenOf(env.HOUQIN_ALIYUN_TOKEN || undefined),
    twilio: order.includes('twilio') ? {
      accountSid: need('TWILIO_ACCOUNT_SID', 'the account’s id, AC…'),
      authToken: need('TWILIO_AUTH_TOKEN', 'the account’s token'),
      from: need('TWILIO_FROM', 'the number that sends, such as +15005550006, or a messaging service’s id, MG…'),
      toChina: env.HOUQIN_TWILIO_TO_CHINA === '1',
      statusCallback: publicUrl.startsWith('https:') ? `${new URL(publicUrl).origin}/api/sms/twilio/status` : undefined,
      endpoint: env.HOUQIN_TWILIO_ENDPOINT || 'https://api.twilio.com',
    } : undefined,
  };
}

function templateCodes(text: string): z.output<typeof codes> {
  try {
    return codes.parse(JSON.parse(text));
  } catch {
    throw new Error('HOUQIN_ALIYUN_TEMPLATES is not as expected: give JSON such as {"tasks-late":{"zh":"SMS_123456789","en":"SMS_123456780"}}.');
  }
}

function tokenOf(token: string | undefined): string | undefined {
  if (token === undefined || token.length >= 16) return token;
  throw new Error('HOUQIN_ALIYUN_TOKEN is shorter than 16 characters, so that anybody could guess it: openssl rand -hex 16');
}
