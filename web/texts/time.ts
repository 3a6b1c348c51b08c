import type { TextTable } from './table.ts';

export const timeTexts = {
  'time.now': { zh: '刚刚', en: 'just now' },
  'time.minutes-ago': { zh: '{n} 分钟前', en: '{n} min ago' },
  'time.hours-ago': { zh: '{n} 小时前', en: '{n} h ago' },
  'time.today': { zh: '今天 {time}', en: 'today {time}' },
  'time.yesterday': { zh: '昨天 {time}', en: 'yesterday {time}' },
  'time.tomorrow': { zh: '明天 {time}', en: 'tomorrow {time}' },
  'time.seconds': { zh: '{n} 秒', en: '{n} s' },
  'time.minutes': { zh: '{n} 分钟', en: '{n} min' },
  'time.hours': { zh: '{n} 小时', en: '{n} h' },
  'time.days': { zh: '{n} 天', en: '{n} d' },
  'due.none': { zh: '无期限', en: 'No deadline' },
  'due.left': { zh: '剩 {time}', en: '{time} left' },
  'due.overdue': { zh: '已超时 {time}', en: 'overdue {time}' },
  'due.at': { zh: '{time} 截止', en: 'due {time}' },
} as const satisfies TextTable;
