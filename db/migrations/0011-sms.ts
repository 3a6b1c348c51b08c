import type { Knex } from 'knex';

/** SMS: what is to be said to whom, with which carrier it went, and what became of it. Each has a workflow of its own. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- In the order in which a click locks them: an API of before may be answering.
    SET LOCAL lock_timeout = '10s';
    LOCK TABLE process, outbox IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE outbox DROP CONSTRAINT outbox_process_id_fkey;
    COMMENT ON COLUMN outbox.process_id IS 'the workflow: a process, or the delivery of an SMS';

    CREATE TABLE sms (
      id text PRIMARY KEY,
      key text NOT NULL UNIQUE,
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
    CREATE INDEX sms_person ON sms (person_id, not_before);
    CREATE INDEX sms_failing ON sms (failing_since) WHERE state = 'waiting' AND failing_since IS NOT NULL;
    COMMENT ON COLUMN sms.id IS 'also the id of its workflow';
    COMMENT ON COLUMN sms.key IS 'the effect: the same key is one SMS, however often it is asked for';
    COMMENT ON COLUMN sms.params_sealed IS 'JSON of the values in the text, but those that are counted when it goes out';
    COMMENT ON COLUMN sms.last_error IS 'a code of the carrier or the line';

    CREATE TABLE sms_try (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      sms_id text NOT NULL REFERENCES sms ON DELETE CASCADE,
      carrier text NOT NULL,
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      result text NOT NULL DEFAULT 'asked' CHECK (result IN ('asked', 'accepted', 'refused', 'bad-number', 'failed', 'unknown')),
      code text,
      carrier_id text,
      text_sealed bytea,
      receipt text CHECK (receipt IN ('delivered', 'undelivered')),
      receipt_at timestamptz,
      CHECK ((result = 'accepted') = (carrier_id IS NOT NULL)),
      CHECK ((receipt IS NULL) = (receipt_at IS NULL))
    );
    CREATE INDEX sms_try_sms ON sms_try (sms_id);
    CREATE INDEX sms_try_at ON sms_try (at);
    CREATE UNIQUE INDEX sms_try_carrier ON sms_try (carrier, carrier_id);
    COMMENT ON TABLE sms_try IS 'Written before a carrier is asked: one that stays asked, or is unknown, may have reached the phone.';
    COMMENT ON COLUMN sms_try.text_sealed IS 'what the phone shows; kept for the demo’s page only';
  `);
}

/** Drops what `up` made; messages of deliveries go with them. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE sms_try, sms;
    DELETE FROM outbox WHERE process_id NOT IN (SELECT id FROM process);
    ALTER TABLE outbox ADD CONSTRAINT outbox_process_id_fkey FOREIGN KEY (process_id) REFERENCES process;
    COMMENT ON COLUMN outbox.process_id IS NULL;
  `);
}
