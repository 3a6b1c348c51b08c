import type { Knex } from 'knex';

/** The day of the month that a plan means, which a shorter month hides: 31 January, 28 February, 31 March. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    SET LOCAL lock_timeout = '10s';
    ALTER TABLE repair_plan ADD COLUMN day_of_month smallint CHECK (day_of_month BETWEEN 1 AND 31);
    UPDATE repair_plan SET day_of_month = extract(day FROM next_on);
    ALTER TABLE repair_plan ALTER COLUMN day_of_month SET NOT NULL;
    COMMENT ON COLUMN repair_plan.day_of_month IS 'of next_on as somebody wrote it; a shorter month has it on its last day';
  `);
}

/** Drops what `up` made. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('ALTER TABLE repair_plan DROP COLUMN day_of_month');
}
