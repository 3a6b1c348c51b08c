import type { Category, Urgency } from '../workflows/repair-order/contract.ts';

/** Hours of duty by weekday, 1 is Monday; `HH:MM` by the company's clock. */
export type DutyWeek = Readonly<Partial<Record<string, readonly { readonly from: string; readonly to: string }[]>>>;

/** A repairer as the dispatch knows one. */
export interface Repairer {
  id: string;
  name: string;
  skills: readonly string[];
  /** Where one is at home; none means everywhere alike. */
  buildingIds: readonly string[];
  week: DutyWeek;
  onCall: boolean;
  away: boolean;
  /** Orders at hand or just offered. */
  open: number;
  /** Orders taken on in the last thirty days. */
  recent: number;
  /** Buildings of the orders at hand. */
  atBuildings: readonly string[];
  lastAskedAt: Date | null;
}

/** What is to be repaired, and when it is asked. */
export interface Wanted {
  category: Category;
  urgency: Urgency;
  buildingId: string;
  at: Date;
}

/** What speaks for a repairer; the lowest `score` is asked first. */
export interface Fit {
  id: string;
  name: string;
  /** On duty now, within a day, or called in an emergency. */
  duty: 'now' | 'next' | 'on-call';
  /** Hours until duty begins; 0 for whoever is asked at once. */
  dutyIn: number;
  /** At home in the building, at work there, at home everywhere, or elsewhere. */
  place: 'home' | 'near' | 'any' | 'far';
  open: number;
  recent: number;
  /** Hours of duty in a week, against which the recent orders are weighed. */
  weekHours: number;
  score: number;
}

/** Whoever is not there cannot answer: those on duty are asked before all others, then who comes soonest. */
const DUTY_SCORE = { now: 0, 'on-call': 2, next: 1_000 } as const;
const PER_HOUR_UNTIL_DUTY = 5;
const PLACE_SCORE = { home: 0, near: 0, any: 3, far: 8 } as const;
const PER_OPEN_ORDER = 10;
/** For a full post; whoever is there half as long is given half as many. */
const PER_RECENT_ORDER = 3;
const FULL_WEEK_HOURS = 35;
const LEAST_WEEK_HOURS = 3.5;
const TIME_ZONE = 'Asia/Shanghai';
const DAY_MS = 86_400_000;
const DAY_MINUTES = 1_440;

/**
 * Who could be asked, the fittest first: who has the skill, is not away, and is on duty within a day (in an emergency: now, or on call).
 * Those on duty come before all others. Few orders at hand come before few of the last thirty days for one's hours of duty, before nearness;
 * of equals whoever was asked longest ago. `docs/repairs.md` has the figures.
 */
export function rankRepairers(repairers: readonly Repairer[], wanted: Wanted): Fit[] {
  return repairers
    .flatMap((repairer) => {
      const duty = dutyOf(repairer, wanted);
      if (!duty || repairer.away || !hasSkill(repairer, wanted.category)) return [];
      const place = placeOf(repairer, wanted.buildingId);
      const { id, name, open, recent, lastAskedAt } = repairer;
      const weekHours = hoursOf(repairer.week);
      const share = recent * FULL_WEEK_HOURS / Math.max(LEAST_WEEK_HOURS, weekHours);
      const score = Math.round(
        DUTY_SCORE[duty.when] + duty.in * PER_HOUR_UNTIL_DUTY + PLACE_SCORE[place] + open * PER_OPEN_ORDER + share * PER_RECENT_ORDER,
      );
      return [{ fit: { id, name, duty: duty.when, dutyIn: duty.in, place, open, recent, weekHours, score }, lastAsked: lastAskedAt?.getTime() ?? 0 }];
    })
    .sort((a, b) => a.fit.score - b.fit.score || a.lastAsked - b.lastAsked || (a.fit.id < b.fit.id ? -1 : 1))
    .map(({ fit }) => fit);
}

/** Whether somebody is on duty at an instant. */
export function isOnDuty(week: DutyWeek, at: Date): boolean {
  const { weekday, time } = shanghai(at);
  return (week[weekday] ?? []).some(({ from, to }) => from <= time && time < to);
}

function dutyOf({ week, onCall }: Repairer, { urgency, at }: Wanted): { when: Fit['duty']; in: number } | undefined {
  if (isOnDuty(week, at)) return { when: 'now', in: 0 };
  if (urgency === 'emergency') return onCall ? { when: 'on-call', in: 0 } : undefined;
  const { weekday, time } = shanghai(at);
  const tomorrow = shanghai(new Date(at.getTime() + DAY_MS)).weekday;
  const starts = [
    ...(week[weekday] ?? []).map(({ from }) => minutesOf(from) - minutesOf(time)),
    ...(week[tomorrow] ?? []).map(({ from }) => minutesOf(from) - minutesOf(time) + DAY_MINUTES),
  ].filter((minutes) => minutes >= 0 && minutes <= DAY_MINUTES);
  return starts.length > 0 ? { when: 'next', in: Math.round(Math.min(...starts) / 6) / 10 } : undefined;
}

function placeOf({ buildingIds, atBuildings }: Repairer, buildingId: string): Fit['place'] {
  if (buildingIds.includes(buildingId)) return 'home';
  if (atBuildings.includes(buildingId)) return 'near';
  return buildingIds.length === 0 ? 'any' : 'far';
}

/** What is of no trade anybody can look at. */
function hasSkill({ skills }: Repairer, category: Category): boolean {
  return category === 'other' || skills.includes(category);
}

function hoursOf(week: DutyWeek): number {
  const minutes = Object.values(week).flatMap((periods) => periods ?? []).reduce((sum, { from, to }) => sum + minutesOf(to) - minutesOf(from), 0);
  return Math.round(minutes / 6) / 10;
}

function minutesOf(time: string): number {
  return Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
}

const format = new Intl.DateTimeFormat('en-GB', { timeZone: TIME_ZONE, hourCycle: 'h23', weekday: 'short', hour: '2-digit', minute: '2-digit' });
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

function shanghai(at: Date): { weekday: string; time: string } {
  const parts = format.formatToParts(at);
  const part = (type: string): string => parts.find((each) => each.type === type)!.value;
  return { weekday: String(WEEKDAYS.indexOf(part('weekday')) + 1), time: `${part('hour')}:${part('minute')}` };
}
