import type { Knex } from 'knex';

/** Entering from another app by a ticket: those that were used, and proofs of colleagues who ask to visit. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    SET LOCAL lock_timeout = '10s';
    ALTER TABLE session ADD COLUMN entry_app text;
    COMMENT ON COLUMN session.entry_app IS 'the app whose ticket began it; then no password was used, and none need be changed';

    CREATE TABLE entry_ticket (
      app text NOT NULL,
      jti_hash bytea NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (app, jti_hash)
    );
    CREATE INDEX entry_ticket_at ON entry_ticket (at);
    COMMENT ON TABLE entry_ticket IS 'Tickets that were used: each works once.';

    CREATE TABLE entry_proof (
      token_hash bytea PRIMARY KEY,
      sealed bytea NOT NULL,
      expires_at timestamptz NOT NULL
    );
    CREATE INDEX entry_proof_expires ON entry_proof (expires_at);
    COMMENT ON COLUMN entry_proof.sealed IS 'name, phone and branch of a colleague who may ask for one visit; the row goes with its use';
  `);
}

/** Drops what `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE entry_proof, entry_ticket; ALTER TABLE session DROP COLUMN entry_app;');
}
