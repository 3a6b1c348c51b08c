import type { Knex } from 'knex';

/** Tasks that are decided by SMS, what phones replied, and codes that prove a phone. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE sms_ask (
      id uuid PRIMARY KEY,
      token_hash bytea NOT NULL UNIQUE CHECK (octet_length(token_hash) = 32),
      task_id text NOT NULL REFERENCES task,
      process_id text NOT NULL REFERENCES process,
      person_id text NOT NULL REFERENCES person,
      digit smallint CHECK (digit BETWEEN 1 AND 9),
      phone_index bytea NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      used_at timestamptz,
      UNIQUE (task_id, person_id)
    );
    CREATE INDEX sms_ask_phone ON sms_ask (phone_index, digit, created_at);
    CREATE INDEX sms_ask_created ON sms_ask (created_at);
    COMMENT ON TABLE sms_ask IS 'One person asked by SMS to decide one task.';
    COMMENT ON COLUMN sms_ask.token_hash IS 'SHA-256; the token itself stands in the sealed values of its SMS alone';
    COMMENT ON COLUMN sms_ask.digit IS 'first digit of the answer: which task is meant; null when nine others were open';

    CREATE TABLE sms_reply (
      carrier text NOT NULL,
      carrier_id text NOT NULL,
      phone_index bytea NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      result text CHECK (result IN ('decided', 'repeated', 'too-late', 'not-understood', 'foreign')),
      PRIMARY KEY (carrier, carrier_id)
    );
    CREATE INDEX sms_reply_at ON sms_reply (at);
    COMMENT ON TABLE sms_reply IS 'What phones answered, without the words; a carrier may hand one over many times.';
    COMMENT ON COLUMN sms_reply.result IS 'null while it is being looked at';

    CREATE TABLE ask_attempt (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      address text NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      failed boolean
    );
    CREATE INDEX ask_attempt_address ON ask_attempt (address, at);
    CREATE INDEX ask_attempt_at ON ask_attempt (at);
    COMMENT ON COLUMN ask_attempt.failed IS 'the token was worth nothing; null while it is being looked at';

    CREATE TABLE phone_proof (
      id uuid PRIMARY KEY,
      phone_index bytea NOT NULL,
      code_hash bytea NOT NULL,
      tries smallint NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 5),
      sent smallint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT now(),
      expires_at timestamptz NOT NULL,
      used_at timestamptz
    );
    CREATE INDEX phone_proof_phone ON phone_proof (phone_index, created_at);
    CREATE INDEX phone_proof_created ON phone_proof (created_at);
    COMMENT ON COLUMN phone_proof.code_hash IS 'keyed; the code itself stands in the sealed values of its SMS alone';
    COMMENT ON COLUMN phone_proof.sent IS 'SMS with this code';

    CREATE TABLE phone_code_request (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      phone_index bytea NOT NULL,
      neighbours_index bytea NOT NULL,
      address text NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX phone_code_request_phone ON phone_code_request (phone_index, at);
    CREATE INDEX phone_code_request_address ON phone_code_request (address, at);
    CREATE INDEX phone_code_request_neighbours ON phone_code_request (neighbours_index, at);
    CREATE INDEX phone_code_request_at ON phone_code_request (at);
    COMMENT ON COLUMN phone_code_request.neighbours_index IS 'of the first nine of the eleven digits';

    CREATE TABLE phone_code_trip (
      reason text PRIMARY KEY CHECK (reason IN ('codes-spent', 'codes-neighbours')),
      since timestamptz NOT NULL,
      until timestamptz NOT NULL,
      refused integer NOT NULL
    );
    COMMENT ON TABLE phone_code_trip IS 'Limits over all phones that were reached: shown while they last.';
  `);
}

/** Drops what `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP TABLE phone_code_trip, phone_code_request, phone_proof, ask_attempt, sms_reply, sms_ask');
}
