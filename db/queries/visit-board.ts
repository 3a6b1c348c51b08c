import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';
import { containing } from './visibility.ts';

/** A visit with what the front desk sees of it; personal data masked. */
export interface VisitRow {
  process_id: string;
  number: string;
  status: 'running' | 'ended';
  outcome: string | null;
  requester_id: string;
  way: string;
  purpose: string;
  reason: string | null;
  place: string;
  party: number;
  visitor: string;
  company: string | null;
  phone: string;
  plate: string | null;
  has_id_number: boolean;
  host_id: string | null;
  host_name: string | null;
  host_phone: string | null;
  host_department: string | null;
  host_department_en: string | null;
  host_named: string | null;
  from_at: Date;
  until_at: Date;
  asked_at: Date;
  registration_id: string | null;
  blocked: boolean;
  open_step: string | null;
  escalated: boolean;
  open_since: Date | null;
  arrived_at: Date | null;
  left_at: Date | null;
  left_outcome: string | null;
}

const VISITS = `
  SELECT visit.process_id, process.number, process.status, process.outcome, process.requester_id, visit.way, visit.purpose, kept.form->>'reason' AS reason,
    visit.place, visit.party, visit.visitor, visit.company, kept.form->'visitor'->>'phone' AS phone, kept.form->'visitor'->>'plate' AS plate,
    EXISTS (SELECT FROM personal_value WHERE process_id = visit.process_id AND kind = 'id-number') AS has_id_number,
    visit.host_id, host.name AS host_name, host.phone AS host_phone, department.name AS host_department, department.name_en AS host_department_en,
    kept.form->>'hostNamed' AS host_named, visit.from_at, visit.until_at, visit.asked_at, visit.registration_id, visit.blocked,
    open.step AS open_step, open.escalated_at IS NOT NULL AS escalated, open.opened_at AS open_since,
    arrived.decided_at AS arrived_at, gone.decided_at AS left_at, gone.outcome AS left_outcome
  FROM visit JOIN process ON process.id = visit.process_id
  JOIN process_form kept ON kept.process_id = process.id AND kept.version = process.form_version
  LEFT JOIN person host ON host.id = visit.host_id LEFT JOIN department ON department.id = host.department_id
  LEFT JOIN LATERAL (
    SELECT step, escalated_at, opened_at FROM task WHERE process_id = visit.process_id AND state = 'open' ORDER BY opened_at DESC LIMIT 1) open ON true
  LEFT JOIN LATERAL (
    SELECT decided_at FROM task WHERE process_id = visit.process_id AND step = 'arrival' AND outcome = 'arrived' ORDER BY n DESC LIMIT 1) arrived ON true
  LEFT JOIN LATERAL (
    SELECT decided_at, outcome FROM task WHERE process_id = visit.process_id AND step = 'departure' AND outcome IN ('left', 'left-unseen')
      AND decided_at >= arrived.decided_at ORDER BY n DESC LIMIT 1) gone ON true`;

/** One visit. */
export async function findVisit(db: Db | Knex.Transaction, processId: string): Promise<VisitRow | undefined> {
  const [row] = await prepared<VisitRow>(db, 'visit', `${VISITS} WHERE visit.process_id = ?`, [processId]);
  return row;
}

/** So many a board shows: what is more is found by searching. */
const MOST_SHOWN = 500;

/**
 * A day of the front desk: what touches it, what waits for an answer, and whoever is inside; `q` finds masked names, companies, plates, numbers
 * and hosts. Of more than a board shows: whoever is inside before what still runs, and in each what is nearest to now; `omitted` counts the rest.
 */
export async function visitsOfDay(db: Db, { day, q }: { day: string; q?: string | undefined }): Promise<{ rows: VisitRow[]; omitted: number }> {
  const found = await prepared<VisitRow & { found: number }>(db, 'visits-of-day', `
    WITH bounds AS (
      SELECT (:day::date)::timestamp AT TIME ZONE 'Asia/Shanghai' AS begins, (:day::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' AS ends
    ), inside AS (
      SELECT process_id FROM task WHERE state = 'open' AND at_desk AND step = 'departure'
    ), chosen AS (
      SELECT process_id FROM visit, bounds WHERE from_at < ends AND until_at >= begins
      UNION SELECT process_id FROM task, bounds WHERE decided_at >= begins AND decided_at < ends AND step IN ('arrival', 'departure') AND process_id LIKE 'visit-%'
      UNION SELECT process_id FROM inside
    ), shown AS (
      SELECT visit.process_id, count(*) OVER ()::int AS found
      FROM visit JOIN process ON process.id = visit.process_id
      JOIN process_form kept ON kept.process_id = process.id AND kept.version = process.form_version
      LEFT JOIN person host ON host.id = visit.host_id
      WHERE visit.process_id IN (SELECT process_id FROM chosen)
        AND (:q::text IS NULL OR visit.visitor ILIKE :q OR visit.company ILIKE :q OR process.number ILIKE :q OR host.name ILIKE :q
          OR kept.form->'visitor'->>'plate' ILIKE :q OR kept.form->'visitor'->>'phone' ILIKE :q)
      ORDER BY visit.process_id IN (SELECT process_id FROM inside) DESC, process.status = 'running' DESC, abs(extract(epoch FROM visit.from_at - now())), visit.process_id
      LIMIT ${MOST_SHOWN}
    )
    SELECT board.*, shown.found FROM (${VISITS} WHERE visit.process_id IN (SELECT process_id FROM shown)) board JOIN shown USING (process_id)
    ORDER BY board.from_at, board.process_id`, { day, q: q ? containing(q) : null });
  return { rows: found, omitted: (found[0]?.found ?? 0) - found.length };
}

/** How many are inside. */
export async function insideNow(db: Db): Promise<{ visits: number; people: number }> {
  const { rows: [row] } = await db.raw<{ rows: { visits: number; people: number }[] }>(`
    SELECT count(*)::int AS visits, coalesce(sum(visit.party), 0)::int AS people
    FROM task JOIN visit ON visit.process_id = task.process_id WHERE task.state = 'open' AND task.at_desk AND task.step = 'departure'`);
  return row!;
}

/** Everybody inside, by place. */
export async function visitsInside(db: Db | Knex.Transaction): Promise<VisitRow[]> {
  return prepared<VisitRow>(db, 'visits-inside', `
    ${VISITS} WHERE visit.process_id IN (SELECT process_id FROM task WHERE state = 'open' AND at_desk AND step = 'departure')
    ORDER BY visit.place, arrived.decided_at`, []);
}

/** Visits whose window began on the days from `from` to `until`, the earliest first, at most `limit`. */
export async function visitsBetween(db: Db, { from, until, limit }: { from: string; until: string; limit: number }): Promise<VisitRow[]> {
  return prepared<VisitRow>(db, 'visits-between', `
    ${VISITS}
    WHERE visit.from_at >= (?::date)::timestamp AT TIME ZONE 'Asia/Shanghai' AND visit.from_at < (?::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
    ORDER BY visit.from_at, visit.process_id LIMIT ?`, [from, until, limit]);
}
