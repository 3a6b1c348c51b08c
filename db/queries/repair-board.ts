import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';
import { containing } from './visibility.ts';

/** An order with what its dispatcher and its repairer see of it. */
export interface OrderRow {
  id: string;
  number: string;
  title: string;
  status: 'running' | 'ended';
  outcome: string | null;
  place: string;
  place_en: string;
  form: { spot?: string; description: string; photos?: string[]; times?: string[] };
  category: string;
  urgency: string;
  requester_id: string;
  requester_name: string;
  requester_phone: string | null;
  building_id: string;
  department: string;
  department_en: string;
  step: string | null;
  task_id: string | null;
  opened_at: Date | null;
  due_at: Date | null;
  expire_at: Date | null;
  note: string | null;
  offered_to: string | null;
  offered_name: string | null;
  repairer_id: string | null;
  repairer_name: string | null;
  eta: Date | null;
  clock_due_at: Date | null;
  clock_paused_at: Date | null;
  clock_running: boolean | null;
  started_at: Date;
  completed_at: Date | null;
  stars: number | null;
  sort_at: string;
}

// The dispatcher's own word, or else the requester's newest; what was offered last may be older than a revision.
const URGENCY = `CASE WHEN open.step = 'dispatch' THEN coalesce((SELECT data->>'urgency' FROM task
    WHERE process_id = process.id AND step = 'dispatch' AND data->>'urgency' IS NOT NULL ORDER BY n DESC LIMIT 1), kept.form->>'urgency')
  ELSE coalesce(repair.urgency, kept.form->>'urgency') END`;

// An order that has not reached the dispatch yet has no row of its own.
const ORDERS = `
  SELECT process.id, process.number, process.title, process.status, process.outcome, place.full_name AS place, place.full_name_en AS place_en, kept.form,
    kept.form->>'category' AS category, ${URGENCY} AS urgency, process.requester_id, requester.name AS requester_name, requester.phone AS requester_phone, place.building_id,
    department.name AS department, department.name_en AS department_en, open.step, open.id AS task_id, open.opened_at, open.due_at, open.expire_at, open.context->>'note' AS note,
    repair.offered_to, offered.name AS offered_name, repair.repairer_id, repairer.name AS repairer_name, repair.eta,
    clock.due_at AS clock_due_at, clock.paused_at AS clock_paused_at, clock.process_id IS NOT NULL AS clock_running, process.started_at, repair.completed_at, rated.stars,
    coalesce(repair.completed_at, process.started_at)::text AS sort_at
  FROM process
  JOIN process_form kept ON kept.process_id = process.id AND kept.version = process.form_version
  JOIN place_path place ON place.id = kept.form->>'placeId'
  JOIN person requester ON requester.id = process.requester_id
  JOIN department ON department.id = process.department_id
  LEFT JOIN repair_order repair ON repair.process_id = process.id
  LEFT JOIN person offered ON offered.id = repair.offered_to
  LEFT JOIN person repairer ON repairer.id = repair.repairer_id
  LEFT JOIN process_clock clock ON clock.process_id = process.id
  LEFT JOIN LATERAL (SELECT * FROM task WHERE process_id = process.id AND state = 'open' ORDER BY opened_at DESC LIMIT 1) open ON true
  LEFT JOIN LATERAL (
    SELECT (SELECT avg(star.value::numeric)::float8 FROM jsonb_each_text(data->'stars') star) AS stars
    FROM task WHERE process_id = process.id AND step = 'evaluation' AND outcome = 'evaluated' ORDER BY n DESC LIMIT 1) rated ON true
  WHERE process.type = 'repair-order'`;

/** So many a board shows; a company with more has searched before it has read them. */
const MOST_SHOWN = 500;

/** Running orders that have left the department, the most urgent and latest first, and how many there are. `q` finds numbers, titles, words and people. */
export async function ordersOnBoard(db: Db, { q }: { q?: string | undefined }): Promise<{ rows: OrderRow[]; total: number }> {
  const found = `${ORDERS} AND process.status = 'running' AND coalesce(open.step, '') NOT IN ('department-leader', 'revise')
    AND (:q::text IS NULL OR process.number ILIKE :q OR process.title ILIKE :q OR kept.form->>'description' ILIKE :q OR requester.name ILIKE :q OR repairer.name ILIKE :q)`;
  const bindings = { q: q ? containing(q) : null };
  const [rows, [count]] = await Promise.all([
    prepared<OrderRow>(db, 'orders-on-board', `${found}
      ORDER BY array_position(ARRAY['emergency', 'urgent', 'normal'], ${URGENCY}), clock.due_at NULLS LAST, process.id LIMIT ${MOST_SHOWN}`, bindings),
    prepared<{ n: number }>(db, 'orders-on-board-count', `SELECT count(*)::int AS n FROM (${found}) AS found`, bindings),
  ]);
  return { rows, total: count!.n };
}

/** What is offered to a repairer or at the repairer's hand: the open tasks that are this person's. */
export async function ordersOf(db: Db, personId: string): Promise<OrderRow[]> {
  return prepared<OrderRow>(db, 'orders-of-repairer', `${ORDERS} AND process.status = 'running'
    AND process.id IN (SELECT task.process_id FROM inbox_entry entry JOIN task ON task.id = entry.task_id
      WHERE entry.principal = 'person:' || :personId AND task.step IN ('accept', 'accept-emergency', 'arrival', 'work', 'on-hold'))
    ORDER BY coalesce(open.expire_at, open.due_at, open.opened_at), process.id`, { personId });
}

