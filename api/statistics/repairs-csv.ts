import type { OrderLine } from '../../db/queries/repair-statistics.ts';
import type { Text } from '../../workflows/lib/contract.ts';
import { categories, contract, urgencies } from '../../workflows/repair-order/contract.ts';
import type { Locale } from '../actor.ts';
import { textIn } from '../errors.ts';

const at = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' });
const timeOf = (instant: Date | null): string => (instant === null ? '' : at.format(instant));
const said = (answer: boolean | null): Text => (answer === null ? { zh: '', en: '' } : answer ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' });
const outcomes: Readonly<Record<string, { title: Text }>> = contract.outcomes;

const columns: readonly { header: Text; write(order: OrderLine, locale: Locale): string }[] = [
  { header: { zh: '单号', en: 'Number' }, write: ({ number }) => number },
  { header: { zh: '报修时间', en: 'Reported' }, write: ({ startedAt }) => timeOf(startedAt) },
  { header: { zh: '地点', en: 'Place' }, write: ({ place, placeEn }, locale) => textIn(locale, { zh: place, en: placeEn }) },
  { header: { zh: '类别', en: 'Category' }, write: ({ category }, locale) => textIn(locale, categories[category as keyof typeof categories]) },
  { header: { zh: '紧急程度', en: 'Urgency' }, write: ({ urgency }, locale) => textIn(locale, urgencies[urgency as keyof typeof urgencies]) },
  { header: { zh: '保养计划', en: 'Planned' }, write: ({ planned }, locale) => textIn(locale, said(planned)) },
  {
    header: { zh: '结果', en: 'Outcome' },
    write: ({ outcome }, locale) => textIn(locale, outcome === null ? { zh: '进行中', en: 'Running' } : outcomes[outcome]?.title ?? { zh: outcome, en: outcome }),
  },
  { header: { zh: '维修人员', en: 'Repairer' }, write: ({ repairer }) => repairer ?? '' },
  { header: { zh: '接单时间', en: 'Taken on' }, write: ({ takenOnAt }) => timeOf(takenOnAt) },
  { header: { zh: '完工时间', en: 'Completed' }, write: ({ completedAt }) => timeOf(completedAt) },
  { header: { zh: '时限内', en: 'On time' }, write: ({ onTime }, locale) => textIn(locale, said(onTime)) },
  { header: { zh: '重复故障', en: 'Repeated fault' }, write: ({ again }, locale) => textIn(locale, said(again)) },
  { header: { zh: '用时（分钟）', en: 'Minutes' }, write: ({ minutes }) => String(minutes) },
  { header: { zh: '配件（元）', en: 'Parts (yuan)' }, write: ({ partsFen }) => (partsFen / 100).toFixed(2) },
  { header: { zh: '评分', en: 'Stars' }, write: ({ stars }) => (stars === null ? '' : stars.toFixed(1)) },
];

/** Orders as lines of a table, in the company's time. When there are more than `orders`, a last line says so. */
export function repairsToCsv(orders: readonly OrderLine[], total: number, locale: Locale): string[][] {
  const lines = [columns.map(({ header }) => textIn(locale, header)), ...orders.map((order) => columns.map(({ write }) => write(order, locale)))];
  if (total > orders.length) {
    const note = { zh: `只导出前 ${orders.length} 单，共 ${total} 单；请缩短期间后再导出。`, en: `Only the first ${orders.length} of ${total}: shorten the period and export again.` };
    lines.push([textIn(locale, note), ...columns.slice(1).map(() => '')]);
  }
  return lines;
}
