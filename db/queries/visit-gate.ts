import type { Knex } from 'knex';
import { e164 } from '../../sms/phone.ts';
import { shortValue } from '../../sms/templates.ts';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';
import { decideTask } from './decisions.ts';
import { personalOf } from './personal.ts';
import { sendNotices } from './send-notices.ts';
import { enqueueSms, phonesOf } from './sms.ts';
import type { Viewer } from './visibility.ts';
import { isCodeOf, MOST_TRIES, tailIndexes } from './visits.ts';

/** Who decides at the gate: somebody of the desk, the host, or the system at a kiosk (or for a visitor). */
export type Gatekeeper = { viewer: Viewer } | { kiosk: string } | 'visitor';

/** How the gate tells a host: `sms` says whether SMS leave at all. */
export interface Tells {
  seal: Seal;
  sms: boolean;
}

/**
 * Decides the open task of a visit at `step`: the one way in and out, by kiosk and front desk alike, so that the first of them wins. False
 * when no such task is open.
 */
export async function decideAtGate(
  trx: Knex.Transaction, tells: Tells, by: Gatekeeper, { processId, step, outcome, data }: { processId: string; step: string; outcome: string; data?: object },
): Promise<boolean> {
  const task = await trx('task').where({ process_id: processId, step, state: 'open' }).first('id');
  if (!task) return false;
  const facts = data ?? {};
  const person = typeof by === 'object' && 'viewer' in by ? by.viewer : undefined;
  const kiosk = typeof by === 'object' && 'kiosk' in by ? by.kiosk : undefined;
  const decidedAt = await decideTask(trx, person ?? 'system', {
    taskId: task.id,
    processId,
    outcome,
    comment: null,
    data,
    facts,
    detail: { step, outcome, facts, ...(kiosk && { kiosk }) },
    message: { taskId: task.id, outcome, actorKind: person ? 'person' : 'system', decidedBy: person?.personId ?? null, decidedAt: null, facts },
    status: 200,
    answer: {},
  });
  if (decidedAt && outcome === 'arrived') await tellHost(trx, tells, processId, task.id);
  return decidedAt !== undefined;
}

/** Who stands at the gate for longer has been fetched, or has asked the front desk. */
const ARRIVAL_SMS_MS = 3_600_000;
/** So many arrivals a day one host hears of by SMS: a crowd must not use up what reviews are asked by. */
const MOST_ARRIVAL_SMS = 20;

/** The host hears that the visitor is there: in the app, and by SMS as long as limits let it. Both stand or fall with the check-in. */
async function tellHost(trx: Knex.Transaction, { seal, sms }: Tells, processId: string, taskId: string): Promise<void> {
  const { host_id: host, visitor, company, place } = await trx('visit').where({ process_id: processId }).first('host_id', 'visitor', 'company', 'place');
  if (!host) return;
  const key = `${taskId}.arrived`;
  await sendNotices(trx, [host], { key, kind: 'visitor-arrived', processId, taskId: null });
  if (!sms) return;
  const [person] = await phonesOf(trx, [host], 'visit-arrived');
  const phone = person && e164(person.phone);
  if (!phone) return;
  const name = (await personalOf(trx, seal, processId)).get('visitor.name') ?? visitor;
  const now = Date.now();
  await enqueueSms(trx, seal, {
    key, phone, personId: host, template: 'visit-arrived', locale: person.locale, most: MOST_ARRIVAL_SMS,
    params: { visitor: shortValue(company ? `${company} ${name}` : name), place: shortValue(place) },
    notBefore: new Date(now), expiresAt: new Date(now + ARRIVAL_SMS_MS),
  });
}

/** How a visit stands at the gate. */
export interface AtGate {
  passId: string;
  processId: string;
}

const NO_HASH = Buffer.alloc(32);

/**
 * The pass whose code and phone these are. Each look at a code is counted before it is compared, so that twenty guesses at once are no more
 * than twenty in a row; five per pass. `used`: one whose visitor is inside. Undefined alike for unknown, wrong, early, late and tried too often.
 */