/** What a repairer has completed, the latest first, one row more than `limit`. */
export async function ordersCompletedBy(
  db: Db, { personId, limit, after }: { personId: string; limit: number; after?: { at: string; id: string } | undefined },
): Promise<{ rows: OrderRow[]; total: number }> {
  const mine = `process.id IN (SELECT process_id FROM task WHERE step = 'work' AND outcome = 'completed' AND decided_by = :personId) AND repair.completed_at IS NOT NULL`;
  const bindings = { personId, limit: limit + 1, at: after?.at ?? null, id: after?.id ?? null };
  const [rows, [count]] = await Promise.all([
    prepared<OrderRow>(db, 'orders-completed-by', `${ORDERS} AND ${mine}
      AND (:at::timestamptz IS NULL OR (repair.completed_at, process.id) < (:at::timestamptz, :id::text))
      ORDER BY repair.completed_at DESC, process.id DESC LIMIT :limit`, bindings),
    prepared<{ n: number }>(db, 'orders-completed-count', `
      SELECT count(DISTINCT task.process_id)::int AS n FROM task JOIN repair_order repair ON repair.process_id = task.process_id
      WHERE step = 'work' AND outcome = 'completed' AND decided_by = :personId AND repair.completed_at IS NOT NULL`, { personId }),
  ]);
  return { rows, total: count!.n };
}

/** One order, whoever asks: the caller checks the right to its process. */
export async function findOrder(db: Db | Knex.Transaction, id: string): Promise<OrderRow | undefined> {
  const [row] = await prepared<OrderRow>(db, 'find-order', `${ORDERS} AND process.id = ?`, [id]);
  return row;
}

/** An offer with its answer. */
export interface OfferRow {
  repairer_id: string;
  name: string;
  at: Date;
  why: { by: 'click' | 'hand'; of: number; duty?: 'now' | 'next' | 'on-call'; place?: 'home' | 'near' | 'any' | 'far'; dutyIn?: number; open?: number; recent?: number; weekHours?: number; score?: number };
  outcome: string | null;
  comment: string | null;
}

/** The offers of an order in their order, each with how it was answered: the n-th offer is the n-th task at one of the two steps. */
export async function offersOf(db: Db, processId: string): Promise<OfferRow[]> {
  return prepared<OfferRow>(db, 'offers-of', `
    WITH offers AS (SELECT *, row_number() OVER (ORDER BY at, key) AS nth FROM repair_offer WHERE process_id = :processId),
      asked AS (SELECT *, row_number() OVER (ORDER BY opened_at, id) AS nth FROM task WHERE process_id = :processId AND step IN ('accept', 'accept-emergency'))
    SELECT offers.repairer_id, person.name, offers.at, offers.why, asked.outcome, asked.comment
    FROM offers JOIN person ON person.id = offers.repairer_id LEFT JOIN asked USING (nth) ORDER BY nth`, { processId });
}

/** The parts that went into an order, in fen of their day. */
export async function partsOf(db: Db, processId: string): Promise<{ itemId: string; name: string; unit: string; quantity: number; missing: number; fen: number }[]> {
  return db('repair_part').join('item', 'item.id', 'repair_part.item_id').where({ process_id: processId }).groupBy('item.id', 'item.name', 'item.unit').orderBy('item.name')
    .select({ itemId: 'item.id', name: 'item.name', unit: 'item.unit' },
      db.raw('sum(quantity)::int AS quantity'), db.raw('sum(missing)::int AS missing'), db.raw('sum(quantity * repair_part.price_fen)::int AS fen'));
}

/** Time and cost of an order, and who has it. */
export async function orderSums(db: Db, processId: string): Promise<{ minutes: number; partsFen: number; repairer: { id: string; name: string; phone: string | null } | null }> {
  const row = await db('repair_order').leftJoin('person', 'person.id', 'repair_order.repairer_id').where({ process_id: processId })
    .first('minutes', 'parts_fen', 'person.id', 'person.name', 'person.phone');
  if (!row) return { minutes: 0, partsFen: 0, repairer: null };
  const said = await db('task').where({ process_id: processId, outcome: 'accepted' }).orderBy('decided_at', 'desc').first(db.raw("data->>'contact' AS contact"));
  return { minutes: row.minutes, partsFen: Number(row.parts_fen), repairer: row.id ? { id: row.id, name: row.name, phone: said?.contact ?? row.phone } : null };
}

/** What the repairer reported last, with the ids of the photos. */
export async function lastReportOf(db: Db, processId: string): Promise<{ description: string; photos: string[] } | null> {
  const row = await db('task').where({ process_id: processId, step: 'work', outcome: 'completed' }).orderBy('decided_at', 'desc').first('data');
  return row?.data ? { description: row.data.description, photos: row.data.photos ?? [] } : null;
}

/** What the requester said after the end, the latest last. */
export async function ratingsOf(db: Db, processId: string): Promise<{ stars: Record<string, number>; words: string; at: Date }[]> {
  return db('repair_rating').where({ process_id: processId }).orderBy('at').select('stars', 'words', 'at');
}

/** Keeps what a requester says after the end; answers when. */
export async function addRating(
  trx: Knex.Transaction, { id, processId, personId, stars, words }: { id: string; processId: string; personId: string; stars: object; words: string },
): Promise<Date> {
  const [row] = await trx('repair_rating').insert({ id, process_id: processId, person_id: personId, stars: JSON.stringify(stars), words }).returning('at');
  return row.at;
}
