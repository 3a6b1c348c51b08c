import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import type { Seal } from '../sealed.ts';
import { e164 } from '../../sms/phone.ts';

export type PersonalKind = 'name' | 'phone' | 'id-number' | 'plate';
export interface PersonalValue { path: string; kind: PersonalKind; value: string }

/** stub until merge */
export function normalPersonal(kind: PersonalKind, value: string): string {
  if (kind === 'phone') return e164(value) ?? value;
  return kind === 'name' ? value : value.toUpperCase().replace(/[\s-]/g, '');
}
export async function keepPersonal(trx: Knex.Transaction, seal: Seal, { processId, version, values }: { processId: string; version: number; values: readonly PersonalValue[] }): Promise<void> {
  if (values.length === 0) return;
  await trx('personal_value').insert(values.map(({ path, kind, value }) => ({
    process_id: processId, form_version: version, path, kind, sealed: seal.seal(value, `personal.${kind}`), index: seal.index(normalPersonal(kind, value), `personal.${kind}`),
  })));
}
export async function personalOf(db: Db | Knex.Transaction, seal: Seal, processId: string): Promise<Map<string, string>> {
  const rows = await db('personal_value').where({ process_id: processId }).where('form_version', db('personal_value').max('form_version').where({ process_id: processId }));
  return new Map(rows.map(({ path, kind, sealed }) => [path, seal.open(sealed, `personal.${kind}`)]));
}
export async function processesWith(db: Db | Knex.Transaction, seal: Seal, kind: PersonalKind, value: string): Promise<string[]> {
  return db('personal_value').where({ kind, index: seal.index(normalPersonal(kind, value), `personal.${kind}`) }).distinct('process_id').pluck('process_id');
}
export async function deletePersonal(trx: Knex.Transaction, { processId, kinds }: { processId: string; kinds: readonly PersonalKind[] }): Promise<number> {
  return trx('personal_value').where({ process_id: processId }).whereIn('kind', [...kinds]).delete();
}
