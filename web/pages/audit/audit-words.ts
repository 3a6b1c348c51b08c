import { language, t, texts, textKey, type TextKey } from '../../texts.ts';
import { words } from '../../contracts.ts';
import { yuan } from '../../money.ts';
import { exactTime } from '../../time-words.ts';

interface Words { zh: string; en: string }

/** An audit event as both of the auditor's lists have it. */
export interface AuditEntry {
  seq: number;
  at: string;
  actorKind: 'person' | 'clock' | 'system' | 'administrator';
  actor: { id: string; name: string } | null;
  onBehalfOf: { id: string; name: string } | null;
  action: string;
  attempt: Words | null;
  refused: boolean;
  refusal: Words | null;
  step: Words | null;
  /** In words already. */
  outcome: string;
  object: Words | null;
  policyVersion: number | null;
  calendarVersion: number | null;
  text: string | null;
  detail: Readonly<Record<string, unknown>>;
}

type Line = { itemId?: string; quantity?: number; issued?: number };

/** Who did it: a name, the clock or the system. */
export function whoWords({ actor, actorKind }: Pick<AuditEntry, 'actor' | 'actorKind'>): string {
  return actor?.name ?? t(actorKind === 'clock' ? 'actor.clock' : 'actor.system');
}

/** What was done or tried. A code that no text knows yet is said in its own words, never as it stands in the record. */
export function eventWords(entry: AuditEntry, labels: Readonly<Record<string, string>> = {}): string {
  const { action, attempt, detail } = entry;
  if (attempt) return words(attempt);
  const said = Object.fromEntries(Object.entries(detail).filter(([, value]) => typeof value === 'number')) as Record<string, number>;
  return actionWords(action, {
    ...said,
    step: words(entry.step) || t('audit.step.some'),
    outcome: entry.outcome || t('audit.outcome.some'),
    count: Array.isArray(detail.to) ? detail.to.length : 1,
    lines: linesWords(detail.reserved ?? detail.issued ?? detail.released, labels),
  });
}

/** An action alone, for a filter; what is not known of it is left open. */
export function actionWords(action: string, values: Record<string, string | number> = {}): string {
  const key = `action.${action}`;
  if (key in texts && action !== 'other' && action !== 'nothing') {
    return t(key as TextKey, values).replaceAll(/\{\w+\}/g, '…');
  }
  return t('audit.action.other', { words: action.replace(/^[A-Z]+ \//, '').replaceAll(/[^\p{L}\p{N}]+/gu, ' ').trim() });
}

/** What an event holds beside that, a fact a line: versions, instants, quantities, fields changed. Only what can be said in words. */
export function factWords({ detail, policyVersion, calendarVersion, action }: AuditEntry): string[] {
  const facts: string[] = [];
  const add = (key: TextKey, values: Record<string, string | number> = {}): void => { facts.push(t(key, values)); };
  const { version, dueAt, at, quantity, counted, changes, fields, rows, total, finding, events, event, formHash, created, updated } = detail;
  if (typeof version === 'number') add('audit.fact.version', { version });
  if (typeof at === 'string') add('audit.fact.planned', { time: exactTime(at) });
  if (typeof dueAt === 'string') add('audit.fact.due', { time: exactTime(dueAt) });
  if (policyVersion !== null && calendarVersion !== null) add('audit.fact.policy-and-calendar', { policy: policyVersion, calendar: calendarVersion });
  else if (policyVersion !== null) add('audit.fact.policy', { policy: policyVersion });
  if (typeof quantity === 'number') add('audit.fact.quantity', { quantity });
  if (typeof counted === 'number') add('audit.fact.counted', { quantity: counted });
  if (typeof rows === 'number' && typeof total === 'number') add('audit.fact.rows', { rows, total });
  if (typeof created === 'number' && typeof updated === 'number') add('audit.fact.imported', { created, updated });
  if (typeof finding === 'string') facts.push(findingWords(finding, events, event));
  if (typeof formHash === 'string') add('audit.fact.hash', { hash: formHash.slice(0, 12) });
  if (action === 'personal-data-revealed' && Array.isArray(detail.paths)) add('audit.fact.personal.fields', { n: detail.paths.length });
  if (action === 'personal-data-deleted' && typeof detail.count === 'number' && Array.isArray(detail.kinds)) {
    const kinds = (detail.kinds as string[]).map((kind) => t(`personal.kind.${kind}` as TextKey)).join(textKey.value === 'en' ? ', ' : '、');
    add('audit.fact.personal', { n: detail.count, kinds });
  }
  if (action === 'retention-changed' && isRecord(detail.before) && isRecord(detail.after)) {
    const [before, after] = [detail.before, detail.after] as Record<'idNumberDays' | 'otherDays', number>[];
    add('audit.fact.retention', { idFrom: before!.idNumberDays, idTo: after!.idNumberDays, from: before!.otherDays, to: after!.otherDays });
  }
  if (action === 'item-changed' && isRecord(changes)) facts.push(...Object.entries(changes).flatMap(([name, change]) => changeWords(name, change)));
  if (action === 'item-created' && isRecord(fields) && typeof fields.code === 'string') add('audit.fact.code', { code: fields.code });
  return facts;
}

function findingWords(finding: string, events: unknown, event: unknown): string {
  if (finding === 'same') return t('audit.finding.same', { events: Number(events) });
  if (finding === 'different') return t('audit.finding.different', { event: typeof event === 'number' ? event : '?' });
  return t(finding === 'no-answer' ? 'audit.finding.no-answer' : finding === 'failed' ? 'audit.finding.failed' : 'audit.finding.no-history');
}

function changeWords(name: string, change: unknown): string[] {
  const key = `audit.field.${name}`;
  if (!(key in texts) || !isRecord(change)) return [];
  return [t('audit.fact.change', { field: t(key as TextKey), from: valueWords(name, change.from), to: valueWords(name, change.to) })];
}

function valueWords(name: string, value: unknown): string {
  if (name === 'priceFen' && typeof value === 'number') return yuan(value);
  if (typeof value === 'boolean') return t(value ? 'audit.value.yes' : 'audit.value.no');
  return value === null || value === undefined || value === '' ? t('audit.value.none') : String(value);
}

function linesWords(value: unknown, labels: Readonly<Record<string, string>>): string {
  if (!Array.isArray(value) || value.length === 0) return t('action.nothing');
  const lines = value as Line[];
  const pieces = (line: Line): number => line.quantity ?? line.issued ?? 0;
  if (lines.some(({ itemId }) => itemId === undefined || labels[itemId] === undefined)) {
    return t('audit.lines', { count: lines.length, pieces: lines.reduce((sum, line) => sum + pieces(line), 0) });
  }
  return lines.map((line) => `${labels[line.itemId!]} ×${pieces(line)}`).join(textKey.value === 'en' ? ', ' : '、');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Day and time to the second, in the company's time: an auditor compares instants. */
export function stampWords(at: string): string {
  // English has the days of two continents; the Swedish way, 2026-11-25 01:17:04, cannot be misread.
  return new Intl.DateTimeFormat(language.value === 'en' ? 'sv-SE' : language.value, {
    timeZone: 'Asia/Shanghai', hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
  }).format(new Date(at));
}
