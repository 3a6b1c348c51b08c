import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import type { ImportLine } from '../../db/queries/item-import.ts';
import type { Item } from '../../db/queries/supply.ts';
import type { Text } from '../../workflows/lib/contract.ts';
import type { Locale } from '../actor.ts';
import { importedItem, newItem } from '../contract/supply.ts';
import { csvText } from '../csv.ts';
import { csvError, csvPlace, readCsv, yesOrNo, type CsvColumn } from '../csv-table.ts';
import { textIn } from '../errors.ts';
import { invalidInput } from '../input.ts';

type Field = keyof z.output<typeof importedItem>;
interface Column extends CsvColumn<Field> {
  /** The cell as people write it. */
  write(item: Item, locale: Locale): string;
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
    ...yesOrNo,
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
  const seen = new Map<string, number>();
  return readCsv(csv, columns, { zh: '没有物品。', en: 'there are no items.' }, ({ line, values, nameOf }) => {
    const parsed = importedItem.safeParse(values);
    if (!parsed.success) {
      const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [csvPlace(line, nameOf(issue.path[0] as Field))] }));
      return [...(invalidInput(issues, 'body', locale).errors ?? [])];
    }
    const { onHand = 0, ...fields } = parsed.data;
    const before = seen.get(fields.code);
    seen.set(fields.code, line);
    if (before !== undefined) {
      return [csvError(line, nameOf('code'), { zh: `编码与第 ${before} 行重复。`, en: `repeats the code of line ${before}.` })];
    }
    return { fields, onHand, asNew: { id: `item-${randomUUID()}`, ...newItem.parse(fields) } };
  });
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
