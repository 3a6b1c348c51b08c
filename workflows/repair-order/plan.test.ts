import { expect } from 'chai';
import fc from 'fast-check';
import { dueAfter, nextTimes } from './plan.ts';

const months = (everyMonths: number, dayOfMonth: number) => ({ everyMonths, everyDays: null, dayOfMonth });
const days = (everyDays: number) => ({ everyMonths: null, everyDays, dayOfMonth: 1 });

describe('when a preventive plan is due', () => {
  it('is on the same day of the month, in a shorter month on its last', () => {
    expect(nextTimes('2027-01-31', months(1, 31), 5)).to.eql(['2027-01-31', '2027-02-28', '2027-03-31', '2027-04-30', '2027-05-31']);
    expect(nextTimes('2028-01-30', months(1, 30), 3)).to.eql(['2028-01-30', '2028-02-29', '2028-03-30']);
    expect(nextTimes('2026-11-30', months(3, 30), 3)).to.eql(['2026-11-30', '2027-02-28', '2027-05-30']);
    expect(nextTimes('2028-02-29', months(12, 29), 3)).to.eql(['2028-02-29', '2029-02-28', '2030-02-28']);
    expect(dueAfter('2027-02-28', months(1, 28))).to.equal('2027-03-28');
  });

  it('is every so many days, over the ends of months and years', () => {
    expect(nextTimes('2026-12-25', days(7), 3)).to.eql(['2026-12-25', '2027-01-01', '2027-01-08']);
    expect(dueAfter('2028-02-28', days(2))).to.equal('2028-03-01');
  });

  it('passes over what was missed and keeps its rhythm', () => {
    expect(dueAfter('2026-01-15', months(1, 15), '2026-11-15')).to.equal('2026-12-15');
    expect(dueAfter('2026-01-15', months(3, 15), '2026-11-15')).to.equal('2027-01-15');
    expect(dueAfter('2026-01-31', months(1, 31), '2026-02-27')).to.equal('2026-02-28');
    expect(dueAfter('2026-01-01', days(10), '2026-01-10')).to.equal('2026-01-11');
    expect(dueAfter('2026-01-01', days(10), '2026-01-11')).to.equal('2026-01-21');
    expect(dueAfter('2026-01-15', months(1, 15), '2020-01-01')).to.equal('2026-02-15');
  });

  it('is always the first time of the rhythm after both days', () => {
    const day = fc.integer({ min: 0, max: 20_000 }).map((n) => new Date(n * 86_400_000 + Date.parse('2020-01-01')).toISOString().slice(0, 10));
    fc.assert(fc.property(day, day, fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 366 }), fc.boolean(), (due, after, everyMonths, everyDays, byMonth) => {
      const rhythm = byMonth ? months(everyMonths, Number(due.slice(8))) : days(everyDays);
      const next = dueAfter(due, rhythm, after);
      const steps = nextTimes(due, rhythm, 3);
      return next > due && next > after && steps[0]! < steps[1]! && steps[1]! < steps[2]! && (after > due || next === steps[1]);
    }));
  });
});
