import { expect } from 'chai';
import { playRepairs, type Outcome, type Policy } from '../test/repair-population.ts';
import { isOnDuty, rankRepairers, type Fit, type Repairer, type Wanted } from './repair-ranking.ts';

const office = Object.fromEntries([1, 2, 3, 4, 5].map((day) => [day, [{ from: '08:30', to: '12:00' }, { from: '14:00', to: '17:30' }]]));
const nights = Object.fromEntries([1, 2, 3, 4, 5, 6, 7].map((day) => [day, [{ from: '20:00', to: '24:00' }, { from: '00:00', to: '06:00' }]]));
/** By the clock in Shanghai; 4 March 2026 is a Wednesday. */
const at = (text: string): Date => new Date(`${text.replace(' ', 'T')}:00+08:00`);

const repairer = (id: string, more: Partial<Repairer> = {}): Repairer => ({
  id, name: id, skills: ['plumbing'], buildingIds: [], week: office, onCall: false, away: false, open: 0, recent: 0, atBuildings: [], lastAskedAt: null, ...more,
});
const wanted = (more: Partial<Wanted> = {}): Wanted => ({ category: 'plumbing', urgency: 'normal', buildingId: 'b1', at: at('2026-03-04 10:00'), ...more });
const ranked = (repairers: Repairer[], more: Partial<Wanted> = {}): string[] => rankRepairers(repairers, wanted(more)).map(({ id }) => id);

describe('ranking of repairers', () => {
  it('asks who knows the trade; what is of no trade anybody may look at', () => {
    const two = [repairer('plumber'), repairer('electrician', { skills: ['electrical'] })];
    expect(ranked(two)).to.eql(['plumber']);
    expect(ranked(two, { category: 'electrical' })).to.eql(['electrician']);
    expect(ranked(two, { category: 'network' })).to.eql([]);
    expect(ranked(two, { category: 'other' })).to.have.members(['plumber', 'electrician']);
  });

  it('asks those on duty before all others, however much they have, then who comes soonest within a day', () => {
    const busy = repairer('busy', { open: 9, recent: 40 });
    const afternoon = repairer('afternoon', { week: { 3: [{ from: '13:00', to: '20:00' }] } });
    const tomorrow = repairer('tomorrow', { week: { 4: [{ from: '08:30', to: '17:30' }] } });
    const friday = repairer('friday', { week: { 5: [{ from: '08:30', to: '17:30' }] } });
    expect(ranked([tomorrow, friday, afternoon, busy])).to.eql(['busy', 'afternoon', 'tomorrow']);
    expect(rankRepairers([afternoon], wanted())[0]).to.include({ duty: 'next', dutyIn: 3 });
  });

  it('on duty is by the minute of the company’s clock, over midnight too', () => {
    for (const [time, on] of [['2026-03-04 08:29', false], ['2026-03-04 08:30', true], ['2026-03-04 11:59', true], ['2026-03-04 12:00', false], ['2026-03-07 10:00', false]] as const) {
      expect(isOnDuty(office, at(time)), time).to.equal(on);
    }
    for (const [time, on] of [['2026-03-04 19:59', false], ['2026-03-04 23:59', true], ['2026-03-05 00:00', true], ['2026-03-05 06:00', false]] as const) {
      expect(isOnDuty(nights, at(time)), time).to.equal(on);
    }
  });

  it('calls in an emergency who is there or on call, and nobody who comes tomorrow', () => {
    const all = [repairer('off'), repairer('on-call', { onCall: true }), repairer('night', { week: nights })];
    const night = { at: at('2026-03-04 23:00') };
    expect(ranked(all, { ...night, urgency: 'emergency' })).to.eql(['night', 'on-call']);
    expect(ranked(all, night)).to.eql(['night', 'off', 'on-call']);
    expect(rankRepairers([all[1]!], wanted({ ...night, urgency: 'emergency' }))[0]).to.include({ duty: 'on-call', dutyIn: 0 });
  });

  it('asks nobody who is away', () => {
    expect(ranked([repairer('away', { away: true, onCall: true }), repairer('here')])).to.eql(['here']);
    expect(ranked([repairer('away', { away: true, onCall: true })], { urgency: 'emergency' })).to.eql([]);
  });

  it('prefers who is at home in the building or at work there, then who goes everywhere', () => {
    const far = repairer('a-far', { buildingIds: ['b2'] });
    const any = repairer('b-any');
    const near = repairer('c-near', { buildingIds: ['b2'], atBuildings: ['b1'] });
    const home = repairer('d-home', { buildingIds: ['b1'], lastAskedAt: at('2026-03-04 09:00') });
    expect(ranked([far, any, home, near])).to.eql(['c-near', 'd-home', 'b-any', 'a-far']);
    expect(rankRepairers([far, any, home, near], wanted()).map(({ place }) => place)).to.eql(['near', 'home', 'any', 'far']);
  });

  it('gives fewer to who has more at hand, and nearness does not outweigh an order', () => {
    expect(ranked([repairer('home', { buildingIds: ['b1'], open: 1 }), repairer('far', { buildingIds: ['b2'] })])).to.eql(['far', 'home']);
  });

  it('weighs the orders of thirty days by the hours of duty: half a post is given half', () => {
    const half = { 1: office[1]!, 2: office[2]!, 3: [{ from: '08:30', to: '12:00' }] };
    expect(rankRepairers([repairer('half', { week: half })], wanted())[0]).to.include({ weekHours: 17.5 });
    expect(ranked([repairer('full', { recent: 10 }), repairer('half', { week: half, recent: 6 })])).to.eql(['full', 'half']);
    expect(ranked([repairer('full', { recent: 10 }), repairer('half', { week: half, recent: 4 })])).to.eql(['half', 'full']);
  });

  it('of equals asks whoever was asked longest ago, never asked first, then by id', () => {
    const asked = (id: string, time: string): Repairer => repairer(id, { lastAskedAt: at(time) });
    expect(ranked([asked('a', '2026-03-04 09:30'), asked('b', '2026-03-03 09:00'), repairer('d'), repairer('c')])).to.eql(['c', 'd', 'b', 'a']);
  });

  it('says every term of the score', () => {
    const [fit] = rankRepairers([repairer('one', { open: 2, recent: 5, buildingIds: ['b2'] })], wanted());
    expect(fit).to.eql({ id: 'one', name: 'one', duty: 'now', dutyIn: 0, place: 'far', open: 2, recent: 5, weekHours: 35, score: 8 + 20 + 15 });
  });
});

