import { createHash, createHmac, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a carrier does with the next SMS that it is given; `lost`: it takes it, and its answer never arrives. */
export type Behaviour =
  | { does: 'takes' }
  | { does: 'says'; code: string; status?: number }
  | { does: 'lost' }
  | { does: 'fails'; status: number }
  | { does: 'waits'; ms: number };

/** An SMS that a carrier has taken. */
export interface TakenSms {
  carrier: 'aliyun' | 'twilio';
  carrierId: string;
  to: string;
  /** The text, or Aliyun's template with its values. */
  said: string;
  /** Our id, as it comes back with the receipt. */
  ours: string;
}

/** What a phone replies. `token` is what the carrier proves itself with, unless it is a forger. */
export interface PhoneReply {
  from: string;
  text: string;
  id?: string;
  token?: string;
}

/** Aliyun and Twilio on this machine: the wire protocol of both, for their real SDKs, with what can go wrong. */
export interface Carriers {
  /** Environment for a product that uses both, Aliyun first. */
  readonly env: Readonly<Record<string, string>>;
  readonly taken: TakenSms[];
  /** Requests that were not signed as they should be. */
  readonly unsigned: string[];
  /** What comes next, in order; afterwards everything is taken. */
  next(carrier: 'aliyun' | 'twilio', ...behaviours: Behaviour[]): void;
  /** What both say when they are asked for a receipt; undefined: nothing known yet. */
  receipts: 'delivered' | 'undelivered' | undefined;
  /** Hands a product the reply of a phone, as the carrier does it; `id` is the carrier's, another one each time unless given. */
  reply(carrier: 'aliyun' | 'twilio', productUrl: string, reply: PhoneReply): Promise<Response>;
  /** Forgets what was taken and what was to come. */
  reset(): void;
  stop(): Promise<void>;
}

export const ALIYUN_TOKEN = 'an-address-that-aliyun-alone-knows';
export const TWILIO_TOKEN = 'twilio-auth-token-of-the-tests';
const ALIYUN_SECRET = 'aliyun-access-key-secret-of-the-tests';
const ACCOUNT = `AC${'0'.repeat(32)}`;

/** Starts both on one port of loopback. */
export async function startCarriers(): Promise<Carriers> {
  const scripts = { aliyun: [] as Behaviour[], twilio: [] as Behaviour[] };
  const server = createServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (chunk: string) => { body += chunk; }).on('end', () => {
      void (req.headers['x-acs-action'] ? aliyun(req, res, body) : twilio(req, res, body));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const carriers: Carriers = {
    env: {
      HOUQIN_SMS: 'aliyun,twilio',
      ALIBABA_CLOUD_ACCESS_KEY_ID: 'key-of-the-tests',
      ALIBABA_CLOUD_ACCESS_KEY_SECRET: ALIYUN_SECRET,
      HOUQIN_ALIYUN_SIGN: '智慧后勤',
      HOUQIN_ALIYUN_TEMPLATES: JSON.stringify({
        'tasks-late': { zh: 'SMS_100001', en: 'SMS_100002' }, 'task-ask': { zh: 'SMS_100003' }, 'task-ask-link': { zh: 'SMS_100004' },
        'reply-not-understood': { zh: 'SMS_100005' }, 'reply-too-late': { zh: 'SMS_100006' }, 'phone-code': { zh: 'SMS_100007' },
      }),
      HOUQIN_ALIYUN_TOKEN: ALIYUN_TOKEN,
      HOUQIN_ALIYUN_ENDPOINT: url,
      TWILIO_ACCOUNT_SID: ACCOUNT,
      TWILIO_AUTH_TOKEN: TWILIO_TOKEN,
      TWILIO_FROM: '+15005550006',
      HOUQIN_TWILIO_TO_CHINA: '1',
      HOUQIN_TWILIO_ENDPOINT: url,
    },
    taken: [],
    unsigned: [],
    receipts: undefined,
    next: (carrier, ...behaviours) => { scripts[carrier].push(...behaviours); },
    reply: (carrier, productUrl, reply) => (carrier === 'aliyun' ? aliyunReply : twilioReply)(productUrl, reply),
    reset() {
      carriers.taken.length = scripts.aliyun.length = scripts.twilio.length = 0;
      carriers.receipts = undefined;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
  return carriers;

  /** True when the request is answered (or never will be) and nothing more is to be done. */
  async function misbehaves(carrier: 'aliyun' | 'twilio', res: ServerResponse, take: () => void, refuse: (code: string, status: number) => void): Promise<boolean> {
    const behaviour = scripts[carrier].shift() ?? { does: 'takes' };
    if (behaviour.does === 'waits') await new Promise((go) => setTimeout(go, behaviour.ms));
    if (behaviour.does === 'takes' || behaviour.does === 'waits') return false;
    if (behaviour.does === 'lost') {
      take();
      res.socket?.destroy();
    } else if (behaviour.does === 'fails') {
      res.writeHead(behaviour.status).end('<html>oops</html>');
    } else {
      refuse(behaviour.code, behaviour.status ?? (carrier === 'aliyun' ? 200 : 400));
    }
    return true;
  }

  async function aliyun(req: IncomingMessage, res: ServerResponse, body: string): Promise<void> {
    const answer = (value: object, status = 200): void => {
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ RequestId: randomUUID(), Message: 'OK', ...value }));
    };
    const { searchParams: query } = new URL(req.url!, url);
    if (!isSigned(req, body)) {
      carriers.unsigned.push(req.url!);
      answer({ Code: 'SignatureDoesNotMatch' }, 400);
      return;
    }
    if (req.headers['x-acs-action'] === 'QuerySendDetails') {
      const { receipts } = carriers;
      answer({
        Code: 'OK', TotalCount: '1',
        SmsSendDetailDTOs: { SmsSendDetailDTO: [{ PhoneNum: query.get('PhoneNumber'), SendStatus: receipts === undefined ? 1 : receipts === 'delivered' ? 3 : 2 }] },
      });
      return;
    }
    const carrierId = randomUUID();
    const take = (): void => {
      carriers.taken.push({
        carrier: 'aliyun', carrierId, to: query.get('PhoneNumbers')!, said: `${query.get('TemplateCode')} ${query.get('TemplateParam')}`, ours: query.get('OutId')!,
      });
    };
    if (await misbehaves('aliyun', res, take, (code, status) => answer({ Code: code, Message: 'refused' }, status))) return;
    take();
    answer({ Code: 'OK', BizId: carrierId });
  }

  async function twilio(req: IncomingMessage, res: ServerResponse, body: string): Promise<void> {
    const answer = (value: object, status: number): void => {
      res.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    };
    if (req.headers.authorization !== `Basic ${Buffer.from(`${ACCOUNT}:${TWILIO_TOKEN}`).toString('base64')}`) {
      carriers.unsigned.push(req.url!);
      answer({ code: 20003, message: 'Authenticate', status: 401 }, 401);
      return;
    }
    const asked = /\/Messages\/(\w+)\.json$/.exec(req.url!);
    if (asked) {
      answer({ sid: asked[1], status: carriers.receipts ?? 'sent' }, 200);
      return;
    }
    const form = new URLSearchParams(body);
    const carrierId = `SM${randomUUID().replaceAll('-', '')}`;
    const callback = form.get('StatusCallback');
    const take = (): void => {
      carriers.taken.push({
        carrier: 'twilio', carrierId, to: form.get('To')!, said: form.get('Body')!, ours: callback ? new URL(callback).searchParams.get('sms')! : '',
      });
    };
    if (await misbehaves('twilio', res, take, (code, status) => answer({ code: Number(code), message: 'refused', status }, status))) return;
    take();
    answer({ sid: carrierId, status: 'queued' }, 201);
  }
}

let sequence = 1_000_000;

/** SmsUp: a list, with the phone without its country code. */
function aliyunReply(productUrl: string, { from, text, id, token = ALIYUN_TOKEN }: PhoneReply): Promise<Response> {
  sequence += 1;
  const up = {
    phone_number: from.replace(/^\+86/, ''), content: text, sign_name: '智慧后勤', dest_code: '8999', send_time: '2026-11-28 10:00:00',
    sequence_id: id ?? sequence,
  };
  return fetch(`${productUrl}/api/sms/aliyun/replies?token=${token}`, {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify([up]),
  });
}

/** An incoming message, signed over address and form. */
function twilioReply(productUrl: string, { from, text, id = `SM${randomUUID().replaceAll('-', '')}`, token = TWILIO_TOKEN }: PhoneReply): Promise<Response> {
  const url = `${productUrl}/api/sms/twilio/replies`;
  const form: Record<string, string> = { MessageSid: id, AccountSid: ACCOUNT, From: from, To: '+15005550006', Body: text, NumMedia: '0' };
  const signed = Object.keys(form).sort().reduce((sum, name) => sum + name + form[name], url);
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': createHmac('sha1', token).update(signed).digest('base64') },
    body: new URLSearchParams(form),
  });
}

/** ACS3-HMAC-SHA256, as Aliyun describes it. */
function isSigned(req: IncomingMessage, body: string): boolean {
  const [, names = '', signature] = /SignedHeaders=([^,]+),Signature=(\w+)/.exec(req.headers.authorization ?? '') ?? [];
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const [path, query = ''] = req.url!.split('?');
  const canonical = [
    req.method, path, query.split('&').sort().join('&'),
    `${names.split(';').map((name) => `${name}:${String(req.headers[name]).trim()}\n`).join('')}`, names, hash(body),
  ].join('\n');
  return signature === createHmac('sha256', ALIYUN_SECRET).update(`ACS3-HMAC-SHA256\n${hash(canonical)}`).digest('hex');
}
