import writeExcelFile, { type Cell, type Sheet } from 'write-excel-file/node';
import { contract } from '../../workflows/supply-requisition/contract.ts';
import type { StepContract, Text } from '../../workflows/lib/contract.ts';
import type { Locale } from '../actor.ts';
import { textIn } from '../errors.ts';
import { harmlessCell } from '../supply/harmless-cell.ts';
import type { SupplyStatistics } from './supply-statistics.ts';

/** A column: its head, its width in characters, and the cell of a row. */
interface Column<Row> {
  readonly head: Text;
  readonly width: number;
  cell(row: Row): Cell;
}

const HOUR = 3_600_000;

/** The statistics as an Excel workbook in the reader's language: numbers and dates are numbers and dates, no cell is a formula. */
export async function statisticsToXlsx(statistics: SupplyStatistics, locale: Locale): Promise<Buffer> {
  const say = (text: Text): string => textIn(locale, text);
  const english = locale === 'en';
  const department = (row: { name: string; nameEn: string }): string =>
    (english ? row.nameEn : row.name) || say({ zh: '无申请', en: 'Without a request' });

  const sheets = [
    overview(statistics, locale),
    sheet(say({ zh: '按部门', en: 'By department' }), say, [
      { head: { zh: '部门', en: 'Department' }, width: 30, cell: (row) => text(department(row)) },
      { head: { zh: '申请单数', en: 'Requests' }, width: 12, cell: (row) => count(row.requests) },
      { head: { zh: '申请件数', en: 'Requested' }, width: 12, cell: (row) => count(row.requested) },
      { head: { zh: '批准件数', en: 'Approved' }, width: 12, cell: (row) => count(row.approved) },
      { head: { zh: '缺货件数', en: 'Missing' }, width: 12, cell: (row) => count(row.shortage) },
      { head: { zh: '其中已发放', en: 'Issued of these' }, width: 15, cell: (row) => count(row.issued) },
      { head: { zh: '本期发放件数', en: 'Issued in the period' }, width: 18, cell: (row) => count(row.quantity) },
      { head: { zh: '金额（元，按现价）', en: 'Amount at today’s prices (yuan)' }, width: 26, cell: (row) => yuan(row.fen) },
    ], statistics.departments),
    sheet(say({ zh: '按物品', en: 'By item' }), say, [
      { head: { zh: '编码', en: 'Code' }, width: 12, cell: (row) => text(row.code) },
      { head: { zh: '名称', en: 'Name' }, width: 28, cell: (row) => text(row.name) },
      { head: { zh: '类别', en: 'Category' }, width: 16, cell: (row) => text(row.category) },
      { head: { zh: '单位', en: 'Unit' }, width: 8, cell: (row) => text(row.unit) },
      { head: { zh: '本期发放件数', en: 'Issued in the period' }, width: 18, cell: (row) => count(row.quantity) },
      { head: { zh: '金额（元，按现价）', en: 'Amount at today’s prices (yuan)' }, width: 26, cell: (row) => yuan(row.fen) },
    ], statistics.items),
    sheet(say({ zh: '按月', en: 'By month' }), say, [
      { head: { zh: '月份', en: 'Month' }, width: 12, cell: (row) => date(`${row.month}-01`, 'yyyy-mm') },
      { head: { zh: '发放件数', en: 'Issued' }, width: 12, cell: (row) => count(row.quantity) },
      { head: { zh: '金额（元，按现价）', en: 'Amount at today’s prices (yuan)' }, width: 26, cell: (row) => yuan(row.fen) },
    ], statistics.months),
    times(statistics, locale),
    ratings(statistics, locale),
    sheet(say({ zh: '未领用物品', en: 'Not issued' }), say, [
      { head: { zh: '编码', en: 'Code' }, width: 12, cell: (row) => text(row.code) },
      { head: { zh: '名称', en: 'Name' }, width: 28, cell: (row) => text(row.name) },
      { head: { zh: '类别', en: 'Category' }, width: 16, cell: (row) => text(row.category) },
      { head: { zh: '在库', en: 'On hand' }, width: 10, cell: (row) => count(row.onHand) },
      { head: { zh: '库存金额（元，按现价）', en: 'Stock at today’s prices (yuan)' }, width: 26, cell: (row) => yuan(row.fen) },
      { head: { zh: '上次发放', en: 'Last issued' }, width: 14, cell: (row) => (row.lastIssuedAt ? day(new Date(row.lastIssuedAt)) : null) },
    ], statistics.unmoved.items),
  ];
  return writeExcelFile(sheets).toBuffer();
}

