import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';
import { enqueue } from './outbox.ts';

/** Where a sealed value of SMS stands. Phones have one place everywhere, so that an answer finds what it answers. */
const PHONE = 'sms.phone';
const PARAMS = 'sms.params';
const TEXT = 'sms.text';

/** An SMS to be sent. */
export interface NewSms {
  /** The same key is one SMS. */
  key: string;
  /** E.164. */
  phone: string;
  template: string;
  locale: string;
  params: Readonly<Record<string, string>>;
  personId?: string;
  processId?: string;
  /** ISO 8601. It goes out at the earliest at `notBefore`, and is worth nothing after `expiresAt`. */
  notBefore: Date;
  expiresAt: Date;
}

/** At most so many to one phone within a day, of all kinds: carriers in China take 50 notices of a template. */
const MOST_TO_A_PHONE = 40;

/**
 * Puts an SMS on its way, in the transaction of what it tells of; its delivery is a workflow of its own, so that nothing waits for a carrier.
 * False when there is one with this key, or the phone had enough for a day.
 */
export async function enqueueSms(trx: Knex.Transaction, seal: Seal, sms: NewSms): Promise<boolean> {
  // Mostly there is one, when ten thousand tasks reach a deadline at once.
  if (await trx('sms').where({ key: sms.key }).first('id')) return false;
  const phoneIndex = seal.index(sms.phone, PHONE);
  const { n } = (await trx('sms').where({ phone_index: phoneIndex }).where('created_at', '>', trx.raw(`now() - interval '1 day'`))
    .count('* as n').first())!;
  if (Number(n) >= MOST_TO_A_PHONE) return false;
  const id = `sms-${uuidv7()}`;
  const inserted = await trx('sms').insert({
    id,
    key: sms.key,
    process_id: sms.processId ?? null,
    person_id: sms.personId ?? null,
    phone_sealed: seal.seal(sms.phone, PHONE),
    phone_index: phoneIndex,
    template: sms.template,
    locale: sms.locale,
    params_sealed: seal.seal(JSON.stringify(sms.params), PARAMS),
    not_before: sms.notBefore,
    expires_at: sms.expiresAt,
  }).onConflict('key').ignore().returning('id');
  if (inserted.length === 0) return false;
  await enqueue(trx, {
    processId: id, kind: 'start', name: 'smsDelivery',
    payload: { smsId: id, notBefore: sms.notBefore.toISOString(), expiresAt: sms.expiresAt.toISOString() },
  });
  return true;
}

/** An SMS as its delivery needs it. */
export interface SmsToSend {
  id: string;
  phone: string;
  template: string;
  locale: string;
  params: Record<string, string>;
  personId: string | null;
  settled: boolean;
  expiresAt: Date;
  /** Carriers that have taken it. */
  takenBy: string[];
}

/** An SMS with its phone in clear; undefined when its data were deleted. */
export async function smsToSend(db: Db, seal: Seal, id: string): Promise<SmsToSend | undefined> {
  const row = await db('sms').where({ id }).first();
  if (!row) return undefined;
  return {
    id,
    phone: seal.open(row.phone_sealed, PHONE),
    template: row.template,
    locale: row.locale,
    params: JSON.parse(seal.open(row.params_sealed, PARAMS)) as Record<string, string>,
    personId: row.person_id,
    settled: row.state !== 'waiting',
    expiresAt: row.expires_at,
    takenBy: await db('sms_submission').where({ sms_id: id }).distinct().pluck('carrier'),
  };
}

/** How many SMS carriers have taken today, by the database's clock. */
export async function takenToday(db: Db): Promise<number> {
  const row = await db('sms_submission').where('accepted_at', '>', db.raw(`now() - interval '1 day'`)).count('* as n').first();
  return Number(row!.n);
}

/** A carrier has taken it. `text` is what the phone shows. */
export async function noteSubmission(
  db: Db, seal: Seal, { smsId, carrier, carrierId, text }: { smsId: string; carrier: string; carrierId: string; text: string },
): Promise<void> {
  await db.transaction(async (trx) => {
    await trx('sms_submission').insert({ carrier, carrier_id: carrierId, sms_id: smsId, text_sealed: seal.seal(text, TEXT) })
      .onConflict(['carrier', 'carrier_id']).ignore();
    await trx('sms').where({ id: smsId }).update({
      attempts: trx.raw('attempts + 1'), last_error: null, failing_since: null, next_attempt_at: null,
    });
  });
}

/** A try has failed; the next one comes in about `nextInMs`, or not at all. */
export async function noteFailure(db: Db, smsId: string, code: string, nextInMs: number | undefined): Promise<void> {
  await db('sms').where({ id: smsId }).update({
    attempts: db.raw('attempts + 1'),
    last_error: code,
    failing_since: db.raw('coalesce(failing_since, now())'),
    next_attempt_at: nextInMs === undefined ? null : db.raw("now() + ? * interval '1 millisecond'", [nextInMs]),
  });
}

/** What a carrier has taken, by its own id. */
export interface SubmissionRow {
  smsId: string;
  phone: string;
  carrierId: string;
  acceptedAt: Date;
  receipt: 'delivered' | 'undelivered' | null;
}

