import { z } from 'zod';
import type { Text } from '../workflows/lib/contract.ts';
import type { Locale } from './actor.ts';
import { fieldTexts, fill, invalidField, Problem, textIn, type FieldError } from './errors.ts';

const MOST_LEVELS = 32;
const MOST_ERRORS = 100;
// PostgreSQL stores neither NUL nor half of a surrogate pair; with the u flag the class matches only halves.
const unusable = /\0|[\uD800-\uDFFF]/u;
type Where = NonNullable<FieldError['in']>;

/** Parses one part of a request; throws a 400 that names each field in the caller's language. */
export function parseInput<S extends z.ZodType>(schema: S, value: unknown, where: Where, locale: Locale): z.output<S> {
  requireUsable(value, where, []);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw invalidInput(result.error.issues, where, locale, undefined, schema);
}

/**
 * A 400 of zod's issues, for what a handler validates itself, such as a process's form: `prefix` is where that stands
 * (`form`). Fields that the schema titles are called by their titles.
 */
export function invalidInput(
  issues: readonly z.core.$ZodIssue[], where: Where, locale: Locale, prefix?: string, schema?: z.ZodType,
): Problem {
  const errors = issues.slice(0, MOST_ERRORS).flatMap((issue) => fieldErrors(issue, where, locale, prefix, schema));
  return new Problem('invalid-input', {}, {}, errors.slice(0, MOST_ERRORS));
}

/**
 * The query as an object. Throws a 400 for a repeated name, and for percent-encoding that is not UTF-8 (which
 * URLSearchParams would replace silently).
 */
export function parseQuery(search: string): Record<string, string> {
  const query: Record<string, string> = {};
  for (const pair of search.split('&').filter(Boolean)) {
    const [name, value] = splitOnce(pair, '=').map(decode) as [string, string];
    if (name === '__proto__') throw invalidField(name, 'key.unusable', 'query');
    if (Object.hasOwn(query, name)) throw invalidField(name, 'repeated', 'query');
    query[name] = value;
  }
  return query;
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw new Problem('invalid-address');
  }
}

// Before any schema: a refinement or the database must never see these.
function requireUsable(value: unknown, where: Where, path: readonly (string | number)[]): void {
  if (typeof value === 'string' && unusable.test(value)) {
    throw invalidField(nameOf(path, where), 'text.unusable', where);
  }
  if (typeof value !== 'object' || value === null) return;
  if (path.length >= MOST_LEVELS) {
    throw invalidField(path.slice(0, 3).join('.'), 'depth.too-deep', where, { limit: MOST_LEVELS });
  }
  if (Array.isArray(value)) {
    value.forEach((element, index) => requireUsable(element, where, [...path, index]));
    return;
  }
  for (const [key, member] of Object.entries(value)) {
    if (key === '__proto__' || unusable.test(key)) {
      throw invalidField(nameOf([...path, key.replace(/[\0\uD800-\uDFFF]/g, '\uFFFD')], where), 'key.unusable', where);
    }
    requireUsable(member, where, [...path, key]);
  }
}

function nameOf(path: readonly PropertyKey[], where: Where): string {
  return path.length === 0 ? where : path.map((part) => (part === '' ? '""' : String(part))).join('.');
}

function fieldErrors(
  issue: z.core.$ZodIssue, where: Where, locale: Locale, prefix?: string, schema?: z.ZodType,
): FieldError[] {
  // Each unknown field is an error of its own, so that each can be marked where it stands.
  const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
  return paths.slice(0, MOST_ERRORS).map((path) => {
    const name = nameOf(prefix === undefined ? path : [prefix, ...path], where);
    const label = titleAt(schema, path, locale) ?? name;
    return { in: where, path: name, message: `${label}${locale === 'en' ? ': ' : '：'}${explain(issue, locale)}` };
  });
}

/** The words of a field (see `titled` in workflows/lib/form.ts), where the schema has some. */
function titleAt(schema: z.ZodType | undefined, path: readonly PropertyKey[], locale: Locale): string | undefined {
  let [at, title]: [z.core.$ZodType | undefined, Text | undefined] = [schema, undefined];
  for (const part of [...path, undefined]) {
    for (title = titleOf(at); at && !title; title = titleOf(at)) {
      const inner = innerOf(at);
      if (!inner) break;
      at = inner;
    }
    if (part === undefined) break;
    for (let inner = innerOf(at); inner; inner = innerOf(at)) at = inner;
    at = at instanceof z.ZodObject ? at.shape[String(part)] : at instanceof z.ZodArray ? at.element : undefined;
  }
  return title && textIn(locale, title);
}

