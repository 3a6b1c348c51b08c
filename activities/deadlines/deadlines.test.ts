import { expect } from 'chai';
import fc from 'fast-check';
import { addBusinessTime, businessMillisecondsBetween } from './business-calendar.ts';
import { defaultCalendar } from './calendar-2026.ts';
import { computeDeadlines, type Deadlines, type Pause, type TimeoutPolicy } from './deadlines.ts';

const at = (text: string): Date => new Date(`${text.replace(' ', 'T')}+08:00`);
const hour = 3_600_000;

const policy: TimeoutPolicy = {
  clock: 'business',
  due: 'P2D',
  remind: { after: 'P1D', every: 'PT4H', times: 3 },
  escalate: { after: 'P3D' },
  expire: { after: 'P7D', outcome: 'rejected' },
};
const nothing: TimeoutPolicy = { clock: 'business', due: null, remind: null, escalate: null, expire: null };

/** One line each, on the clock in Shanghai. */
function lines({ deadlines }: Deadlines): string[] {
  return deadlines.map(({ kind, n, at: instant, outcome }) => {
    const shown = new Date(instant.getTime() + 8 * hour).toISOString().slice(0, 16).replace('T', ' ');
    return [shown, kind, n, outcome].filter((word) => word !== undefined).join(' ');
  });
}

