import { randomBytes, randomInt, createHash } from 'node:crypto';
import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { e164 } from '../../sms/phone.ts';
import type { MaskedVisit, Window } from '../../workflows/visit/contract.ts';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';
import { applyOnce } from './effects.ts';
import { keepPersonal, personalIndexes, personalOf, processesWith, type PersonalValue } from './personal.ts';
import { startProcess, type NewProcess, type ProcessRow } from './processes.ts';
import { enqueueSms } from './sms.ts';

/** The doors open so long before a window. */
export const EARLY_MINUTES = 30;
/** Wrong codes per pass. */
export const MOST_TRIES = 5;

const CODE = 'visit.code';
const TAIL = 'visit.phone-tail';

/** A visit that is to begin. */
export interface NewVisit {
  /** With the masked form: see `visitProcess`. */
  process: NewProcess & { form: MaskedVisit };
  /** What was taken out of the form. */
  values: readonly PersonalValue[];
  /** Of the SMS to the visitor. */
  locale?: string;
  registrationId?: string;
  /** Whoever is on the block list is sent to the front desk. */
  blocked?: boolean;
  /** What an outsider's page made up for this request, so that it may ask again when the answer was lost. */
  requestKey?: string | undefined;
}

/** Starts a visit: its process, what is personal of it, and its row for the front desk. The one way to start one. */
export async function startVisit(trx: Knex.Transaction, seal: Seal, visit: NewVisit): Promise<ProcessRow> {
  const { process: { form }, values } = visit;
  const process = await startProcess(trx, visit.process);
  await keepPersonal(trx, seal, { processId: process.id, version: 1, values });
  const phone = values.find(({ kind }) => kind === 'phone')!.value;
  await trx('visit').insert({
    process_id: process.id,
    way: form.way,
    purpose: form.purpose,
    place: form.place,
    party: form.party,
    visitor: form.visitor.name,
    company: form.visitor.company ?? null,
    host_id: form.hostId ?? null,
    host_department_id: form.hostId ? trx('person').select('department_id').where({ id: form.hostId }) : null,
    phone_tail_index: seal.index(phone.slice(-4), TAIL),
    from_at: form.windows[0]!.from,
    until_at: form.windows[0]!.until,
    registration_id: visit.registrationId ?? null,
    blocked: visit.blocked ?? false,
    request_hash: visit.requestKey === undefined ? null : linkHash(visit.requestKey),
    locale: visit.locale ?? 'zh-CN',
  });
  return process;
}

/** Keyed hashes by which a phone's last four digits are found. */
export function tailIndexes(seal: Seal, tail: string): readonly Buffer[] {
  return seal.indexes(tail, TAIL);
}

/** Whether a pass's code is this one; its keyed hash is worth nothing for another pass. */
export function isCodeOf(seal: Seal, passId: string, hash: Buffer, code: string): boolean {
  return seal.isIndexOf(hash, `${passId}.${code}`, CODE);
}

/** Adds a link by which a visit's visitor sees it; answers its token, of which only a hash is kept. */
export async function addLink(trx: Knex.Transaction, processId: string, kioskId?: string): Promise<string> {
  const token = randomBytes(16).toString('base64url');
  await trx('visit_link').insert({ token_hash: linkHash(token), process_id: processId, kiosk_id: kioskId ?? null });
  return token;
}

/** A link shows its visit for so many days after the end of its window. */
const LINK_DAYS = 30;

/** The visit of a link's token; with a kiosk only one that was made there. */
export async function visitOfLink(db: Db | Knex.Transaction, token: string, kioskId?: string): Promise<string | undefined> {
  const row = await db('visit_link').join('visit', 'visit.process_id', 'visit_link.process_id')
    .where({ token_hash: linkHash(token), ...(kioskId && { kiosk_id: kioskId }) })
    .where('visit.until_at', '>', db.raw('now() - make_interval(days => ?)', [LINK_DAYS])).first('visit.process_id');
  return row?.process_id;
}

/** The visit that was asked for with this key before; others with the key wait until the transaction ends. */
export async function visitOfRequest(trx: Knex.Transaction, requestKey: string | undefined): Promise<string | undefined> {
  if (requestKey === undefined) return undefined;
  await trx.raw('SELECT pg_advisory_xact_lock(hashtextextended(?, 0))', [`visit request ${requestKey}`]);
  const row = await trx('visit').where({ request_hash: linkHash(requestKey) }).first('process_id');
  return row?.process_id;
}

function linkHash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Locks a process and says whether it still runs, and how it ended. */
async function lockProcess(trx: Knex.Transaction, id: string): Promise<{ status: string; outcome: string | null }> {
  return trx('process').where({ id }).forUpdate().first('status', 'outcome');
}

/**
 * Issues the pass of a window, once per effect key: another one of the visit is dead from then on. The code goes to the visitor's phone,
 * unless whoever is concerned stands at the gate.
 */
