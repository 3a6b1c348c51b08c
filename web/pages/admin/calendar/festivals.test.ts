import { expect } from 'chai';
import { defaultCalendar } from '../../../../activities/deadlines/calendar-2026.ts';
import { runsOf } from './festivals.ts';

describe('the festivals of a year', () => {
  it('are named by their dates, those of the moon too, and the workdays that make up for them', () => {
    const runs = runsOf(2026, defaultCalendar.holidays, defaultCalendar.workdays);
    expect(runs.filter(({ kind }) => kind === 'holiday').map(({ first, days, festival }) => [first, days, festival])).to.deep.equal([
      ['2026-01-01', 3, 'new-year'], ['2026-02-15', 9, 'spring'], ['2026-04-04', 3, 'qingming'], ['2026-05-01', 5, 'labour'],
      ['2026-06-19', 3, 'dragon-boat'], ['2026-09-25', 3, 'mid-autumn'], ['2026-10-01', 7, 'national'],
    ]);
    expect(runs.filter(({ kind }) => kind === 'workday').map(({ first, festival }) => [first, festival])).to.deep.equal([
      ['2026-01-04', 'new-year'], ['2026-02-14', 'spring'], ['2026-02-28', 'spring'], ['2026-05-09', 'labour'],
      ['2026-09-20', 'mid-autumn'], ['2026-10-10', 'national'],
    ]);
  });

  it('are none for a company’s own holiday', () => {
    expect(runsOf(2026, ['2026-07-15'], [])).to.deep.equal([{ kind: 'holiday', first: '2026-07-15', last: '2026-07-15', days: 1, festival: undefined }]);
  });
});
