import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';

/** Days of the company's clock, both included, and within how many days a fault counts as the same again. */
export interface Days {
  from: string;
  until: string;
  repeatDays: number;
}

/** Orders of one kind: how many, done within their clock of those of which that is known, what they took, faults that came back. */
export interface OrderSums {
  orders: number;
  repaired: number;
  onTime: number;
  clocked: number;
  minutes: number;
  partsFen: number;
  repeats: number;
  stars: number | null;
}

/** Something orders are summed by, with its names; a category or urgency has its contract's. */
export interface SumsBy extends OrderSums {
  key: string;
  name: string;
  nameEn: string;
}

/** A repairer's figures: of offers and promises in these orders, and of those repaired by this one. */
export interface RepairerSums {
  id: string;
  name: string;
  offered: number;
  accepted: number;
  completed: number;
  handedBack: number;
  kept: number;
  broken: number;
  onTime: number;
  clocked: number;
  minutes: number;
  partsFen: number;
  rated: number;
  stars: number | null;
}

/** A fault that came back: the same place and category again within the days asked for. */
export interface Repeat {
  placeId: string;
  place: string;
  placeEn: string;
  category: string;
  /** How often it came back. */
  times: number;
  lastId: string;
  lastNumber: string;
  lastAt: Date;
}

/** Orders of a period, as the page shows them. */
export interface RepairStatistics {
  totals: OrderSums & { running: number; rejected: number; withdrawn: number; planned: number };
  weeks: { week: string; category: string; urgency: string; orders: number }[];
  categories: SumsBy[];
  urgencies: SumsBy[];
  buildings: SumsBy[];
  promises: { kept: number; broken: number; moved: number };
  aspects: { aspect: string; mean: number; rated: number }[];
  repairers: RepairerSums[];
  repeats: { total: number; items: Repeat[] };
  /** Orders by building and floor; without a floor, what stands in none. */
  heat: { buildingId: string; building: string; buildingEn: string; floorId: string | null; floor: string | null; floorEn: string | null; position: number; orders: number }[];
  /** The rooms and devices with the most orders, those of a whole floor or building too. */
  places: { placeId: string; place: string; placeEn: string; buildingId: string; floorId: string | null; orders: number; repeats: number }[];
}

/** An order of the period, for the export. */
export interface OrderLine {
  number: string;
  startedAt: Date;
  place: string;
  placeEn: string;
  category: string;
  urgency: string;
  planned: boolean;
  /** The same place and category as a fault not long before. */
  again: boolean;
  status: string;
  outcome: string | null;
  repairer: string | null;
  takenOnAt: Date | null;
  completedAt: Date | null;
  onTime: boolean | null;
  minutes: number;
  partsFen: number;
  stars: number | null;
}

const MOST_REPEATS = 20;
const MOST_PLACES = 300;

/**
 * Orders reported within the period. `on_time` is null where it is not known yet or no clock ran: within the clock is what was completed
 * before it was due; whoever is past it without is late already. A planned order is no fault, so it comes back never.
 */
const CHOSEN = `
  WITH faults AS MATERIALIZED (
    SELECT process.id, process.started_at - lag(process.started_at) OVER (
      PARTITION BY kept.form->>'placeId', kept.form->>'category' ORDER BY process.started_at, process.id) <= make_interval(days => :repeatDays::int) AS again
    FROM process JOIN process_form kept ON kept.process_id = process.id AND kept.version = process.form_version
    WHERE process.type = 'repair-order' AND coalesce(process.outcome, '') NOT IN ('rejected', 'withdrawn')
      AND process.started_at >= (:from::date - :repeatDays::int)::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND process.started_at < (:until::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND NOT EXISTS (SELECT FROM repair_plan_order planned WHERE planned.process_id = process.id)
  ), chosen AS MATERIALIZED (
    SELECT process.id, process.number, process.status, process.outcome, process.started_at,
      date_trunc('week', process.started_at AT TIME ZONE 'Asia/Shanghai')::date AS week,
      place.id AS place_id, place.full_name AS place, place.full_name_en AS place_en, place.building_id,
      kept.form->>'category' AS category, coalesce(repair.urgency, kept.form->>'urgency') AS urgency,
      repair.repairer_id, repair.taken_on_at, repair.completed_at, coalesce(repair.minutes, 0) AS minutes, coalesce(repair.parts_fen, 0) AS parts_fen,
      plan.process_id IS NOT NULL AS planned, rated.stars, rated.mean,
      CASE WHEN clock.due_at IS NULL OR process.outcome IN ('rejected', 'withdrawn') THEN NULL
        WHEN repair.completed_at IS NOT NULL AND (process.status = 'ended' OR clock.paused_at IS NOT NULL) THEN repair.completed_at <= clock.due_at
        WHEN coalesce(clock.paused_at, now()) > clock.due_at THEN false END AS on_time,
      coalesce(faults.again, false) AS again
    FROM process
    JOIN process_form kept ON kept.process_id = process.id AND kept.version = process.form_version
    JOIN place_path place ON place.id = kept.form->>'placeId'
    LEFT JOIN repair_order repair ON repair.process_id = process.id
    LEFT JOIN process_clock clock ON clock.process_id = process.id
    LEFT JOIN repair_plan_order plan ON plan.process_id = process.id
    LEFT JOIN faults ON faults.id = process.id
    LEFT JOIN LATERAL (
      SELECT data->'stars' AS stars, (SELECT avg(star.value::numeric)::float8 FROM jsonb_each_text(data->'stars') star) AS mean
      FROM task WHERE process_id = process.id AND step = 'evaluation' AND outcome = 'evaluated' ORDER BY n DESC LIMIT 1) rated ON true
    WHERE process.type = 'repair-order' AND process.started_at >= (:from::date)::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND process.started_at < (:until::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
  )`;

