import type { Knex } from 'knex';

/** People, sessions, processes, tasks, audit, outbox: what every process type stands on. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE TABLE department (
      id text PRIMARY KEY,
      name text NOT NULL,
      name_en text NOT NULL,
      parent_id text REFERENCES department,
      leader_id text
    );
    CREATE TABLE person (
      id text PRIMARY KEY,
      username text NOT NULL UNIQUE,
      name text NOT NULL,
      department_id text NOT NULL REFERENCES department,
      title text NOT NULL DEFAULT '',
      phone text,
      locale text NOT NULL DEFAULT 'zh-CN' CHECK (locale IN ('zh-CN', 'en')),
      active boolean NOT NULL DEFAULT true,
      password_hash text,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX person_department ON person (department_id);
    ALTER TABLE department ADD FOREIGN KEY (leader_id) REFERENCES person;
    CREATE INDEX department_leader ON department (leader_id);
    CREATE TABLE role (
      id text PRIMARY KEY,
      name text NOT NULL,
      name_en text NOT NULL
    );
    CREATE TABLE person_role (
      person_id text NOT NULL REFERENCES person,
      role_id text NOT NULL REFERENCES role,
      PRIMARY KEY (person_id, role_id)
    );
    CREATE INDEX person_role_role ON person_role (role_id);

    CREATE TABLE session (
      token_hash bytea PRIMARY KEY,
      person_id text NOT NULL REFERENCES person,
      created_at timestamptz NOT NULL DEFAULT now(),
      last_seen_at timestamptz NOT NULL DEFAULT now(),
      ends_at timestamptz NOT NULL
    );
    CREATE INDEX session_person ON session (person_id);
    CREATE TABLE login_attempt (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      username text NOT NULL,
      address text NOT NULL,
      at timestamptz NOT NULL DEFAULT now(),
      succeeded boolean NOT NULL
    );
    CREATE INDEX login_attempt_username ON login_attempt (username, at);
    CREATE INDEX login_attempt_address ON login_attempt (address, at);

    CREATE SEQUENCE process_number;
    CREATE TABLE process (
      id text PRIMARY KEY,
      number text NOT NULL UNIQUE,
      type text NOT NULL,
      title text NOT NULL,
      status text NOT NULL DEFAULT 'running' CHECK (status IN ('running', 'ended')),
      outcome text,
      requester_id text NOT NULL REFERENCES person,
      department_id text NOT NULL REFERENCES department,
      form_version integer NOT NULL DEFAULT 1,
      withdrawable boolean NOT NULL DEFAULT true,
      urged_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(),
      ended_at timestamptz,
      CHECK ((status = 'ended') = (outcome IS NOT NULL)),
      CHECK ((status = 'ended') = (ended_at IS NOT NULL))
    );
    CREATE INDEX process_requester ON process (requester_id, started_at DESC);
    CREATE INDEX process_started ON process (started_at DESC, id DESC);
    CREATE INDEX process_type_status ON process (type, status, started_at DESC);
    CREATE TABLE process_form (
      process_id text NOT NULL REFERENCES process,
      version integer NOT NULL,
      form jsonb NOT NULL,
      hash text NOT NULL,
      created_by text NOT NULL REFERENCES person,
      created_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (process_id, version)
    );

    CREATE TABLE task (
      id text PRIMARY KEY,
      process_id text NOT NULL REFERENCES process,
      step text NOT NULL,
      n integer NOT NULL,
      state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'decided', 'closed')),
      outcomes text[] NOT NULL,
      bounds jsonb NOT NULL DEFAULT '{}',
      context jsonb NOT NULL DEFAULT '{}',
      candidates text[] NOT NULL,
      excluded text[] NOT NULL DEFAULT '{}',
      assignee_id text REFERENCES person,
      ends_withdrawal boolean NOT NULL DEFAULT false,
      after_end boolean NOT NULL DEFAULT false,
      opened_at timestamptz NOT NULL,
      due_at timestamptz,
      expire_at timestamptz,
      lease_ends_at timestamptz,
      deadlines jsonb NOT NULL DEFAULT '[]',
      policy_version integer NOT NULL,
      calendar_version integer NOT NULL,
      escalated_at timestamptz,
      decided_at timestamptz,
      outcome text,
      actor_kind text CHECK (actor_kind IN ('person', 'clock', 'system', 'administrator')),
      decided_by text REFERENCES person,
      comment text,
      data jsonb,
      facts jsonb,
      closed_at timestamptz,
      UNIQUE (process_id, step, n),
      CHECK ((state = 'decided') = (outcome IS NOT NULL)),
      CHECK ((state = 'decided') = (decided_at IS NOT NULL)),
      CHECK ((state = 'decided') = (actor_kind IS NOT NULL))
    );
    COMMENT ON COLUMN task.facts IS 'the part of data that went to Temporal';
    COMMENT ON COLUMN task.lease_ends_at IS 'a fixed expiry that no policy moves';
    COMMENT ON COLUMN task.ends_withdrawal IS 'once decided, the process cannot be withdrawn';
    CREATE INDEX task_process ON task (process_id);
    CREATE INDEX task_decided_by ON task (decided_by, decided_at DESC) WHERE state = 'decided';

    CREATE TABLE inbox_entry (
      principal text NOT NULL,
      task_id text NOT NULL REFERENCES task ON DELETE CASCADE,
      due_at timestamptz NOT NULL,
      opened_at timestamptz NOT NULL,
      excluded text[] NOT NULL,
      PRIMARY KEY (task_id, principal)
    );
    CREATE INDEX inbox_entry_due ON inbox_entry (principal, due_at, task_id);
    CREATE INDEX inbox_entry_opened ON inbox_entry (principal, opened_at, task_id);
    COMMENT ON TABLE inbox_entry IS 'Who has an open task in the inbox: the assignee alone, or every candidate principal. Kept by the trigger on task.';
    COMMENT ON COLUMN inbox_entry.due_at IS 'infinity when the task has no due instant, so that one index range serves the sort';

    CREATE FUNCTION task_to_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        DELETE FROM inbox_entry WHERE task_id = NEW.id;
      END IF;
      IF NEW.state = 'open' THEN
        INSERT INTO inbox_entry (principal, task_id, due_at, opened_at, excluded)
        SELECT DISTINCT p, NEW.id, coalesce(NEW.due_at, 'infinity'), NEW.opened_at, NEW.excluded
        FROM unnest(CASE WHEN NEW.assignee_id IS NULL THEN NEW.candidates
                         ELSE ARRAY['person:' || NEW.assignee_id] END) AS p;
      END IF;
      RETURN NULL;
    END $$;
    CREATE TRIGGER task_opens AFTER INSERT ON task FOR EACH ROW EXECUTE FUNCTION task_to_inbox();
    CREATE TRIGGER task_changes AFTER UPDATE OF state, candidates, assignee_id, due_at ON task
      FOR EACH ROW EXECUTE FUNCTION task_to_inbox();

    CREATE TABLE audit_event (
      seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      at timestamptz NOT NULL DEFAULT clock_timestamp(),
      actor_kind text NOT NULL CHECK (actor_kind IN ('person', 'clock', 'system', 'administrator')),
      actor_id text,
      on_behalf_of text,
      action text NOT NULL,
      process_id text,
      task_id text,
      object text,
      refused boolean NOT NULL DEFAULT false,
      code text,
      detail jsonb NOT NULL DEFAULT '{}'
    );
    CREATE INDEX audit_event_process ON audit_event (process_id, seq);
    CREATE INDEX audit_event_actor ON audit_event (actor_id, seq);
    CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      RAISE EXCEPTION 'this row of % cannot be changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
    END $$;
    CREATE TRIGGER audit_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_event
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER task_outcome_is_final BEFORE UPDATE ON task
      FOR EACH ROW WHEN (OLD.state <> 'open') EXECUTE FUNCTION refuse_change();
    CREATE TRIGGER process_form_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON process_form
      FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

    CREATE TABLE comment (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      process_id text NOT NULL REFERENCES process,
      author_id text NOT NULL REFERENCES person,
      text text NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    CREATE INDEX comment_process ON comment (process_id, id);
    CREATE TABLE copy (
      process_id text NOT NULL REFERENCES process,
      person_id text NOT NULL REFERENCES person,
      copied_by text NOT NULL REFERENCES person,
      at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (process_id, person_id)
    );
    CREATE INDEX copy_person ON copy (person_id, at DESC);
    CREATE TABLE notice (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      key text NOT NULL,
      person_id text NOT NULL REFERENCES person,
      kind text NOT NULL,
      process_id text REFERENCES process,
      task_id text REFERENCES task,
      detail jsonb NOT NULL DEFAULT '{}',
      at timestamptz NOT NULL DEFAULT now(),
      read_at timestamptz,
      UNIQUE (person_id, key)
    );
    CREATE INDEX notice_person ON notice (person_id, id DESC);

    CREATE TABLE outbox (
      id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      process_id text NOT NULL REFERENCES process,
      kind text NOT NULL CHECK (kind IN ('start', 'signal')),
      name text NOT NULL,
      payload jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      attempts integer NOT NULL DEFAULT 0,
      next_attempt_at timestamptz NOT NULL DEFAULT now(),
      delivered_at timestamptz,
      parked_at timestamptz,
      last_error text
    );
    CREATE INDEX outbox_pending ON outbox (process_id, id) WHERE delivered_at IS NULL;
    COMMENT ON TABLE outbox IS 'Messages for Temporal, written in the transaction that decided them; delivered in order per process, at least once.';

    CREATE TABLE effect (
      key text PRIMARY KEY,
      process_id text NOT NULL REFERENCES process,
      name text NOT NULL,
      state text NOT NULL CHECK (state IN ('applied', 'undone')),
      result jsonb NOT NULL DEFAULT '{}',
      applied_at timestamptz,
      undone_at timestamptz
    );
    CREATE INDEX effect_process ON effect (process_id);

    CREATE TABLE activity_retry (
      process_id text NOT NULL,
      activity text NOT NULL,
      attempts integer NOT NULL,
      code text NOT NULL,
      since timestamptz NOT NULL DEFAULT now(),
      last_at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (process_id, activity)
    );
    COMMENT ON TABLE activity_retry IS 'Activities that keep failing; a local activity''s retries show nowhere in Temporal. Gone once it succeeds.';

    CREATE TABLE idempotency (
      person_id text NOT NULL REFERENCES person,
      route text NOT NULL,
      key text NOT NULL,
      request_hash bytea NOT NULL,
      status integer,
      body jsonb,
      at timestamptz NOT NULL DEFAULT now(),
      PRIMARY KEY (person_id, route, key)
    );
    CREATE INDEX idempotency_at ON idempotency (at);

    CREATE TABLE timeout_policy (
      type text NOT NULL,
      step text NOT NULL,
      version integer NOT NULL,
      policy jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      created_by text REFERENCES person,
      PRIMARY KEY (type, step, version)
    );
    CREATE TABLE business_calendar (
      version integer PRIMARY KEY,
      calendar jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT now(),
      created_by text REFERENCES person
    );
    CREATE TABLE setting (
      name text PRIMARY KEY,
      value jsonb NOT NULL,
      at timestamptz NOT NULL DEFAULT now()
    );
    COMMENT ON TABLE setting IS 'Markers of the installation itself, such as the demo company having been seeded.';
  `);
}

/** Drops everything that `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    DROP TABLE activity_retry, setting, business_calendar, timeout_policy, idempotency, effect, outbox, notice, copy, comment, audit_event, inbox_entry,
      task, process_form, process, login_attempt, session, person_role, role, person, department CASCADE;
    DROP SEQUENCE process_number;
    DROP FUNCTION task_to_inbox, refuse_change;
  `);
}
