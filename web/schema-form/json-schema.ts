/** The part of JSON Schema that the forms of the process types use. */
export interface JsonSchema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';
  'x-title'?: { zh: string; en: string };
  /** Words of the values of `enum`. */
  'x-options'?: Record<string, { zh: string; en: string }>;
  /**
   * `money`: integer fen, asked for in yuan. `photos`: ids of uploaded files. `time`: a time of day, `08:30`. `personal`: of somebody, masked once it is
   * sent. `instant`: by the company's clock.
   */
  'x-kind'?: 'money' | 'photos' | 'time' | 'personal' | 'instant';
  'x-personal'?: 'name' | 'phone' | 'id-number' | 'plate';
  /** What a number counts. */
  'x-unit'?: { zh: string; en: string };
  /** What the id is of. */
  'x-reference'?: 'item' | 'person' | 'place';
  default?: unknown;
  anyOf?: JsonSchema[];
  title?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: (string | number)[];
  format?: string;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
}

/** How a field is drawn. */
export type FieldKind = 'text' | 'long-text' | 'integer' | 'number' | 'money' | 'date' | 'time' | 'yes-no' | 'choice' | 'choices' | 'texts' | 'photos' | 'lines' | 'group' | 'instant' | 'item' | 'place';

/** What begins so stands in a form for a photo that is still on its way. */
export const PENDING = 'upload-';

/** Whether a photo in a form is still on its way. */
export function isPending(photo: unknown): boolean {
  return typeof photo === 'string' && photo.startsWith(PENDING);
}

// A text that may be longer gets several rows.
const LONG = 100;

/** A field's schema without the null that `nullable` adds beside it. */
export function plain(schema: JsonSchema): JsonSchema {
  const [only, ...others] = (schema.anyOf ?? []).filter(({ type }) => type !== 'null');
  return only && others.length === 0 ? { ...schema, ...only, ...(schema['x-title'] && { 'x-title': schema['x-title'] }) } : schema;
}

/** Whether null is an answer, too. */
export function isNullable(schema: JsonSchema): boolean {
  return schema.anyOf?.some(({ type }) => type === 'null') ?? false;
}

/** Which field a schema is drawn as: one for everything that the forms of process types are made of. */
export function kindOf(given: JsonSchema): FieldKind {
  const schema = plain(given);
  if (schema.type === 'boolean') return 'yes-no';
  if (schema.enum) return 'choice';
  if (schema.type === 'object') return 'group';
  if (schema['x-kind'] === 'photos') return 'photos';
  if (schema.type === 'array') {
    const items = plain(schema.items ?? {});
    return items.type === 'object' ? 'lines' : items.enum ? 'choices' : 'texts';
  }
  if (schema['x-kind'] === 'money') return 'money';
  if (schema.type === 'integer' || schema.type === 'number') return schema.type;
  if (schema['x-kind'] === 'instant') return 'instant';
  if (schema['x-reference'] === 'item' || schema['x-reference'] === 'place') return schema['x-reference'];
  if (schema.format === 'date') return 'date';
  if (schema['x-kind'] === 'time') return 'time';
  return (schema.maxLength ?? 0) > LONG ? 'long-text' : 'text';
}

/** What is wrong, by path: `lines.0.quantity`. */
export type Errors = Readonly<Record<string, string>>;

/** An empty value to start a form from; lists begin with the lines that they need, or with none for a form that fills them itself. */
export function emptyOf(given: JsonSchema, linesNeeded = true): unknown {
  if (given.default !== undefined) return given.default;
  if (isNullable(given)) return null;
  const schema = plain(given);
  if (schema.type === 'object') {
    const needed = Object.entries(schema.properties ?? {})
      .filter(([name, property]) => schema.required?.includes(name) || property.default !== undefined || ['array', 'object', 'boolean'].includes(plain(property).type ?? ''));
    return Object.fromEntries(needed.map(([name, property]) => [name, emptyOf(property, linesNeeded)]));
  }
  if (kindOf(schema) === 'photos') return [];
  if (schema.type === 'array') return Array.from({ length: linesNeeded ? schema.minItems ?? 0 : 0 }, () => emptyOf(schema.items ?? {}));
  if (schema.type === 'boolean') return false;
  return schema.enum || schema.type === 'integer' || schema.type === 'number' ? null : '';
}

/** A form as it is sent: texts trimmed, and what may be left out and is empty left out. */
export function filledIn(given: JsonSchema, value: unknown): unknown {
  const schema = plain(given);
  if (isNullable(given) && value === '') return null;
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map((each) => filledIn(schema.items ?? {}, each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value)
    .map(([name, each]) => [name, filledIn(schema.properties?.[name] ?? {}, each)] as const)
    .filter(([name, each]) => schema.required?.includes(name) || !isEmpty(each)));
}

/** A form without its photos: they belong to the process that they were sent with. */
export function withoutPhotos(given: JsonSchema, value: unknown): unknown {
  const schema = plain(given);
  if (kindOf(schema) === 'photos') return [];
  if (Array.isArray(value)) return value.map((each) => withoutPhotos(schema.items ?? {}, each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, withoutPhotos(schema.properties?.[name] ?? {}, each)]));
}

/** Whether something personal stands anywhere in a form. */
export function hasPersonal(given: JsonSchema | undefined): boolean {
  if (!given) return false;
  const schema = plain(given);
  return schema['x-kind'] === 'personal' || hasPersonal(schema.items) || Object.values(schema.properties ?? {}).some(hasPersonal);
}

/** A form without what is personal in it, and without the consent to it. */
export function withoutPersonal(given: JsonSchema, value: unknown): unknown {
  const schema = plain(given);
  if (schema['x-kind'] === 'personal') return '';
  if (Array.isArray(value)) return value.map((each) => withoutPersonal(schema.items ?? {}, each));
  if (typeof value !== 'object' || value === null) return value;
  const fields = schema.properties ?? {};
  const isPersonal = Object.values(fields).some((field) => plain(field)['x-kind'] === 'personal');
  return Object.fromEntries(Object.entries(value).map(([name, each]) =>
    [name, isPersonal && typeof each === 'boolean' ? false : withoutPersonal(fields[name] ?? {}, each)]));
}

/** Nothing at all, an empty list, or a group of only such. A no is an answer. */
function isEmpty(value: unknown): boolean {
  if (value === '' || value === null || value === undefined) return true;
  if (typeof value !== 'object') return false;
  return Object.values(value).every(isEmpty);
}