export async function passByCode(
  db: Db, seal: Seal, { code, phoneTail, used }: { code: string; phoneTail: string; used: boolean },
): Promise<AtGate | undefined> {
  const passes: { id: string; process_id: string }[] = await db('visit_pass').join('visit', 'visit.process_id', 'visit_pass.process_id')
    .whereIn('visit.phone_tail_index', tailIndexes(seal, phoneTail)).whereNull('visit_pass.revoked_at').where('tries', '<', MOST_TRIES)
    .modify((query) => (used ? query.whereNotNull('used_at') : whereOpen(query.whereNull('used_at'))))
    .orderBy('visit_pass.created_at', 'desc').limit(20).select('visit_pass.id', 'visit_pass.process_id');
  let found: AtGate | undefined;
  for (const { id, process_id: processId } of passes) {
    const [counted] = await db('visit_pass').where({ id }).where('tries', '<', MOST_TRIES).update({ tries: db.raw('tries + 1') }).returning(['code_hash']);
    if (counted && isCodeOf(seal, id, counted.code_hash, code)) found ??= { passId: id, processId };
  }
  // As much work where there is none.
  if (passes.length === 0) isCodeOf(seal, 'pass-none', NO_HASH, code);
  return found;
}

/** Keeps passes that let in now, by the database's clock. */
function whereOpen(query: Knex.QueryBuilder): Knex.QueryBuilder {
  return query.whereRaw('clock_timestamp() BETWEEN valid_from AND valid_until');
}

/** The live pass of a visit that lets in now. */
export async function openPassOf(db: Db, processId: string): Promise<AtGate | undefined> {
  const row = await whereOpen(db('visit_pass').where({ process_id: processId }).whereNull('used_at').whereNull('revoked_at')).first('id');
  return row && { passId: row.id, processId };
}

/** The pass with which a visit's visitor will be let in, and from when; undefined when it lets nobody in any more. */
export async function livePassOf(db: Db, processId: string): Promise<{ passId: string; validFrom: Date } | undefined> {
  const row = await db('visit_pass').where({ process_id: processId }).whereNull('used_at').whereNull('revoked_at')
    .where('valid_until', '>', db.raw('clock_timestamp()')).first('id', 'valid_from');
  return row && { passId: row.id, validFrom: row.valid_from };
}

/** A pass by its id, whatever its state. */
export async function passById(db: Db, id: string): Promise<AtGate | undefined> {
  const row = await db('visit_pass').where({ id }).first('id', 'process_id');
  return row && { passId: row.id, processId: row.process_id };
}

/** What came of letting somebody in: `arranging` when the arrival is not open yet, `closed` when the pass lets nobody in now. */
export type Entry = 'in' | 'arranging' | 'closed';

/** Lets in with a pass, once, and only while it is valid by the database's clock. */
export async function enter(trx: Knex.Transaction, tells: Tells, by: Gatekeeper, { passId, processId }: AtGate): Promise<Entry> {
  const { status } = await trx('process').where({ id: processId }).forUpdate().first('status');
  if (status === 'ended') return 'closed';
  const [pass] = await whereOpen(trx('visit_pass').where({ id: passId }).whereNull('used_at').whereNull('revoked_at'))
    .update({ used_at: trx.raw('clock_timestamp()'), tries: 0 }).returning('id');
  if (!pass) return 'closed';
  if (await decideAtGate(trx, tells, by, { processId, step: 'arrival', outcome: 'arrived' })) return 'in';
  // As it was: the visitor tries again in a moment.
  await trx('visit_pass').where({ id: passId }).update({ used_at: null });
  return 'arranging';
}

/** Ends the live pass of a visit at once; its workflow issues another one. */
export async function endPass(trx: Knex.Transaction, processId: string): Promise<void> {
  await trx('visit_pass').where({ process_id: processId }).whereNull('used_at').whereNull('revoked_at').update({ revoked_at: trx.raw('clock_timestamp()') });
}

/** Marks the live pass of a visit as used, when the front desk has let its visitor in: early perhaps, but not after its end. False when there is none. */
export async function usePass(trx: Knex.Transaction, processId: string): Promise<boolean> {
  const used = await trx('visit_pass').where({ process_id: processId }).whereNull('used_at').whereNull('revoked_at')
    .where('valid_until', '>=', trx.raw('clock_timestamp()')).update({ used_at: trx.raw('clock_timestamp()'), tries: 0 });
  return used === 1;
}

/** A kiosk that is enrolled. */
export interface KioskRow {
  id: string;
  name: string;
  place: string;
}

/** The kiosk of a device's token, as long as it is not revoked; notes once a minute that it was seen. */
export async function kioskOf(db: Db, tokenHash: Buffer): Promise<KioskRow | undefined> {
  const row = await db('kiosk').where({ token_hash: tokenHash }).whereNull('revoked_at').first('id', 'name', 'place', db.raw("coalesce(last_seen_at < now() - interval '1 minute', true) AS unseen"));
  if (!row) return undefined;
  if (row.unseen) await db('kiosk').where({ id: row.id }).update({ last_seen_at: db.fn.now() });
  return { id: row.id, name: row.name, place: row.place };
}

