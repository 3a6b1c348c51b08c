import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';
import { e164 } from '../../sms/phone.ts';
import type { PersonalKind } from '../../workflows/lib/form.ts';

/** A personal value that was taken out of a form, and where it stood: `visitors.0.phone`. */
export interface PersonalValue {
  path: string;
  kind: PersonalKind;
  value: string;
}

/** Where values of a kind are sealed and found: in all processes alike. */
const placeOf = (kind: PersonalKind): string => `personal.${kind}`;

function normal(kind: PersonalKind, value: string): string {
  return kind === 'phone' ? e164(value) ?? value : kind === 'name' ? value : value.toUpperCase().replace(/[\s·-]/g, '');
}

/** The blind index of a value, however it was typed. */
export function personalIndex(seal: Seal, kind: PersonalKind, value: string): Buffer {
  return seal.index(normal(kind, value), placeOf(kind));
}

/** The blind indexes by which a value is found, those of earlier secrets among them. */
export function personalIndexes(seal: Seal, kind: PersonalKind, value: string): readonly Buffer[] {
  return seal.indexes(normal(kind, value), placeOf(kind));
}

/** Keeps the personal values of a form's version, sealed. */
export async function keepPersonal(
  trx: Knex.Transaction, seal: Seal, { processId, version, values }: { processId: string; version: number; values: readonly PersonalValue[] },
): Promise<void> {
  if (values.length === 0) return;
  await trx('personal_value').insert(values.map(({ path, kind, value }) => ({
    process_id: processId, form_version: version, path, kind, sealed: seal.seal(value, placeOf(kind)), index: personalIndex(seal, kind, value),
  })));
}

/** The personal values of a process's latest form, in clear. What was deleted is missing. */
export async function personalValues(db: Db | Knex.Transaction, seal: Seal, processId: string): Promise<PersonalValue[]> {
  const rows: { path: string; kind: PersonalKind; sealed: Buffer }[] = await db('personal_value').where({ process_id: processId })
    .where('form_version', db('process').select('form_version').where({ id: processId })).orderBy('path');
  return rows.map(({ path, kind, sealed }) => ({ path, kind, value: seal.open(sealed, placeOf(kind)) }));
}

/** The same by path. */
export async function personalOf(db: Db | Knex.Transaction, seal: Seal, processId: string): Promise<Map<string, string>> {
  return new Map((await personalValues(db, seal, processId)).map(({ path, value }) => [path, value]));
}

/** Processes in whose forms this value stands, the latest first. */
export async function processesWith(db: Db | Knex.Transaction, seal: Seal, kind: PersonalKind, value: string): Promise<string[]> {
  return db('personal_value').where({ kind }).whereIn('index', personalIndexes(seal, kind, value)).distinct('process_id').orderBy('process_id', 'desc').pluck('process_id');
}

/** Deletes personal values of a process, of all its form's versions; answers how many. */
export async function deletePersonal(trx: Knex.Transaction, { processId, kinds }: { processId: string; kinds: readonly PersonalKind[] }): Promise<number> {
  return trx('personal_value').where({ process_id: processId }).whereIn('kind', [...kinds]).delete();
}

/** How many times somebody has looked at personal values within a day; an evacuation list is none of those. */
export async function revealsToday(trx: Knex.Transaction, personId: string): Promise<number> {
  const row = await trx('audit_event').where({ actor_id: personId, action: 'personal-data-revealed', refused: false })
    .whereRaw("detail->>'evacuation' IS NULL")
    .where('at', '>', trx.raw("now() - interval '1 day'")).count('* as n').first();
  return Number(row!.n);
}

/** How many days after its process ended a personal value is kept. */
export interface Retention {
  idNumberDays: number;
  otherDays: number;
}

/** Until an administrator says otherwise (reliability §4). */
export const DEFAULT_RETENTION: Retention = { idNumberDays: 30, otherDays: 90 };
const SETTING = 'personal-data-retention';

/** The days in force. */
export async function retention(db: Db | Knex.Transaction): Promise<Retention> {
  return (await db('setting').where({ name: SETTING }).first('value'))?.value ?? DEFAULT_RETENTION;
}

/** Changes the days. */
export async function setRetention(trx: Knex.Transaction, days: Retention): Promise<void> {
  await trx('setting').insert({ name: SETTING, value: JSON.stringify(days), at: trx.fn.now() }).onConflict('name').merge();
}

/**
 * Deletes personal values whose process ended so long ago, by the database's clock, of `most` processes at most; an audit event for each. Answers
 * how many values and processes.
 */
export async function deleteOutdated(trx: Knex.Transaction, most: number): Promise<{ values: number; processes: number }> {
  const { idNumberDays, otherDays } = await retention(trx);
  const { rows: [row] } = await trx.raw<{ rows: { values: number; processes: number }[] }>(`
    WITH outdated AS (
      SELECT process_id, kind FROM personal_value JOIN process ON process.id = personal_value.process_id
      WHERE process.ended_at < now() - make_interval(days => CASE kind WHEN 'id-number' THEN :idNumberDays::int ELSE :otherDays::int END)
    ), chosen AS (SELECT DISTINCT process_id FROM outdated LIMIT :most
    ), deleted AS (
      DELETE FROM personal_value USING outdated, chosen
      WHERE personal_value.process_id = outdated.process_id AND personal_value.kind = outdated.kind AND chosen.process_id = outdated.process_id
      RETURNING personal_value.process_id, personal_value.kind
    ), audited AS (
      INSERT INTO audit_event (actor_kind, action, process_id, detail)
      SELECT 'clock', 'personal-data-deleted', process_id, jsonb_build_object('count', count(*), 'kinds', jsonb_agg(DISTINCT kind)) FROM deleted GROUP BY process_id
    )
    SELECT count(*)::int AS values, count(DISTINCT process_id)::int AS processes FROM deleted`, { idNumberDays, otherDays, most });
  return row!;
}

const RUN = 'personal-data-retention-run';

/** Notes that the nightly deletion has run. */
export async function noteRetentionRun(trx: Knex.Transaction, deleted: { values: number; processes: number }): Promise<void> {
  await trx('setting').insert({ name: RUN, value: JSON.stringify(deleted), at: trx.fn.now() }).onConflict('name').merge();
}

/** When the deletion ran last and what went; undefined before the first night. */
export async function lastRetentionRun(db: Db): Promise<{ at: Date; values: number; processes: number } | undefined> {
  const row = await db('setting').where({ name: RUN }).first('at', 'value');
  return row && { at: row.at, ...row.value };
}

/** How many personal values are kept. */
export async function keptValues(db: Db): Promise<number> {
  return Number((await db('personal_value').count('* as n').first())!.n);
}
