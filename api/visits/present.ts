import type { z } from 'zod';
import type { VisitRow } from '../../db/queries/visit-board.ts';
import { contract } from '../../workflows/visit/contract.ts';
import type { visitContract, visitItem } from '../contract/visits.ts';
import { mask } from '../processes/personal.ts';

type VisitJson = z.input<typeof visitItem>;
type OwnVisitJson = z.input<typeof visitContract.ownVisit.response>;

/** Steps at which an answer is waited for. */
const REVIEWS = Object.keys(contract.steps).filter((step) => step.endsWith('-review'));

/** A visit as the front desk sees it. `dayEnds`: of the day that is looked at, for a visit of several days. */
export function presentVisit(row: VisitRow, dayEnds: Date | undefined = undefined, now = new Date()): VisitJson {
  const state = stateOf(row, dayEnds);
  return {
    id: row.process_id,
    number: row.number,
    state,
    step: state === 'asked' ? row.open_step : null,
    since: state === 'asked' ? row.open_since : null,
    way: row.way as VisitJson['way'],
    purpose: row.purpose as VisitJson['purpose'],
    reason: row.reason,
    visitor: row.visitor,
    company: row.company,
    phone: row.phone,
    plate: row.plate,
    hasIdNumber: row.has_id_number,
    party: row.party,
    place: row.place,
    host: row.host_id === null ? null : {
      id: row.host_id, name: row.host_name!, department: row.host_department!, departmentEn: row.host_department_en!, phone: row.host_phone,
    },
    hostNamed: row.host_id === null ? row.host_named : null,
    from: row.from_at,
    until: row.until_at,
    arrivedAt: row.arrived_at,
    leftAt: state === 'inside' ? null : row.left_at,
    leftUnseen: state !== 'inside' && row.left_outcome === 'left-unseen',
    overstays: state === 'inside' && row.until_at < now,
    blocked: row.blocked,
    registrationId: row.registration_id,
  };
}

const ENDED = { visited: 'left', missed: 'missed', rejected: 'refused', expired: 'refused', withdrawn: 'cancelled' } as const;

function stateOf(row: VisitRow, dayEnds: Date | undefined): VisitJson['state'] {
  if (row.status === 'ended') return ENDED[row.outcome as keyof typeof ENDED];
  if (row.open_step === null) return 'held';
  if (REVIEWS.includes(row.open_step)) return 'asked';
  if (row.open_step === 'departure') return 'inside';
  if (row.open_step === 'left') return 'left';
  // Its window of this day is over, the next one is another day's.
  if (dayEnds && row.from_at >= dayEnds) return row.left_at ? 'left' : 'missed';
  return 'expected';
}

const MINUTE_MS = 60_000;
/** When a visit lies with whom, at about its default timeouts: a host of whom there is none seems to wait as long. */
const WAITS = {
  kiosk: { substitute: 5 * MINUTE_MS, desk: 10 * MINUTE_MS },
  others: { substitute: 180 * MINUTE_MS, desk: 240 * MINUTE_MS },
};

/** A visit as its visitor sees it. What it says of the host is what the visitor wrote, whether there is such a one or not. */
export function presentOwnVisit(row: VisitRow, { qr, validFrom }: { qr: string | null; validFrom: Date | null }, now = Date.now()): OwnVisitJson {
  const state = stateOf(row, undefined);
  const [named, where] = splitNamed(row.host_named);
  return {
    number: row.number,
    state: state === 'asked' || state === 'held' ? 'waiting' : state === 'expected' ? 'approved' : row.outcome === 'expired' ? 'expired' : state,
    heldBy: state === 'asked' ? heldBy(row, now) : state === 'held' && !row.arrived_at ? 'host' : null,
    since: state === 'asked' ? row.asked_at : row.open_since ?? row.asked_at,
    visitor: row.visitor,
    host: named ?? row.host_name,
    hostDepartment: where ?? row.host_department,
    place: row.place,
    purpose: row.purpose as OwnVisitJson['purpose'],
    party: row.party,
    from: row.from_at,
    until: row.until_at,
    qr,
    validFrom,
    mayCancel: state === 'asked' || state === 'expected',
    hasIdNumber: row.has_id_number,
  };
}

function heldBy(row: VisitRow, now: number): 'host' | 'substitute' | 'front-desk' {
  if (row.host_id !== null) return row.open_step === 'front-desk-review' ? 'front-desk' : row.escalated ? 'substitute' : 'host';
  const waited = now - row.asked_at.getTime();
  const { substitute, desk } = row.way === 'kiosk' ? WAITS.kiosk : WAITS.others;
  return waited < substitute ? 'host' : waited < desk ? 'substitute' : 'front-desk';
}

/** The host as a visitor wrote one: the name, and the department or the masked phone in brackets. */
export function hostNamed({ name, department, phone }: { name: string; department?: string | undefined; phone?: string | undefined }): string {
  return `${name}（${department || (phone ? mask('phone', phone) : '')}）`;
}

function splitNamed(named: string | null): [string | null, string | null] {
  const found = named?.match(/^(.*)（(.*)）$/);
  return found ? [found[1]!, found[2]!] : [named, null];
}
