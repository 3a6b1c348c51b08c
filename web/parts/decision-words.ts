import { catalogue } from '../catalogue.ts';
import type { Answer } from '../client.ts';
import { contracts, words } from '../contracts.ts';
import { fieldsOf, fieldWords, photosOf, valueWords } from '../form-schema.ts';
import { kindOf, type JsonSchema } from '../schema-form/json-schema.ts';
import { t } from '../texts.ts';

type Step = Answer<'get /processes/:id'>['steps'][number];

interface Data {
  lines?: { itemId: string; quantity?: number; issued?: number; reason?: string }[];
  stars?: Record<string, number>;
  text?: string;
}

const MOST_STARS = 5;

/**
 * What a decision says beyond its outcome, a line each: lowered quantities with the reason, what went to whom, the stars of an evaluation,
 * and what else the process asks for at that step. Needs the catalogue.
 */
export function decisionWords(type: string, { step, outcome, data }: Step, labels: Readonly<Record<string, string>>): string[] {
  const { lines = [], stars = {}, text } = (data ?? {}) as Data;
  // A line that was not lowered needs no reason, and is sent along all the same.
  const lowered = lines.filter(({ quantity, reason }) => quantity !== undefined && reason).map(({ itemId, quantity, reason }) => {
    const line = t('decision.line', { item: labels[itemId] ?? '', quantity: quantity! });
    return reason ? t('decision.line.reason', { line, reason }) : line;
  });
  const issued = lines.filter((line) => line.issued).map(({ itemId, issued: n }) => `${labels[itemId] ?? ''} ×${n}`);
  const aspects = contracts[type]?.evaluation ?? {};
  return [
    ...lowered,
    ...(issued.length > 0 ? [t('decision.issued', { lines: issued.join('、') })] : []),
    ...fieldsOf(schemaOf(type, step, outcome)).filter(([name, field]) => name !== 'lines' && kindOf(field) !== 'photos')
      .map(([name, field]) => ({ title: fieldWords(field, name), value: valueWords(field, (data as Record<string, unknown> | null)?.[name], labels) }))
      .filter(({ value }) => value !== '').map((each) => t('decision.field', each)),
    ...Object.entries(aspects).filter(([aspect]) => stars[aspect]).map(([aspect, title]) => {
      const n = stars[aspect]!;
      return t('decision.stars', { aspect: words(title), stars: '★'.repeat(n) + '☆'.repeat(Math.max(0, MOST_STARS - n)), n });
    }),
    ...(text ? [text] : []),
  ];
}

/** The photos that a decision brought, as files' ids. Needs the catalogue. */
export function decisionPhotos(type: string, { step, outcome, data }: Step): string[] {
  return photosOf(schemaOf(type, step, outcome), data);
}

function schemaOf(type: string, step: string, outcome: string | null): JsonSchema | undefined {
  const steps = catalogue.value.find((each) => each.type === type)?.steps;
  return steps?.find((each) => each.step === step)?.decisionSchemas[outcome ?? ''] as JsonSchema | undefined;
}
