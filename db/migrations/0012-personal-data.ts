import type { Knex } from 'knex';
/** stub until merge */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`CREATE TABLE personal_value (process_id text NOT NULL REFERENCES process, form_version integer NOT NULL, path text NOT NULL, kind text NOT NULL, sealed bytea NOT NULL, index bytea NOT NULL, kept_until timestamptz, PRIMARY KEY (process_id, form_version, path)); CREATE INDEX personal_value_index ON personal_value (kind, index);`);
}
export async function down(knex: Knex): Promise<void> { await knex.raw('DROP TABLE personal_value'); }
