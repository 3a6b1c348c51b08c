import type { Knex } from 'knex';

/** What the page of what is stuck asks every few seconds, beside a million decided tasks. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX task_open ON task (process_id, step, due_at) WHERE state = 'open';
  `);
}

/** Drops what `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX task_open');
}
