import type { Knex } from 'knex';

/** Marks the effect `key` as applied, in the transaction of its change. False when it was applied before: then nothing is to be done. */
export async function applyOnce(trx: Knex.Transaction, effect: { key: string; processId: string; name: string }): Promise<boolean> {
  const rows = await trx('effect')
    .insert({ key: effect.key, process_id: effect.processId, name: effect.name, state: 'applied', applied_at: trx.fn.now() })
    .onConflict('key').ignore().returning('key');
  return rows.length === 1;
}
