import type { z } from 'zod';
import type { PersonalKind, PersonalValue } from '../../db/queries/personal.ts';

/** stub until merge */
export function mask(kind: PersonalKind, value: string): string {
  if (kind === 'name') return `${value.slice(0, 1)}*`;
  if (kind === 'phone') return `${value.slice(0, 3)}****${value.slice(-4)}`;
  if (kind === 'id-number') return `${value.slice(0, 3)}${'*'.repeat(Math.max(0, value.length - 4))}${value.slice(-1)}`;
  return `${value.slice(0, 2)}***${value.slice(-2)}`;
}
export function maskPersonal(_schema: z.ZodType, form: any): { form: any; values: PersonalValue[] } {
  const values: PersonalValue[] = [];
  const kinds = { name: 'name', phone: 'phone', plate: 'plate', idNumber: 'id-number' } as Record<string, PersonalKind>;
  const walk = (value: any, path: string): any => {
    if (Array.isArray(value)) return value.map((each, i) => walk(each, `${path}.${i}`));
    if (value && typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, walk(v, path === '' ? k : `${path}.${k}`)]));
    const name = path.split('.').at(-1)!;
    if (/visitors?\b/.test(path) && kinds[name] && typeof value === 'string') { values.push({ path, kind: kinds[name], value }); return mask(kinds[name], value); }
    return value;
  };
  return { form: walk(form, ''), values };
}
