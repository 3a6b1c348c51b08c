import knex, { type Knex } from 'knex';
import pg from 'pg';

export type Db = Knex;

// bigint columns (ids, counts) stay far below 2^53; as numbers they compare and serialise as one expects.
pg.types.setTypeParser(pg.types.builtins.INT8, Number);

/** A pool on the PostgreSQL at `url`. `max` is the most connections it opens. Destroy it with `db.destroy()`. */
export function connect(url: string, max = 16): Db {
  return knex({
    client: 'pg',
    connection: { connectionString: url, application_name: 'houqin' },
    pool: { min: 0, max },
    acquireConnectionTimeout: 10_000,
    // What fails is thrown; knex's own lines would quote statements, and with them row values, into the log.
    log: { warn() {}, error() {}, deprecate() {}, debug() {} },
  });
}
