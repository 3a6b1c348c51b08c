import type { Knex } from 'knex';
import { peopleByIdOrUsername } from '../../db/queries/directory.ts';
import { referred } from '../../db/queries/references.ts';
import type { TaskRow } from '../../db/queries/tasks.ts';
import { processTypes } from '../../workflows/contracts.ts';
import type { Bounds, ProcessContract, Text } from '../../workflows/lib/contract.ts';
import { dataSchema, type ProcessType } from '../../workflows/lib/form.ts';
import type { Locale } from '../actor.ts';
import { Problem, textIn, type FieldError } from '../errors.ts';
import { invalidInput } from '../input.ts';

type Db = Parameters<typeof referred>[0];

/** A form that its schema and its references allow, with the names of what it refers to. */
export interface CheckedForm {
  form: unknown;
  label(id: string): string;
}

/** Checks a form against its process type. Throws a 400 that names each field below `prefix`. */
export async function checkForm(
  trx: Knex.Transaction, type: ProcessType, form: unknown, locale: Locale, prefix = 'form',
): Promise<CheckedForm> {
  const parsed = type.form.safeParse(form);
  if (!parsed.success) throw invalidInput(parsed.error.issues, 'body', locale, prefix, type.form);
  const labels = await checkReferences(trx, type, parsed.data, prefix);
  return { form: parsed.data, label: (id) => labels.get(id)?.zh ?? id };
}

/**
 * The names of what form or data refer to, all of which must be there and in use. Throws a 400 that names each field below `prefix`. Fields
 * that stand in `bounded` are the task's own to check: what was in use when it was asked for may be handed over afterwards.
 */
export async function checkReferences(
  db: Db, type: ProcessType, value: unknown, prefix: string, bounded: readonly string[] = [],
): Promise<Map<string, Text>> {
  const labels = new Map<string, Text>();
  const errors: FieldError[] = [];
  for (const [path, kind] of Object.entries(type.references)) {
    if (bounded.includes(path.split('.')[0]!)) continue;
    const found = valuesAt(value, path.split('.'), prefix);
    const things = await referred(db, kind, found.map(({ value: id }) => id));
    for (const { at, value: id } of found) {
      const thing = things.get(id);
      if (thing?.active) labels.set(id, thing.label);
      else errors.push(field(at, thing ? INACTIVE : UNKNOWN));
    }
  }
  if (errors.length > 0) throw invalid(errors);
  return labels;
}

/** Names of everything that forms and decisions refer to, in both languages. */
export async function labelsOf(db: Db, type: ProcessType, values: unknown): Promise<Record<string, Text>> {
  const labels: Record<string, Text> = {};
  for (const [path, kind] of Object.entries(type.references)) {
    const ids = valuesAt(values, path.split('.'), '').map(({ value }) => value);
    for (const [id, { label }] of await referred(db, kind, [...new Set(ids)])) labels[id] = label;
  }
  return labels;
}

/** The same in one language, for the page. */
export function labelsIn(locale: Locale, labels: Readonly<Record<string, Text>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([id, label]) => [id, textIn(locale, label)]));
}

/** What somebody wants to decide, as it came. */
export interface Wanted {
  outcome: string;
  comment?: string;
  data?: unknown;
}

/** Checks an outcome, its comment and its data against the task's own list, schema and bounds. Throws a 400 that names the field. */
export function checkDecision(task: TaskRow, { outcome, comment, data }: Wanted, locale: Locale): unknown {
  const type = processTypes[task.type]!;
  const step = type.contract.steps[task.step]!;
  if (!task.outcomes.includes(outcome)) {
    throw invalid([field('outcome', oneOf(task.outcomes, step.outcomes))]);
  }
  if (step.commentNeeded?.includes(outcome) && !comment) {
    throw invalid([field('comment', { zh: '请说明原因。', en: 'must give the reason.' })]);
  }
  const parsed = dataSchema(type, task.step, outcome).safeParse(data ?? undefined);
  if (!parsed.success) throw invalidInput(parsed.error.issues, 'body', locale, 'data');
  const errors = boundErrors(task.bounds, parsed.data as BoundedData | undefined, titlesOf(type.contract));
  if (errors.length > 0) throw invalid(errors);
  return parsed.data;
}

function titlesOf({ steps }: ProcessContract): Record<string, Text> {
  return Object.fromEntries(Object.entries(steps).map(([step, { title }]) => [step, title]));
}

