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
  /** How many of its template may go to the phone within a day, where that is fewer than of all kinds. */
  most?: number;
  /** ISO 8601. It goes out at the earliest at `notBefore`, and is worth nothing after `expiresAt`. */
  notBefore: Date;
  expiresAt: Date;
}

/** The blind index that is kept with everything of one phone. */
export const phoneIndex = (seal: Seal, phone: string): Buffer => seal.index(phone, PHONE);

/** The blind indexes by which it is found, those of earlier secrets among them. */
export const phoneIndexes = (seal: Seal, phone: string): readonly Buffer[] => seal.indexes(phone, PHONE);

/** Why an SMS waits that no carrier was asked to take. */
export const BUDGET_SPENT = 'budget-spent';

/** At most so many to one phone within a day, of all kinds: carriers in China take 50 notices of a template. */
const MOST_TO_A_PHONE = 40;

/**
 * Puts an SMS on its way, in the transaction of what it tells of; its delivery is a workflow of its own, so that nothing waits for a carrier.
 * False when there is one with this key, or the phone had enough for a day.
 */
export async function enqueueSms(trx: Knex.Transaction, seal: Seal, sms: NewSms): Promise<boolean> {
  // Mostly there is one, when ten thousand tasks reach a deadline at once.
  if (await trx('sms').where({ key: sms.key }).first('id')) return false;
  const { all, alike } = (await trx('sms').whereIn('phone_index', phoneIndexes(seal, sms.phone)).where('created_at', '>', trx.raw(`now() - interval '1 day'`))
    .select(trx.raw('count(*)::int AS "all"'), trx.raw('(count(*) FILTER (WHERE template = ?))::int AS alike', [sms.template])).first())!;
  if (all >= MOST_TO_A_PHONE || alike >= (sms.most ?? MOST_TO_A_PHONE)) return false;
  const id = `sms-${uuidv7()}`;
  const inserted = await trx('sms').insert({
    id,
    key: sms.key,
    person_id: sms.personId ?? null,
    phone_sealed: seal.seal(sms.phone, PHONE),
    phone_index: phoneIndex(seal, sms.phone),
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
  /** How often each carrier was asked, and what came of it. */
  tries: { carrier: string; result: string }[];
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
    tries: await db('sms_try').where({ sms_id: id }).select('carrier', 'result').orderBy('id'),
  };
}

/** The values of the SMS with this key; undefined when there is none any more. */
export async function smsParams(trx: Db | Knex.Transaction, seal: Seal, key: string): Promise<Record<string, string> | undefined> {
  const row = await trx('sms').where({ key }).first('params_sealed');
  return row && JSON.parse(seal.open(row.params_sealed, PARAMS)) as Record<string, string>;
}

/** How many SMS carriers were asked to take within a day; those that they certainly did not take are free. */
export async function askedWithinADay(db: Db): Promise<number> {
  const row = await db('sms_try').where('at', '>', db.raw(`now() - interval '1 day'`)).whereIn('result', ['asked', 'accepted', 'unknown'])
    .count('* as n').first();
  return Number(row!.n);
}

/** Notes, before it is done, that a carrier is asked: without a database nothing leaves the house. Answers the try's id. */
export async function noteTry(db: Db, smsId: string, carrier: string): Promise<number> {
  const [row] = await db('sms_try').insert({ sms_id: smsId, carrier }).returning<{ id: number }[]>('id');
  await db('sms').where({ id: smsId }).update({ attempts: db.raw('attempts + 1') });
  return row!.id;
}

/** What came of a try. `text`, what the phone shows, is for the demo's page. */
export async function noteResult(
  db: Db, seal: Seal, tryId: number, { result, code, carrierId, text }: {
    result: 'accepted' | 'refused' | 'bad-number' | 'failed' | 'unknown'; code?: string; carrierId?: string; text?: string;
  },
): Promise<void> {
  await db.transaction(async (trx) => {
    // A receipt may have been first, and then it is known to be taken.
    const [row] = await trx('sms_try').where({ id: tryId }).whereNot('result', 'accepted').update({
      result, code: code ?? null, carrier_id: carrierId ?? null, ...(text !== undefined && { text_sealed: seal.seal(text, TEXT) }),
    }).returning('sms_id');
    if (!row) return;
    await trx('sms').where({ id: row.sms_id }).update(result === 'accepted'
      ? { last_error: null, failing_since: null, next_attempt_at: null }
      : { last_error: code ?? null, failing_since: trx.raw('coalesce(failing_since, now())') });
  });
}

/** When an SMS that failed is tried again, about. */
export async function noteNextAttempt(db: Db, smsId: string, code: string, inMs: number): Promise<void> {
  await db('sms').where({ id: smsId }).update({
    last_error: code, failing_since: db.raw('coalesce(failing_since, now())'), next_attempt_at: db.raw("now() + ? * interval '1 millisecond'", [inMs]),
  });
}

/** What a carrier has taken, by its own id. */
export interface AcceptedRow {
  phone: string;
  carrierId: string;
  at: Date;
  receipt: 'delivered' | 'undelivered' | null;
}

/** The latest that a carrier has taken of an SMS. */
export async function lastAccepted(db: Db, seal: Seal, smsId: string, carrier: string): Promise<AcceptedRow | undefined> {
  const row = await db('sms_try').join('sms', 'sms.id', 'sms_try.sms_id').where({ sms_id: smsId, carrier, result: 'accepted' })
    .orderBy('sms_try.id', 'desc').first('phone_sealed', 'carrier_id', 'at', 'receipt');
  return row && { phone: seal.open(row.phone_sealed, PHONE), carrierId: row.carrier_id, at: row.at, receipt: row.receipt };
}

/**
 * A receipt has come: the first one counts, and the delivery hears of it. `smsId` is what the carrier gave back of ours: so we learn of one
 * whose answer was lost. Answers the SMS, undefined when it is none of ours or the receipt is known.
 */
export async function recordReceipt(
  trx: Knex.Transaction, { carrier, carrierId, smsId, receipt }: {
    carrier: string; carrierId: string; smsId?: string | undefined; receipt: 'delivered' | 'undelivered';
  },
): Promise<string | undefined> {
  const heard = { receipt, receipt_at: trx.fn.now() };
  const isKnown = await trx('sms_try').where({ carrier, carrier_id: carrierId }).first('id');
  const tries = isKnown
    ? trx('sms_try').where({ carrier, carrier_id: carrierId }).whereNull('receipt')
    : trx('sms_try').where('id', trx('sms_try').where({ sms_id: smsId ?? '', carrier }).whereIn('result', ['asked', 'unknown']).min('id'));
  const [row] = await tries.update(isKnown ? heard : { ...heard, result: 'accepted', carrier_id: carrierId }).returning('sms_id');
  if (!row) return undefined;
  // Its delivery may have given up on a receipt; then this is its last word.
  await trx('sms').where({ id: row.sms_id, state: 'sent' }).update({ state: receipt });
  await enqueue(trx, { processId: row.sms_id, kind: 'signal', name: 'smsReceipt', payload: { carrier, receipt } });
  return row.sms_id;
}

/** How an SMS ended; the first end stands. */
export async function recordEnd(db: Db, smsId: string, state: string): Promise<void> {
  await db('sms').where({ id: smsId, state: 'waiting' })
    .update({ state, settled_at: db.fn.now(), next_attempt_at: null, ...(state === 'delivered' && { failing_since: null, last_error: null }) });
}

/** Deletes SMS with what was tried, so many days after they were asked for. Returns how many. */
export async function deleteOldSms(db: Db, days: number): Promise<number> {
  return db('sms').where('created_at', '<', db.raw('now() - make_interval(days => ?)', [days])).whereNot('state', 'waiting').delete();
}

/** Open tasks that are a person's, or the person's to claim, whose reminder or escalation has passed: what a digest counts. */
export async function lateTasks(db: Db, personId: string): Promise<number> {
  const { rows: [row] } = await db.raw<{ rows: { n: number }[] }>(`
    SELECT count(DISTINCT task.id)::int AS n FROM inbox_entry entry JOIN task ON task.id = entry.task_id
    WHERE entry.principal IN (
        SELECT 'person:' || id FROM person WHERE id = :personId AND active
        UNION ALL SELECT 'role:' || role_id FROM person_role WHERE person_id = :personId
        UNION ALL SELECT 'leader:' || id FROM department WHERE leader_id = :personId)
      AND NOT :personId = ANY (entry.excluded) AND (task.escalated_at IS NOT NULL OR EXISTS (
        SELECT FROM jsonb_array_elements(task.deadlines) AS deadline
        WHERE deadline->>'kind' = 'remind' AND (deadline->>'at')::timestamptz <= now()))`, { personId });
  return row!.n;
}

/** Active people with a phone, their language, and the instant of the latest SMS of a template to each. */
export async function phonesOf(
  trx: Knex.Transaction, people: readonly string[], template: string,
): Promise<{ id: string; phone: string; locale: string; lastAt: Date | null }[]> {
  return trx('person').whereIn('id', [...people]).where('active', true).whereNotNull('phone').orderBy('id')
    .select('id', 'phone', 'locale', trx('sms').max('not_before').whereRaw('sms.person_id = person.id').where({ template }).as('lastAt'));
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
  const rows = await db('sms_try').join('sms', 'sms.id', 'sms_try.sms_id').leftJoin('person', 'person.id', 'sms.person_id')
    .where({ 'sms_try.carrier': 'outbox', 'sms_try.result': 'accepted' }).orderBy('sms_try.id', 'desc').limit(limit)
    .select('sms.id', 'sms.phone_sealed', 'person.name', 'text_sealed', 'sms_try.at');
  return rows.map(({ phone_sealed: phone, text_sealed: text, ...row }) => ({ ...row, phone: seal.open(phone, PHONE), text: seal.open(text, TEXT) }));
}

/** An SMS of a case that carriers do not take for now. */
export interface WaitingSms {
  template: string;
  code: string;
  attempts: number;
  since: Date;
  nextAt: Date | null;
}

/** SMS of a process that are being tried again: what its effects and asks sent, by their keys. */
export async function waitingSmsOf(db: Db, processId: string): Promise<WaitingSms[]> {
  // `/` is what follows `.`, so this is one range of the index.
  return db('sms').where('key', '>=', `${processId}.`).where('key', '<', `${processId}/`).where({ state: 'waiting' }).whereNotNull('failing_since')
    .orderBy('failing_since').limit(10).select('template', 'last_error as code', 'attempts', 'failing_since as since', 'next_attempt_at as nextAt');
}

/** What a carrier refuses or does not answer, since it last took something; no carrier where it is our own budget that is spent. */
export interface FailingSms {
  carrier: string | null;
  code: string;
  messages: number;
  since: Date;
  nextAt: Date | null;
}

/**
 * Carriers' refusals and failures of the last day, until they take something again, whether or not another carrier took it; and limits of
 * our own that were reached.
 */
export async function failingSms(db: Db): Promise<FailingSms[]> {
  const { rows } = await db.raw<{ rows: FailingSms[] }>(`
    SELECT t.carrier, coalesce(t.code, 'no-answer') AS code, count(DISTINCT t.sms_id)::int AS messages, min(t.at) AS since,
      min(sms.next_attempt_at) FILTER (WHERE sms.state = 'waiting') AS "nextAt"
    FROM sms_try t JOIN sms ON sms.id = t.sms_id
    WHERE t.at > now() - interval '1 day' AND t.result IN ('refused', 'failed', 'unknown')
      AND NOT EXISTS (SELECT FROM sms_try later WHERE later.carrier = t.carrier AND later.result = 'accepted' AND later.id > t.id)
    GROUP BY t.carrier, coalesce(t.code, 'no-answer')
    UNION ALL
    SELECT NULL, last_error, count(*)::int, min(failing_since), min(next_attempt_at) FROM sms
    WHERE state = 'waiting' AND failing_since IS NOT NULL AND last_error = ? GROUP BY last_error
    UNION ALL
    SELECT NULL, reason, refused, since, until FROM phone_code_trip WHERE until > now()
    ORDER BY since`, [BUDGET_SPENT]);
  return rows;
}
