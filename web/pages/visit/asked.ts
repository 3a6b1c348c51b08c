import { purposes, type Purpose } from '../../../workflows/visit/contract.ts';
import type { Input } from '../../client.ts';
import { words } from '../../contracts.ts';
import { fromLocal, toLocal } from '../../local-time.ts';
import { t } from '../../texts.ts';

/** What a visitor has typed. It is kept on the page only: neither in the browser's storage nor in the address. */
export interface Asked {
  name: string;
  phone: string;
  code: string;
  /** Of a colleague from another app, whose name and phone are shown masked and not sent; empty for others. */
  proof: string;
  company: string;
  plate: string;
  party: number | null;
  idConsent: boolean;
  idNumber: string;
  hostName: string;
  hostDepartment: string;
  hostPhone: string;
  purpose: Purpose | undefined;
  reason: string;
  /** The company's day, `2026-11-28`, and times of day, `14:30`; `until` before `from` is of the next day. */
  day: string;
  from: string;
  until: string;
}

export type Errors = Readonly<Record<string, string>>;

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const HALF_HOUR_MS = 30 * MINUTE_MS;
const FIRST_STAY_MINUTES = 120;
const MORNING = '09:00';
/** After this time of day, whoever asks means the next day. */
const EVENING = '17:00';

/** So many come together at most; more are a registration by their host. */
export const MOST_PARTY_TYPED = 20;

const localTime = (ms: number): string => toLocal(new Date(ms).toISOString());

/** The company's day so many days after today. */
export function dayAfter(days: number, now = Date.now()): string {
  return localTime(now + days * DAY_MS).slice(0, 10);
}

/** When somebody can be there at the earliest: in half an hour, on the half hour. */
export function soonest(now = Date.now()): string {
  return localTime(Math.ceil((now + 15 * MINUTE_MS) / HALF_HOUR_MS) * HALF_HOUR_MS).slice(11);
}

/** A time of day so many minutes later, on this day or the next. */
export function timeLater(time: string, minutes: number): string {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  const later = (hour * 60 + minute + minutes) % (24 * 60);
  return `${String(Math.floor(later / 60)).padStart(2, '0')}:${String(later % 60).padStart(2, '0')}`;
}

/** Minutes from one time of day to another, of this day or the next; undefined while one is missing. */
export function minutesBetween(from: string, until: string): number | undefined {
  if (from === '' || until === '') return undefined;
  const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const between = minutes(until) - minutes(from);
  return between > 0 ? between : between + 24 * 60;
}

/** A form with nothing in it but a sensible time. */
export function emptyAsked(now = Date.now()): Asked {
  const isLate = localTime(now).slice(11) >= EVENING;
  const from = isLate ? MORNING : soonest(now);
  return {
    name: '', phone: '', code: '', proof: '', company: '', plate: '', party: 1, idConsent: false, idNumber: '', hostName: '', hostDepartment: '', hostPhone: '',
    purpose: undefined, reason: '', day: dayAfter(isLate ? 1 : 0, now), from, until: timeLater(from, FIRST_STAY_MINUTES),
  };
}

/** From when until when, as instants; undefined while something is missing. */
export function windowOf({ day, from, until }: Pick<Asked, 'day' | 'from' | 'until'>): { from: string; until: string } | undefined {
  const minutes = minutesBetween(from, until);
  if (day === '' || minutes === undefined) return undefined;
  const begins = fromLocal(`${day}T${from}`)!;
  return { from: begins, until: new Date(Date.parse(begins) + minutes * MINUTE_MS).toISOString() };
}

const digits = (typed: string): string => typed.normalize('NFKC').replace(/[\s-]/g, '');

/** A mobile number as it is sent; undefined for what cannot be one of mainland China. */
export function mobileOf(typed: string): string | undefined {
  return /^(?:\+?86)?(1\d{10})$/.exec(digits(typed))?.[1];
}

/** What is wrong with who comes, by the API's paths. */
export function whoErrors({ name, phone, code, proof, idConsent, idNumber, party }: Asked, isCodeSent: boolean): Errors {
  return {
    ...(proof === '' && name.trim() === '' && { 'visitor.name': t('form.needed') }),
    ...(proof === '' && mobileOf(phone) === undefined && { 'visitor.phone': t('ask-visit.phone.needed') }),
    ...(proof === '' && !/^\d{6}$/.test(digits(code)) && { code: t(isCodeSent ? 'ask-visit.code.needed' : 'ask-visit.code.first') }),
    ...(!party && { party: t('form.needed') }),
    ...(idConsent && idNumber.trim() === '' && { 'visitor.idNumber': t('ask-visit.id.needed') }),
  };
}

/** What is wrong with whom and when, by the API's paths. */
export function whenErrors(asked: Asked): Errors {
  const window = windowOf(asked);
  return {
    ...(asked.hostName.trim().length < 2 && { 'host.name': t('ask-visit.host.needed') }),
    ...(asked.hostDepartment.trim() === '' && asked.hostPhone.trim() === '' && { 'host.department': t('ask-visit.host.how.needed') }),
    ...(asked.purpose === undefined && { purpose: t('form.choose') }),
    ...((asked.day === '' || asked.from === '') && { from: t('form.needed') }),
    ...(asked.until === '' && { until: t('form.needed') }),
    ...(window && Date.parse(window.until) <= Date.now() && { until: t('ask-visit.until.over') }),
  };
}

/** Which step has the field that an error is about. */
export function stepOf(path: string): 1 | 2 {
  return path.startsWith('visitor') || path === 'code' || path === 'party' ? 1 : 2;
}

/** The request as the API takes it; what is empty is not sent. */
export function requestOf(asked: Asked, requestKey: string): Input<'post /visit/requests'>['body'] {
  const given = <Name extends string>(name: Name, typed: string): { [N in Name]?: string } =>
    (typed.trim() === '' ? {} : { [name]: typed.trim() } as { [N in Name]?: string });
  return {
    visitor: {
      ...(asked.proof === '' && { name: asked.name.trim(), phone: mobileOf(asked.phone) ?? asked.phone }), ...given('company', asked.company),
      ...given('plate', asked.plate.normalize('NFKC').toUpperCase()),
      ...(asked.idConsent && asked.idNumber.trim() !== '' && { idNumber: digits(asked.idNumber).toUpperCase(), idConsent: true }),
    },
    ...(asked.proof === '' ? { code: digits(asked.code) } : { proof: asked.proof }),
    host: { name: asked.hostName.trim(), ...given('department', asked.hostDepartment), ...given('phone', digits(asked.hostPhone)) },
    purpose: asked.purpose!, party: asked.party ?? 1, ...given('reason', asked.reason), ...windowOf(asked)!, requestKey,
  };
}

/** What a visit may be for, in the page's language. */
export function purposeChoices(): { value: Purpose; text: string }[] {
  return Object.entries(purposes).map(([value, title]) => ({ value: value as Purpose, text: words(title) }));
}
