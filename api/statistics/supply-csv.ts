import { stringify } from 'csv-stringify/sync';
import type { IssuedLine } from '../../db/queries/statistics.ts';
import type { Text } from '../../workflows/lib/contract.ts';
import type { Locale } from '../actor.ts';
import { textIn } from '../errors.ts';
import { harmlessCell } from '../supply/harmless-cell.ts';

const headers: readonly Text[] = [
  { zh: '月份', en: 'Month' }, { zh: '部门', en: 'Department' }, { zh: '编码', en: 'Code' }, { zh: '名称', en: 'Name' },
  { zh: '类别', en: 'Category' }, { zh: '单位', en: 'Unit' }, { zh: '发放数量', en: 'Issued' }, { zh: '现价（元）', en: 'Price today (yuan)' },
  { zh: '金额（元，按现价）', en: 'Amount at today’s price (yuan)' },
];

/** What was issued by month, department and item, as CSV for Excel: UTF-8 with its mark, and no cell that a spreadsheet would run. */
export function issuedToCsv(lines: readonly IssuedLine[], locale: Locale): string {
  const rows = lines.map((line) => [
    line.month, (locale === 'en' ? line.departmentEn : line.department) ?? '', line.code, line.name, line.category, line.unit,
    String(line.quantity), yuan(line.priceFen), yuan(line.fen),
  ].map((cell, column) => (column < 6 ? harmlessCell(cell) : cell)));
  return stringify([headers.map((header) => textIn(locale, header)), ...rows], {
    bom: true, record_delimiter: '\r\n', quoted_match: /[\r\n]/,
  });
}

const yuan = (fen: number): string => (fen / 100).toFixed(2);
