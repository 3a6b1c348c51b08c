import type { Text } from '../../workflows/lib/contract.ts';
import type { Locale } from '../actor.ts';

const words = {
  product: { zh: '智慧后勤', en: 'Houqin' },
  running: { zh: '未办结', en: 'Not settled yet' },
  preview: { zh: '预览件 · 未登记打印', en: 'Preview · this print is not counted' },
  reprint: { zh: '重印 · 第 {n} 次打印', en: 'Reprint · print no. {n}' },
  first: { zh: '首次打印：{time} {name}', en: 'First printed {time} by {name}' },
  requester: { zh: '申请人', en: 'Requester' },
  department: { zh: '部门', en: 'Department' },
  started: { zh: '申请时间', en: 'Requested' },
  ended: { zh: '办结时间', en: 'Settled' },
  status: { zh: '状态', en: 'Status' },
  line: { zh: '序号', en: 'No.' },
  item: { zh: '物品', en: 'Item' },
  specification: { zh: '规格', en: 'Specification' },
  unit: { zh: '单位', en: 'Unit' },
  requested: { zh: '申请数', en: 'Asked' },
  approved: { zh: '批准数', en: 'Approved' },
  issued: { zh: '实发数', en: 'Issued' },
  sum: { zh: '合计 {n} 项', en: 'Total ({n})' },
  note: { zh: '备注：{text}', en: 'Note: {text}' },
  reason: { zh: '减少原因：{text}', en: 'Fewer because: {text}' },
  approvals: { zh: '办理记录', en: 'Approvals and decisions' },
  step: { zh: '环节', en: 'Step' },
  outcome: { zh: '结果', en: 'Outcome' },
  person: { zh: '办理人', en: 'By' },
  time: { zh: '时间', en: 'Time' },
  comment: { zh: '意见：{text}', en: 'Comment: {text}' },
  field: { zh: '{title}：{value}', en: '{title}: {value}' },
  clock: { zh: '系统（自动处理）', en: 'Deadline' },
  current: { zh: '待办理', en: 'Waiting' },
  planned: { zh: '未开始', en: 'Not begun' },
  closed: { zh: '已关闭', en: 'Closed' },
  done: { zh: '', en: '' },
  date: { zh: '日期：', en: 'Date:' },
  printed: { zh: '第 {n} 次打印 · {time} · {name}', en: 'Print no. {n} · {time} · {name}' },
  seen: { zh: '预览 · {time} · {name}', en: 'Preview · {time} · {name}' },
  page: { zh: '第 {n}/{of} 页', en: 'Page {n}/{of}' },
} as const satisfies Record<string, Text>;

export type Word = keyof typeof words;

/** Says the paper's words and times in a language and a time zone. */
export interface Speaker {
  say(word: Word, values?: Record<string, string | number>): string;
  text(text: Text | null): string;
  /** Times on paper are written out: 2026-11-24 14:30. */
  time(at: string | Date): string;
}

/** A speaker of `locale`, with times in `timeZone`. */
export function speaker(locale: Locale, timeZone: string): Speaker {
  const key = locale === 'en' ? 'en' : 'zh';
  const clock = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone });
  return {
    say: (word, values = {}) => words[word][key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)),
    text: (text) => text?.[key] ?? '',
    time: (at) => clock.format(new Date(at)),
  };
}
