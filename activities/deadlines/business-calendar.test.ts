import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import fc from 'fast-check';
import {
  addBusinessMilliseconds, addBusinessTime, businessMillisecondsBetween, workingTimes, type BusinessCalendar, type WorkingHours,
} from './business-calendar.ts';
import { defaultCalendar } from './calendar-2026.ts';

/** An instant by the clock in Shanghai, which has been eight hours ahead since 1991. */
const at = (text: string): Date => new Date(`${text.replace(' ', 'T')}+08:00`);
const urlOf = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
const minute = 60_000;
const hour = 60 * minute;

const table: [what: string, from: string, duration: string, expected: string][] = [
  ['Friday afternoon, a day', '2026-03-13 16:00', 'P1D', '2026-03-16 16:00'],
  ['Friday afternoon, over the closing', '2026-03-13 16:00', 'PT3H', '2026-03-16 10:00'],
  ['Friday afternoon, just to the closing', '2026-03-13 16:30', 'PT1H', '2026-03-13 17:30'],
  ['Friday evening, a day', '2026-03-13 19:00', 'P1D', '2026-03-17 08:30'],
  ['Friday evening, an hour', '2026-03-13 19:00', 'PT1H', '2026-03-16 09:30'],
  ['Saturday, a day', '2026-03-14 10:00', 'P1D', '2026-03-17 08:30'],
  ['Sunday at midnight, a second', '2026-03-15 00:00', 'PT1S', '2026-03-16 08:30:01'],
  ['before the opening, a day', '2026-03-12 06:00', 'P1D', '2026-03-13 08:30'],
  ['at the opening, a day', '2026-03-12 08:30', 'P1D', '2026-03-13 08:30'],
  ['at the opening, the whole day', '2026-03-12 08:30', 'PT7H', '2026-03-12 17:30'],
  ['at the opening, the whole day and a second', '2026-03-12 08:30', 'PT7H1S', '2026-03-13 08:30:01'],
  ['at the closing, a day', '2026-03-12 17:30', 'P1D', '2026-03-16 08:30'],
  ['a millisecond before the closing, a day', '2026-03-12 17:29:59.999', 'P1D', '2026-03-13 17:29:59.999'],
  ['at the closing, a minute', '2026-03-12 17:30', 'PT1M', '2026-03-13 08:31'],
  ['in the lunch break, an hour', '2026-03-12 12:30', 'PT1H', '2026-03-12 15:00'],
  ['in the lunch break, a day', '2026-03-12 12:30', 'P1D', '2026-03-13 14:00'],
  ['as the lunch break begins, an hour', '2026-03-12 12:00', 'PT1H', '2026-03-12 15:00'],
  ['as the lunch break ends, an hour', '2026-03-12 14:00', 'PT1H', '2026-03-12 15:00'],
  ['just to the lunch break', '2026-03-12 11:00', 'PT1H', '2026-03-12 12:00'],
  ['over the lunch break', '2026-03-12 11:30', 'PT1H', '2026-03-12 14:30'],
  ['days, then hours', '2026-03-12 16:00', 'P1DT3H', '2026-03-16 10:00'],
  ['odd seconds and milliseconds', '2026-03-12 09:00:01.234', 'P1DT1M5S', '2026-03-13 09:01:06.234'],
  ['over National Day, a day', '2026-09-30 16:00', 'P1D', '2026-10-08 16:00'],
  ['over National Day, hours', '2026-09-30 16:30', 'PT2H', '2026-10-08 09:30'],
  ['over National Day to the make-up Saturday', '2026-09-30 10:00', 'P3D', '2026-10-10 10:00'],
  ['seven working days over National Day', '2026-09-29 10:00', 'P7D', '2026-10-14 10:00'],
  ['seven working days over Spring Festival', '2026-02-12 15:00', 'P7D', '2026-02-28 15:00'],
  ['in the middle of National Day', '2026-10-03 11:00', 'PT30M', '2026-10-08 09:00'],
  ['Mid-Autumn', '2026-09-24 17:00', 'PT1H', '2026-09-28 09:00'],
  ['Friday before a make-up Sunday', '2026-09-18 16:00', 'P1D', '2026-09-20 16:00'],
  ['on a make-up Sunday', '2026-09-20 09:00', 'PT2H', '2026-09-20 11:00'],
  ['Friday evening before a make-up Saturday', '2026-05-08 20:00', 'PT1H', '2026-05-09 09:30'],
  ['New Year and its make-up Sunday', '2025-12-31 17:00', 'PT1H', '2026-01-04 09:00'],
  ['December 31, a day', '2026-12-31 10:00', 'P1D', '2027-01-04 10:00'],
  ['December 31 at the closing', '2026-12-31 17:30', 'PT1S', '2027-01-04 08:30:01'],
  ['end of a month', '2026-07-31 11:00', 'P1D', '2026-08-03 11:00'],
  ['end of February', '2027-02-26 17:00', 'PT1H', '2027-03-01 09:00'],
  ['to the leap day', '2028-02-28 09:00', 'P1D', '2028-02-29 09:00'],
  ['over the leap day', '2028-02-28 17:00', 'P1DT1H', '2028-03-01 09:00'],
];

