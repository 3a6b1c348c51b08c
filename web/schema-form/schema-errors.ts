import { yuan } from '../money.ts';
import { t } from '../texts.ts';
import { isNullable, isPending, kindOf, plain, type Errors, type JsonSchema } from './json-schema.ts';

/** What is wrong with a form, by path, before it is sent; the API has the last word. */
export function schemaErrors(schema: JsonSchema, value: unknown): Errors {
  const errors: Record<string, string> = {};
  visit(schema, value, '', true, errors);
  return errors;
}

function visit(given: JsonSchema, value: unknown, path: string, required: boolean, errors: Record<string, string>): void {
  const schema = plain(given);
  if (value === '' || value === null || value === undefined) {
    if (required && !isNullable(given) && (schema.minLength ?? 1) > 0) errors[path] = t(schema.enum || schema['x-reference'] ? 'form.choose' : 'form.needed');
    return;
  }
  const message = wrong(schema, value);
  if (message) errors[path] = message;
  if (kindOf(schema) === 'photos') {
    if (Array.isArray(value) && value.some(isPending)) errors[path] = t('photos.pending');
  } else if (Array.isArray(value)) {
    value.forEach((each, i) => visit(schema.items ?? {}, each, below(path, String(i)), true, errors));
  } else if (typeof value === 'object') {
    const record = value as Record<string, unknown>;
    // A group that may be left out and has nothing in it lacks nothing.
    if (!required && Object.values(record).every((each) => each === '' || each === null || each === undefined)) return;
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      visit(property, record[name], below(path, name), schema.required?.includes(name) ?? false, errors);
    }
  }
}

function wrong(schema: JsonSchema, value: unknown): string | undefined {
  if (schema.type === 'string' && typeof value === 'string') {
    const { length } = value.trim();
    if (length < (schema.minLength ?? 0)) return t('form.needed');
    // From a draft of before: the field shows nothing of it.
    if (kindOf(schema) === 'time' && !/^\d\d:\d\d$/.test(value)) return t('form.needed');
    if (schema.maxLength !== undefined && length > schema.maxLength) return t('form.longest', { most: schema.maxLength });
  }
  if (schema.type === 'integer' || schema.type === 'number') {
    const isMoney = kindOf(schema) === 'money';
    const words = (bound: number) => (isMoney ? yuan(bound) : bound);
    if (typeof value !== 'number') return t(isMoney ? 'form.money' : schema.type === 'integer' ? 'form.integer' : 'form.number');
    if (schema.type === 'integer' && !Number.isInteger(value)) return t('form.integer');
    if (schema.minimum !== undefined && value < schema.minimum) return t('form.least', { least: words(schema.minimum) });
    if (schema.maximum !== undefined && value > schema.maximum) return t('form.most', { most: words(schema.maximum) });
  }
  if (schema.type === 'array' && Array.isArray(value)) {
    if (value.length < (schema.minItems ?? 0)) return t('form.least-lines', { least: schema.minItems! });
    if (schema.maxItems !== undefined && value.length > schema.maxItems) return t('form.most-lines', { most: schema.maxItems });
  }
  return undefined;
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** The errors of a refusal that are below `prefix` (`form`), by their path below it, without the field's name in front. */
export function errorsBelow(prefix: string, errors: readonly { path: string; message: string }[]): Errors {
  return Object.fromEntries(errors.filter(({ path }) => path.startsWith(`${prefix}.`))
    .map(({ path, message }) => [path.slice(prefix.length + 1), message.replace(/^[^：:]{1,60}[：:]\s*/, '')]));
}
