import type { Knex } from 'knex';

/** SMS: what is to be said to whom, with which carrier it went, and what became of it. Each has a workflow of its own. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE outbox DROP CONSTRAINT outbox_process_id_fkey;
    COMMENT ON COLUMN outbox.process_id IS 'the workflow: a process, or the delivery of an SMS';

    CREATE TABLE sms (
      id text PRIMARY KEY,
      key text NOT NULL UNIQUE,
      process_id text REFERENCES process,
      person_id text REFERENCES person,
      phone_sealed bytea NOT NULL,
      phone_index bytea NOT NULL,
      template text NOT NULL,
      locale text NOT NULL CHECK (locale IN ('zh-CN', 'en')),
      params_sealed bytea NOT NULL,
      state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'sent', 'delivered', 'undelivered', 'refused', 'expired', 'dropped')),
      created_at timestamptz NOT NULL DEFAULT now(),
      not_before timestamptz NOT NULL,
      expires_at timestamptz NOT NULL,
      settled_at timestamptz,
      attempts integer NOT NULL DEFAULT 0,
      last_error text,
      failing_since timestamptz,
      next_attempt_at timestamptz,
      CHECK ((state = 'waiting') = (settled_at IS NULL))
    );
    CREATE INDEX sms_phone ON sms (phone_index, created_at);
    CREATE INDEX sms_created ON sms (created_at);
    CREATE INDEX sms_failing ON sms (failing_since) WHERE state = 'waiting' AND failing_since IS NOT NULL;
    COMMENT ON COLUMN sms.id IS 'also the id of its workflow';
    COMMENT ON COLUMN sms.key IS 'the effect: the same key is one SMS, however often it is asked for';
    COMMENT ON COLUMN sms.process_id IS 'whose requester may see it, if it is of a case';
    COMMENT ON COLUMN sms.params_sealed IS 'JSON of the values in the text, but those that are counted when it goes out';
    COMMENT ON COLUMN sms.last_error IS 'a code of the carrier or the line';

    CREATE TABLE sms_submission (
      carrier text NOT NULL,
      carrier_id text NOT NULL,
      sms_id text NOT NULL REFERENCES sms ON DELETE CASCADE,
      accepted_at timestamptz NOT NULL DEFAULT now(),
      text_sealed bytea NOT NULL,
      receipt text CHECK (receipt IN ('delivered', 'undelivered')),
      receipt_at timestamptz,
      PRIMARY KEY (carrier, carrier_id),
      CHECK ((receipt IS NULL) = (receipt_at IS NULL))
    );
    CREATE INDEX sms_submission_sms ON sms_submission (sms_id);
    COMMENT ON TABLE sms_submission IS 'What a carrier has taken; more than one when another carrier was tried, or when a worker died before it heard.';
  `);
}

/** Drops what `up` made; messages of deliveries go with them. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE sms_submission, sms;
    DELETE FROM outbox WHERE process_id NOT IN (SELECT id FROM process);
    ALTER TABLE outbox ADD CONSTRAINT outbox_process_id_fkey FOREIGN KEY (process_id) REFERENCES process;
    COMMENT ON COLUMN outbox.process_id IS NULL;
  `);
}
