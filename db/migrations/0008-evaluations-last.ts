import type { Knex } from 'knex';

/** What waits after the end of a case (an evaluation) comes last in the inbox, however near its due instant is: nobody waits for it. */
export async function up(knex: Knex): Promise<void> {
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
    UPDATE inbox_entry SET due_at = 'infinity' FROM task WHERE task.id = inbox_entry.task_id AND task.after_end;
    COMMENT ON COLUMN inbox_entry.due_at IS
      'what the inbox is sorted by: infinity when the task has no due instant or follows the end of its case';
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
        SELECT DISTINCT p, NEW.id, coalesce(NEW.due_at, 'infinity'), NEW.opened_at, NEW.excluded
        FROM unnest(CASE WHEN NEW.assignee_id IS NULL THEN NEW.candidates
                         ELSE ARRAY['person:' || NEW.assignee_id] END) AS p;
      END IF;
      RETURN NULL;
    END $$;
    UPDATE inbox_entry SET due_at = coalesce(task.due_at, 'infinity') FROM task WHERE task.id = inbox_entry.task_id AND task.after_end;
    COMMENT ON COLUMN inbox_entry.due_at IS 'infinity when the task has no due instant, so that one index range serves the sort';
  `);
}
