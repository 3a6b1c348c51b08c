import { randomUUID } from 'node:crypto';
import { CsvError, parse } from 'csv-parse/sync';
import type { z } from 'zod';
import type { ImportLine } from '../../db/queries/item-import.ts';
import type { Item } from '../../db/queries/supply.ts';
import type { Text } from '../../workflows/lib/contract.ts';
import type { Locale } from '../actor.ts';
import { importedItem, newItem } from '../contract/supply.ts';
import { csvText } from '../csv.ts';
import { Problem, textIn, type FieldError } from '../errors.ts';
import { invalidInput } from '../input.ts';

const MOST_LINES = 2_000;
const MOST_ERRORS = 100;
const marked = /^'+[=+\-@＝＋－＠\t\r]/;

type Field = keyof z.output<typeof importedItem>;
type Cell = string | number | boolean;

interface Column {
  readonly field: Field;
  readonly header: Text;
  readonly also?: readonly string[];
  readonly needed?: true;
  /** The cell as people write it. */
  write(item: Item, locale: Locale): string;
  /** The value of a cell that is not empty; undefined when it cannot be read as `readable` says. */
  read(cell: string): Cell | undefined;
  readonly readable?: Text;
  /** What an empty cell means. */
  readonly empty: Cell;
}

const wholeNumber: Pick<Column, 'read' | 'readable' | 'empty'> = {
  read: (cell) => (/^\d{1,10}$/.test(cell) ? Number(cell) : undefined),
  readable: { zh: '请填写整数，例如 20。', en: 'must be a whole number such as 20.' },
  empty: 0,
};

const columns: readonly Column[] = [
  text('code', { zh: '编码', en: 'Code' }, true),
  text('name', { zh: '名称', en: 'Name' }, true),
  text('category', { zh: '类别', en: 'Category' }, true),
  text('unit', { zh: '单位', en: 'Unit' }, true),
  text('specification', { zh: '规格', en: 'Specification' }),
  {
    field: 'priceFen',
    header: { zh: '单价（元）', en: 'Price (yuan)' },
    also: ['单价', '单价(元)', 'Price'],
    needed: true,
    write: ({ priceFen }) => (priceFen / 100).toFixed(2),
    read: fenOf,
    readable: { zh: '请填写以元为单位的金额，例如 12.50。', en: 'must be an amount in yuan such as 12.50.' },
    empty: '',
  },
  text('location', { zh: '库位', en: 'Location' }),
  {
    ...wholeNumber,
    field: 'minimum',
    header: { zh: '最低库存', en: 'Minimum' },
    write: ({ minimum }) => String(minimum),
  },
  {
    field: 'active',
    header: { zh: '启用', en: 'Active' },
    write: ({ active }, locale) => textIn(locale, active ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' }),
    read: (cell) => (/^(是|yes|true|1)$/i.test(cell) ? true : /^(否|no|false|0)$/i.test(cell) ? false : undefined),
    readable: { zh: '请填写“是”或“否”。', en: 'must be yes or no.' },
    empty: true,
  },
  {
    ...wholeNumber,
    field: 'onHand',
    header: { zh: '在库', en: 'On hand' },
    write: ({ onHand }) => String(onHand),
  },
];

/** Items as CSV for Excel: UTF-8 with its mark, prices in yuan, and no cell that a spreadsheet would run. */
export function itemsToCsv(items: readonly Item[], locale: Locale): string {
  const rows = items.map((item) => columns.map((column) => column.write(item, locale)));
  return csvText([columns.map(({ header }) => textIn(locale, header)), ...rows]);
}

/**
 * The lines of a CSV file as `itemsToCsv` writes it, or as people do: headers in Chinese or English, in any order.
 * Throws a 400 that names each line and column that cannot be read.
 */
export function itemsFromCsv(csv: string, locale: Locale): ImportLine[] {
  const [head, ...rows] = records(csv);
  const header = readHeader(head?.cells ?? []);
  if (rows.length === 0) throw refused([{ path: 'line 2', message: { zh: '没有物品。', en: 'there are no items.' } }]);
  if (rows.length > MOST_LINES) {
    const message = { zh: `最多 ${MOST_LINES} 行，请分几次导入。`, en: `at most ${MOST_LINES} lines: import in parts.` };
    throw refused([{ path: `line ${rows[MOST_LINES]!.line}`, message }]);
  }
  const errors: FieldError[] = [];
  const seen = new Map<string, number>();
  const lines: ImportLine[] = [];
  for (const { line, cells } of rows) {
    const row = readRow(header, cells, line, locale);
    if (Array.isArray(row)) {
      errors.push(...row);
      continue;
    }
    const before = seen.get(row.fields.code);
    if (before !== undefined) {
      errors.push(at(line, header[header.findIndex(({ column }) => column.field === 'code')]!.name, {
        zh: `编码与第 ${before} 行重复。`, en: `repeats the code of line ${before}.`,
      }));
    }
    seen.set(row.fields.code, line);
    lines.push(row);
  }
  if (errors.length > 0) throw refused(errors);
  return lines;
}

interface HeaderCell {
  name: string;
  column: Column;
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
    throw refused([{ path: `line ${Number(error['lines']) || 1}`, message }]);
  }
}

