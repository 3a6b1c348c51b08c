import type { Db } from '../connect.ts';
import { prepared } from './prepared.ts';

/** Days of the company's clock, both included. */
export interface Days {
  from: string;
  until: string;
}

interface Counted {
  key: string;
  name: string;
  nameEn: string;
  visits: number;
  people: number;
}

/** Visits of a period, as the page shows them. */
export interface VisitStatistics {
  totals: { visits: number; people: number; visited: number; missed: number; refused: number; cancelled: number; unseen: number };
  days: { day: string; visits: number; people: number; visited: number; missed: number }[];
  departments: Counted[];
  purposes: Counted[];
  ways: Counted[];
  waits: { step: string; answered: number; byClock: number; p50: number | null; p90: number | null }[];
  stay: { p50: number | null; p90: number | null };
  hours: number[];
}

/** Visits whose (last) window began within the period. */
const CHOSEN = `
  WITH chosen AS (
    SELECT visit.*, process.outcome,
      EXISTS (SELECT FROM task WHERE process_id = visit.process_id AND step = 'arrival' AND outcome = 'arrived') AS came, (visit.from_at AT TIME ZONE 'Asia/Shanghai')::date AS day
    FROM visit JOIN process ON process.id = visit.process_id
    WHERE visit.from_at >= (:from::date)::timestamp AT TIME ZONE 'Asia/Shanghai'
      AND visit.from_at < (:until::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
  )`;

/** Counts visits of a period by day, department, purpose and way; waits and stays in seconds. */
export async function visitStatistics(db: Db, days: Days): Promise<VisitStatistics> {
  const ask = <Row>(of: string, sql: string): Promise<Row[]> => prepared<Row>(db, `visit-statistics-${of}`, `${CHOSEN} ${sql}`, { ...days });
  const counts = 'count(*)::int AS visits, coalesce(sum(party), 0)::int AS people';
  const ended = (outcome: string): string => `count(*) FILTER (WHERE outcome = '${outcome}')::int`;
  const [[totals], byDay, departments, purposes, ways, waits, [stay], hours] = await Promise.all([
    ask<VisitStatistics['totals']>('totals', `
      SELECT ${counts}, count(*) FILTER (WHERE came)::int AS visited, ${ended('missed')} AS missed, count(*) FILTER (WHERE outcome IN ('rejected', 'expired'))::int AS refused,
        ${ended('withdrawn')} AS cancelled,
        (SELECT count(*)::int FROM task WHERE step = 'departure' AND outcome = 'left-unseen' AND process_id IN (SELECT process_id FROM chosen)) AS unseen
      FROM chosen`),
    ask<VisitStatistics['days'][number]>('days', `
      SELECT to_char(d, 'YYYY-MM-DD') AS day, count(process_id)::int AS visits, coalesce(sum(party), 0)::int AS people, count(*) FILTER (WHERE came)::int AS visited, ${ended('missed')} AS missed
      FROM generate_series(:from::date, :until::date, interval '1 day') AS d LEFT JOIN chosen ON chosen.day = d::date GROUP BY d ORDER BY d`),
    ask<Counted>('departments', `
      SELECT coalesce(department.id, '') AS key, coalesce(department.name, '未指明') AS name, coalesce(department.name_en, 'Nobody named') AS "nameEn", ${counts}
      FROM chosen LEFT JOIN department ON department.id = host_department_id GROUP BY 1, 2, 3 ORDER BY visits DESC, key`),
    ask<Counted>('purposes', `SELECT purpose AS key, '' AS name, '' AS "nameEn", ${counts} FROM chosen GROUP BY purpose ORDER BY visits DESC, key`),
    ask<Counted>('ways', `SELECT way AS key, '' AS name, '' AS "nameEn", ${counts} FROM chosen GROUP BY way ORDER BY visits DESC, key`),
    ask<VisitStatistics['waits'][number]>('waits', `
      SELECT step, count(*) FILTER (WHERE actor_kind = 'person')::int AS answered, count(*) FILTER (WHERE actor_kind = 'clock')::int AS "byClock",
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE actor_kind = 'person') AS p50,
        percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) FILTER (WHERE actor_kind = 'person') AS p90
      FROM (
        SELECT step, actor_kind, extract(epoch FROM decided_at - opened_at)::float8 AS seconds FROM task
        WHERE step LIKE '%-review' AND state = 'decided' AND process_id IN (SELECT process_id FROM chosen)
      ) AS answers GROUP BY step ORDER BY step`),
    ask<VisitStatistics['stay']>('stay', `
      SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS p50, percentile_cont(0.9) WITHIN GROUP (ORDER BY seconds) AS p90 FROM (
        SELECT extract(epoch FROM decided_at - opened_at)::float8 AS seconds FROM task
        WHERE step = 'departure' AND outcome = 'left' AND process_id IN (SELECT process_id FROM chosen)
      ) AS stays`),
    ask<{ hour: number; n: number }>('hours', `
      SELECT extract(hour FROM decided_at AT TIME ZONE 'Asia/Shanghai')::int AS hour, count(*)::int AS n FROM task
      WHERE step = 'arrival' AND outcome = 'arrived' AND process_id IN (SELECT process_id FROM chosen) GROUP BY 1`),
  ]);
  return {
    totals: totals!, days: byDay, departments, purposes, ways, waits, stay: stay!,
    hours: Array.from({ length: 24 }, (_each, hour) => hours.find((each) => each.hour === hour)?.n ?? 0),
  };
}