function overview({ period, before, now, then }: SupplyStatistics, locale: Locale): Sheet<never> {
  const say = (words: Text): string => textIn(locale, words);
  const outcome = (key: string): Text => contract.outcomes[key as keyof typeof contract.outcomes]?.title ?? { zh: '办理中', en: 'In progress' };
  const rows: { name: Text; now: Cell; then: Cell }[] = [
    { name: { zh: '开始日期', en: 'First day' }, now: date(period.from), then: date(before.from) },
    { name: { zh: '结束日期', en: 'Last day' }, now: date(period.to), then: date(before.to) },
    { name: { zh: '发放件数', en: 'Issued' }, now: count(now.quantity), then: count(then.quantity) },
    { name: { zh: '发放金额（元，按现价）', en: 'Amount at today’s prices (yuan)' }, now: yuan(now.fen), then: yuan(then.fen) },
    { name: { zh: '提交的申请', en: 'Requests' }, now: count(now.requests), then: count(then.requests) },
    { name: { zh: '申请件数', en: 'Pieces requested' }, now: count(now.requested), then: count(then.requested) },
    { name: { zh: '批准件数', en: 'Pieces approved' }, now: count(now.approved), then: count(then.approved) },
    { name: { zh: '缺货件数', en: 'Pieces missing' }, now: count(now.shortage), then: count(then.shortage) },
    ...Object.keys(now.outcomes).map((key) => ({ name: outcome(key), now: count(now.outcomes[key]!), then: count(then.outcomes[key] ?? 0) })),
  ];
  return sheet(say({ zh: '概览', en: 'Overview' }), say, [
    { head: { zh: '指标', en: 'Figure' }, width: 34, cell: (row) => text(say(row.name)) },
    { head: { zh: '本期', en: 'This period' }, width: 16, cell: (row) => row.now },
    { head: { zh: '对比期', en: 'Compared with' }, width: 16, cell: (row) => row.then },
  ], rows);
}

function times({ steps, now, wholeOfAll }: SupplyStatistics, locale: Locale): Sheet<never> {
  const say = (words: Text): string => textIn(locale, words);
  const title = (step: string): string => {
    const found = (contract.steps as Readonly<Record<string, StepContract>>)[step];
    return found ? say(found.title) : step;
  };
  const wholes = ([['全过程（已发放）', 'From request to issue', now.whole], ['全过程（全部结束的）', 'All that ended', wholeOfAll]] as const)
    .map(([zh, en, whole]) => ({ name: say({ zh, en }), people: whole.processes, clock: null, due: null, inTime: null, ...whole }));
  return sheet(say({ zh: '用时', en: 'Times' }), say, [
    { head: { zh: '环节', en: 'Step' }, width: 28, cell: (row) => text(row.name) },
    { head: { zh: '次数', en: 'Count' }, width: 10, cell: (row) => count(row.people) },
    { head: { zh: '自动处理', en: 'By the clock' }, width: 14, cell: (row) => count(row.clock) },
    { head: { zh: '有期限的', en: 'With a due time' }, width: 14, cell: (row) => count(row.due) },
    { head: { zh: '按时办理', en: 'In time' }, width: 12, cell: (row) => count(row.inTime) },
    { head: { zh: '实际用时 p50（小时）', en: 'Elapsed p50 (h)' }, width: 20, cell: (row) => hours(row.elapsed?.p50) },
    { head: { zh: '实际用时 p90（小时）', en: 'Elapsed p90 (h)' }, width: 20, cell: (row) => hours(row.elapsed?.p90) },
    { head: { zh: '工作用时 p50（小时）', en: 'Working time p50 (h)' }, width: 20, cell: (row) => hours(row.business?.p50) },
    { head: { zh: '工作用时 p90（小时）', en: 'Working time p90 (h)' }, width: 20, cell: (row) => hours(row.business?.p90) },
  ], [...steps.map((step) => ({ ...step, name: title(step.step) })), ...wholes]);
}

