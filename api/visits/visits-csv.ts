import type { VisitRow } from '../../db/queries/visit-board.ts';
import type { Text } from '../../workflows/lib/contract.ts';
import { purposes, ways } from '../../workflows/visit/contract.ts';
import type { Locale } from '../actor.ts';
import { textIn } from '../errors.ts';

const at = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'short' });
const timeOf = (instant: Date | null): string => (instant === null ? '' : at.format(instant));

const columns: readonly { header: Text; write(visit: VisitRow, locale: Locale): string }[] = [
  { header: { zh: '单号', en: 'Number' }, write: ({ number }) => number },
  { header: { zh: '访客', en: 'Visitor' }, write: ({ visitor }) => visitor },
  { header: { zh: '单位', en: 'Company' }, write: ({ company }) => company ?? '' },
  { header: { zh: '电话', en: 'Phone' }, write: ({ phone }) => phone },
  { header: { zh: '车牌', en: 'Plate' }, write: ({ plate }) => plate ?? '' },
  { header: { zh: '人数', en: 'People' }, write: ({ party }) => String(party) },
  { header: { zh: '事由', en: 'Purpose' }, write: ({ purpose }, locale) => textIn(locale, purposes[purpose as keyof typeof purposes]) },
  { header: { zh: '来源', en: 'Way' }, write: ({ way }, locale) => textIn(locale, ways[way as keyof typeof ways]) },
  { header: { zh: '被访人', en: 'Host' }, write: ({ host_name: name, host_named: named }) => name ?? named ?? '' },
  { header: { zh: '部门', en: 'Department' }, write: ({ host_department: zh, host_department_en: en }, locale) => (zh === null ? '' : textIn(locale, { zh, en: en! })) },
  { header: { zh: '地点', en: 'Place' }, write: ({ place }) => place },
  { header: { zh: '预约自', en: 'From' }, write: ({ from_at: from }) => timeOf(from) },
  { header: { zh: '预约至', en: 'Until' }, write: ({ until_at: until }) => timeOf(until) },
  { header: { zh: '签到', en: 'Arrived' }, write: ({ arrived_at: arrived }) => timeOf(arrived) },
  { header: { zh: '签离', en: 'Left' }, write: ({ left_at: left }) => timeOf(left) },
  { header: { zh: '自动签离', en: 'Left unseen' }, write: ({ left_outcome: outcome }, locale) => (outcome === 'left-unseen' ? textIn(locale, { zh: '是', en: 'yes' }) : '') },
];

/** Visits as lines of a table, in the company's time; personal data masked. */
export function visitsToCsv(rows: readonly VisitRow[], locale: Locale): string[][] {
  return [columns.map(({ header }) => textIn(locale, header)), ...rows.map((row) => columns.map(({ write }) => write(row, locale)))];
}
