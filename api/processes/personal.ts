import { z } from 'zod';
import type { PersonalValue } from '../../db/queries/personal.ts';
import type { PersonalKind } from '../../workflows/lib/form.ts';
import { invalidField } from '../errors.ts';
import { innerOf } from '../input.ts';

const SHOWN: Readonly<Record<PersonalKind, (value: string) => string>> = {
  name: (value) => `${[...value][0]}*`,
  phone: (value) => `${value.slice(0, -8)}****${value.slice(-4)}`,
  'id-number': (value) => `${value.slice(0, 3)}${'*'.repeat(Math.max(1, value.length - 4))}${value.slice(-1)}`,
  plate: (value) => `${value.slice(0, 2)}***${value.slice(-2)}`,
};

/** What everybody sees of a personal value. */
export function mask(kind: PersonalKind, value: string): string {
  return SHOWN[kind](value);
}

/** Takes what is personal out of a form that the schema has parsed: the form with masked texts, and what stood there. */
export function maskPersonal(schema: z.core.$ZodType, form: unknown): { form: unknown; values: PersonalValue[] } {
  const values: PersonalValue[] = [];
  const masked = replace(schema, form, '', (kind, value, path) => {
    values.push({ path, kind, value });
    return mask(kind, value);
  });
  return { form: masked, values };
}

/**
 * A form that is sent again, with the values that its masked texts stand for in the version before: a row's by where it stood, else by another
 * row that looks the same. Throws a 400 that names a field whose text could stand for several.
 */
export function unmaskPersonal(schema: z.core.$ZodType, form: unknown, before: readonly PersonalValue[], prefix: string): unknown {
  const byPath = new Map(before.map((each) => [each.path, each]));
  return replace(schema, form, '', (kind, text, path) => {
    const looksSame = (each: PersonalValue | undefined): each is PersonalValue => each?.kind === kind && mask(kind, each.value) === text;
    const fits = before.filter((each) => looksSame(each) && generic(each.path) === generic(path));
    if (fits.length === 0) return text;
    if (new Set(fits.map(({ value }) => value)).size === 1) return fits[0]!.value;
    // Several look the same: the one whose whole row does.
    const row = rowOf(path);
    const rows = fits.filter((each) => before.filter((other) => rowOf(other.path) === rowOf(each.path))
      .every((other) => mask(other.kind, other.value) === textAt(form, `${row}${other.path.slice(rowOf(other.path).length)}`)));
    const unique = new Set(rows.map(({ value }) => value));
    if (unique.size === 1) return rows[0]!.value;
    const here = byPath.get(path);
    // Where one of them is gone or has moved, nobody can say which is left.
    const allStay = rows.every((each) => textAt(form, each.path) === text);
    if (unique.size > 1 && looksSame(here) && rows.includes(here) && allStay) return here.value;
    throw invalidField(`${prefix}.${path}`, 'personal.again');
  });
}

const generic = (path: string): string => path.replace(/\.\d+(?=\.|$)/g, '.*');
const rowOf = (path: string): string => path.slice(0, path.lastIndexOf('.') + 1);

function textAt(form: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined), form);
}

/** The value with each personal text replaced. What does not fit the schema stays as it is. */
function replace(
  schema: z.core.$ZodType, value: unknown, path: string, by: (kind: PersonalKind, text: string, path: string) => string,
): unknown {
  if (value === undefined || value === null) return value;
  const kind = schema instanceof z.ZodType ? schema.meta()?.['x-personal'] as PersonalKind | undefined : undefined;
  if (kind) return typeof value === 'string' ? by(kind, value, path) : value;
  const inner = innerOf(schema);
  if (inner) return replace(inner, value, path, by);
  const below = (name: string | number): string => (path === '' ? String(name) : `${path}.${name}`);
  if (schema instanceof z.ZodArray) return Array.isArray(value) ? value.map((each, i) => replace(schema.element, each, below(i), by)) : value;
  if (!(schema instanceof z.ZodObject) || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => {
    const member = (schema.shape as Record<string, z.core.$ZodType | undefined>)[name];
    return [name, member ? replace(member, each, below(name), by) : each];
  }));
}
