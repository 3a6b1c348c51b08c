import type { Answer } from '../../client.ts';
import { times as suiting, type Category } from '../../../workflows/repair-order/contract.ts';
import { contracts, words } from '../../contracts.ts';
import { t, textKey } from '../../texts.ts';
import { comingWords } from '../../time-words.ts';

/** An order as the dispatcher and its repairer see it. */
export type Order = Answer<'get /repairs/board'>['items'][number];

/** A repairer with skills, duty and load. */
export type Repairer = Answer<'get /repairs/repairers'>['items'][number];

/** What speaks for a repairer. */
export type Fit = Answer<'get /repairs/:id/suggestions'>['items'][number];

export const TYPE = 'repair-order';

/** Where it is, with the words of whoever reported it. */
export function placeWords({ place, placeEn, spot }: Pick<Order, 'place' | 'placeEn' | 'spot'>): string {
  return [textKey.value === 'en' ? placeEn : place, spot].filter(Boolean).join(' · ');
}

/** When it suits the requester; empty for always. */
export function timesWords({ times }: Pick<Order, 'times'>): string {
  const all: Readonly<Record<string, { zh: string; en: string }>> = suiting;
  return times.map((each) => words(all[each]) || each).join(textKey.value === 'en' ? ', ' : '、');
}

/** When somebody comes, or that the time has passed. */
export function etaWords({ eta, etaBroken }: Pick<Order, 'eta' | 'etaBroken'>, now: Date): string {
  return eta === null ? '' : t(etaBroken ? 'repairs.eta.broken' : 'repairs.eta', { time: comingWords(eta, now) });
}

/** What the service centre says on the open task. */
export function noteWords({ note }: Pick<Order, 'note'>): string {
  return note === null ? '' : words(contracts[TYPE]?.notes?.[note]) || note;
}

/** Why somebody is fit: 当班 · 负责本楼 · 手上 1 单. */
export function fitWords({ duty, place, open }: Pick<Fit, 'duty' | 'place' | 'open'>): string {
  return [t(`repairs.duty.${duty}`), t(`repairs.place.${place}`), t('repairs.open', { n: open })].join(' · ');
}

/** Whether somebody can do a trade; what is of no trade anybody can look at. */
export function hasSkill({ skills }: Pick<Repairer, 'skills'>, category: Category): boolean {
  return category === 'other' || skills.includes(category);
}

/** Whether somebody is there: away, on duty, called in an emergency, or off. */
export function presenceOf({ away, onDuty, onCall }: Pick<Repairer, 'away' | 'onDuty' | 'onCall'>): 'away' | 'now' | 'on-call' | 'off' {
  return away ? 'away' : onDuty ? 'now' : onCall ? 'on-call' : 'off';
}

/** What is repaired already: its clock stands, and says nothing any more. */
export function isRepaired(step: string | null | undefined): boolean {
  return step === 'evaluation' || step === 'call-back';
}
