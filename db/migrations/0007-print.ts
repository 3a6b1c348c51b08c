import type { Knex } from 'knex';

/** Who put a process on paper, and when: the second one is marked as a reprint. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE print (
      process_id text NOT NULL REFERENCES process,
      n integer NOT NULL CHECK (n > 0),
      person_id text NOT NULL REFERENCES person,
      at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (process_id, n)
    );
    COMMENT ON TABLE print IS 'Each time that a process was printed, counted from 1; above 1 the paper says that it is a reprint.';
    CREATE TRIGGER print_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON print FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
  `);
}

/** Drops what `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE print');
}
