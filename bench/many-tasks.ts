import pg from 'pg';
import { GROUPS, PEOPLE } from './people.ts';

/**
 * Fills the database up to `count` open tasks in the groups of `makePeople`, every second one claimed by somebody of its group, as the
 * peer's are. Rows by SQL, with the triggers off, as the trigger would have written them; nothing of it is known to Temporal.
 */
export async function fillUp(adminUrl: string, from: number, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query('SET session_replication_role = replica; SET synchronous_commit = off; SET maintenance_work_mem = \'512MB\'');
    for (let begin = from; begin < count; begin += 100_000) {
      const end = Math.min(count, begin + 100_000) - 1;
      await client.query('BEGIN');
      // The person who claims task i: of those whose first group is the task's.
      await client.query(`
        CREATE TEMP TABLE made ON COMMIT DROP AS
        SELECT i, 'bench-' || i AS process, 'bench-' || i || '.department-leader.1' AS task, 'bench-' || ((i * 13 + 5) % ${PEOPLE}) AS requester,
          i % ${GROUPS} AS g, CASE WHEN i / ${GROUPS} % 2 = 1 THEN 'bench-' || (i % ${GROUPS} + ${GROUPS} * (i / ${GROUPS} / 2 % ${PEOPLE / GROUPS})) END AS assignee,
          now() - make_interval(mins => i % 200000) AS opened, now() + make_interval(mins => (i::bigint * 7919 % 40000)::int - 4000) AS due
        FROM generate_series(${begin}, ${end}) AS i`);
      await client.query(`
        INSERT INTO process (id, number, type, title, requester_id, department_id, started_at)
        SELECT process, 'B' || i, 'supply-requisition', '测速物品 ' || i, requester, (SELECT min(id) FROM department), opened FROM made`);
      await client.query(`
        INSERT INTO task (id, process_id, step, n, outcomes, candidates, excluded, assignee_id, opened_at, due_at, policy_version, calendar_version)
        SELECT task, process, 'department-leader', 1, '{approved,returned,rejected}', ARRAY['role:bench-' || g], ARRAY[requester], assignee, opened, due, 1, 1
        FROM made`);
      await client.query(`
        INSERT INTO inbox_entry (principal, task_id, due_at, opened_at, excluded)
        SELECT CASE WHEN assignee IS NULL THEN 'role:bench-' || g ELSE 'person:' || assignee END, task, due, opened, ARRAY[requester] FROM made`);
      await client.query('COMMIT');
    }
    await client.query('VACUUM ANALYZE process, task, inbox_entry, person, person_role, session');
    await client.query('CHECKPOINT');
  } finally {
    await client.end();
  }
}