describe('a population of thirty repairers and a thousand orders', function () {
  this.timeout(120_000);
  const SEEDS = [1, 2, 3, 4, 5, 6];
  /**
   * Working hours without an owner at most: a working day until somebody of the trade is there (7), one round of eight who do not answer for
   * half an hour (4), and the dispatcher's half hour.
   */
  const LONGEST = 11.5;
  /** In an emergency, by the wall clock: eight who do not answer for five minutes, and a second round half as long. */
  const LONGEST_EMERGENCY = 1;
  const MOST_GINI = 0.15;

  // Both ask whoever is there first, as a dispatcher by hand would.
  const onDutyFirst = (fits: Fit[]): Fit[] => [...fits.filter(({ duty }) => duty !== 'next'), ...fits.filter(({ duty }) => duty === 'next')];
  const leastLoaded: Policy = (repairers, order) => onDutyFirst(rankRepairers(repairers, order).toSorted((a, b) => a.open - b.open || (a.id < b.id ? -1 : 1)));
  const roundRobin: Policy = (repairers, order) => {
    const last = new Map(repairers.map(({ id, lastAskedAt }) => [id, lastAskedAt?.getTime() ?? 0]));
    return onDutyFirst(rankRepairers(repairers, order).toSorted((a, b) => last.get(a.id)! - last.get(b.id)! || (a.id < b.id ? -1 : 1)));
  };
  const policies = { 'as ranked': rankRepairers, 'least loaded': leastLoaded, 'round robin': roundRobin } satisfies Record<string, Policy>;
  let played: Record<keyof typeof policies, Outcome[]>;

  before(() => {
    played = Object.fromEntries(Object.entries(policies).map(([name, policy]) => [name, SEEDS.map((seed) => playRepairs(policy, { seed, orders: 1_000 }))])) as typeof played;
    const line = (cells: string[]): string => cells.map((cell, i) => (i === 0 ? cell.padEnd(16) : cell.padStart(12))).join('');
    const lines = [line(['seed', 'Gini', 'most : least', 'longest h', 'p99 h', 'emergency h', 'mean min', 'asked', 'near'])];
    for (const [name, outcomes] of Object.entries(played)) {
      outcomes.forEach((outcome, i) => lines.push(line([`${SEEDS[i]} ${name}`, ...figures(outcome)])));
    }
    console.log(lines.map((each) => `      ${each}`).join('\n'));
  });

  const figures = ({ gini, widest, ownerless, meanAcceptMinutes, askedPerOrder, near }: Outcome): string[] => [
    gini.toFixed(3), widest.toFixed(1), ownerless.longest.toFixed(1), ownerless.p99.toFixed(1), ownerless.longestEmergency.toFixed(2), meanAcceptMinutes.toFixed(0),
    askedPerOrder.toFixed(2), near.toFixed(2),
  ];
  const mean = (policy: keyof typeof policies, of: (outcome: Outcome) => number): number =>
    played[policy].reduce((sum, outcome) => sum + of(outcome), 0) / played[policy].length;

  it('does every order, and leaves none without an owner for longer than a working day, a round and a dispatch', () => {
    played['as ranked'].forEach(({ done, ownerless }, i) => {
      expect(done, `seed ${SEEDS[i]}`).to.equal(1_000);
      expect(ownerless.longest, `seed ${SEEDS[i]}`).to.be.below(LONGEST);
      expect(ownerless.longestEmergency, `seed ${SEEDS[i]}`).to.be.below(LONGEST_EMERGENCY);
    });
  });

  it('loads those of the same skills alike for their hours of duty', () => {
    played['as ranked'].forEach(({ gini }, i) => expect(gini, `seed ${SEEDS[i]}`).to.be.below(MOST_GINI));
  });

  it('is much fairer and nearer than the naive ways, and as quick', () => {
    for (const naive of ['least loaded', 'round robin'] as const) {
      expect(mean('as ranked', ({ gini }) => gini), naive).to.be.below(mean(naive, ({ gini }) => gini) / 2);
      expect(mean('as ranked', ({ near }) => near), naive).to.be.above(mean(naive, ({ near }) => near) * 1.3);
      expect(mean('as ranked', ({ meanAcceptMinutes }) => meanAcceptMinutes), naive).to.be.below(mean(naive, ({ meanAcceptMinutes }) => meanAcceptMinutes) * 1.05);
    }
  });

  it('comes out the same for the same seed', () => {
    expect(playRepairs(rankRepairers, { seed: 1, orders: 1_000 })).to.eql(played['as ranked'][0]);
  });
});