function readHeader(names: readonly string[]): HeaderCell[] {
  const errors: FieldError[] = [];
  const header: HeaderCell[] = [];
  for (const name of names) {
    const column = columns.find((candidate) => namesOf(candidate).includes(name.toLowerCase()));
    if (!column) {
      errors.push(at(1, name, { zh: '没有这一列，请删除或改名。', en: 'is not a known column: remove or rename it.' }));
    } else if (header.some((other) => other.column === column)) {
      errors.push(at(1, name, { zh: '这一列只能出现一次。', en: 'may be there once only.' }));
    } else {
      header.push({ name, column });
    }
  }
  for (const column of columns) {
    if (column.needed && !header.some((other) => other.column === column)) {
      errors.push(at(1, column.header.zh, {
        zh: `缺少“${column.header.zh}”列。`, en: `the column “${column.header.en}” is missing.`,
      }));
    }
  }
  if (errors.length > 0) throw refused(errors);
  return header;
}

function readRow(
  header: readonly HeaderCell[],
  cells: readonly string[],
  line: number,
  locale: Locale,
): ImportLine | FieldError[] {
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
    if (value === undefined) errors.push(at(line, name, column.readable!));
    else values[column.field] = value;
  });
  if (errors.length > 0) return errors;
  const parsed = importedItem.safeParse(values);
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => {
      const name = header.find(({ column }) => column.field === issue.path[0])?.name ?? '';
      return { ...issue, path: [placeOf(line, name)] };
    });
    return [...(invalidInput(issues, 'body', locale).errors ?? [])];
  }
  const { onHand = 0, ...fields } = parsed.data;
  return { fields, onHand, asNew: { id: `item-${randomUUID()}`, ...newItem.parse(fields) } };
}

function text(field: Field & keyof Item, header: Text, needed?: true): Column {
  return {
    field,
    header,
    ...(needed && { needed }),
    write: (item) => String(item[field]),
    read: (cell) => cell,
    empty: '',
  };
}

function fenOf(cell: string): number | undefined {
  const amount = /^(\d{1,8})(?:\.(\d{1,2}))?$/.exec(cell);
  return amount ? Number(amount[1]) * 100 + Number((amount[2] ?? '').padEnd(2, '0')) : undefined;
}

function namesOf({ header, also = [] }: Column): string[] {
  return [header.zh, header.en, ...also].map((name) => name.toLowerCase());
}

function withoutMark(cell: string): string {
  return marked.test(cell) ? cell.slice(1) : cell;
}

function at(line: number, column: string, message: Text): FieldError {
  return { in: 'body', path: placeOf(line, column), message };
}

function placeOf(line: number, column: string): string {
  return `line ${line}, ${column}`;
}

function refused(errors: FieldError[]): Problem {
  return new Problem('invalid-input', {}, {}, errors.slice(0, MOST_ERRORS));
}
