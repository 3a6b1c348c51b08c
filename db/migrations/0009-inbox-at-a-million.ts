import type { Knex } from 'knex';

/**
 * The total of an inbox from the index alone: what a page counts is in it, and an entry says whether it is its task's only one, so that only
 * tasks with several candidates must be told apart.
 */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    ALTER TABLE inbox_entry ADD COLUMN sole boolean NOT NULL DEFAULT true;
    UPDATE inbox_entry SET sole = false WHERE task_id IN (SELECT task_id FROM inbox_entry GROUP BY task_id HAVING count(*) > 1);
    COMMENT ON COLUMN inbox_entry.sole IS 'the task has no other entry';
    DROP INDEX inbox_entry_due;
    CREATE INDEX inbox_entry_due ON inbox_entry (principal, due_at, task_id) INCLUDE (excluded, sole);
    CREATE OR REPLACE FUNCTION task_to_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        DELETE FROM inbox_entry WHERE task_id = NEW.id;
      END IF;
      IF NEW.state = 'open' THEN
        INSERT INTO inbox_entry (principal, task_id, due_at, opened_at, excluded, sole)
        SELECT p, NEW.id, CASE WHEN NEW.after_end THEN 'infinity' ELSE coalesce(NEW.due_at, 'infinity') END, NEW.opened_at, NEW.excluded,
          count(*) OVER () = 1
        FROM (
          SELECT DISTINCT unnest(CASE WHEN NEW.assignee_id IS NULL THEN NEW.candidates ELSE ARRAY['person:' || NEW.assignee_id] END) AS p
        ) AS principals;
      END IF;
      RETURN NULL;
    END $$;
  `);
}

export async function down(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE OR REPLACE FUNCTION task_to_inbox() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP = 'UPDATE' THEN
        DELETE FROM inbox_entry WHERE task_id = NEW.id;
      END IF;
      IF NEW.state = 'open' THEN
        INSERT INTO inbox_entry (principal, task_id, due_at, opened_at, excluded)
        SELECT DISTINCT p, NEW.id, CASE WHEN NEW.after_end THEN 'infinity' ELSE coalesce(NEW.due_at, 'infinity') END, NEW.opened_at, NEW.excluded
        FROM unnest(CASE WHEN NEW.assignee_id IS NULL THEN NEW.candidates
                         ELSE ARRAY['person:' || NEW.assignee_id] END) AS p;
      END IF;
      RETURN NULL;
    END $$;
    DROP INDEX inbox_entry_due;
    CREATE INDEX inbox_entry_due ON inbox_entry (principal, due_at, task_id);
    ALTER TABLE inbox_entry DROP COLUMN sole;
  `);
}
