import type { Knex } from 'knex';

/** Accounts that administrators keep, and what they announce to everybody. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE person ADD COLUMN theme text NOT NULL DEFAULT 'auto' CHECK (theme IN ('auto', 'light', 'dark'));
    ALTER TABLE person ADD COLUMN one_time_password_until timestamptz;
    COMMENT ON COLUMN person.one_time_password_until IS
      'set while the password is an administrator''s, which must be changed at the first login and opens nothing after this instant';

    CREATE TABLE announcement (
      id text PRIMARY KEY,
      title text NOT NULL,
      body text NOT NULL,
      important boolean NOT NULL DEFAULT false,
      state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'withdrawn')),
      shown_from timestamptz,
      shown_until timestamptz,
      created_by text REFERENCES person,
      created_at timestamptz NOT NULL DEFAULT now(),
      changed_at timestamptz NOT NULL DEFAULT now(),
      published_at timestamptz,
      news_at timestamptz GENERATED ALWAYS AS (greatest(published_at, shown_from)) STORED,
      CHECK ((state = 'draft') = (published_at IS NULL)),
      CHECK (shown_until > shown_from)
    );
    COMMENT ON COLUMN announcement.body IS 'plain text; line breaks are kept, nothing in it is markup';
    COMMENT ON COLUMN announcement.news_at IS 'since when it could be read: what newest first means';
    CREATE INDEX announcement_published ON announcement (important DESC, news_at DESC, id DESC) WHERE state = 'published';
    CREATE INDEX announcement_changed ON announcement (changed_at DESC, id DESC);
    CREATE TABLE announcement_read (
      announcement_id text NOT NULL REFERENCES announcement,
      person_id text NOT NULL REFERENCES person,
      at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (announcement_id, person_id)
    );
  `);
}

/** Drops everything that `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE announcement_read, announcement;
    ALTER TABLE person DROP COLUMN one_time_password_until;
    ALTER TABLE person DROP COLUMN theme;
  `);
}
