import { createHash, randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';
import { enqueueSms, phoneIndex, phoneIndexes } from './sms.ts';

/** Decisions are asked for so long; an SMS that did not go out in half a day is worth nothing. */
const HOUR = 3_600_000;
const ASK_MS = 72 * HOUR;
const SMS_MS = 12 * HOUR;
/** A task that is no longer open is still shown, and its digit kept from other tasks, for so many hours. */
const AFTERWARDS = 24;

/** Whom to ask: one person with a phone. */
export interface AskedPerson {
  id: string;
  /** E.164. */
  phone: string;
  locale: string;
}

/**
 * Asks a person by SMS to decide a task, once for each task and person; `title` is what the SMS says of it. The caller has locked the
 * task's process. False when there is such an ask, or the phone had enough SMS for a day.
 */
export async function askPerson(
  trx: Knex.Transaction, seal: Seal, { taskId, processId, person, title }: { taskId: string; processId: string; person: AskedPerson; title: string },
): Promise<boolean> {
  if (await trx('sms_ask').where({ task_id: taskId, person_id: person.id }).first('id')) return false;
  const index = phoneIndex(seal, person.phone);
  await lockPhone(trx, index);
  const digit = await freeDigit(trx, phoneIndexes(seal, person.phone));
  const token = randomBytes(16).toString('base64url');
  const now = Date.now();
  const isNew = await enqueueSms(trx, seal, {
    key: askKey(taskId, person.id), phone: person.phone, personId: person.id, locale: person.locale,
    ...(digit === null ? { template: 'task-ask-link', params: { title, token } } : { template: 'task-ask', params: { title, digit: String(digit), token } }),
    notBefore: new Date(now), expiresAt: new Date(now + SMS_MS),
  });
  if (!isNew) return false;
  await trx('sms_ask').insert({
    id: uuidv7(), token_hash: hashOf(token), task_id: taskId, process_id: processId, person_id: person.id, digit, phone_index: index,
    expires_at: new Date(now + ASK_MS),
  });
  return true;
}

const askKey = (taskId: string, personId: string): string => `${taskId}.ask.${personId}`;

/** One at a time for a phone, until the transaction ends. */
export async function lockPhone(trx: Knex.Transaction, index: Buffer): Promise<void> {
  await trx.raw('SELECT pg_advisory_xact_lock(?, hashtext(?))', [3, index.toString('hex')]);
}

/**
 * The lowest digit that none of the phone's open tasks has, nor one that was closed within a day: an old answer must not decide a new task.
 * Where all nine are taken in that way, the one that has been closed longest; null when all nine are open.
 */
async function freeDigit(trx: Knex.Transaction, indexes: readonly Buffer[]): Promise<number | null> {
  const { rows: [row] } = await trx.raw<{ rows: { digit: number }[] }>(`
    SELECT digit FROM generate_series(1, 9) AS digit LEFT JOIN LATERAL (
      SELECT bool_or(task.state = 'open') AS open, max(coalesce(task.decided_at, task.closed_at)) AS closed_at
      FROM sms_ask ask JOIN task ON task.id = ask.task_id WHERE ask.phone_index = ANY (:indexes) AND ask.digit = digit.digit
    ) AS used ON true
    WHERE used.open IS NOT TRUE
    ORDER BY CASE WHEN used.closed_at > now() - make_interval(hours => :hours) THEN used.closed_at END NULLS FIRST, digit LIMIT 1`, { indexes, hours: AFTERWARDS });
  return row?.digit ?? null;
}

/** An ask with its person, as it stands now. */
export interface AskRow {
  id: string;
  taskId: string;
  processId: string;
  personId: string;
  personName: string;
  /** As the directory has it now; the ask is void when it is another one. */
  phone: string | null;
  locale: 'zh-CN' | 'en';
  phoneIndex: Buffer;
  expiresAt: Date;
}

const ASK = [
  'ask.id', 'ask.task_id as taskId', 'ask.process_id as processId', 'ask.person_id as personId', 'person.name as personName', 'person.phone', 'person.locale',
  'ask.phone_index as phoneIndex', 'ask.expires_at as expiresAt',
];

/** The ask of a token that is worth something: of an active person, in its time, and for a day after its task was closed. */
export async function findAsk(db: Db, token: string): Promise<AskRow | undefined> {
  return db('sms_ask as ask').join('task', 'task.id', 'ask.task_id').join('person', 'person.id', 'ask.person_id')
    .where({ 'ask.token_hash': hashOf(token), 'person.active': true }).where('ask.expires_at', '>', db.fn.now())
    .whereRaw(`(task.state = 'open' OR coalesce(task.decided_at, task.closed_at) > now() - make_interval(hours => ?))`, [AFTERWARDS])
    .first(ASK);
}

/** An ask that a reply may mean. */
export interface RepliedAsk extends AskRow {
  open: boolean;
  /** A carrier was asked to take its SMS: before, no answer can mean it. */
  sent: boolean;
}

/** The asks of a phone with this digit, the latest first; with none, whether there is any ask of this phone says `known`. */
export async function asksOfPhone(db: Db, indexes: readonly Buffer[], digit: number | undefined): Promise<{ asks: RepliedAsk[]; known: AskRow | undefined }> {
  const ofPhone = () => db('sms_ask as ask').join('task', 'task.id', 'ask.task_id').join('person', 'person.id', 'ask.person_id')
    .whereIn('ask.phone_index', indexes).where({ 'person.active': true }).orderBy('ask.created_at', 'desc');
  const asks: RepliedAsk[] = digit === undefined ? [] : await ofPhone().where({ 'ask.digit': digit }).select(
    ...ASK, db.raw(`task.state = 'open' AS open`),
    db.raw(`EXISTS (SELECT FROM sms JOIN sms_try ON sms_try.sms_id = sms.id
      WHERE sms.key = ask.task_id || '.ask.' || ask.person_id AND sms_try.result IN ('asked', 'accepted', 'unknown')) AS sent`),
  );
  return { asks, known: asks[0] ?? await ofPhone().first(ASK) };
}

/** Notes that an ask was answered, whichever way. */
export async function markUsed(db: Db, id: string): Promise<void> {
  await db('sms_ask').where({ id }).whereNull('used_at').update({ used_at: db.fn.now() });
}

/** A reply of a phone, by the carrier's own id. */
export interface ReplyId {
  carrier: string;
  carrierId: string;
}

export type ReplyResult = 'decided' | 'repeated' | 'too-late' | 'not-understood' | 'foreign';

/** Notes a reply, and answers what came of it before; undefined where it is new, or nobody finished looking at it. */
export async function noteReply(db: Db, { carrier, carrierId }: ReplyId, index: Buffer): Promise<ReplyResult | undefined> {
  await db('sms_reply').insert({ carrier, carrier_id: carrierId, phone_index: index }).onConflict().ignore();
  const row = await db('sms_reply').where({ carrier, carrier_id: carrierId }).first('result');
  return row?.result ?? undefined;
}

/** What came of a reply; the first word stands. */
export async function settleReply(db: Db, { carrier, carrierId }: ReplyId, result: ReplyResult): Promise<void> {
  await db('sms_reply').where({ carrier, carrier_id: carrierId }).whereNull('result').update({ result });
}

/** Whether a phone was sent an SMS of this template within the last hour. */
export async function wasTold(trx: Knex.Transaction, indexes: readonly Buffer[], template: string): Promise<boolean> {
  const row = await trx('sms').whereIn('phone_index', indexes).where({ template }).where('created_at', '>', trx.raw(`now() - interval '1 hour'`)).first('id');
  return row !== undefined;
}

/** Looks and decisions by token from one address. */
export interface AskAttempts {
  inAMinute: number;
  minuteFreeIn: number;
  failures: number;
  failuresFreeIn: number;
}

/** Makes looks from one address take turns until the transaction ends, and counts those before. In seconds. */
export async function countAskAttempts(trx: Knex.Transaction, address: string, minutes: number): Promise<AskAttempts> {
  await trx.raw('SELECT pg_advisory_xact_lock(?, hashtext(?))', [4, address]);
  const { rows: [row] } = await trx.raw<{ rows: AskAttempts[] }>(`
    SELECT count(*) FILTER (WHERE at > now() - interval '1 minute')::int AS "inAMinute",
      coalesce(ceil(extract(epoch FROM min(at) FILTER (WHERE at > now() - interval '1 minute') + interval '1 minute' - now())), 0)::int AS "minuteFreeIn",
      count(*) FILTER (WHERE failed)::int AS failures,
      coalesce(ceil(extract(epoch FROM min(at) FILTER (WHERE failed) + make_interval(mins => :minutes) - now())), 0)::int AS "failuresFreeIn"
    FROM ask_attempt WHERE address = :address AND at > now() - make_interval(mins => :minutes)`, { address, minutes });
  return row!;
}

/** Notes a look; answers its id. */
export async function insertAskAttempt(trx: Knex.Transaction, address: string): Promise<number> {
  const [row] = await trx('ask_attempt').insert({ address }).returning<{ id: number }[]>('id');
  return row!.id;
}

/** Whether the token of a look was worth something. */
export async function settleAskAttempt(db: Db, id: number, failed: boolean): Promise<void> {
  await db('ask_attempt').where({ id }).update({ failed });
}

/** Deletes asks and replies after so many days, and attempts that no limit looks at any more. Returns how many rows. */
export async function deleteOldAsks(db: Db, days: number): Promise<number> {
  const old = db.raw('now() - make_interval(days => ?)', [days]);
  // A task that is still open keeps its digit.
  const asks = await db('sms_ask').where('created_at', '<', old)
    .whereNotExists((open) => { void open.from('task').whereRaw('task.id = sms_ask.task_id').where('task.state', 'open'); }).delete();
  const replies = await db('sms_reply').where('at', '<', old).delete();
  return asks + replies + await db('ask_attempt').where('at', '<', db.raw(`now() - interval '1 day'`)).delete();
}

function hashOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
