import type { Knex } from 'knex';

/** Indexes for the auditor: the operations log by action and by time. */
export async function up(knex: Knex): Promise<void> {
  await knex.raw(`
    CREATE INDEX audit_event_action ON audit_event (action, seq);
    CREATE INDEX audit_event_at ON audit_event (at);
    CREATE INDEX audit_event_behalf ON audit_event (on_behalf_of, seq) WHERE on_behalf_of IS NOT NULL;
    COMMENT ON INDEX audit_event_action IS 'the log by action; also lists the actions in use by skipping from one to the next';
  `);
}

/** Drops them again. */
export async function down(knex: Knex): Promise<void> {
  await knex.raw('DROP INDEX audit_event_action, audit_event_at, audit_event_behalf');
}
