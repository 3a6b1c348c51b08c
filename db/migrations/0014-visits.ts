import type { Knex } from 'knex';

/** Visits: who is expected and inside, passes with their codes, links, kiosks, the block list; and tasks that are done at a desk. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    -- In the order in which a click locks them: an API of before may be answering.
    SET LOCAL lock_timeout = '10s';
    LOCK TABLE process, task IN ACCESS EXCLUSIVE MODE;
    ALTER TABLE task ADD COLUMN at_desk boolean NOT NULL DEFAULT false, ADD COLUMN counted_from timestamptz;
    COMMENT ON COLUMN task.at_desk IS 'done at a desk of its own: it stands in no inbox';
    COMMENT ON COLUMN task.counted_from IS 'the instant from which the policy counts, where that is not the opening';
    DROP TRIGGER task_opens ON task;
    DROP TRIGGER task_changes ON task;
    CREATE TRIGGER task_opens AFTER INSERT ON task FOR EACH ROW WHEN (NOT NEW.at_desk) EXECUTE FUNCTION task_to_inbox();
    CREATE TRIGGER task_changes AFTER UPDATE OF state, candidates, assignee_id, due_at ON task
      FOR EACH ROW WHEN (NOT NEW.at_desk) EXECUTE FUNCTION task_to_inbox();

    INSERT INTO department (id, name, name_en) VALUES ('dept-visitors', '外来访客', 'Visitors');
    INSERT INTO person (id, username, name, department_id, active) VALUES ('person-visitors', '-visitors', '访客', 'dept-visitors', false);

    CREATE TABLE visit (
      process_id text PRIMARY KEY REFERENCES process,
      way text NOT NULL,
      purpose text NOT NULL,
      place text NOT NULL,
      party smallint NOT NULL,
      visitor text NOT NULL,
      company text,
      host_id text REFERENCES person,
      host_department_id text REFERENCES department,
      phone_tail_index bytea NOT NULL,
      from_at timestamptz NOT NULL,
      until_at timestamptz NOT NULL,
      registration_id text REFERENCES process,
      blocked boolean NOT NULL DEFAULT false,
      verify_tries smallint NOT NULL DEFAULT 0,
      request_hash bytea UNIQUE,
      asked_at timestamptz NOT NULL DEFAULT now(),
      locale text NOT NULL DEFAULT 'zh-CN' CHECK (locale IN ('zh-CN', 'en')),
      CHECK (until_at > from_at)
    );
    CREATE INDEX visit_from ON visit (from_at);
    CREATE INDEX visit_until ON visit (until_at);
    CREATE INDEX visit_phone_tail ON visit (phone_tail_index);
    CREATE INDEX visit_host ON visit (host_id, from_at);
    CREATE INDEX visit_registration ON visit (registration_id);
    COMMENT ON COLUMN visit.visitor IS 'the name, masked; in clear it stands sealed in personal_value';
    COMMENT ON COLUMN visit.phone_tail_index IS 'keyed hash of the phone''s last four digits';
    COMMENT ON COLUMN visit.request_hash IS 'of the key with which an outsider''s page asked: asked again, it is the same visit';
    COMMENT ON COLUMN visit.from_at IS 'of the window that is open or next, with until_at';

    CREATE TABLE visit_pass (
      id text PRIMARY KEY,
      key text NOT NULL UNIQUE,
      process_id text NOT NULL REFERENCES process,
      code_hash bytea NOT NULL,
      valid_from timestamptz NOT NULL,
      valid_until timestamptz NOT NULL,
      tries smallint NOT NULL DEFAULT 0,
      used_at timestamptz,
      revoked_at timestamptz,
      created_at timestamptz NOT NULL DEFAULT now(),
      CHECK (tries BETWEEN 0 AND 5)
    );
    CREATE UNIQUE INDEX visit_pass_live ON visit_pass (process_id) WHERE used_at IS NULL AND revoked_at IS NULL;
    CREATE INDEX visit_pass_process ON visit_pass (process_id);
    COMMENT ON COLUMN visit_pass.key IS 'the effect that issued it';
    COMMENT ON COLUMN visit_pass.code_hash IS 'keyed hash of the code with the pass''s id: never looked up by';

    CREATE TABLE visit_link (
      token_hash bytea PRIMARY KEY,
      process_id text NOT NULL REFERENCES process,
      kiosk_id text,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX visit_link_process ON visit_link (process_id);

    CREATE TABLE kiosk (
      id text PRIMARY KEY,
      name text NOT NULL,
      place text NOT NULL,
      enrolment_hash bytea,
      enrolment_until timestamptz,
      token_hash bytea UNIQUE,
      created_by text NOT NULL REFERENCES person,
      created_at timestamptz NOT NULL DEFAULT now(),
      enrolled_at timestamptz,
      last_seen_at timestamptz,
      revoked_at timestamptz
    );
    CREATE TABLE kiosk_failure (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      kiosk_id text REFERENCES kiosk,
      address text,
      at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX kiosk_failure_at ON kiosk_failure (at);
    COMMENT ON TABLE kiosk_failure IS 'Wrong codes; an alarm when there are many. Without a kiosk it was an enrolment.';

    CREATE TABLE blocked_visitor (
      id text PRIMARY KEY,
      kind text NOT NULL CHECK (kind IN ('phone', 'id-number', 'plate')),
      index bytea NOT NULL,
      masked text NOT NULL,
      reason text NOT NULL,
      until date,
      created_by text NOT NULL REFERENCES person,
      created_at timestamptz NOT NULL DEFAULT now(),
      removed_by text REFERENCES person,
      removed_at timestamptz,
      removal_reason text,
      CHECK ((removed_at IS NULL) = (removed_by IS NULL))
    );
    CREATE INDEX blocked_visitor_index ON blocked_visitor (kind, index) WHERE removed_at IS NULL;
    COMMENT ON COLUMN blocked_visitor.index IS 'as in personal_value: the number itself is not kept';
  `);
}

/** Drops what `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE blocked_visitor, kiosk_failure, kiosk, visit_link, visit_pass, visit;
    DELETE FROM person WHERE id = 'person-visitors';
    DELETE FROM department WHERE id = 'dept-visitors';
    DROP TRIGGER task_opens ON task;
    DROP TRIGGER task_changes ON task;
    ALTER TABLE task DROP COLUMN at_desk, DROP COLUMN counted_from;
    CREATE TRIGGER task_opens AFTER INSERT ON task FOR EACH ROW EXECUTE FUNCTION task_to_inbox();
    CREATE TRIGGER task_changes AFTER UPDATE OF state, candidates, assignee_id, due_at ON task
      FOR EACH ROW EXECUTE FUNCTION task_to_inbox();
  `);
}
