import { z } from 'zod';
import type { ProcessContract, Text } from './contract.ts';

/** A process type as the API and the web know it: its contract, the name of its workflow, and the schemas of what people fill in. */
export interface ProcessType {
  readonly contract: ProcessContract;
  /** The exported function in `index.ts`. */
  readonly workflow: string;
  readonly form: z.ZodType;
  /** Data of a step's outcomes beyond those that every process has. */
  readonly decisions?: Readonly<Record<string, Readonly<Record<string, z.ZodType>>>>;
  /** Paths in form and data that name something: the API refuses what does not exist or is not in use, and gives the page its name. */
  readonly references: Readonly<Record<string, Reference>>;
  /** The process in the requester's words; `label` names what is referred to. */
  title(form: never, label: (id: string) => string): string;
}

/** Kinds of things that a form can refer to. */
export type Reference = 'item' | 'person' | 'place' | 'repairer';

/** Words of a form field, for the web's label and for errors. */
export function titled<Schema extends z.ZodType>(schema: Schema, zh: string, en: string): Schema {
  return schema.meta({ title: zh, 'x-title': { zh, en } satisfies Text });
}

/** Words of an enum's values, for the web's choices. */
export function worded<Schema extends z.ZodType>(schema: Schema, options: Readonly<Record<string, Text>>): Schema {
  return schema.meta({ 'x-options': options });
}

/** An amount of money: integer fen in the form, asked for and shown in yuan. */
export function money<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.meta({ 'x-kind': 'money' });
}

/** A time of day by the company's clock, as `08:30`. */
export function timeOfDay(): z.ZodString {
  return z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'time-of-day').meta({ 'x-kind': 'time' });
}

/** An instant: written with any offset, kept as ISO 8601 in UTC, asked for and shown by the company's clock. */
export function instant(): z.ZodType<string, string> {
  return z.iso.datetime({ offset: true, abort: true }).refine((at) => /^(20|21)\d\d-/.test(at), 'instant.out-of-range')
    .transform((at) => new Date(at).toISOString()).meta({ 'x-kind': 'instant' });
}

/** What a number counts, for the web's label and wherever the number is shown: `inUnit(z.int().min(1).max(1_440), '分钟', 'min')`. */
export function inUnit<Schema extends z.ZodType>(schema: Schema, zh: string, en: string): Schema {
  return schema.meta({ 'x-unit': { zh, en } satisfies Text });
}

/**
 * Photos, `least` to `most` of them: taken or chosen on the page, in the form as ids of uploaded files. When it is sent they become the
 * process's, and whoever sees the process sees them. Not inside a union.
 */
export function photos(most: number, least = 0): z.ZodArray<z.ZodString> {
  return z.array(z.string().regex(FILE_ID, 'file-id.invalid')).min(least).max(most).meta({ 'x-kind': 'photos' });
}

/** What is personal in a form. */
export type PersonalKind = 'name' | 'phone' | 'id-number' | 'plate';

/**
 * A personal value (PIPL): the form keeps it masked, the value itself is sealed beside it, revealed for a reason, and deleted when its time is
 * over. Never in `facts`, not inside a union.
 */
export function personal(kind: PersonalKind): z.ZodType<string, string> {
  return PERSONAL[kind].meta({ 'x-kind': 'personal', 'x-personal': kind });
}

const PERSONAL: Readonly<Record<PersonalKind, z.ZodType<string, string>>> = {
  name: z.string().trim().min(1).max(40).regex(/^[^\n\r\t<>]*$/, 'personal.name'),
  phone: z.string().trim().max(20).regex(/^((\+?86[ -]?)?1[3-9]\d{9}|\+(?!86)[1-9]\d{6,14})$/, 'personal.phone'),
  'id-number': z.string().trim().toUpperCase().max(20).refine(isIdNumber, 'personal.id-number'),
  plate: z.string().trim().toUpperCase().max(10).regex(/^[\p{Script=Han}A-Z][A-Z0-9·-]{4,8}[\p{Script=Han}A-Z0-9]$/u, 'personal.plate'),
};

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];

/** An identity number with its check digit (GB 11643), or the number of a passport or permit. */
function isIdNumber(text: string): boolean {
  if (!/^\d{17}[\dX]$/.test(text)) return /^(?=.*\d)[A-Z0-9]{6,17}$/.test(text);
  return '10X98765432'[WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(text[i]), 0) % 11] === text[17];
}

const FILE_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The schema of a decision's data: what the process says, else what the outcome means in every process, else nothing. */
export function dataSchema(type: ProcessType, step: string, outcome: string): z.ZodType {
  const own = type.decisions?.[step]?.[outcome];
  if (own) return own;
  if (outcome === 'returned') return returned;
  if (outcome === 'resubmitted') return z.strictObject({ form: type.form });
  if (outcome === 'evaluated') return evaluated(type.contract.evaluation ?? {});
  return z.strictObject({}).optional();
}

const returned = z.strictObject({
  toStep: titled(z.string().max(60).optional(), '退回到', 'Return to'),
}).optional();

function evaluated(aspects: Readonly<Record<string, Text>>): z.ZodType {
  const stars = Object.fromEntries(Object.entries(aspects).map(([aspect, { zh, en }]) => [aspect, titled(z.int().min(1).max(5), zh, en)]));
  return z.strictObject({
    stars: titled(z.strictObject(stars), '评分', 'Stars'),
    text: titled(z.string().trim().max(500).optional(), '评语', 'Words'),
  });
}
