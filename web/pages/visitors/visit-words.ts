import type { Answer } from '../../client.ts';
import { purposes, ways } from '../../../workflows/visit/contract.ts';
import { departmentWords, words } from '../../contracts.ts';
import { language, t } from '../../texts.ts';
import { clockWords, lengthWords } from '../../time-words.ts';

/** A visit as the front desk sees it. */
export type Visit = Answer<'get /visits/board'>['items'][number];

/** What is printed for a visitor. */
export type Pass = Answer<'get /visits/:id/pass'>;

const ZONE = 'Asia/Shanghai';
const UNDO_MS = 15 * 60_000;

/** The time of day of an instant, in the company's time: 14:30. */
export function timeOfDay(at: string | Date): string {
  return new Intl.DateTimeFormat(language.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: ZONE }).format(new Date(at));
}

/** The company's day of an instant, as `2026-11-28`. */
export function dayOf(at: string | Date): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date(at));
}

/** From when until when: 14:00–16:00 on the day that is looked at, else with its day. */
export function windowWords({ from, until }: { from: string | Date; until: string | Date }, now: Date, day = dayOf(now)): string {
  const begins = dayOf(from) === day ? timeOfDay(from) : clockWords(from, now);
  return `${begins}–${dayOf(until) === dayOf(from) ? timeOfDay(until) : clockWords(until, now)}`;
}

/** How long somebody stays beyond the window. */
export function overstayWords({ until }: Visit, now: Date): string {
  return t('visitors.overstay', { time: lengthWords(Math.max(60_000, now.getTime() - new Date(until).getTime())) });
}

/** Whether a check-out can still be taken back: nobody takes back what the clock did. */
export function mayUndoCheckOut({ state, leftAt, leftUnseen }: Visit, now: Date): boolean {
  return state === 'left' && leftAt !== null && !leftUnseen && now.getTime() - new Date(leftAt).getTime() < UNDO_MS;
}

/** Who is visited, with the department; the visitor's own words where nobody was found. */
export function hostWords({ host, hostNamed }: Pick<Visit, 'host' | 'hostNamed'>): string {
  return host ? `${host.name} · ${departmentWords(host)}` : hostNamed ?? t('visitors.host.none');
}

/** The words of a purpose, and of how a visit came about. */
export const purposeWords = (purpose: Visit['purpose']): string => words(purposes[purpose]);
export const wayWords = (way: Visit['way']): string => words(ways[way]);
