import type { BusinessCalendar, WorkingHours } from './business-calendar.ts';

const officeHours: readonly WorkingHours[] = [{ from: '08:30', to: '12:00' }, { from: '14:00', to: '17:30' }];

/**
 * The calendar of the first start: office hours, and China's official holidays and make-up workdays of 2026, as the
 * State Council's general office announced them in November 2025. Those of 2027 are not official yet, so of that year
 * only New Year's Day is here: an administrator adds the rest to the calendar in the database.
 */
export const defaultCalendar: BusinessCalendar = {
  version: 1,
  timeZone: 'Asia/Shanghai',
  week: { 1: officeHours, 2: officeHours, 3: officeHours, 4: officeHours, 5: officeHours, 6: [], 7: [] },
  holidays: [
    '2026-01-01', '2026-01-02', '2026-01-03', // New Year 元旦
    '2026-02-15', '2026-02-16', '2026-02-17', '2026-02-18', '2026-02-19', // Spring Festival 春节
    '2026-02-20', '2026-02-21', '2026-02-22', '2026-02-23',
    '2026-04-04', '2026-04-05', '2026-04-06', // Qingming 清明节
    '2026-05-01', '2026-05-02', '2026-05-03', '2026-05-04', '2026-05-05', // Labour Day 劳动节
    '2026-06-19', '2026-06-20', '2026-06-21', // Dragon Boat Festival 端午节
    '2026-09-25', '2026-09-26', '2026-09-27', // Mid-Autumn Festival 中秋节
    '2026-10-01', '2026-10-02', '2026-10-03', '2026-10-04', // National Day 国庆节
    '2026-10-05', '2026-10-06', '2026-10-07',
    '2027-01-01',
  ],
  workdays: ['2026-01-04', '2026-02-14', '2026-02-28', '2026-05-09', '2026-09-20', '2026-10-10'],
};
