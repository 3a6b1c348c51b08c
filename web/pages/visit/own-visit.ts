import type { Answer } from '../../client.ts';
import { language } from '../../texts.ts';
import { comingWords } from '../../time-words.ts';

/** A visit as its visitor sees it. */
export type OwnVisit = Answer<'post /visit/look'>;

/** States in which nothing happens any more. */
export const ENDED: readonly OwnVisit['state'][] = ['left', 'missed', 'refused', 'cancelled', 'expired'];

const ZONE = 'Asia/Shanghai';

const day = (at: string): string => new Intl.DateTimeFormat('sv-SE', { timeZone: ZONE }).format(new Date(at));
const time = (at: string): string =>
  new Intl.DateTimeFormat(language.value, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: ZONE }).format(new Date(at));

/** From when until when, as people say it: 今天 14:00–16:00. */
export function visitWindowWords({ from, until }: { from: string; until: string }, now: Date): string {
  return `${comingWords(from, now)}–${day(from) === day(until) ? time(until) : comingWords(until, now)}`;
}
