import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/** Marks the effect `key` as applied, in the transaction of its change. False when it was applied before: then nothing is to be done. */
export async function applyOnce(trx: Knex.Transaction, effect: { key: string; processId: string; name: string }): Promise<boolean> {
  const rows = await trx('effect')
    .insert({ key: effect.key, process_id: effect.processId, name: effect.name, state: 'applied', applied_at: trx.fn.now() })
    .onConflict('key').ignore().returning('key');
  return rows.length === 1;
}

/** An effect that stands as applied, and the name in its key. */
export interface AppliedEffect {
  key: string;
  name: string;
}

/** The effects of a process that stand as applied and whose keys (`PROCESS.NAME.N`) have one of these names, the last first. */
export async function appliedEffects(trx: Db | Knex.Transaction, processId: string, names: readonly string[]): Promise<AppliedEffect[]> {
  const keys: string[] = await trx('effect').where({ process_id: processId, state: 'applied' }).orderBy('applied_at', 'desc').pluck('key');
  return keys.flatMap((key) => {
    const [name, n, ...more] = key.slice(processId.length + 1).split('.');
    return key.startsWith(`${processId}.`) && n !== undefined && more.length === 0 && names.includes(name!) ? [{ key, name: name! }] : [];
  });
}
