import dysmsapi, { QuerySendDetailsRequest, SendSmsRequest } from '@alicloud/dysmsapi20170525';
import { Config } from '@alicloud/openapi-core/dist/utils.js';
import { CarrierFailure, CarrierLimit, type Carrier, type Receipt } from './carrier.ts';
import { templates, type TemplateName } from './templates.ts';

/** Whoever loads a CommonJS package gives its class as the default, or all of its exports. */
const { default: Client = dysmsapi } = dysmsapi as unknown as { default?: typeof dysmsapi };

/** Aliyun's account with what it has approved: a signature, and a code for each of our texts. */
export interface AliyunSettings {
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly signName: string;
  readonly templateCodes: Readonly<Partial<Record<TemplateName, { readonly zh: string; readonly en?: string | undefined }>>>;
  /** `https://…`; another one in tests only. */
  readonly endpoint: string;
}

/** Business limits are 1 a minute, 5 an hour, 10 a day: a minute is the least that helps. */
const LIMIT_MS = 60_000;
const TIMEOUT_MS = 8_000;
/** QuerySendDetails: 1 waits for the receipt, 2 failed, 3 arrived. */
const RECEIPTS: Readonly<Record<number, Receipt>> = { 2: 'undelivered', 3: 'delivered' };

const LIMITS = /^(isv\.BUSINESS_LIMIT_CONTROL|isv\.DAY_LIMIT_CONTROL|isv\.MONTH_LIMIT_CONTROL|Throttling(\..+)?)$/;
const BAD_NUMBERS = /^isv\.(MOBILE_NUMBER_ILLEGAL|MOBILE_COUNT_OVER_LIMIT)$/;
/** The line broke before anything was said. */
const NEVER_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH']);
const HICCUPS = /^(isp\.|SignatureNonceUsed|ServiceUnavailable|InternalError|isv\.OUT_OF_SERVICE$)/;

/** Aliyun SMS by its official SDK; to +86 only. */
export function createAliyun({ endpoint, accessKeyId, accessKeySecret, signName, templateCodes }: AliyunSettings): Carrier {
  const { protocol, host } = new URL(endpoint);
  const client = new Client(new Config({
    accessKeyId, accessKeySecret, endpoint: host, protocol: protocol.slice(0, -1), connectTimeout: TIMEOUT_MS, readTimeout: TIMEOUT_MS,
  }));
  return {
    name: 'aliyun',
    takes: (phone) => phone.startsWith('+86'),
    async send({ id, phone, template, locale, params }) {
      const { zh, en = zh } = templateCodes[template] ?? {};
      const templateCode = locale === 'en' ? en : zh;
      if (!templateCode) return { result: 'refused', code: 'no-template-code' };
      const { code, bizId } = await ask(async () => (await client.sendSms(new SendSmsRequest({
        phoneNumbers: phone.slice(3),
        signName,
        templateCode,
        templateParam: JSON.stringify(Object.fromEntries(templates[template].params.map((name) => [name, params[name] ?? '']))),
        outId: id,
      }))).body);
      if (code === 'OK' && bizId) return { result: 'accepted', carrierId: bizId };
      if (code === 'OK') throw new CarrierFailure('no-id', true);
      if (BAD_NUMBERS.test(code)) return { result: 'bad-number', code };
      if (LIMITS.test(code)) throw new CarrierLimit(code, LIMIT_MS);
      if (HICCUPS.test(code)) throw new CarrierFailure(code);
      return { result: 'refused', code };
    },
    async receipt({ phone, carrierId, sentAt }) {
      const { code, smsSendDetailDTOs } = await ask(async () => (await client.querySendDetails(new QuerySendDetailsRequest({
        phoneNumber: phone.slice(3), bizId: carrierId, sendDate: chineseDay(sentAt), pageSize: 1, currentPage: 1,
      }))).body);
      if (code !== 'OK') throw new CarrierFailure(code);
      return RECEIPTS[smsSendDetailDTOs?.smsSendDetailDTO?.[0]?.sendStatus ?? 1];
    },
  };
}

/** The body of an answer. An error with a code of Aliyun's is an answer, too. */
async function ask<Body extends { code?: string | undefined }>(call: () => Promise<Body | undefined>): Promise<Body & { code: string }> {
  try {
    const body = await call();
    return { ...body!, code: body?.code ?? 'no-answer' };
  } catch (error) {
    const { code, statusCode } = error as { code?: unknown; statusCode?: unknown };
    if (typeof code === 'string' && typeof statusCode === 'number') {
      if (statusCode >= 500) throw new CarrierFailure(code);
      return { code } as Body & { code: string };
    }
    const line = lineCode(error);
    throw new CarrierFailure(line, !NEVER_SENT.has(line));
  }
}

/** ECONNREFUSED and its like; never the message, which may quote the request. */
function lineCode(error: unknown): string {
  const text = error instanceof Error ? `${(error as { code?: unknown }).code ?? ''} ${error.message}` : '';
  return /\bE[A-Z]{5,}\b/.exec(text)?.[0] ?? (/timeout/i.test(text) ? 'ETIMEDOUT' : 'unreachable');
}

/** `yyyyMMdd` in China, where Aliyun's days are. */
function chineseDay(at: Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short' }).format(at).replaceAll('-', '');
}
