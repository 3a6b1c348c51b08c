import { expect } from 'chai';
import fc from 'fast-check';
import { dayOf, monthsOf, periodBefore, plusDays } from './period.ts';

describe('the period before', () => {
  const cases: [what: string, from: string, to: string, before: [string, string]][] = [
    ['this year so far: the same days of last year', '2026-01-01', '2026-11-24', ['2025-01-01', '2025-11-24']],
    ['a whole year: last year', '2025-01-01', '2025-12-31', ['2024-01-01', '2024-12-31']],
    ['a year until 29 February: until the 28th', '2028-01-01', '2028-02-29', ['2027-01-01', '2027-02-28']],
    ['a whole month: the month before, whatever its length', '2026-03-01', '2026-03-31', ['2026-02-01', '2026-02-28']],
    ['a quarter: the three months before', '2026-04-01', '2026-06-30', ['2026-01-01', '2026-03-31']],
    ['some days: as many before', '2026-11-20', '2026-11-24', ['2026-11-15', '2026-11-19']],
    ['a day: the day before', '2026-03-01', '2026-03-01', ['2026-02-28', '2026-02-28']],
  ];
  for (const [what, from, to, [beforeFrom, beforeTo]] of cases) {
    it(`of ${what}`, () => expect(periodBefore({ from, to })).to.deep.equal({ from: beforeFrom, to: beforeTo }));
  }

  it('never touches the period, and is in order', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((n) => plusDays('2000-01-01', n));
    fc.assert(fc.property(day, fc.integer({ min: 0, max: 900 }), (from, length) => {
      const before = periodBefore({ from, to: plusDays(from, length) });
      expect(before.from <= before.to && before.to < from).to.equal(true);
    }));
  });

  it('has every month once', () => {
    expect(monthsOf({ from: '2025-11-30', to: '2026-02-01' })).to.deep.equal(['2025-11', '2025-12', '2026-01', '2026-02']);
    expect(monthsOf({ from: '2026-02-28', to: '2026-02-28' })).to.deep.equal(['2026-02']);
  });

  it('has days of the company, whatever the clock of the server', () => {
    expect(dayOf(new Date('2026-11-23T16:00:00Z'), 'Asia/Shanghai')).to.equal('2026-11-24');
  });
});
