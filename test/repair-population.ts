import { addBusinessMilliseconds, businessMillisecondsBetween } from '../activities/deadlines/business-calendar.ts';
import { defaultCalendar as calendar } from '../activities/deadlines/calendar-2026.ts';
import type { DutyWeek, Fit, Repairer, Wanted } from '../activities/repair-ranking.ts';
import { randomFrom, type Random } from '../faults/random.ts';
import type { Category, Urgency } from '../workflows/repair-order/contract.ts';

/** Puts those who could be asked into the order in which they are. */
export type Policy = (repairers: readonly Repairer[], wanted: Wanted) => Fit[];

interface Stretch {
  from: number;
  to: number;
}

interface Person extends Repairer {
  group: string;
  /** Duty within the weeks, without absences, in order. */
  duty: Stretch[];
  absences: Stretch[];
  takenOn: number[];
  atHand: Order[];
  offered: Set<Order>;
  workedMs: number;
  /** Until when the work at hand takes. */
  busyUntil: number;
  at: string;
}

interface Order extends Omit<Wanted, 'at'> {
  workMs: number;
  ownerlessSince: number;
  /** The taking on that holds: an earlier one's end is no end of this. */
  owner?: { person: Person };
  asked: Set<string>;
}

/** What came of it. Hours without an owner are working hours, in an emergency those of the wall clock. */
export interface Outcome {
  ownerless: { longest: number; p99: number; longestEmergency: number };
  /** Of work minutes per hour of duty among those of the same skills; the groups weighed by their minutes. */
  gini: number;
  /** The most and the least minutes of work per hour of duty, of any group. */
  widest: number;
  /** Orders whose repairer was at home there, or at work there already. */
  near: number;
  meanAcceptMinutes: number;
  askedPerOrder: number;
  done: number;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEKS = 5;
const REPAIRERS = 30;
/** A Monday without holidays in the weeks after it; midnight in Shanghai. */
const START = Date.parse('2026-03-02T00:00:00+08:00');
const BUILDINGS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const MOST_ASKED = 8;

const hours = (days: readonly number[], ...times: [string, string][]): DutyWeek =>
  Object.fromEntries(days.map((day) => [day, times.map(([from, to]) => ({ from, to }))]));
const WORKDAYS = [1, 2, 3, 4, 5];
const shifts: DutyWeek[] = [
  hours(WORKDAYS, ['08:30', '12:00'], ['14:00', '17:30']),
  hours([1, 2, 3, 4, 5, 6], ['07:00', '15:00']),
  hours([2, 3, 4, 5, 6], ['13:00', '21:00']),
  hours([3, 4, 5, 6, 7], ['08:30', '17:30']),
  // Half a post: its fair share is half.
  hours([1, 3, 5], ['08:30', '12:00']),
];
const nights = hours([1, 2, 3, 4, 5, 6, 7], ['20:00', '24:00'], ['00:00', '04:00']);

const crews: Record<string, Category[]> = {
  water: ['plumbing', 'building'],
  power: ['electrical', 'network'],
  climate: ['air-conditioning', 'electrical'],
  carpentry: ['doors-windows', 'furniture'],
  all: ['plumbing', 'electrical', 'doors-windows', 'air-conditioning'],
};
const demand: [Category, number][] = [
  ['plumbing', 22], ['electrical', 20], ['air-conditioning', 15], ['doors-windows', 14], ['furniture', 12], ['building', 7], ['network', 7], ['other', 3],
];

/** Thirty repairers of five crews, and orders over five weeks with a peak in the morning and one after lunch; all of it drawn from the seed. */
function draw(random: Random, orders: number): { people: Person[]; arrivals: { at: number; order: Order }[] } {
  const people = Array.from({ length: REPAIRERS }, (_each, n): Person => {
    const group = Object.keys(crews)[n % 5]!;
    // Of each crew one has the nights and one the office hours; the others come as it falls.
    const week = n < 5 ? nights : n < 10 ? shifts[0]! : random.one(shifts);
    const away = Array.from({ length: random.whole(0, 3) }, (): Stretch => {
      const from = START + random.whole(0, WEEKS * 7 - 1) * DAY;
      return { from, to: from + random.whole(1, 4) * DAY };
    });
    return {
      id: `r${String(n).padStart(2, '0')}`, name: '', group, skills: crews[group]!, week, onCall: n % 3 === 0, away: false, open: 0, recent: 0, atBuildings: [], lastAskedAt: null,
      buildingIds: BUILDINGS.filter(() => random.chance(0.25)), duty: dutyOf(week, away), absences: away, takenOn: [], atHand: [], offered: new Set(), workedMs: 0,
      busyUntil: 0, at: '',
    };
  });
  const arrivals = Array.from({ length: orders }, () => {
    // Sixty of a hundred come in the two peaks; a weekend's day has a third of a workday's.
    let day = random.whole(0, WEEKS * 7 - 4);
    if (day % 7 >= 5 && random.chance(0.67)) day -= 2 + random.whole(0, 3);
    const hour = random.chance(0.35) ? 8.5 + random.next() * 2 : random.chance(0.4) ? 13.5 + random.next() * 2 : random.chance(0.8) ? 8 + random.next() * 11 : random.next() * 24;
    const urgency: Urgency = random.chance(0.06) ? 'emergency' : random.chance(0.25) ? 'urgent' : 'normal';
    const minutes = Math.min(300, 12 + Math.exp(3.3 + 0.7 * normal(random)));
    return {
      at: START + day * DAY + hour * HOUR,
      order: { category: weighed(random, demand), urgency, buildingId: random.one(BUILDINGS), workMs: minutes * MINUTE, ownerlessSince: 0, asked: new Set<string>() } as Order,
    };
  });
  return { people, arrivals };
}

/** Plays the orders against a policy, event after event in virtual time. The same seed draws the same people, orders and answers. */
export function playRepairs(policy: Policy, { seed, orders: count }: { seed: number; orders: number }): Outcome {
  const random = randomFrom(seed);
  const { people, arrivals } = draw(random.fork('population'), count);
  const answers = random.fork('answers');
  const queue: { at: number; n: number; run: () => void }[] = [];
  let n = 0;
  let now = START;
  const waits: { hours: number; urgency: Urgency }[] = [];
  let accepted = 0;
  let asked = 0;
  let near = 0;
  let done = 0;

  const at = (when: number, run: () => void): void => {
    queue.push({ at: Math.max(when, now), n: n += 1, run });
  };
  for (const { at: when, order } of arrivals) {
    at(when, () => {
      order.ownerlessSince = now;
      dispatch(order);
    });
  }
  for (const person of people) {
    for (const { from } of person.absences) at(from, () => [...person.atHand].forEach((order) => handBack(order)));
  }
  while (queue.length > 0) {
    let first = 0;
    for (let i = 1; i < queue.length; i += 1) if (queue[i]!.at < queue[first]!.at || (queue[i]!.at === queue[first]!.at && queue[i]!.n < queue[first]!.n)) first = i;
    const [next] = queue.splice(first, 1);
    now = next!.at;
    next!.run();
  }
  return measure();

  /** The dispatcher clicks: at once in an emergency, else within half an hour of work. */
  function dispatch(order: Order): void {
    order.asked.clear();
    at(later(order, (order.urgency === 'emergency' ? 1 : 2 + answers.next() * 25) * MINUTE), () => offer(order));
  }

  function offer(order: Order): void {
    const able = people.filter(({ id }) => !order.asked.has(id)).map(seen);
    const [fittest] = order.asked.size < MOST_ASKED ? policy(able, { ...order, at: new Date(now) }) : [];
    // Nobody on duty or on call: in an emergency the dispatcher names somebody who knows the trade.
    const id = fittest?.id ?? (order.urgency === 'emergency' ? able.find(({ away, skills }) => !away && skills.includes(order.category))?.id : undefined);
    if (id === undefined) {
      dispatch(order);
      return;
    }
    const person = people.find((each) => each.id === id)!;
    asked += 1;
    order.asked.add(person.id);
    person.offered.add(order);
    person.lastAskedAt = new Date(now);
    const expires = later(order, (order.urgency === 'emergency' ? 5 : 30) * MINUTE);
    // Who is not there hears of it when duty begins, unless it is an emergency: then the phone rings.
    const reads = order.urgency === 'emergency' ? now : dutyFrom(person, now);
    const answered = reads - Math.log(1 - answers.next()) * (order.urgency === 'emergency' ? 1.5 : 8) * MINUTE;
    const word = answers.next();
    if (word < 0.1 || answered >= expires) {
      at(expires, () => pass(person, order));
    } else if (word < 0.22) {
      at(answered, () => pass(person, order));
    } else {
      at(answered, () => accept(person, order));
    }
  }

  function pass(person: Person, order: Order): void {
    person.offered.delete(order);
    offer(order);
  }

  function accept(person: Person, order: Order): void {
    waits.push({ hours: waited(order), urgency: order.urgency });
    accepted += 1;
    if (person.buildingIds.includes(order.buildingId) || person.atHand.some(({ buildingId }) => buildingId === order.buildingId)) near += 1;
    person.offered.delete(order);
    person.atHand.push(order);
    person.takenOn.push(now);
    const owner = { person };
    order.owner = owner;
    const travel = person.at === order.buildingId ? 3 * MINUTE : 12 * MINUTE;
    person.at = order.buildingId;
    // An emergency is gone to at once, the rest in turn in the hours of duty.
    const begins = order.urgency === 'emergency' ? now + travel : worked(person, Math.max(now, person.busyUntil), travel);
    const ends = order.urgency === 'emergency' ? begins + order.workMs : worked(person, begins, order.workMs);
    person.busyUntil = Math.max(ends, person.busyUntil);
    const fails = answers.chance(0.04);
    at(fails ? begins : ends, () => {
      if (order.owner !== owner) return;
      if (fails) {
        handBack(order);
        return;
      }
      person.workedMs += order.workMs + travel;
      person.atHand = person.atHand.filter((each) => each !== order);
      done += 1;
    });
  }

  function handBack(order: Order): void {
    const { person } = order.owner!;
    person.atHand = person.atHand.filter((each) => each !== order);
    delete order.owner;
    order.ownerlessSince = now;
    dispatch(order);
  }

  function seen(person: Person): Repairer {
    return {
      ...person,
      away: person.absences.some(({ from, to }) => from <= now && now < to),
      open: person.atHand.length + person.offered.size,
      recent: person.takenOn.filter((when) => when > now - 30 * DAY).length,
      atBuildings: person.atHand.map(({ buildingId }) => buildingId),
    };
  }

  function later({ urgency }: Order, milliseconds: number): number {
    return urgency === 'emergency' ? now + milliseconds : addBusinessMilliseconds(calendar, new Date(now), Math.round(milliseconds)).getTime();
  }

  function waited({ urgency, ownerlessSince }: Order): number {
    return (urgency === 'emergency' ? now - ownerlessSince : businessMillisecondsBetween(calendar, new Date(ownerlessSince), new Date(now))) / HOUR;
  }

  function measure(): Outcome {
    const rate = (person: Person): number => person.workedMs / MINUTE / (person.duty.reduce((sum, { from, to }) => sum + Math.min(to, now) - Math.min(from, now), 0) / HOUR);
    const groups = Object.keys(crews).map((group) => people.filter((person) => person.group === group && person.week !== nights));
    const minutes = (group: readonly Person[]): number => group.reduce((sum, { workedMs }) => sum + workedMs, 0);
    const hoursOf = (which: (urgency: Urgency) => boolean): number[] => waits.filter(({ urgency }) => which(urgency)).map(({ hours: each }) => each).sort((a, b) => a - b);
    const plain = hoursOf((urgency) => urgency !== 'emergency');
    return {
      ownerless: { longest: plain.at(-1)!, p99: plain[Math.floor(plain.length * 0.99)]!, longestEmergency: hoursOf((urgency) => urgency === 'emergency').at(-1) ?? 0 },
      gini: groups.reduce((sum, group) => sum + gini(group.map(rate)) * minutes(group), 0) / minutes(groups.flat()),
      widest: Math.max(...groups.map((group) => Math.max(...group.map(rate)) / Math.max(0.1, Math.min(...group.map(rate))))),
      near: near / accepted,
      meanAcceptMinutes: 60 * plain.reduce((sum, each) => sum + each, 0) / plain.length,
      askedPerOrder: asked / count,
      done,
    };
  }
}

/** Gini's coefficient: 0 when all have the same, towards 1 when one has everything. */
export function gini(values: readonly number[]): number {
  const sum = values.reduce((total, each) => total + each, 0);
  if (sum === 0) return 0;
  return values.reduce((total, a) => total + values.reduce((row, b) => row + Math.abs(a - b), 0), 0) / (2 * values.length * sum);
}

function dutyOf(week: DutyWeek, absences: readonly Stretch[]): Stretch[] {
  const minute = (time: string): number => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE;
  return Array.from({ length: (WEEKS + 3) * 7 }, (_each, day) => (week[String(day % 7 + 1)] ?? []).map(({ from, to }) => ({ from: START + day * DAY + minute(from), to: START + day * DAY + minute(to) })))
    .flat().filter(({ from }) => !absences.some((absence) => absence.from <= from && from < absence.to)).sort((a, b) => a.from - b.from);
}

/** Now, when on duty; else when the next duty begins. */
function dutyFrom({ duty }: Person, now: number): number {
  const next = duty.find(({ to }) => to > now);
  return next ? Math.max(now, next.from) : Infinity;
}

/** When so much work is done, in hours of duty. */
function worked({ duty }: Person, from: number, milliseconds: number): number {
  let left = milliseconds;
  for (const stretch of duty) {
    const begins = Math.max(from, stretch.from);
    if (stretch.to <= begins) continue;
    if (stretch.to - begins >= left) return begins + left;
    left -= stretch.to - begins;
  }
  return from + left + 7 * DAY;
}

function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

function weighed<T>(random: Random, choices: readonly [T, number][]): T {
  let left = random.next() * choices.reduce((sum, [, weight]) => sum + weight, 0);
  return choices.find(([, weight]) => (left -= weight) < 0)?.[0] ?? choices[0]![0];
}