/** What an optional, nullable, defaulted or transformed schema is made of; undefined for any other. */
export function innerOf(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  if (
    schema instanceof z.ZodOptional || schema instanceof z.ZodNullable || schema instanceof z.ZodDefault
    || schema instanceof z.ZodPrefault || schema instanceof z.ZodReadonly
  ) return schema.def.innerType;
  return schema instanceof z.ZodPipe ? schema.def.in : undefined;
}

function titleOf(schema: z.core.$ZodType | undefined): Text | undefined {
  return schema instanceof z.ZodType ? schema.meta()?.['x-title'] as Text | undefined : undefined;
}

/** What is wrong and how to make it right; the schema's own message (a key of `fieldTexts`) goes first. */
function explain(issue: z.core.$ZodIssue, locale: Locale): string {
  const own = Object.hasOwn(fieldTexts, issue.message) ? fieldTexts[issue.message] : undefined;
  if (own) return fill(own, locale, issue.code === 'custom' ? issue.params ?? {} : { ...issue });
  return textIn(locale, general(issue));
}

function general(issue: z.core.$ZodIssue): Text {
  switch (issue.code) {
    case 'invalid_type': return mustBe(types[issue.expected] ?? { zh: issue.expected, en: issue.expected });
    case 'unrecognized_keys': return { zh: '没有此字段，请删除。', en: 'is not a known field: remove it.' };
    case 'invalid_value': {
      const values = issue.values.map(String).join(', ');
      return { zh: `须为以下之一：${values}。`, en: `must be one of: ${values}.` };
    }
    case 'too_small': return size(issue.origin, issue.inclusive === false, Number(issue.minimum), least);
    case 'too_big': return size(issue.origin, issue.inclusive === false, Number(issue.maximum), most);
    case 'not_multiple_of': return mustBe({ zh: `${issue.divisor} 的倍数`, en: `a multiple of ${issue.divisor}` });
    case 'invalid_format': return formats[issue.format]
      ?? { zh: '格式不正确，请按说明填写。', en: 'has a wrong format: see the API description.' };
    case 'invalid_union':
      return { zh: '不是允许的几种形式之一，请按说明填写。', en: 'has none of the permitted shapes: see the API description.' };
    default: return { zh: '填写有误，请检查。', en: 'is not valid: please check it.' };
  }
}

const mustBe = (what: Text): Text => ({ zh: `请填写${what.zh}。`, en: `must be ${what.en}.` });

const types: Readonly<Record<string, Text>> = {
  string: { zh: '文字', en: 'text' },
  number: { zh: '数字', en: 'a number' },
  int: { zh: '整数', en: 'a whole number' },
  boolean: { zh: ' true 或 false', en: 'true or false' },
  array: { zh: '列表', en: 'a list' },
  object: { zh: '对象（字段和值）', en: 'an object with fields' },
  record: { zh: '对象（字段和值）', en: 'an object with fields' },
  null: { zh: ' null', en: 'null' },
};

const formats: Readonly<Record<string, Text>> = {
  date: mustBe({ zh: '日期，例如 2026-10-01', en: 'a date such as 2026-10-01' }),
  datetime: mustBe({ zh: '带时区的时间，例如 2026-10-01T08:30:00Z', en: 'an instant such as 2026-10-01T08:30:00Z' }),
  uuid: mustBe({ zh: ' UUID', en: 'a UUID' }),
};

type Bound = (n: number, exclusive: boolean) => Text;
const least: Bound = (n, exclusive) =>
  (exclusive ? { zh: `大于 ${n} `, en: `more than ${n}` } : { zh: `至少 ${n} `, en: `at least ${n}` });
const most: Bound = (n, exclusive) =>
  (exclusive ? { zh: `小于 ${n} `, en: `less than ${n}` } : { zh: `最多 ${n} `, en: `at most ${n}` });

function size(origin: string, exclusive: boolean, n: number, bound: Bound): Text {
  const { zh, en } = bound(n, exclusive);
  if (origin === 'string' && n === 1 && bound === least) return { zh: '不能为空。', en: 'must not be empty.' };
  if (origin === 'string') return { zh: `须${zh}个字符。`, en: `must have ${en} characters.` };
  if (origin === 'array' || origin === 'set') return { zh: `须${zh}项。`, en: `must have ${en} entries.` };
  return { zh: `须${zh.trim()}。`, en: `must be ${en}.` };
}
