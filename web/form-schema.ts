import { yuan } from './money.ts';
import { kindOf, plain, type JsonSchema } from './schema-form/json-schema.ts';
import { now } from './now.ts';
import { t, textKey } from './texts.ts';
import { clockWords } from './time-words.ts';

/** A field's name in the page's language. */
export function fieldWords(schema: JsonSchema | undefined, name: string): string {
  return schema?.['x-title']?.[textKey.value] ?? schema?.title ?? name;
}

/** The fields of an object, in their order. */
export function fieldsOf(schema: JsonSchema | undefined): [string, JsonSchema][] {
  return Object.entries(schema?.properties ?? {});
}

/** A choice's word in the page's language. */
export function optionWords(schema: JsonSchema, value: unknown): string {
  return plain(schema)['x-options']?.[String(value)]?.[textKey.value] ?? String(value);
}

const LIST = { zh: '、', en: ', ' } as const;
const PARTS = { zh: '；', en: '; ' } as const;

/** What was filled into one field, in words; empty for nothing. `labels` names what is referred to. */
export function valueWords(given: JsonSchema, value: unknown, labels: Readonly<Record<string, string>> = {}): string {
  if (value === undefined || value === null || value === '') return '';
  const schema = plain(given);
  const kind = kindOf(schema);
  if (kind === 'yes-no') return t(value === true ? 'form.yes' : 'form.no');
  if (kind === 'money' && typeof value === 'number') return yuan(value);
  if (kind === 'choice') return optionWords(schema, value);
  if (schema.format === 'date-time') return clockWords(String(value), now.value);
  if (kind === 'photos') return Array.isArray(value) && value.length > 0 ? t('photos.count', { n: value.length }) : '';
  if (Array.isArray(value)) return value.map((each) => valueWords(schema.items ?? {}, each, labels)).join(LIST[textKey.value]);
  if (typeof value === 'object') {
    const counted = countedWords(schema, value as Record<string, unknown>, labels);
    if (counted !== undefined) return counted;
    return Object.entries(value).map(([name, each]) => [fieldWords(schema.properties?.[name], name), valueWords(schema.properties?.[name] ?? {}, each, labels)])
      .filter(([, words]) => words !== '').map(([name, words]) => `${name} ${words}`).join(PARTS[textKey.value]);
  }
  const unit = schema['x-unit']?.[textKey.value];
  if (unit) return `${String(value)} ${unit}`;
  return labels[String(value)] ?? String(value);
}

/** Something of which there are so many, and nothing else of it: 灯管 ×2. */
function countedWords({ properties = {} }: JsonSchema, value: Readonly<Record<string, unknown>>, labels: Readonly<Record<string, string>>): string | undefined {
  const [thing, count, ...others] = Object.keys(properties);
  if (!thing || !count || others.length > 0 || !properties[thing]!['x-reference'] || kindOf(properties[count]!) !== 'integer') return undefined;
  const id = String(value[thing]);
  return `${labels[id] ?? id} ×${String(value[count])}`;
}

/** The photos in what was filled in, wherever they stand in it, as files' ids. */
export function photosOf(given: JsonSchema | undefined, value: unknown): string[] {
  if (!given || typeof value !== 'object' || value === null) return [];
  const schema = plain(given);
  if (kindOf(schema) === 'photos') return value as string[];
  if (Array.isArray(value)) return value.flatMap((each) => photosOf(schema.items, each));
  return Object.entries(value).flatMap(([name, each]) => photosOf(schema.properties?.[name], each));
}
