import type { z } from 'zod';
import type { Text } from '../../workflows/lib/contract.ts';
import type { ProcessType } from '../../workflows/lib/form.ts';
import { jsonSchema } from '../processes/present.ts';

/** What was filled into one field, in words. */
export interface FieldWords {
  title: Text;
  value: Text;
}

interface Schema {
  type?: string;
  'x-title'?: Text;
  'x-options'?: Record<string, Text>;
  'x-kind'?: string;
  'x-unit'?: Text;
  'x-reference'?: string;
  format?: string;
  anyOf?: Schema[];
  properties?: Record<string, Schema>;
  items?: Schema;
}

const YES: Text = { zh: '是', en: 'Yes' };
const NO: Text = { zh: '否', en: 'No' };

/** What is known beside the value: the names of what it refers to, where it does so, and fields that stand elsewhere. */
interface Known {
  labels?: Readonly<Record<string, Text>>;
  references?: ProcessType['references'];
  omit?: readonly string[];
}

/** The fields of `value` in words, in the schema's order; empty ones and those of `omit` are left out. */
export function fieldWords(
  schema: z.ZodType, value: unknown, { labels = {}, references = {}, omit = [] }: Known = {},
): FieldWords[] {
  return fieldsOf(jsonSchema(schema, references) as Schema, value, labels).filter(({ name }) => !omit.includes(name)).map(({ title, value: words }) => ({ title, value: words }));
}

function fieldsOf(schema: Schema, value: unknown, labels: Readonly<Record<string, Text>>): (FieldWords & { name: string })[] {
  return Object.entries(plain(schema).properties ?? {}).flatMap(([name, property]) => {
    const words = wordsOf(plain(property), (value as Record<string, unknown> | null | undefined)?.[name], labels);
    return words ? [{ name, title: property['x-title'] ?? { zh: name, en: name }, value: words }] : [];
  });
}

function wordsOf(schema: Schema, value: unknown, labels: Readonly<Record<string, Text>>): Text | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (schema['x-kind'] === 'photos' && Array.isArray(value)) return value.length === 0 ? undefined : { zh: `${value.length} 张照片`, en: `${value.length} photo${value.length === 1 ? '' : 's'}` };
  if (Array.isArray(value)) return joined(value.flatMap((each) => wordsOf(plain(schema.items ?? {}), each, labels) ?? []), '；', '; ');
  if (typeof value === 'object') {
    const counted = countedWords(schema, value as Record<string, unknown>, labels);
    if (counted) return counted;
    return joined(fieldsOf(schema, value, labels).map(({ title, value: words }) => ({ zh: `${title.zh} ${words.zh}`, en: `${title.en} ${words.en}` })), '，', ', ');
  }
  if (typeof value === 'boolean') return value ? YES : NO;
  if (schema['x-kind'] === 'money') return same(`¥${(Number(value) / 100).toFixed(2)}`);
  if (schema.format === 'date-time') return same(timeWords(String(value)));
  const unit = schema['x-unit'];
  if (unit) return { zh: `${String(value)} ${unit.zh}`, en: `${String(value)} ${unit.en}` };
  return schema['x-options']?.[String(value)] ?? labels[String(value)] ?? same(String(value));
}

/** Something of which there are so many, and nothing else of it: 灯管 ×2. */
function countedWords({ properties = {} }: Schema, value: Record<string, unknown>, labels: Readonly<Record<string, Text>>): Text | undefined {
  const [thing, count, ...others] = Object.keys(properties);
  if (!thing || !count || others.length > 0 || !properties[thing]?.['x-reference'] || properties[count]?.type !== 'integer') return undefined;
  const { zh, en } = labels[String(value[thing])] ?? same(String(value[thing]));
  return { zh: `${zh} ×${String(value[count])}`, en: `${en} ×${String(value[count])}` };
}

/** An instant by the company's clock: 11-28 14:00. */
function timeWords(at: string): string {
  return TIME.format(new Date(at)).slice('2026-'.length);
}

const TIME = new Intl.DateTimeFormat('sv-SE', { dateStyle: 'short', timeStyle: 'short', timeZone: 'Asia/Shanghai' });

/** The schema without the null that `nullable` adds beside it. */
function plain(schema: Schema): Schema {
  const [only, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== 'null');
  return only && others.length === 0 ? { ...only, ...schema } : schema;
}

function joined(texts: readonly Text[], zh: string, en: string): Text | undefined {
  return texts.length === 0 ? undefined : { zh: texts.map((each) => each.zh).join(zh), en: texts.map((each) => each.en).join(en) };
}

const same = (words: string): Text => ({ zh: words, en: words });