/** Enrols the device that knows the code; undefined when no kiosk waits for it any more. */
export async function enrolKiosk(trx: Knex.Transaction, enrolmentHash: Buffer, tokenHash: Buffer): Promise<KioskRow | undefined> {
  const [row] = await trx('kiosk').where({ enrolment_hash: enrolmentHash }).whereNull('revoked_at').where('enrolment_until', '>', trx.fn.now())
    .update({ token_hash: tokenHash, enrolled_at: trx.fn.now(), enrolment_hash: null, enrolment_until: null }).returning(['id', 'name', 'place']);
  return row;
}

/** Tries within a minute of one kiosk that failed; of those who enrol kiosks all together, whose codes are a million times longer. */
const MOST_FAILURES_A_MINUTE = 10;
const MOST_ENROLMENTS_A_MINUTE = 60;
/** So many failures within an hour, over all kiosks, are an alarm. */
export const ALARM_FAILURES_AN_HOUR = 50;

/**
 * Notes a try before it is looked at, as failed until told otherwise; undefined when the kiosk has used its tries up. Without a kiosk it is
 * somebody who enrols one.
 */
export async function beginTry(db: Db, kioskId: string | null): Promise<number | undefined> {
  return db.transaction(async (trx) => {
    await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`kiosk ${kioskId ?? ''}`]);
    const { n } = (await trx('kiosk_failure').where({ kiosk_id: kioskId }).where('at', '>', trx.raw("clock_timestamp() - interval '1 minute'")).count('* as n').first())!;
    if (Number(n) >= (kioskId === null ? MOST_ENROLMENTS_A_MINUTE : MOST_FAILURES_A_MINUTE)) return undefined;
    const [{ id }] = await trx('kiosk_failure').insert({ kiosk_id: kioskId }).returning('id');
    return id;
  });
}

/** A try that was none of the wrong ones. */
export async function forgetTry(db: Db | Knex.Transaction, id: number): Promise<void> {
  await db('kiosk_failure').where({ id }).delete();
}

/** Makes walk-ins of one kiosk take turns until the transaction ends; answers how many were asked for within an hour, and in how many seconds the first is older. */
export async function walkInsLastHour(trx: Knex.Transaction, kioskId: string): Promise<{ count: number; freeIn: number }> {
  await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`walk-ins ${kioskId}`]);
  // Their window began when they were asked for: its index finds them, and twice the time covers clocks that differ.
  const { rows: [row] } = await trx.raw<{ rows: { count: number; freeIn: number }[] }>(`
    SELECT count(*)::int AS count, coalesce(ceil(extract(epoch FROM min(asked_at) + interval '1 hour' - now())), 0)::int AS "freeIn"
    FROM visit WHERE way = 'kiosk' AND from_at > now() - interval '2 hours' AND asked_at > now() - interval '1 hour'
      AND EXISTS (SELECT FROM visit_link WHERE visit_link.process_id = visit.process_id AND kiosk_id = ?)`, [kioskId]);
  return row!;
}

/** Failures of the last hour, of all kiosks. */
export async function failuresLastHour(db: Db): Promise<number> {
  const row = await db('kiosk_failure').where('at', '>', db.raw("now() - interval '1 hour'")).count('* as n').first();
  return Number(row!.n);
}

/** What is printed on a pass, with the visitor's name masked (the caller puts the clear one in). */
export interface PassRow {
  number: string;
  visitor: string;
  company: string | null;
  party: number;
  host: string | null;
  hostDepartment: string | null;
  place: string;
  from: Date;
  until: Date;
  arrivedAt: Date | null;
  passId: string | null;
}

/** The pass of a visit whose visitor is inside. */
export async function passRow(db: Db | Knex.Transaction, processId: string): Promise<PassRow | undefined> {
  const { rows: [row] } = await db.raw<{ rows: PassRow[] }>(`
    SELECT process.number, visit.visitor, visit.company, visit.party, host.name AS host, department.name AS "hostDepartment", visit.place,
      visit.from_at AS "from", visit.until_at AS until,
      (SELECT max(decided_at) FROM task WHERE process_id = process.id AND step = 'arrival' AND outcome = 'arrived') AS "arrivedAt",
      (SELECT id FROM visit_pass WHERE process_id = process.id AND used_at IS NOT NULL ORDER BY created_at DESC LIMIT 1) AS "passId"
    FROM visit JOIN process ON process.id = visit.process_id
    LEFT JOIN person host ON host.id = visit.host_id LEFT JOIN department ON department.id = host.department_id
    WHERE visit.process_id = ?`, [processId]);
  return row;
}
