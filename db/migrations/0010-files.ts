import type { Knex } from 'knex';

/** Photos: what they are and whose; their bytes lie in the data folder under their hash. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE file (
      id uuid PRIMARY KEY,
      sha256 text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
      bytes integer NOT NULL CHECK (bytes > 0),
      width integer NOT NULL CHECK (width > 0),
      height integer NOT NULL CHECK (height > 0),
      owner_id text NOT NULL REFERENCES person,
      process_id text REFERENCES process,
      created_at timestamptz NOT NULL DEFAULT now(),
      attached_at timestamptz,
      CHECK ((process_id IS NULL) = (attached_at IS NULL))
    );
    COMMENT ON TABLE file IS 'Photos that were uploaded; the bytes lie in the data folder under their hash, equal ones once.';
    COMMENT ON COLUMN file.sha256 IS 'of the photo as it was encoded anew';
    COMMENT ON COLUMN file.owner_id IS 'who uploaded it; the only reader until it is attached';
    COMMENT ON COLUMN file.process_id IS 'the process whose readers may see it; null until it is attached, then it stays';
    CREATE INDEX file_unattached ON file (owner_id, created_at) WHERE process_id IS NULL;
    CREATE INDEX file_sha256 ON file (sha256);
  `);
}

/** Drops what `up` made; the bytes stay in the data folder. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE file');
}