const SUMS = `count(*)::int AS orders, count(*) FILTER (WHERE outcome = 'repaired')::int AS repaired, count(*) FILTER (WHERE on_time)::int AS "onTime",
  count(on_time)::int AS clocked, coalesce(sum(minutes), 0)::int AS minutes, coalesce(sum(parts_fen), 0)::bigint AS "partsFen",
  count(*) FILTER (WHERE again)::int AS repeats, avg(mean)::float8 AS stars`;

/** A promise is a task of somebody on the way: kept when arrived before its time; moved when another one was made, or it was handed back, before. */
const PROMISES = `
  , promises AS (
    SELECT task.process_id, coalesce(task.decided_by, substring(holder.candidate FROM 8)) AS repairer_id,
      task.outcome = 'arrived' AND task.decided_at <= promised.at AS kept, coalesce(task.decided_at, now()) > promised.at AS broken,
      task.state = 'decided' AND task.outcome <> 'arrived' AND task.decided_at <= promised.at AS moved
    FROM task JOIN chosen ON chosen.id = task.process_id
    CROSS JOIN LATERAL (SELECT (task.context->'promise'->>'at')::timestamptz AS at) promised
    LEFT JOIN LATERAL (SELECT candidate FROM unnest(task.candidates) candidate WHERE candidate LIKE 'person:%' LIMIT 1) holder ON true
    WHERE task.step = 'arrival' AND task.state <> 'closed' AND promised.at IS NOT NULL
  )`;

/** The floor that an order's place is or stands in, a device in its room too. */
const FLOOR = `JOIN place own ON own.id = chosen.place_id
    LEFT JOIN place above ON above.id = own.parent_id LEFT JOIN place higher ON higher.id = above.parent_id
    LEFT JOIN place floor ON floor.kind = 'floor' AND floor.id IN (own.id, above.id, higher.id)`;

const ended = (outcome: string): string => `count(*) FILTER (WHERE outcome = '${outcome}')::int AS ${outcome}`;

