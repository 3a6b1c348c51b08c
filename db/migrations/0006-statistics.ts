import type { Knex } from 'knex';

/** So that the statistics of a month do not read the history of years. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX stock_movement_issued ON stock_movement (at) WHERE kind = 'issue';
    CREATE INDEX task_decided ON task (decided_at) WHERE state = 'decided';
    CREATE INDEX task_evaluation ON task (opened_at) WHERE step = 'evaluation';
  `);
}

/** Drops what `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX stock_movement_issued, task_decided, task_evaluation');
}