function ratings({ aspects, ratingMonths, words }: SupplyStatistics, locale: Locale): Sheet<never> {
  const say = (text: Text): string => textIn(locale, text);
  const aspectTitle = (aspect: string): string => say(contract.evaluation[aspect as keyof typeof contract.evaluation]);
  const head = (texts: readonly Text[]): Cell[] => texts.map((each) => headCell(say(each)));
  return {
    sheet: say({ zh: '评价', en: 'Ratings' }),
    stickyRowsCount: 1,
    columns: [20, 14, 12, 12, 12, 12, 60].map((width) => ({ width })),
    data: [
      head([
        { zh: '方面', en: 'Aspect' }, { zh: '平均（星）', en: 'Mean (stars)' }, ...[1, 2, 3, 4, 5].map((n) => ({ zh: `${n} 星`, en: `${n}★` })),
      ]),
      ...aspects.map(({ aspect, mean, times: counts }) => [text(aspectTitle(aspect)), decimal(mean), ...counts.map(count)]),
      [],
      head([
        { zh: '月份', en: 'Month' }, { zh: '平均（星）', en: 'Mean (stars)' }, { zh: '已评价', en: 'Rated' }, { zh: '未评价', en: 'Unrated' },
        { zh: '待评价', en: 'Waiting' },
      ]),
      ...ratingMonths.map((row) => [
        date(`${row.month}-01`, 'yyyy-mm'), decimal(row.stars), count(row.rated), count(row.unrated), count(row.waiting),
      ]),
      ...(words.items.length > 0
        ? [
          [],
          head([
            { zh: '单号', en: 'Number' }, { zh: '日期', en: 'Date' }, ...aspects.map(({ aspect }) => contract.evaluation[aspect as keyof typeof contract.evaluation]),
            { zh: '', en: '' }, { zh: '意见', en: 'Words' },
          ]),
          ...words.items.map((row) => [
            text(row.number), day(new Date(row.at)), ...aspects.map(({ aspect }) => count(row.stars[aspect] ?? null)), null, text(row.text),
          ]),
        ]
        : []),
    ],
  };
}

function sheet<Row>(name: string, say: (text: Text) => string, columns: readonly Column<Row>[], rows: readonly Row[]): Sheet<never> {
  return {
    sheet: name,
    stickyRowsCount: 1,
    columns: columns.map(({ width }) => ({ width })),
    data: [columns.map(({ head }) => headCell(say(head))), ...rows.map((row) => columns.map(({ cell }) => cell(row)))],
  };
}

// A string cell is never run, but whoever saves the sheet as CSV makes one that is (S20).
const text = (value: string): Cell => ({ type: String, value: harmlessCell(value) });
const headCell = (value: string): Cell => ({ type: String, value, fontWeight: 'bold', backgroundColor: '#E8EEF5', wrap: true, alignVertical: 'center' });
const count = (value: number | null): Cell => (value === null ? null : { type: Number, value, format: '#,##0' });
const decimal = (value: number | null): Cell => (value === null ? null : { type: Number, value, format: '0.00' });
const yuan = (fen: number): Cell => ({ type: Number, value: fen / 100, format: '#,##0.00' });
const hours = (milliseconds: number | undefined): Cell => (milliseconds === undefined ? null : { type: Number, value: milliseconds / HOUR, format: '#,##0.00' });
/** A calendar day as Excel has it: the library writes a Date's UTC. */
const date = (value: string, format = 'yyyy-mm-dd'): Cell => ({ type: Date, value: new Date(`${value}T00:00:00Z`), format });
const day = (at: Date): Cell => date(new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai', year: 'numeric', month: '2-digit', day: '2-digit' }).format(at));