/** What is counted of `chosen` and `promises`: each a list of rows. */
const SECTIONS = {
  totals: `
    SELECT ${SUMS}, count(*) FILTER (WHERE status = 'running')::int AS running, ${ended('rejected')}, ${ended('withdrawn')}, count(*) FILTER (WHERE planned)::int AS planned FROM chosen`,
  weeks: `
    SELECT to_char(week, 'YYYY-MM-DD') AS week, category, urgency, count(*)::int AS orders FROM chosen GROUP BY chosen.week, category, urgency ORDER BY chosen.week, category, urgency`,
  categories: `
    SELECT category AS key, '' AS name, '' AS "nameEn", ${SUMS} FROM chosen GROUP BY category ORDER BY orders DESC, key`,
  urgencies: `
    SELECT urgency AS key, '' AS name, '' AS "nameEn", ${SUMS} FROM chosen GROUP BY urgency ORDER BY orders DESC, key`,
  buildings: `
    SELECT building.id AS key, building.full_name AS name, building.full_name_en AS "nameEn", ${SUMS}
    FROM chosen JOIN place_path building ON building.id = chosen.building_id GROUP BY 1, 2, 3 ORDER BY orders DESC, key`,
  promises: `
    SELECT count(*) FILTER (WHERE kept)::int AS kept, count(*) FILTER (WHERE broken)::int AS broken, count(*) FILTER (WHERE moved)::int AS moved FROM promises`,
  aspects: `
    SELECT star.key AS aspect, avg(star.value::numeric)::float8 AS mean, count(*)::int AS rated FROM chosen CROSS JOIN LATERAL jsonb_each_text(stars) star GROUP BY 1 ORDER BY 1`,
  repairers: `
    SELECT person.id, person.name, coalesce(offers.n, 0)::int AS offered, coalesce(taken.accepted, 0)::int AS accepted, coalesce(done.completed, 0)::int AS completed,
      coalesce(taken.back, 0)::int AS "handedBack", coalesce(promised.kept, 0)::int AS kept, coalesce(promised.broken, 0)::int AS broken, coalesce(done.on_time, 0)::int AS "onTime",
      coalesce(done.clocked, 0)::int AS clocked, coalesce(done.minutes, 0)::int AS minutes, coalesce(done.parts, 0)::bigint AS "partsFen", coalesce(done.rated, 0)::int AS rated, done.stars
    FROM person
    LEFT JOIN (SELECT repairer_id, count(*) AS n FROM repair_offer WHERE process_id IN (SELECT id FROM chosen) GROUP BY 1) offers ON offers.repairer_id = person.id
    LEFT JOIN (SELECT decided_by, count(*) FILTER (WHERE outcome = 'accepted') AS accepted, count(*) FILTER (WHERE outcome = 'handed-back') AS back
      FROM task WHERE outcome IN ('accepted', 'handed-back') AND process_id IN (SELECT id FROM chosen) GROUP BY 1) taken ON taken.decided_by = person.id
    LEFT JOIN (SELECT repairer_id, count(*) FILTER (WHERE kept) AS kept, count(*) FILTER (WHERE broken) AS broken FROM promises GROUP BY 1) promised ON promised.repairer_id = person.id
    LEFT JOIN (SELECT repairer_id, count(*) AS completed, count(*) FILTER (WHERE on_time) AS on_time, count(on_time) AS clocked, sum(minutes) AS minutes, sum(parts_fen) AS parts,
      count(mean) AS rated, avg(mean)::float8 AS stars FROM chosen WHERE completed_at IS NOT NULL GROUP BY 1) done ON done.repairer_id = person.id
    WHERE offers.n > 0 OR taken.accepted > 0 OR done.completed > 0 ORDER BY completed DESC, offered DESC, person.id`,
  repeats: `
    SELECT place_id AS "placeId", place, place_en AS "placeEn", category, count(*)::int AS times, (array_agg(id ORDER BY started_at DESC))[1] AS "lastId",
      (array_agg(number ORDER BY started_at DESC))[1] AS "lastNumber", max(started_at) AS "lastAt", sum(count(*)) OVER ()::int AS total
    FROM chosen WHERE again GROUP BY 1, 2, 3, 4 ORDER BY times DESC, "lastAt" DESC LIMIT ${MOST_REPEATS}`,
  heat: `
    SELECT building.id AS "buildingId", building.name AS building, coalesce(nullif(building.name_en, ''), building.name) AS "buildingEn",
      floor.id AS "floorId", floor.name AS floor, coalesce(nullif(floor.name_en, ''), floor.name) AS "floorEn", coalesce(floor.position, -1) AS position, count(*)::int AS orders
    FROM chosen JOIN place building ON building.id = chosen.building_id ${FLOOR}
    GROUP BY building.id, floor.id ORDER BY building.position, building.id, position`,
  places: `
    SELECT chosen.place_id AS "placeId", place, place_en AS "placeEn", building_id AS "buildingId", floor.id AS "floorId", count(*)::int AS orders,
      count(*) FILTER (WHERE again)::int AS repeats
    FROM chosen ${FLOOR} GROUP BY 1, 2, 3, 4, 5 ORDER BY orders DESC, place, chosen.place_id LIMIT ${MOST_PLACES}`,
} as const;

/** One statement: all sections count the same orders, which are looked for once. */
const STATISTICS = `${CHOSEN} ${PROMISES} SELECT ${Object.entries(SECTIONS)
  .map(([name, sql]) => `(SELECT coalesce(json_agg(each), '[]') FROM (${sql}) each) AS ${name}`).join(', ')}`;

type Rows = Omit<RepairStatistics, 'totals' | 'promises' | 'repeats'> & {
  totals: RepairStatistics['totals'][]; promises: RepairStatistics['promises'][]; repeats: (Omit<Repeat, 'lastAt'> & { lastAt: string; total: number })[];
};

/** Counts the orders that were reported within a period. */
export async function repairStatistics(db: Db, days: Days): Promise<RepairStatistics> {
  const [{ totals, promises, repeats, ...rows }] = await prepared<Rows>(db, 'repair-statistics', STATISTICS, { ...days }) as [Rows];
  return {
    ...rows, totals: totals[0]!, promises: promises[0]!,
    repeats: { total: repeats[0]?.total ?? 0, items: repeats.map(({ total: _, lastAt, ...each }) => ({ ...each, lastAt: new Date(lastAt) })) },
  };
}

/** The orders that were reported within a period, the first one first, at most so many, and how many there are. */
export async function repairLines(db: Db, days: Days, limit: number): Promise<{ lines: OrderLine[]; total: number }> {
  const rows = await prepared<OrderLine & { total: number }>(db, 'repair-lines', `${CHOSEN}
    SELECT number, started_at AS "startedAt", place, place_en AS "placeEn", category, urgency, planned, status, outcome, person.name AS repairer,
      taken_on_at AS "takenOnAt", completed_at AS "completedAt", on_time AS "onTime", minutes, parts_fen AS "partsFen", mean AS stars,
      again, count(*) OVER ()::int AS total
    FROM chosen LEFT JOIN person ON person.id = chosen.repairer_id ORDER BY started_at, chosen.id LIMIT :limit`, { ...days, limit });
  return { lines: rows.map(({ total: _, ...line }) => line), total: rows[0]?.total ?? 0 };
}