describe('the deadlines of a task', () => {
  it('remind, escalate and expire in working time, over the National Day holiday', () => {
    const result = computeDeadlines(policy, defaultCalendar, at('2026-09-29 16:00'));
    expect(result.dueAt).to.deep.equal(at('2026-10-08 16:00'));
    expect(lines(result)).to.deep.equal([
      '2026-09-30 16:00 remind 1',
      '2026-10-08 11:00 remind 2',
      '2026-10-08 17:00 remind 3',
      '2026-10-09 16:00 escalate 1',
      '2026-10-14 16:00 expire 1 rejected',
    ]);
  });

  it('on the wall clock count nights and holidays', () => {
    const result = computeDeadlines({ ...policy, clock: 'wall' }, defaultCalendar, at('2026-09-29 16:00'));
    expect(result.dueAt).to.deep.equal(at('2026-10-01 16:00'));
    expect(lines(result)).to.deep.equal([
      '2026-09-30 16:00 remind 1',
      '2026-09-30 20:00 remind 2',
      '2026-10-01 00:00 remind 3',
      '2026-10-02 16:00 escalate 1',
      '2026-10-06 16:00 expire 1 rejected',
    ]);
  });

  it('are none where the policy has none', () => {
    const start = at('2026-03-12 10:00');
    expect(computeDeadlines(nothing, defaultCalendar, start)).to.deep.equal({ dueAt: null, deadlines: [] });
    const silent: TimeoutPolicy = { ...nothing, remind: { after: 'P1D', every: 'P1D', times: 0 } };
    expect(computeDeadlines(silent, defaultCalendar, start).deadlines).to.deep.equal([]);
  });

  it('at the same instant come as remind, escalate, expire, and none comes after the expiry', () => {
    const hurried: TimeoutPolicy = {
      ...policy,
      remind: { after: 'PT1H', every: 'PT1H', times: 20 },
      escalate: { after: 'PT2H' },
      expire: { after: 'PT2H', outcome: 'hand-over' },
    };
    expect(lines(computeDeadlines(hurried, defaultCalendar, at('2026-03-12 09:00')))).to.deep.equal([
      '2026-03-12 10:00 remind 1',
      '2026-03-12 11:00 remind 2',
      '2026-03-12 11:00 escalate 1',
      '2026-03-12 11:00 expire 1 hand-over',
    ]);
    const tooLate = { ...hurried, escalate: { after: 'PT3H' } };
    const { deadlines } = computeDeadlines(tooLate, defaultCalendar, at('2026-03-12 09:00'));
    expect(deadlines.map(({ kind }) => kind)).to.deep.equal(['remind', 'remind', 'expire']);
  });

  it('keep the rhythm of reminders when one falls on closing time', () => {
    const daily: TimeoutPolicy = { ...nothing, remind: { after: 'PT1H', every: 'P1D', times: 3 } };
    expect(lines(computeDeadlines(daily, defaultCalendar, at('2026-03-12 16:30')))).to.deep.equal([
      '2026-03-12 17:30 remind 1',
      '2026-03-13 17:30 remind 2',
      '2026-03-16 17:30 remind 3',
    ]);
  });

  describe('of a task that was on hold', () => {
    const expiry = (
      clock: 'business' | 'wall', after: string, openedAt: string, ...pauses: [string, string][]
    ): Date => {
      const held = pauses.map(([from, to]) => ({ from: at(from), to: at(to) }));
      const some: TimeoutPolicy = { ...nothing, clock, expire: { after, outcome: 'rejected' } };
      return computeDeadlines(some, defaultCalendar, at(openedAt), held).deadlines[0]!.at;
    };

    it('move by the working time of the pause', () => {
      expect(expiry('business', 'P1D', '2026-03-12 10:00', ['2026-03-12 11:00', '2026-03-12 15:00']))
        .to.deep.equal(at('2026-03-13 12:00'));
      expect(expiry('business', 'PT2H', '2026-03-13 16:00', ['2026-03-13 17:00', '2026-03-16 10:00']))
        .to.deep.equal(at('2026-03-16 11:00'));
      expect(expiry('wall', 'P1D', '2026-03-12 10:00', ['2026-03-12 11:00', '2026-03-12 15:00']))
        .to.deep.equal(at('2026-03-13 14:00'));
    });

    it('stay where they are for a pause outside working hours, or after them', () => {
      expect(expiry('business', 'PT1H', '2026-03-13 16:30', ['2026-03-13 17:30', '2026-03-16 12:00']))
        .to.deep.equal(at('2026-03-13 17:30'));
      expect(expiry('business', 'PT2H', '2026-03-13 16:30', ['2026-03-13 18:00', '2026-03-16 08:00']))
        .to.deep.equal(at('2026-03-16 09:30'));
      expect(expiry('business', 'PT4H', '2026-03-12 11:30', ['2026-03-12 12:10', '2026-03-12 13:00']))
        .to.deep.equal(at('2026-03-12 17:30'));
    });

    it('count overlapping pauses once, in any order, and only from the opening', () => {
      expect(expiry('business', 'PT3H', '2026-03-12 09:00',
        ['2026-03-12 10:00', '2026-03-12 11:00'],
        ['2026-03-12 08:00', '2026-03-12 10:30'],
        ['2026-03-12 10:10', '2026-03-12 10:20']))
        .to.deep.equal(at('2026-03-12 16:00'));
    });

    it('move again for a pause that began within the time won', () => {
      expect(expiry('business', 'PT1H', '2026-03-12 09:00',
        ['2026-03-12 09:30', '2026-03-12 10:00'], ['2026-03-12 10:15', '2026-03-12 10:45']))
        .to.deep.equal(at('2026-03-12 11:00'));
    });

    it('are unknown while it is on hold', () => {
      const pauses: Pause[] = [{ from: at('2026-03-12 11:00'), to: null }];
      expect(computeDeadlines(policy, defaultCalendar, at('2026-03-12 10:00'), pauses))
        .to.deep.equal({ dueAt: null, deadlines: [] });
    });

    it('refuse a pause that ends before it begins, and an invalid date', () => {
      expect(() => expiry('wall', 'P1D', '2026-03-12 10:00', ['2026-03-12 12:00', '2026-03-12 11:00']))
        .to.throw(RangeError, 'A pause');
      expect(() => expiry('wall', 'P1D', 'no date')).to.throw(RangeError, 'valid date');
    });

    it('keep the time that remained, whatever the pauses', () => {
      const start = at('2026-09-15 00:00').getTime();
      const instant = fc.integer({ min: 0, max: 40 * 24 * 60 }).map((n) => new Date(start + n * 60_000));
      const pause = fc.tuple(instant, fc.nat(5 * 24 * 60))
        .map(([from, minutes]) => ({ from, to: new Date(from.getTime() + minutes * 60_000) }));
      const some = fc.record({ days: fc.nat(5), minutes: fc.integer({ min: 1, max: 900 }) });
      fc.assert(fc.property(instant, some, fc.array(pause, { maxLength: 4 }), (openedAt, { days, minutes }, pauses) => {
        const after = `P${days}DT${minutes}M`;
        const expiring: TimeoutPolicy = { ...nothing, expire: { after, outcome: 'rejected' } };
        const end = computeDeadlines(expiring, defaultCalendar, openedAt, pauses).deadlines[0]!.at;

        // Minute by minute: what was worked and held since the opening.
        let held = 0;
        for (let minute = openedAt.getTime(); minute < end.getTime(); minute += 60_000) {
          if (!pauses.some(({ from, to }) => from.getTime() <= minute && minute < to.getTime())) continue;
          held += businessMillisecondsBetween(defaultCalendar, new Date(minute), new Date(minute + 60_000));
        }
        const unpaused = addBusinessTime(defaultCalendar, openedAt, after);
        expect(businessMillisecondsBetween(defaultCalendar, unpaused, end)).to.equal(held);
      }), { numRuns: 40 });
    }).timeout(60_000);
  });
});