/** The latest that a carrier has taken of an SMS. */
export async function lastSubmission(db: Db, seal: Seal, smsId: string, carrier: string): Promise<SubmissionRow | undefined> {
  const row = await db('sms_submission').join('sms', 'sms.id', 'sms_submission.sms_id').where({ sms_id: smsId, carrier })
    .orderBy('accepted_at', 'desc').first('phone_sealed', 'carrier_id', 'accepted_at', 'receipt');
  return row && {
    smsId, phone: seal.open(row.phone_sealed, PHONE), carrierId: row.carrier_id, acceptedAt: row.accepted_at, receipt: row.receipt,
  };
}

/**
 * A receipt has come: the first one of a submission counts, and its delivery hears of it. `smsId` is what the carrier gave back of ours, for
 * a submission that we never heard to be taken. Answers the SMS, undefined when it is none of ours or the receipt is known.
 */
export async function recordReceipt(
  trx: Knex.Transaction, seal: Seal, { carrier, carrierId, smsId, receipt }: {
    carrier: string; carrierId: string; smsId?: string | undefined; receipt: 'delivered' | 'undelivered';
  },
): Promise<string | undefined> {
  if (smsId !== undefined && await trx('sms').where({ id: smsId }).first('id')) {
    await trx('sms_submission').insert({ carrier, carrier_id: carrierId, sms_id: smsId, text_sealed: seal.seal('', TEXT) })
      .onConflict(['carrier', 'carrier_id']).ignore();
  }
  const [row] = await trx('sms_submission').where({ carrier, carrier_id: carrierId }).whereNull('receipt')
    .update({ receipt, receipt_at: trx.fn.now() }).returning('sms_id');
  if (!row) return undefined;
  await enqueue(trx, { processId: row.sms_id, kind: 'signal', name: 'smsReceipt', payload: { carrier, receipt } });
  return row.sms_id;
}

/** How an SMS ended; the first end stands, but a late receipt corrects what nobody knew. */
export async function recordEnd(db: Db, smsId: string, state: string): Promise<void> {
  await db('sms').where({ id: smsId }).whereIn('state', ['waiting', 'sent'])
    .update({ state, settled_at: db.fn.now(), next_attempt_at: null, ...(state === 'delivered' && { failing_since: null, last_error: null }) });
}

/** Open tasks that are a person's, or the person's to claim, whose reminder has passed: what a digest counts. */
export async function lateTasks(db: Db, personId: string): Promise<number> {
  const { rows: [row] } = await db.raw<{ rows: { n: number }[] }>(`
    SELECT count(DISTINCT task.id)::int AS n FROM inbox_entry entry JOIN task ON task.id = entry.task_id
    WHERE entry.principal IN (
        SELECT 'person:' || id FROM person WHERE id = :personId AND active
        UNION ALL SELECT 'role:' || role_id FROM person_role WHERE person_id = :personId
        UNION ALL SELECT 'leader:' || id FROM department WHERE leader_id = :personId)
      AND NOT :personId = ANY (entry.excluded) AND EXISTS (
        SELECT FROM jsonb_array_elements(task.deadlines) AS deadline
        WHERE deadline->>'kind' = 'remind' AND (deadline->>'at')::timestamptz <= now())`, { personId });
  return row!.n;
}

/** Active people with a phone, and their language. */
export async function phonesOf(trx: Knex.Transaction, people: readonly string[]): Promise<{ id: string; phone: string; locale: string }[]> {
  return trx('person').whereIn('id', [...people]).where('active', true).whereNotNull('phone').select('id', 'phone', 'locale').orderBy('id');
}

/** One message of the demo's phones. */
export interface PhoneMessage {
  id: string;
  phone: string;
  name: string | null;
  text: string;
  at: Date;
}

/** The latest messages of the demo's phones, the latest first. */
export async function phoneMessages(db: Db, seal: Seal, limit: number): Promise<PhoneMessage[]> {
  const rows = await db('sms_submission').join('sms', 'sms.id', 'sms_submission.sms_id').leftJoin('person', 'person.id', 'sms.person_id')
    .where('sms_submission.carrier', 'outbox').orderBy([{ column: 'accepted_at', order: 'desc' }, { column: 'sms.id' }]).limit(limit)
    .select('sms.id', 'sms.phone_sealed', 'person.name', 'text_sealed', 'accepted_at as at');
  return rows.map(({ phone_sealed: phone, text_sealed: text, ...row }) => ({ ...row, phone: seal.open(phone, PHONE), text: seal.open(text, TEXT) }));
}

/** SMS that no carrier has taken yet though they tried, by what was said last. */
export interface FailingSms {
  code: string;
  messages: number;
  since: Date;
  nextAt: Date | null;
}

/** What carriers refuse or do not answer just now, the longest first. */
export async function failingSms(db: Db): Promise<FailingSms[]> {
  return db('sms').where({ state: 'waiting' }).whereNotNull('failing_since').groupBy('last_error').orderBy('since')
    .select(
      'last_error as code', db.raw('count(*)::int AS messages'), db.raw('min(failing_since) AS since'), db.raw('min(next_attempt_at) AS "nextAt"'),
    );
}
