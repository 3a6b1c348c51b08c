import { fileURLToPath } from 'node:url';
import type { Knex } from 'knex';
import { connect, type Db } from './connect.ts';

const migrations: Knex.MigratorConfig = {
  directory: fileURLToPath(new URL('migrations', import.meta.url)),
  loadExtensions: ['.ts'],
  tableName: 'migration',
};
const ADVISORY_LOCK = 4_867_401;

/** Brings the schema of the database at `databaseUrl` up to date. Several processes may call it at once: they take turns. */
export async function migrate(databaseUrl: string): Promise<void> {
  const db = connect(databaseUrl, 3);
  try {
    await db.transaction(async (turn) => {
      await turn.raw('SELECT pg_advisory_xact_lock(?)', [ADVISORY_LOCK]);
      await latest(db);
    });
  } finally {
    await db.destroy();
  }
}

async function latest(db: Db): Promise<void> {
  // knex's own lock outlives a killed process; ours ends with its connection, so whoever holds ours may break knex's.
  if (await db.schema.hasTable('migration_lock')) await db.migrate.forceFreeMigrationsLock(migrations);
  await db.migrate.latest(migrations);
}
