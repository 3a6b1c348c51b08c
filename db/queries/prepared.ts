import type { Knex } from 'knex';
import type { Db } from '../connect.ts';

/**
 * Runs a statement that each connection parses and plans once, under its name: for the few that every click needs. `bindings` as in
 * `knex.raw`. One name, one text.
 */
export async function prepared<Row>(
  db: Db | Knex.Transaction, name: string, sql: string, bindings: Record<string, unknown> | readonly unknown[],
): Promise<Row[]> {
  const { rows } = await db.raw<{ rows: Row[] }>(sql, bindings as never).options({ name });
  return rows;
}