export async function issuePass(
  trx: Knex.Transaction, seal: Seal, { key, processId, window, moved, sms }: {
    key: string; processId: string; window: Window; moved: boolean;
    /** False where no SMS leave at all. */
    sms: boolean;
  },
): Promise<void> {
  const { status } = await lockProcess(trx, processId);
  if (status === 'ended' || !(await applyOnce(trx, { key, processId, name: 'pass' }))) return;
  await trx('visit_pass').where({ process_id: processId }).whereNull('used_at').whereNull('revoked_at').update({ revoked_at: trx.fn.now() });
  const id = `pass-${uuidv7()}`;
  const code = String(randomInt(1_000_000)).padStart(6, '0');
  await trx('visit_pass').insert({
    id,
    key,
    process_id: processId,
    code_hash: seal.index(`${id}.${code}`, CODE),
    valid_from: trx.raw("?::timestamptz - ? * interval '1 minute'", [window.from, EARLY_MINUTES]),
    valid_until: window.until,
  });
  const [visit] = await trx('visit').where({ process_id: processId }).update({ from_at: window.from, until_at: window.until }).returning(['way', 'place', 'locale']);
  if (!sms || AT_THE_GATE.includes(visit.way) || Date.parse(window.until) <= Date.now()) return;
  await tellVisitor(trx, seal, {
    key: `${key}.code`, processId, template: moved ? 'visit-moved' : 'visit-code', until: window.until,
    params: { place: visit.place, when: whenWords(window.from, visit.locale), code, token: await addLink(trx, processId) },
  });
}

const AT_THE_GATE: readonly string[] = ['kiosk', 'desk', 'desk-confirmed'];

/** Undoes `issuePass` under the same key. A visitor who was told the code hears that the visit is cancelled. */
export async function revokePass(trx: Knex.Transaction, seal: Seal, { key, processId, sms }: { key: string; processId: string; sms: boolean }): Promise<void> {
  const { outcome } = await lockProcess(trx, processId);
  const undone = await trx('effect').where({ key, state: 'applied' }).update({ state: 'undone', undone_at: trx.fn.now() });
  if (undone === 0) return;
  const [pass] = await trx('visit_pass').where({ key }).whereNull('used_at').whereNull('revoked_at')
    .update({ revoked_at: trx.fn.now() }).returning(['valid_until']);
  if (!pass || !sms || outcome !== 'withdrawn' || pass.valid_until.getTime() <= Date.now()) return;
  const visit = await trx('visit').where({ process_id: processId }).first('from_at', 'way', 'locale');
  if (AT_THE_GATE.includes(visit.way)) return;
  await tellVisitor(trx, seal, {
    key: `${key}.cancelled`, processId, template: 'visit-cancelled', until: pass.valid_until.toISOString(),
    params: { when: whenWords(visit.from_at.toISOString(), visit.locale) },
  });
}

/** Tells a visitor who asked from afar that the host refused, once per effect key. */
export async function tellRefused(trx: Knex.Transaction, seal: Seal, { key, processId, sms }: { key: string; processId: string; sms: boolean }): Promise<void> {
  if (!(await applyOnce(trx, { key, processId, name: 'refusal' }))) return;
  const visit = await trx('visit').where({ process_id: processId }).first('from_at', 'until_at', 'way', 'locale');
  if (!sms || AT_THE_GATE.includes(visit.way)) return;
  await tellVisitor(trx, seal, {
    key: `${key}.told`, processId, template: 'visit-refused', until: visit.until_at.toISOString(),
    params: { when: whenWords(visit.from_at.toISOString(), visit.locale) },
  });
}

async function tellVisitor(
  trx: Knex.Transaction, seal: Seal, { key, processId, template, params, until }: {
    key: string; processId: string; template: string; params: Record<string, string>; until: string;
  },
): Promise<void> {
  const values = await personalOf(trx, seal, processId);
  const phone = e164(values.get('visitor.phone') ?? '');
  // Deleted meanwhile, at the visitor's wish: then there is nobody to tell.
  if (!phone) return;
  const { locale } = await trx('visit').where({ process_id: processId }).first('locale');
  await enqueueSms(trx, seal, { key, phone, template, locale, params, notBefore: new Date(), expiresAt: new Date(until) });
}

/** Sends the code of the live pass again: the same one, as long as the SMS that told it is there. False when there is none to send. */
export async function resendCode(trx: Knex.Transaction, seal: Seal, processId: string): Promise<boolean> {
  const pass = await trx('visit_pass').where({ process_id: processId }).whereNull('used_at').whereNull('revoked_at').where('valid_until', '>', trx.fn.now()).first();
  const told = pass && await trx('sms').where({ key: `${pass.key}.code` }).first();
  if (!told) return false;
  const params = JSON.parse(seal.open(told.params_sealed, 'sms.params')) as Record<string, string>;
  const { n } = (await trx('sms').where('key', 'like', `${pass.key}.code.%`).count('* as n').first())!;
  await tellVisitor(trx, seal, { key: `${pass.key}.code.${Number(n) + 1}`, processId, template: told.template, params, until: pass.valid_until.toISOString() });
  return true;
}

