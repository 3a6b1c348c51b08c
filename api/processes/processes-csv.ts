import type { Text } from '../../workflows/lib/contract.ts';
import type { Locale } from '../actor.ts';
import { csvText } from '../csv.ts';
import { textIn } from '../errors.ts';
import type { presentProcess } from './present.ts';

type ProcessJson = ReturnType<typeof presentProcess>;
type Open = ProcessJson['current'][number];

const columns: readonly { header: Text; write(process: ProcessJson, locale: Locale): string }[] = [
  { header: { zh: '单号', en: 'Number' }, write: ({ number }) => number },
  { header: { zh: '流程', en: 'Process' }, write: ({ typeTitle }, locale) => textIn(locale, typeTitle) },
  { header: { zh: '标题', en: 'Title' }, write: ({ title }) => title },
  { header: { zh: '申请人', en: 'Requester' }, write: ({ requester }) => requester.name },
  { header: { zh: '部门', en: 'Department' }, write: ({ department }) => department },
  { header: { zh: '状态', en: 'Status' }, write: statusIn },
  { header: { zh: '当前步骤', en: 'Step' }, write: ({ current }, locale) => joined(current, locale, ({ stepTitle }) => textIn(locale, stepTitle)) },
  { header: { zh: '办理人', en: 'Held by' }, write: ({ current }, locale) => joined(current, locale, (open) => holderIn(open, locale)) },
  { header: { zh: '自', en: 'Since' }, write: ({ current }, locale) => joined(current, locale, ({ openedAt }) => timeOf(openedAt)) },
  { header: { zh: '截止', en: 'Due' }, write: ({ current }, locale) => joined(current, locale, ({ dueAt }) => timeOf(dueAt)) },
  { header: { zh: '提交时间', en: 'Started' }, write: ({ startedAt }) => timeOf(startedAt) },
  { header: { zh: '办结时间', en: 'Ended' }, write: ({ endedAt }) => timeOf(endedAt) },
];

/** Processes as CSV, in the company's time. When the list has more than `rows`, a last line says so. */
export function processesToCsv(rows: readonly ProcessJson[], total: number, locale: Locale): string {
  const lines = [
    columns.map(({ header }) => textIn(locale, header)),
    ...rows.map((row) => columns.map(({ write }) => write(row, locale))),
  ];
  if (total > rows.length) {
    const note = { zh: `只导出前 ${rows.length} 条，共 ${total} 条；请缩小条件后再导出。`, en: `Only the first ${rows.length} of ${total}: narrow the list and export again.` };
    lines.push([textIn(locale, note), ...columns.slice(1).map(() => '')]);
  }
  return csvText(lines);
}

function statusIn({ status, outcome, outcomeTitle }: ProcessJson, locale: Locale): string {
  if (status === 'running') return textIn(locale, { zh: '办理中', en: 'In progress' });
  return outcomeTitle ? textIn(locale, outcomeTitle) : outcome ?? '';
}

function holderIn({ assignee, holders }: Open, locale: Locale): string {
  if (assignee) return assignee.name;
  return holders.map(({ name, people }) => {
    const names = people.map((person) => person.name).join('、');
    return names === '' ? textIn(locale, name) : `${textIn(locale, name)} (${names})`;
  }).join('、');
}

function joined(current: readonly Open[], locale: Locale, write: (open: Open) => string): string {
  return current.map(write).filter(Boolean).join(textIn(locale, { zh: '；', en: '; ' }));
}

const format = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai', dateStyle: 'short', timeStyle: 'medium' });

function timeOf(at: string | Date | null): string {
  return at === null ? '' : format.format(new Date(at));
}