describe('business time', () => {
  describe('by the default calendar, on the clock in Shanghai', () => {
    for (const [what, from, duration, expected] of table) {
      it(`${what}: ${from} + ${duration} = ${expected}`, () => {
        expect(addBusinessTime(defaultCalendar, at(from), duration)).to.deep.equal(at(expected));
      });
    }

    it('starts at the next opening for a length of zero', () => {
      const start = (from: string): Date => addBusinessMilliseconds(defaultCalendar, at(from), 0);
      expect(start('2026-03-12 10:00')).to.deep.equal(at('2026-03-12 10:00'));
      expect(start('2026-03-12 08:30')).to.deep.equal(at('2026-03-12 08:30'));
      expect(start('2026-03-12 12:00')).to.deep.equal(at('2026-03-12 14:00'));
      expect(start('2026-03-13 17:30')).to.deep.equal(at('2026-03-16 08:30'));
    });

    it('has 248 working days in 2026, each of seven hours', () => {
      const year = businessMillisecondsBetween(defaultCalendar, at('2026-01-01 00:00'), at('2027-01-01 00:00'));
      expect(year).to.equal(248 * 7 * hour);
    });

    it('counts half-open, to the millisecond, and backwards as negative', () => {
      const between = (a: string, b: string): number => businessMillisecondsBetween(defaultCalendar, at(a), at(b));
      expect(between('2026-03-12 08:29:59.999', '2026-03-12 08:30:00.001')).to.equal(1);
      expect(between('2026-03-12 11:59:59.999', '2026-03-12 14:00:00.001')).to.equal(2);
      expect(between('2026-03-12 12:00', '2026-03-12 14:00')).to.equal(0);
      expect(between('2026-03-16 10:00', '2026-03-13 16:00')).to.equal(-3 * hour);
      expect(between('2026-10-01 00:00', '2026-10-08 00:00')).to.equal(0);
    });
  });

  for (const timeZone of ['America/New_York', 'Pacific/Kiritimati']) {
    it(`is the same in a process whose own zone is ${timeZone}`, () => {
      const script = `
        import { addBusinessTime, businessMillisecondsBetween } from ${urlOf('./business-calendar.ts')};
        import { defaultCalendar } from ${urlOf('./calendar-2026.ts')};
        const rows = JSON.parse(process.argv[1]).map(([from, duration]) => {
          const end = addBusinessTime(defaultCalendar, new Date(from), duration);
          return [end.toISOString(), businessMillisecondsBetween(defaultCalendar, new Date(from), end)];
        });
        console.log(JSON.stringify({ hour: new Date('2026-01-01T00:00:00Z').getHours(), rows }));`;
      const input = JSON.stringify(table.map(([, from, duration]) => [at(from).toISOString(), duration]));
      const output = execFileSync(process.execPath, ['--import=tsx', '--input-type=module', '-e', script, input], {
        env: { ...process.env, TZ: timeZone }, encoding: 'utf8',
      });
      const { hour: ownHour, rows } = JSON.parse(output) as { hour: number; rows: [string, number][] };
      expect(ownHour, 'the child has that zone').to.equal(timeZone === 'America/New_York' ? 19 : 14);
      expect(rows).to.deep.equal(table.map(([, from, , expected]) => [
        at(expected).toISOString(), businessMillisecondsBetween(defaultCalendar, at(from), at(expected)),
      ]));
    }).timeout(20_000);
  }

  describe('where clocks change', () => {
    const everyDay = (timeZone: string, ...hours: WorkingHours[]): BusinessCalendar => ({
      version: 1, timeZone, week: { 1: hours, 2: hours, 3: hours, 4: hours, 5: hours, 6: hours, 7: hours },
      holidays: [], workdays: [],
    });
    const newYork = everyDay('America/New_York', { from: '09:00', to: '17:00' });

    it('keeps the clock time over the change, in spring and in autumn', () => {
      const add = (from: string): string => addBusinessTime(newYork, new Date(from), 'P1D').toISOString();
      expect(add('2026-03-07T10:00:00-05:00')).to.equal('2026-03-08T14:00:00.000Z');
      expect(add('2026-10-31T10:00:00-04:00')).to.equal('2026-11-01T15:00:00.000Z');
    });

    it('has a night of 23 hours and one of 25', () => {
      const always = everyDay('America/New_York', { from: '00:00', to: '24:00' });
      const length = (day: string, next: string): number =>
        businessMillisecondsBetween(always, new Date(day), new Date(next));
      expect(length('2026-03-08T00:00:00-05:00', '2026-03-09T00:00:00-04:00')).to.equal(23 * hour);
      expect(length('2026-11-01T00:00:00-04:00', '2026-11-02T00:00:00-05:00')).to.equal(25 * hour);
    });

    it('opens when the clock jumps over the opening, and not at all when it jumps over the hours', () => {
      const midnight = new Date('2026-03-08T00:00:00-05:00');
      const start = (hours: WorkingHours): string =>
        addBusinessTime(everyDay('America/New_York', hours), midnight, 'PT1M').toISOString();
      expect(start({ from: '02:30', to: '04:00' })).to.equal('2026-03-08T07:01:00.000Z');
      expect(start({ from: '02:15', to: '02:45' })).to.equal('2026-03-09T06:16:00.000Z');
    });

    it('passes over a date that a zone never had', () => {
      const apia = everyDay('Pacific/Apia', { from: '09:00', to: '17:00' });
      expect(addBusinessTime(apia, new Date('2011-12-29T10:00:00-10:00'), 'P1D').toISOString())
        .to.equal(new Date('2011-12-31T10:00:00+14:00').toISOString());
    });

    for (const timeZone of ['America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu']) {
      it(`agrees with counting the minutes one by one in ${timeZone}`, () => {
        const calendar = everyDay(timeZone, { from: '00:00', to: '03:00' }, { from: '22:30', to: '24:00' });
        const format = new Intl.DateTimeFormat('en-GB', {
          timeZone, hourCycle: 'h23', hour: '2-digit', minute: '2-digit',
        });
        const isWorked = (instant: number): boolean => {
          const shown = format.format(instant);
          return shown < '03:00' || shown >= '22:30';
        };
        for (const day of ['2026-03-07', '2026-04-04', '2026-10-03', '2026-10-31']) {
          const from = new Date(`${day}T05:07:00Z`);
          const end = new Date(from.getTime() + 48 * hour);
          let worked = 0;
          for (let instant = from.getTime(); instant < end.getTime(); instant += minute) {
            if (isWorked(instant)) {
              worked += 1;
              if (worked % 7 === 0) {
                expect(addBusinessTime(calendar, from, `PT${worked}M`).getTime()).to.equal(instant + minute);
              }
            }
          }
          expect(businessMillisecondsBetween(calendar, from, end)).to.equal(worked * minute);
        }
      });
    }
  });

  describe('whatever the calendar', () => {
    const shifts: WorkingHours[][] = [
      [],
      [{ from: '08:30', to: '12:00' }, { from: '14:00', to: '17:30' }],
      [{ from: '08:30', to: '12:00' }],
      [{ from: '00:00', to: '24:00' }],
      [{ from: '10:00', to: '12:30' }, { from: '12:30', to: '13:00' }, { from: '22:00', to: '24:00' }],
    ];
    const date = fc.integer({ min: 0, max: 60 })
      .map((day) => new Date(Date.UTC(2026, 8, 1 + day)).toISOString().slice(0, 10));
    const calendars: fc.Arbitrary<BusinessCalendar> = fc
      .record({
        week: fc.array(fc.nat(shifts.length - 1), { minLength: 7, maxLength: 7 }),
        off: fc.array(date),
        on: fc.array(date),
      })
      .filter(({ week }) => week.some((n) => n > 0))
      .map(({ week, off, on }) => ({
        version: 1, timeZone: 'Asia/Shanghai',
        week: Object.fromEntries(week.map((n, i) => [i + 1, shifts[n]!])),
        holidays: off, workdays: on.filter((day) => !off.includes(day)),
      }));
    const anyCalendar = fc.oneof(fc.constant(defaultCalendar), calendars);
    const start = at('2026-08-25 00:00').getTime();
    const instants = fc.oneof(
      fc.integer({ min: 0, max: 60 * 24 * 60 }).map((n) => new Date(start + n * minute)),
      fc.integer({ min: 0, max: 60 * 48 }).map((n) => new Date(start + n * 30 * minute)),
      fc.integer({ min: 0, max: 60 * 24 * hour }).map((n) => new Date(start + n)),
    );
    const lengths = fc.record({
      days: fc.nat(12), hours: fc.nat(30), minutes: fc.nat(90), seconds: fc.nat(90),
    });

    /** By another way than the code: a minute is worked or not, with no zones, no caches and no intervals. */
    function isWorked(calendar: BusinessCalendar, instant: number): boolean {
      const shown = new Date(instant + 8 * hour).toISOString();
      const [day, time] = [shown.slice(0, 10), shown.slice(11, 16)];
      if (calendar.holidays.includes(day)) return false;
      const week = [1, 2, 3, 4, 5, 6, 7].map((n) => calendar.week[n as 1] ?? []);
      const regular = week[(new Date(`${day}T00:00Z`).getUTCDay() + 6) % 7]!;
      const makeUp = calendar.workdays.includes(day) ? week.find((hours) => hours.length > 0)! : [];
      return (regular.length > 0 ? regular : makeUp).some(({ from, to }) => from <= time && time < to);
    }

    it('agrees with counting the minutes one by one', () => {
      const lengthInMinutes = fc.integer({ min: 1, max: 1500 });
      fc.assert(fc.property(anyCalendar, fc.nat(60 * 24 * 60), lengthInMinutes, (calendar, offset, minutes) => {
        const from = start + offset * minute;
        let instant = from;
        for (let left = minutes; left > 0; instant += minute) if (isWorked(calendar, instant)) left -= 1;
        expect(addBusinessTime(calendar, new Date(from), `PT${minutes}M`).getTime()).to.equal(instant);
        expect(businessMillisecondsBetween(calendar, new Date(from), new Date(instant))).to.equal(minutes * minute);
      }), { numRuns: 100 });
    }).timeout(30_000);

    it('names the stretches of working time, which add up to what is between two instants', () => {
      fc.assert(fc.property(anyCalendar, instants, instants, (calendar, one, another) => {
        const [a, b] = one <= another ? [one, another] : [another, one];
        const times = workingTimes(calendar, a, b);
        const inside = times.map(({ from, to }) => Math.min(to.getTime(), b.getTime()) - Math.max(from.getTime(), a.getTime()));
        expect(inside.every((length) => length > 0)).to.equal(true);
        expect(inside.reduce((sum, length) => sum + length, 0)).to.equal(businessMillisecondsBetween(calendar, a, b));
        expect(times.every(({ from }, n) => n === 0 || from >= times[n - 1]!.to)).to.equal(true);
      }), { numRuns: 200 });
    });

    it('agrees with turning the pages of the calendar one by one', () => {
      fc.assert(fc.property(fc.nat(60 * 24 * 60), fc.integer({ min: 1, max: 15 }), (offset, days) => {
        const from = new Date(start + offset * minute);
        let instant = from.getTime();
        while (!isWorked(defaultCalendar, instant)) instant += minute;
        for (let left = days; left > 0;) {
          instant += 24 * hour;
          if (isWorked(defaultCalendar, instant)) left -= 1;
        }
        expect(addBusinessTime(defaultCalendar, from, `P${days}D`).getTime()).to.equal(instant);
      }), { numRuns: 200 });
    });

    it('never ends earlier for a later start', () => {
      fc.assert(fc.property(anyCalendar, instants, instants, lengths, (calendar, a, b, length) => {
        const [early, late] = a <= b ? [a, b] : [b, a];
        expect(addBusinessTime(calendar, early, length)).to.be.at.most(addBusinessTime(calendar, late, length));
      }), { numRuns: 500 });
    });

    it('adds up in minutes', () => {
      const some = fc.integer({ min: 1, max: 3000 });
      fc.assert(fc.property(anyCalendar, instants, some, some, (calendar, from, a, b) => {
        const halfway = addBusinessTime(calendar, from, `PT${a}M`);
        const end = addBusinessTime(calendar, halfway, `PT${b}M`);
        expect(end).to.deep.equal(addBusinessTime(calendar, from, `PT${a + b}M`));
      }), { numRuns: 500 });
    });

    it('ends within working time or where it ends', () => {
      fc.assert(fc.property(anyCalendar, instants, lengths, (calendar, from, length) => {
        const end = addBusinessTime(calendar, from, length).getTime();
        expect(end).to.be.at.least(from.getTime());
        expect(isWorked(calendar, end) || isWorked(calendar, end - 1)).to.equal(true);
      }), { numRuns: 500 });
    });

    it('takes as long as was added', () => {
      fc.assert(fc.property(anyCalendar, instants, fc.nat(100 * hour), (calendar, from, length) => {
        const end = addBusinessMilliseconds(calendar, from, length);
        expect(businessMillisecondsBetween(calendar, from, end)).to.equal(length);
        expect(businessMillisecondsBetween(calendar, end, from)).to.equal(0 - length);
      }), { numRuns: 500 });
    });

    it('keeps a day on its day where that day closes earlier or opens later', () => {
      const calendar: BusinessCalendar = {
        ...defaultCalendar,
        week: { 4: shifts[3]!, 5: [{ from: '10:00', to: '12:00' }, { from: '13:00', to: '15:00' }] },
      };
      const add = (from: string): Date => addBusinessTime(calendar, at(from), 'P1D');
      expect(add('2026-03-12 08:00')).to.deep.equal(at('2026-03-13 10:00'));
      expect(add('2026-03-12 12:30')).to.deep.equal(at('2026-03-13 12:00'));
      expect(add('2026-03-12 20:00')).to.deep.equal(at('2026-03-13 15:00'));
    });
  });

  describe('of a calendar that cannot be right', () => {
    const refusal = (change: Partial<BusinessCalendar>): (() => Date) =>
      () => addBusinessTime({ ...defaultCalendar, ...change }, at('2026-03-12 10:00'), 'PT1H');

    it('says so instead of searching for ever', () => {
      expect(refusal({ week: {} })).to.throw(RangeError, 'no working time in the 400 days from 2026-03-12 on');
      const closed = { ...defaultCalendar, week: {} };
      expect(businessMillisecondsBetween(closed, at('2026-01-01 00:00'), at('2027-01-01 00:00'))).to.equal(0);
    });

    it('names what is malformed', () => {
      expect(refusal({ week: { 1: [{ from: '8:30', to: '12:00' }] } })).to.throw(RangeError, '"8:30"');
      expect(refusal({ week: { 1: [{ from: '24:00', to: '24:00' }] } })).to.throw(RangeError, 'out of order');
      expect(refusal({ week: { 1: [{ from: '12:00', to: '08:30' }] } })).to.throw(RangeError, 'out of order');
      expect(refusal({ week: { 1: [{ from: '08:00', to: '12:00' }, { from: '11:00', to: '13:00' }] } }))
        .to.throw(RangeError, 'overlap');
      expect(refusal({ holidays: ['2026-02-30'] })).to.throw(RangeError, '"2026-02-30"');
      expect(refusal({ holidays: ['2026-10-10'] })).to.throw(RangeError, '2026-10-10 both as a holiday');
      expect(refusal({ timeZone: 'Asia/Atlantis' })).to.throw(RangeError, 'Asia/Atlantis');
    });

    it('refuses invalid dates and lengths', () => {
      const day = at('2026-03-12 00:00');
      const half = { days: 0.5, hours: 0, minutes: 0, seconds: 0 };
      const between = (a: Date, b: Date) => () => businessMillisecondsBetween(defaultCalendar, a, b);
      expect(() => addBusinessTime(defaultCalendar, new Date(NaN), 'P1D')).to.throw(RangeError, 'valid date');
      expect(between(day, new Date(NaN))).to.throw(RangeError, 'valid date');
      expect(between(new Date(0), new Date(8e15))).to.throw(RangeError, '200 years');
      expect(() => addBusinessMilliseconds(defaultCalendar, day, -1)).to.throw(RangeError, 'negative');
      expect(() => addBusinessTime(defaultCalendar, day, half)).to.throw(RangeError, 'whole');
      expect(() => addBusinessTime(defaultCalendar, day, 'P0D')).to.throw(RangeError, 'longer than zero');
    });
  });

  it('is computed 10,000 times within a second or two, the calendar being new', () => {
    const calendar = { ...defaultCalendar };
    const began = performance.now();
    for (let n = 0; n < 10_000; n += 1) {
      addBusinessTime(calendar, new Date(at('2026-01-01 00:00').getTime() + n * 53 * minute), 'P7DT3H');
    }
    expect(performance.now() - began).to.be.below(2000);
  });
});
