import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { forEach, type Histories } from '../histories.ts';
import { sayOf, type Row, type Violation } from './facts.ts';

/** More than this and asking each workflow would itself be a load; the messages and the tasks are looked at for all. */
const MOST_ASKED = 2_000;

/** I8: once the faults are healed everything comes to rest within so many seconds; what does not is named. */
export async function liveness(
  client: pg.Client, temporal: Histories, within: number,
): Promise<{ violations: Violation[]; quietAfter: number }> {
  const began = performance.now();
  for (;;) {
    const violations = await restless(client, temporal);
    const seconds = (performance.now() - began) / 1_000;
    if (violations.length === 0 || seconds > within) return { violations, quietAfter: seconds };
    await delay(250);
  }
}

/** A look at tables and histories takes less than this. */
const LOOK_S = 20;
const MOST_WAITED_MS = 90_000;

/**
 * Waits until no deadline falls into the look that follows: tables are read first and histories afterwards, so that a visit whose window ends
 * between the two would seem to be running in one and missed in the other (F30, seed 198209085).
 */
export async function clockAtRest(client: pg.Client): Promise<void> {
  for (const end = Date.now() + MOST_WAITED_MS; Date.now() < end; await delay(500)) {
    const { rows: [row] } = await client.query<{ soon: boolean }>(`
      SELECT EXISTS (
        SELECT FROM task, jsonb_array_elements(deadlines) AS deadline
        WHERE task.state = 'open' AND (deadline->>'at')::timestamptz BETWEEN now() - interval '2 seconds' AND now() + make_interval(secs => $1)
      ) AS soon`, [LOOK_S]);
    if (!row!.soon) return;
  }
}

async function restless(client: pg.Client, temporal: Histories): Promise<Violation[]> {
  const { violations, say } = sayOf('I8');
  const { rows: undelivered } = await client.query<Row>(`
    SELECT id, process_id, kind, name, parked_at IS NOT NULL AS parked, extract(epoch FROM now() - created_at)::float8 AS seconds, last_error
    FROM outbox WHERE delivered_at IS NULL`);
  for (const { id, process_id, name, parked, seconds, last_error } of undelivered) {
    say(process_id, `outbox row ${id} (${name}) is ${parked ? 'parked' : `${Math.round(seconds)} s old`}${last_error ? `: ${last_error}` : ''}`);
  }
  const { rows: waiting } = await client.query<Row>(`
    SELECT p.id FROM process p WHERE p.status = 'running' AND NOT EXISTS (SELECT FROM task t WHERE t.process_id = p.id AND t.state = 'open')`);
  for (const { id } of waiting) say(id, 'is running and has no open task');
  // Their workflows move still, so there is no use in asking each one.
  if (violations.length > 0) return violations;
  const { rows: living } = await client.query<Row>(`
    SELECT p.id FROM process p WHERE p.status = 'running' OR p.ended_at > now() - interval '5 minutes' ORDER BY p.ended_at DESC LIMIT $1`,
  [MOST_ASKED]);
  await forEach(living, async ({ id }) => {
    const pending = (await temporal.describe(id))?.pendingTask;
    if (pending) say(id, `has a workflow task at attempt ${pending.attempt}, ${Math.round(pending.seconds)} s old`);
  });
  return violations;
}
