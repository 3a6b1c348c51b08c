import { CsvError, parse } from 'csv-parse/sync';
import type { Text } from '../workflows/lib/contract.ts';
import { Problem, type FieldError } from './errors.ts';

const MOST_LINES = 2_000;
const MOST_ERRORS = 100;
const marked = /^'+[=+\-@＝＋－＠\t\r]/;

/** What a cell holds once it is read. */
export type Cell = string | number | boolean;

/** A column that an import knows. */
export interface CsvColumn<Field extends string> {
  readonly field: Field;
  readonly header: Text;
  /** Other names that people give it. */
  readonly also?: readonly string[];
  readonly needed?: true;
  /** The value of a cell that is not empty; undefined when it cannot be read as `readable` says. */
  read(cell: string): Cell | undefined;
  readonly readable?: Text;
  /** What an empty cell means. */
  readonly empty: Cell;
}

/** One line of a file: what its cells hold, and what the file calls a column. */
export interface CsvRow<Field extends string> {
  readonly line: number;
  readonly values: Partial<Record<Field, Cell>>;
  nameOf(field: Field): string;
}

/** Yes or no as people write it. */
export const yesOrNo: Pick<CsvColumn<string>, 'read' | 'readable'> = {
  read: (cell) => (/^(是|yes|true|1)$/i.test(cell) ? true : /^(否|no|false|0)$/i.test(cell) ? false : undefined),
  readable: { zh: '请填写“是”或“否”。', en: 'must be yes or no.' },
};

/**
 * The lines of a CSV file as people write it: headers in Chinese or English, in any order. `lineOf` makes of each what the import needs, or
 * says what is wrong with it. Throws a 400 that names each line and column that cannot be read; `none` is said of a file without lines.
 */
export function readCsv<Field extends string, Line extends object>(
  csv: string, columns: readonly CsvColumn<Field>[], none: Text, lineOf: (row: CsvRow<Field>) => Line | FieldError[],
): Line[] {
  const [head, ...rows] = records(csv);
  const header = readHeader(columns, head?.cells ?? []);
  if (rows.length === 0) throw csvRefused([{ path: 'line 2', message: none }]);
  if (rows.length > MOST_LINES) {
    const message = { zh: `最多 ${MOST_LINES} 行，请分几次导入。`, en: `at most ${MOST_LINES} lines: import in parts.` };
    throw csvRefused([{ path: `line ${rows[MOST_LINES]!.line}`, message }]);
  }
  const errors: FieldError[] = [];
  const lines: Line[] = [];
  for (const { line, cells } of rows) {
    const row = readRow(header, cells, line);
    const made = Array.isArray(row) ? row : lineOf(row);
    if (Array.isArray(made)) errors.push(...made as FieldError[]);
    else lines.push(made);
  }
  if (errors.length > 0) throw csvRefused(errors);
  return lines;
}

/** What is wrong with one cell. */
export function csvError(line: number, column: string, message: Text): FieldError {
  return { in: 'body', path: csvPlace(line, column), message };
}

/** Where a cell stands, as errors name it. */
export function csvPlace(line: number, column: string): string {
  return `line ${line}, ${column}`;
}

/** A 400 of these. */
export function csvRefused(errors: readonly FieldError[]): Problem {
  return new Problem('invalid-input', {}, {}, errors.slice(0, MOST_ERRORS));
}

interface HeaderCell<Field extends string> {
  name: string;
  column: CsvColumn<Field>;
}

function records(csv: string): { line: number; cells: string[] }[] {
  try {
    const parsed = parse(csv, { bom: true, info: true, relax_column_count: true, skip_empty_lines: true }) as unknown as
      { info: { lines: number }; record: string[] }[];
    return parsed.map(({ info, record }) => ({ line: info.lines, cells: record.map((cell) => cell.trim()) }));
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    const message = {
      zh: '不是有效的 CSV：请检查引号和逗号。', en: 'this is not valid CSV: check the quotes and commas.',
    };
    throw csvRefused([{ path: `line ${Number(error['lines']) || 1}`, message }]);
  }
}

function readHeader<Field extends string>(columns: readonly CsvColumn<Field>[], names: readonly string[]): HeaderCell<Field>[] {
  const errors: FieldError[] = [];
  const header: HeaderCell<Field>[] = [];
  for (const name of names) {
    const column = columns.find((candidate) => namesOf(candidate).includes(name.toLowerCase()));
    if (!column) {
      errors.push(csvError(1, name, { zh: '没有这一列，请删除或改名。', en: 'is not a known column: remove or rename it.' }));
    } else if (header.some((other) => other.column === column)) {
      errors.push(csvError(1, name, { zh: '这一列只能出现一次。', en: 'may be there once only.' }));
    } else {
      header.push({ name, column });
    }
  }
  for (const column of columns) {
    if (column.needed && !header.some((other) => other.column === column)) {
      errors.push(csvError(1, column.header.zh, {
        zh: `缺少“${column.header.zh}”列。`, en: `the column “${column.header.en}” is missing.`,
      }));
    }
  }
  if (errors.length > 0) throw csvRefused(errors);
  return header;
}

function readRow<Field extends string>(header: readonly HeaderCell<Field>[], cells: readonly string[], line: number): CsvRow<Field> | FieldError[] {
  if (cells.length !== header.length) {
    const message = {
      zh: `应有 ${header.length} 列，实有 ${cells.length} 列。`,
      en: `must have ${header.length} cells and has ${cells.length}.`,
    };
    return [{ path: `line ${line}`, message }];
  }
  const errors: FieldError[] = [];
  const values: Partial<Record<Field, Cell>> = {};
  header.forEach(({ name, column }, index) => {
    const cell = withoutMark(cells[index] ?? '');
    const value = cell === '' && !column.needed ? column.empty : column.read(cell);
    if (value === undefined) errors.push(csvError(line, name, column.readable!));
    else values[column.field] = value;
  });
  if (errors.length > 0) return errors;
  return { line, values, nameOf: (field) => header.find(({ column }) => column.field === field)?.name ?? field };
}

function namesOf({ header, also = [] }: Pick<CsvColumn<string>, 'header' | 'also'>): string[] {
  return [header.zh, header.en, ...also].map((name) => name.toLowerCase());
}

function withoutMark(cell: string): string {
  return marked.test(cell) ? cell.slice(1) : cell;
}
