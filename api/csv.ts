import { stringify } from 'csv-stringify/sync';
import { harmlessCell } from './supply/harmless-cell.ts';

/** Lines of cells as CSV for Excel: UTF-8 with its mark, and no cell that a spreadsheet would run (S20). */
export function csvText(lines: readonly (readonly string[])[]): string {
  return stringify(lines.map((cells) => cells.map(harmlessCell)), { bom: true, record_delimiter: '\r\n', quoted_match: /[\r\n]/ });
}