/** An instant as a visitor reads it. */
function whenWords(at: string, locale: string): string {
  const parts = { timeZone: 'Asia/Shanghai', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false } as const;
  return new Intl.DateTimeFormat(locale === 'en' ? 'en-GB' : 'zh-CN', parts).format(new Date(at));
}

/**
 * Starts the visits of an approved registration, once per effect key: one for each visitor, with a window on each of its days. Answers how
 * many.
 */
export async function startRegisteredVisits(trx: Knex.Transaction, seal: Seal, { key, processId, processOf }: {
  key: string; processId: string; processOf(form: MaskedVisit, by: { requesterId: string; departmentId: string }): NewVisit['process'];
}): Promise<number> {
  const registration = await trx('process').where({ id: processId }).forUpdate().first();
  if (!(await applyOnce(trx, { key, processId, name: 'visits' }))) return trx('visit').where({ registration_id: processId }).count('* as n').first().then((row) => Number(row!.n));
  const { form } = await trx('process_form').where({ process_id: processId, version: registration.form_version }).first('form');
  const clear = await personalOf(trx, seal, processId);
  const windows = windowsOf(form);
  if (windows.length === 0) return 0;
  for (const [i, visitor] of (form.visitors as MaskedVisit['visitor'][]).entries()) {
    const values = PERSONAL.flatMap(([member, kind]) => {
      const value = clear.get(`visitors.${i}.${member}`);
      return value === undefined ? [] : [{ path: `visitor.${member}`, kind, value }];
    });
    const masked: MaskedVisit = {
      visitor, party: 1, purpose: form.purpose, reason: form.reason, place: form.place, windows, hostId: registration.requester_id, way: 'registration',
    };
    const process = processOf(masked, { requesterId: registration.requester_id, departmentId: registration.department_id });
    await startVisit(trx, seal, { process, values, registrationId: processId });
  }
  return form.visitors.length;
}

const PERSONAL = [['name', 'name'], ['phone', 'phone'], ['plate', 'plate'], ['idNumber', 'id-number']] as const;
const DAY_MS = 86_400_000;

/** A window for each day that is not over yet, by the company's clock. */
function windowsOf({ days, hours }: { days: { from: string; until: string }; hours: { from: string; until: string } }, now = Date.now()): Window[] {
  const windows: Window[] = [];
  for (let day = Date.parse(days.from); day <= Date.parse(days.until); day += DAY_MS) {
    const date = new Date(day).toISOString().slice(0, 10);
    const at = (time: string): string => new Date(`${date}T${time}:00+08:00`).toISOString();
    if (Date.parse(at(hours.until)) > now) windows.push({ from: at(hours.from), until: at(hours.until) });
  }
  return windows;
}

/** The host whom a visitor names: active, of exactly this name, and of this department or phone. Undefined unless there is just one. */
export async function findHost(
  db: Db | Knex.Transaction, { name, department, phone }: { name: string; department?: string | undefined; phone?: string | undefined },
): Promise<string | undefined> {
  const found: { id: string; phone: string | null; department: string; department_en: string }[] = await db('person')
    .join('department', 'department.id', 'person.department_id').where({ 'person.name': name, 'person.active': true })
    .select('person.id', 'person.phone', 'department.name as department', 'department.name_en as department_en');
  const given = phone && (e164(phone) ?? phone);
  const fitting = found.filter((each) => (given && each.phone && (e164(each.phone) ?? each.phone) === given)
    || (department && [each.department, each.department_en].some((one) => one.toLowerCase() === department.toLowerCase())));
  return fitting.length === 1 ? fitting[0]!.id : undefined;
}

/** How many visits were asked for from a phone within a day. */
export async function askedFromPhone(trx: Knex.Transaction, seal: Seal, phone: string): Promise<number> {
  const ids = await processesWith(trx, seal, 'phone', phone);
  const row = await trx('visit').whereIn('process_id', ids).where('asked_at', '>', trx.raw("now() - interval '1 day'")).count('* as n').first();
  return Number(row!.n);
}

/** Marks a visit whose visitor has come onto the block list. */
export async function markBlocked(db: Db, processId: string): Promise<void> {
  await db('visit').where({ process_id: processId }).update({ blocked: true });
}

/** Whether one of a visitor's numbers is on the block list. */
export async function isBlocked(db: Db | Knex.Transaction, seal: Seal, values: readonly PersonalValue[]): Promise<boolean> {
  const wanted = values.filter(({ kind }) => kind !== 'name').map(({ kind, value }) => [kind, personalIndexes(seal, kind, value)] as const);
  if (wanted.length === 0) return false;
  const found = await db('blocked_visitor').whereNull('removed_at')
    .where((still) => still.whereNull('until').orWhereRaw("until >= (now() AT TIME ZONE 'Asia/Shanghai')::date"))
    .where((any) => { for (const [kind, indexes] of wanted) void any.orWhere((one) => { void one.where({ kind }).whereIn('index', indexes); }); })
    .first('id');
  return found !== undefined;
}
