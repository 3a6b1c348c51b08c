import { z } from 'zod';
import type { PlaceLine, PlaceLineError } from '../../db/queries/place-import.ts';
import type { Place, PlaceKind } from '../../db/queries/places.ts';
import type { Text } from '../../workflows/lib/contract.ts';
import type { Locale } from '../actor.ts';
import { placeCode, placeName, placeNameEn } from '../contract/places.ts';
import { csvText } from '../csv.ts';
import { csvError, csvPlace, csvRefused, readCsv, yesOrNo, type CsvColumn, type CsvRow } from '../csv-table.ts';
import { textIn, type FieldError, type Problem } from '../errors.ts';
import { invalidInput } from '../input.ts';

const KINDS: readonly PlaceKind[] = ['building', 'floor', 'room', 'device'];
const name = placeName.or(z.literal(''));
const importedPlace = z.strictObject({
  building: placeName, floor: name.default(''), room: name.default(''), device: name.default(''),
  nameEn: placeNameEn.optional(), code: placeCode.or(z.literal('')).optional(), active: z.boolean().optional(),
});
type Field = keyof z.output<typeof importedPlace>;

const text = (field: Field, header: Text, more: Partial<CsvColumn<Field>> = {}): CsvColumn<Field> => ({ field, header, read: (cell) => cell, empty: '', ...more });

const columns: readonly CsvColumn<Field>[] = [
  text('building', { zh: '楼栋', en: 'Building' }, { needed: true }),
  text('floor', { zh: '楼层', en: 'Floor' }),
  text('room', { zh: '房间', en: 'Room' }),
  text('device', { zh: '设备', en: 'Device' }),
  text('nameEn', { zh: '英文名称', en: 'English name' }),
  text('code', { zh: '编码', en: 'Code' }),
  { field: 'active', header: { zh: '启用', en: 'Active' }, ...yesOrNo, empty: true },
];

/** Places as CSV for Excel, each with its whole path and its own English name. */
export function placesToCsv(places: readonly Place[], locale: Locale): string {
  const byId = new Map(places.map((place) => [place.id, place]));
  const lines = places.map((place) => {
    const path = new Map<PlaceKind, string>();
    for (let at: Place | undefined = place; at; at = at.parentId === null ? undefined : byId.get(at.parentId)) path.set(at.kind, at.name);
    return [...KINDS.map((kind) => path.get(kind) ?? ''), place.nameEn, place.code, textIn(locale, place.active ? { zh: '是', en: 'yes' } : { zh: '否', en: 'no' })];
  });
  return csvText([columns.map(({ header }) => textIn(locale, header)), ...lines]);
}

/**
 * The lines of a CSV file as `placesToCsv` writes it, or as people do. What stands furthest in is the place that a line is of. Throws a 400
 * that names each line and column that cannot be read.
 */
export function placesFromCsv(csv: string, locale: Locale): { lines: PlaceLine[]; refuse(errors: readonly PlaceLineError[]): Problem } {
  const seen = new Map<string, number>();
  const rows = new Map<number, CsvRow<Field>>();
  const lines = readCsv(csv, columns, { zh: '没有场所。', en: 'there are no places.' }, (row): PlaceLine | FieldError[] => {
    const { line, values, nameOf } = row;
    rows.set(line, row);
    const parsed = importedPlace.safeParse(values);
    if (!parsed.success) {
      const issues = parsed.error.issues.map((issue) => ({ ...issue, path: [csvPlace(line, nameOf(issue.path[0] as Field))] }));
      return [...(invalidInput(issues, 'body', locale).errors ?? [])];
    }
    const { nameEn, code = '', active } = parsed.data;
    const path = KINDS.flatMap((kind) => (parsed.data[kind as 'building'] === '' ? [] : [{ kind, name: parsed.data[kind as 'building'] }]));
    for (const [field, key] of [['code', code], [path.at(-1)!.kind, path.map((step) => `${step.kind} ${step.name}`).join('\n')]] as const) {
      if (key === '' || (field !== 'code' && code !== '')) continue;
      const before = seen.get(`${field === 'code'} ${key}`);
      if (before !== undefined) return [csvError(line, nameOf(field), { zh: `与第 ${before} 行重复。`, en: `repeats line ${before}.` })];
      seen.set(`${field === 'code'} ${key}`, line);
    }
    return { line, path, nameEn, active, ...(code !== '' && { code }) };
  });
  return {
    lines,
    refuse: (errors) => csvRefused(errors.map(({ line, kind, reason, code = '' }) =>
      csvError(line, rows.get(line)!.nameOf(reason === 'name-taken' ? kind : 'code'), REASONS[reason](code)))),
  };
}

const REASONS: Readonly<Record<PlaceLineError['reason'], (code: string) => Text>> = {
  'name-taken': () => ({ zh: '那里已有同名的场所，请换一个名称。', en: 'another place there has this name: choose another.' }),
  'other-code': (code) => ({ zh: `该场所的编码是 ${code}，编码不能修改。`, en: `the place has the code ${code}, which stays.` }),
  'other-kind': (code) => ({ zh: `编码 ${code} 是另一类场所，请核对。`, en: `${code} is a place of another kind: please check.` }),
};
