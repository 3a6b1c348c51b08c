import type { Knex } from 'knex';

/** What is personal in forms: sealed, beside the form that keeps it masked, until its time is over. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE personal_value (
      process_id text NOT NULL REFERENCES process,
      form_version integer NOT NULL,
      path text NOT NULL,
      kind text NOT NULL CHECK (kind IN ('name', 'phone', 'id-number', 'plate')),
      sealed bytea NOT NULL,
      index bytea NOT NULL,
      PRIMARY KEY (process_id, form_version, path)
    );
    CREATE INDEX personal_value_index ON personal_value (kind, index);
    COMMENT ON COLUMN personal_value.index IS 'keyed hash of the value: finds it again, and is worth nothing without the key';
    CREATE INDEX process_ended ON process (ended_at) WHERE ended_at IS NOT NULL;
  `);
}

/** Drops what `up` made; what was personal is lost. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE personal_value; DROP INDEX process_ended;');
}
