/** The part of JSON Schema that the forms of the process types use. */
export interface JsonSchema {
  type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  'x-title'?: { zh: string; en: string };
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

/** What is wrong, by path: `lines.0.quantity`. */
export type Errors = Readonly<Record<string, string>>;

/** An empty value to start a form from; lists begin with the lines that they need, or with none for a form that fills them itself. */
export function emptyOf(schema: JsonSchema, linesNeeded = true): unknown {
  if (schema.type === 'object') {
    const needed = Object.entries(schema.properties ?? {})
      .filter(([name, { type }]) => schema.required?.includes(name) || type === 'array');
    return Object.fromEntries(needed.map(([name, property]) => [name, emptyOf(property, linesNeeded)]));
  }
  if (schema.type === 'array') return Array.from({ length: linesNeeded ? schema.minItems ?? 0 : 0 }, () => emptyOf(schema.items ?? {}));
  if (schema.type === 'boolean') return false;
  return schema.enum || schema.type === 'integer' || schema.type === 'number' ? null : '';
}

/** A form as it is sent: texts trimmed, and what may be left out and is empty left out. */
export function filledIn(schema: JsonSchema, value: unknown): unknown {
  if (typeof value === 'string') return value.trim();
  if (Array.isArray(value)) return value.map((each) => filledIn(schema.items ?? {}, each));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value)
    .map(([name, each]) => [name, filledIn(schema.properties?.[name] ?? {}, each)] as const)
    .filter(([name, each]) => schema.required?.includes(name) || !(each === '' || each === null || isEmptyList(each))));
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