/** Ids of active people, named by id or user name. Throws a 400 that names `path` for anyone else. */
export async function checkPeople(trx: Knex.Transaction, wanted: readonly string[], path: string): Promise<string[]> {
  const people = await peopleByIdOrUsername(trx, wanted);
  const errors = wanted.flatMap((each, i) => (people.has(each) ? [] : [field(wanted.length === 1 && path === 'to' ? path : `${path}.${i}`, {
    zh: '没有这位在职人员，请从通讯录中选择。', en: 'is no active person: choose one from the directory.',
  })]));
  if (errors.length > 0) throw invalid(errors);
  return [...new Set(wanted.map((each) => people.get(each)!))];
}

interface BoundedData {
  [name: string]: unknown;
  toStep?: string;
  lines?: Record<string, unknown>[];
}

function boundErrors(bounds: Bounds, data: BoundedData | undefined, titles: Readonly<Record<string, Text>>): FieldError[] {
  const errors: FieldError[] = [];
  if (data?.toStep !== undefined && !bounds.toStep?.includes(data.toStep)) {
    errors.push(field('data.toStep', oneOf(bounds.toStep ?? [], titles)));
  }
  for (const [name, limit] of Object.entries(bounds.most ?? {})) {
    if (Number(data?.[name] ?? 0) > limit) errors.push(field(`data.${name}`, mostOf(limit)));
  }
  if (!bounds.lines || !data?.lines) return errors;
  const { field: name, most, reasonWhenLower } = bounds.lines;
  const amounts = { ...most };
  // Lines left out stay as they are where quantities are lowered, and are nothing where quantities are counted out.
  if (!reasonWhenLower) for (const id of Object.keys(amounts)) amounts[id] = 0;
  data.lines.forEach((line, i) => {
    const id = String(line.itemId);
    const amount = Number(line[name]);
    const limit = Object.hasOwn(most, id) ? most[id]! : undefined;
    amounts[id] = amount;
    if (limit === undefined) {
      errors.push(field(`data.lines.${i}.itemId`, { zh: '不在本单之中。', en: 'is not on this requisition.' }));
    } else if (amount > limit) {
      errors.push(field(`data.lines.${i}.${name}`, mostOf(limit)));
    } else if (reasonWhenLower && amount < limit && !line.reason) {
      errors.push(field(`data.lines.${i}.reason`, { zh: '调减数量须说明原因。', en: 'must say why the quantity is lower.' }));
    }
  });
  if (errors.length === 0 && !Object.values(amounts).some((amount) => amount > 0)) {
    errors.push(field('data.lines', {
      zh: '至少要有一项数量大于 0；若都不给，请选择其他结果。', en: 'must leave at least one line above 0; to give nothing, choose another outcome.',
    }));
  }
  return errors;
}

/** What may be chosen: the key that is sent, with the words that people know. */
function oneOf(keys: readonly string[], titles: Readonly<Record<string, Text>>): Text {
  const list = (language: 'zh' | 'en') => keys.map((key) => (titles[key] ? `${key}（${titles[key][language]}）` : key));
  return { zh: `须为以下之一：${list('zh').join('、')}。`, en: `must be one of: ${list('en').join(', ')}.` };
}

const mostOf = (limit: number): Text => ({ zh: `最多 ${limit}。`, en: `can be at most ${limit}.` });
const UNKNOWN: Text = { zh: '不存在，请重新选择。', en: 'does not exist: choose another one.' };
const INACTIVE: Text = { zh: '已停用，请另选。', en: 'is no longer in use: choose another one.' };

function field(path: string, text: Text): FieldError {
  return { in: 'body', path, message: { zh: `${path}：${text.zh}`, en: `${path}: ${text.en}` } };
}

function invalid(errors: readonly FieldError[]): Problem {
  return new Problem('invalid-input', {}, {}, errors);
}

/** The texts at `path` in `value`, each with where it stands; a list on the way means each of its elements. */
function valuesAt(value: unknown, path: readonly string[], at: string): { at: string; value: string }[] {
  if (Array.isArray(value)) return value.flatMap((each, i) => valuesAt(each, path, `${at}.${i}`));
  const [head, ...rest] = path;
  if (head === undefined) return typeof value === 'string' ? [{ at, value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return valuesAt((value as Record<string, unknown>)[head], rest, `${at}.${head}`);
}

