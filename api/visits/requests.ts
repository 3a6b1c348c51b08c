import type { Knex } from 'knex';
import type { PersonalValue } from '../../db/queries/personal.ts';
import type { ProcessRow } from '../../db/queries/processes.ts';
import { VISITORS } from '../../db/queries/visitors.ts';
import { findHost, isBlocked, startVisit } from '../../db/queries/visits.ts';
import type { Seal } from '../../db/sealed.ts';
import { visitProcess, type MaskedVisit } from '../../workflows/visit/contract.ts';
import { visit, type Visitor } from '../../workflows/visit/form.ts';
import type { Locale } from '../actor.ts';
import { invalidField } from '../errors.ts';
import { maskPersonal } from '../processes/personal.ts';
import { hostNamed } from './present.ts';

const HOUR_MS = 3_600_000;
/** A visit lasts so long at most, and is asked for so far ahead. */
const LONGEST_HOURS = 24;
const FARTHEST_DAYS = 60;

/** What a visit is made of, beside who comes. */
interface Asked {
  visitor: Visitor;
  purpose: string;
  reason?: string | undefined;
  place: string;
  party: number;
  from: string;
  until: string;
}

/** Checks the times of a visit. Throws a 400 that names the field; `now` in ms. */
export function checkWindow({ from, until }: { from: string; until: string }, now = Date.now()): { from: string; until: string } {
  const [begins, ends] = [Date.parse(from), Date.parse(until)];
  if (ends <= now) throw invalidField('until', 'visit.over');
  if (ends <= begins) throw invalidField('until', 'visit.until-before-from');
  if (ends - begins > LONGEST_HOURS * HOUR_MS) throw invalidField('until', 'visit.too-long');
  if (begins > now + FARTHEST_DAYS * 24 * HOUR_MS) throw invalidField('from', 'visit.too-far');
  return { from: new Date(begins).toISOString(), until: new Date(ends).toISOString() };
}

/** Takes what is personal out of a visit's form. Throws a 400 for an ID number without its consent. */
function maskedVisit({ visitor: given, from, until, ...asked }: Asked, more: object): { form: MaskedVisit; values: PersonalValue[] } {
  if (given.idNumber !== undefined && given.idConsent !== true) throw invalidField('visitor.idConsent', 'visit.consent');
  const { form, values } = maskPersonal(visit.form, { visitor: given, ...asked, windows: [checkWindow({ from, until })], ...more });
  return { form: form as MaskedVisit, values };
}

/** Starts a visit that somebody of the staff answers for: the caller's guest, or a walk-in at the front desk. `blocked` says that the visitor is on the block list. */
export async function startStaffVisit(
  trx: Knex.Transaction, seal: Seal, asked: Asked, by: { requesterId: string; departmentId: string; hostId: string; way: 'invitation' | 'desk' | 'desk-confirmed' },
): Promise<ProcessRow | 'blocked'> {
  const { form, values } = maskedVisit(asked, { hostId: by.hostId, way: by.way });
  if (await isBlocked(trx, seal, values)) return 'blocked';
  return startVisit(trx, seal, { process: visitProcess(form, { requesterId: by.requesterId, departmentId: by.departmentId }), values });
}

/** Whom a visitor wants to see, by full name and department or phone. */
export interface Host {
  name: string;
  department?: string | undefined;
  phone?: string | undefined;
}

/**
 * Starts a visit that an outsider asks for. Whoever names nobody of ours, or is on the block list, is answered in the same way and asked about
 * at the front desk.
 */
export async function startOutsideVisit(
  trx: Knex.Transaction, seal: Seal, asked: Asked, { host, way, locale, requestKey }: {
    host: Host; way: 'page' | 'colleague' | 'kiosk'; locale: Locale; requestKey?: string | undefined;
  },
): Promise<ProcessRow> {
  if (!host.department && !host.phone) throw invalidField('host.department', 'visit.host-how');
  const hostId = await findHost(trx, host);
  const { form, values } = maskedVisit(asked, { hostNamed: hostNamed(host), way });
  const blocked = await isBlocked(trx, seal, values);
  const process = visitProcess(hostId && !blocked ? { ...form, hostId } : form, { requesterId: VISITORS.personId, departmentId: VISITORS.departmentId });
  return startVisit(trx, seal, { process, values, locale, blocked, requestKey });
}
