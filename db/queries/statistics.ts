import type { Db } from '../connect.ts';
import { whereVisible, type Viewer } from './visibility.ts';

/** What statistics are about: days of the company's calendar, both included, and whose and which items. Null is all of them. */
export interface StatisticsFilter {
  /** `YYYY-MM-DD` */
  readonly from: string;
  readonly to: string;
  readonly zone: string;
  readonly type: string;
  readonly departments: readonly string[] | null;
  readonly category: string | null;
  readonly item: string | null;
}

// Statements are put together of constants as the module loads; what somebody asks for is bound. Named bindings and casts both use colons,
// so a bound value's type is written CAST(:name AS type).
const DEPARTMENTS = '(CAST(:departments AS text[]) IS NULL OR p.department_id = ANY (CAST(:departments AS text[])))';
const ITEMS = '(CAST(:category AS text) IS NULL OR i.category = :category) AND (CAST(:item AS text) IS NULL OR i.id = :item)';
const HAS_ITEM = `(CAST(:category AS text) IS NULL AND CAST(:item AS text) IS NULL OR EXISTS (
  SELECT FROM process_form f CROSS JOIN LATERAL jsonb_array_elements(f.form->'lines') line JOIN item i ON i.id = line->>'itemId'
  WHERE f.process_id = p.id AND f.version = p.form_version AND ${ITEMS}))`;

/** A condition: the instant in `column` lies in the period. */
const inPeriod = (column: string): string =>
  `${column} >= CAST(:from AS date)::timestamp AT TIME ZONE :zone AND ${column} < (CAST(:to AS date) + 1)::timestamp AT TIME ZONE :zone`;

/** Which processes count, by `column`: when they started, ended, or their task did. */
export const processesIn = (column: string): string => `p.type = :type AND ${inPeriod(column)} AND ${DEPARTMENTS} AND ${HAS_ITEM}`;

const month = (column: string): string => `to_char(${column} AT TIME ZONE :zone, 'YYYY-MM')`;

const ISSUES = `
  FROM stock_movement m JOIN item i ON i.id = m.item_id LEFT JOIN process p ON p.id = m.process_id
  WHERE m.kind = 'issue' AND ${inPeriod('m.at')} AND ${DEPARTMENTS} AND ${ITEMS}`;

/** Issued pieces and their price of today in fen: of one month, one department, one item, or (all null) altogether. */
export interface Issued {
  month: string | null;
  department: string | null;
  item: string | null;
  /** Which of the three it is summed over. */
  by: 'month' | 'department' | 'item' | 'all';
  quantity: number;
  fen: number;
}

const ISSUED_STOCK = `
  SELECT month, department, item, sum(quantity)::bigint AS quantity, sum(fen)::bigint AS fen,
    CASE grouping(month, department, item) WHEN 3 THEN 'month' WHEN 5 THEN 'department' WHEN 6 THEN 'item' ELSE 'all' END AS by
  FROM (SELECT ${month('m.at')} AS month, p.department_id AS department, m.item_id AS item, -m.quantity AS quantity,
    -m.quantity::bigint * i.price_fen AS fen ${ISSUES}) AS issue
  GROUP BY GROUPING SETS ((month), (department), (item), ())`;

/** The ledger's issues in the period by month, by department, by item and in all: one look, so that the sums agree. */
export async function issuedStock(db: Db, filter: StatisticsFilter): Promise<Issued[]> {
  const { rows } = await db.raw(ISSUED_STOCK, { ...filter });
  return rows.filter(({ quantity }: { quantity: number | null }) => quantity !== null);
}

/** A line of the table behind the sums. */
export interface IssuedLine {
  month: string;
  department: string | null;
  departmentEn: string | null;
  code: string;
  name: string;
  category: string;
  unit: string;
  priceFen: number;
  quantity: number;
  fen: number;
}

const ISSUED_LINES = `
  SELECT issue.month, d.name AS department, d.name_en AS "departmentEn", i.code, i.name, i.category, i.unit, i.price_fen AS "priceFen",
    issue.quantity, issue.quantity * i.price_fen AS fen
  FROM (SELECT ${month('m.at')} AS month, p.department_id, m.item_id, sum(-m.quantity) AS quantity ${ISSUES} GROUP BY 1, 2, 3) AS issue
  JOIN item i ON i.id = issue.item_id LEFT JOIN department d ON d.id = issue.department_id
  ORDER BY issue.month, d.name, i.code`;

/** The ledger's issues in the period by month, department and item together. */
export async function issuedLines(db: Db, filter: StatisticsFilter): Promise<IssuedLine[]> {
  const { rows } = await db.raw(ISSUED_LINES, { ...filter });
  return rows;
}

/** What became of the pieces that a department asked for in the period, up to now. */
export interface Flow {
  department: string;
  requested: number;
  approved: number;
  shortage: number;
  issued: number;
}

const FLOW = `
  WITH cohort AS (SELECT p.id, p.department_id, p.form_version FROM process p WHERE p.type = :type AND ${inPeriod('p.started_at')} AND ${DEPARTMENTS}),
  reserved AS (
    SELECT DISTINCT ON (c.id) c.department_id, e.result FROM cohort c JOIN effect e ON e.process_id = c.id AND e.name = 'reserve-stock'
    ORDER BY c.id, e.applied_at DESC)
  SELECT piece.department_id AS department, sum(requested)::bigint AS requested, sum(approved)::bigint AS approved,
    sum(shortage)::bigint AS shortage, sum(issued)::bigint AS issued
  FROM (
    SELECT c.department_id, line->>'itemId' AS item_id, (line->>'quantity')::bigint AS requested, 0 AS approved, 0 AS shortage, 0 AS issued
    FROM cohort c JOIN process_form f ON f.process_id = c.id AND f.version = c.form_version
    CROSS JOIN LATERAL jsonb_array_elements(f.form->'lines') line
    UNION ALL
    SELECT department_id, line->>'itemId', 0, (line->>'quantity')::bigint, 0, 0
    FROM reserved CROSS JOIN LATERAL jsonb_array_elements(result->'reserved') line
    UNION ALL
    SELECT department_id, line->>'itemId', 0, (line->>'missing')::bigint, (line->>'missing')::bigint, 0
    FROM reserved CROSS JOIN LATERAL jsonb_array_elements(result->'shortage') line
    UNION ALL
    SELECT c.department_id, r.item_id, 0, 0, 0, r.issued FROM cohort c JOIN reservation r ON r.process_id = c.id
  ) AS piece JOIN item i ON i.id = piece.item_id
  WHERE ${ITEMS} GROUP BY piece.department_id`;

/**
 * Requested, approved, missing and issued pieces of the requests started in the period, by department. Approved is what the last
 * reservation was asked for: after both approvals, with what was lowered.
 */
export async function flowOfPieces(db: Db, filter: StatisticsFilter): Promise<Flow[]> {
  const { rows } = await db.raw(FLOW, { ...filter });
  return rows;
}

const OUTCOMES = `
  SELECT p.department_id AS department, coalesce(p.outcome, 'running') AS outcome, count(*) AS requests
  FROM process p WHERE ${processesIn('p.started_at')} GROUP BY 1, 2`;

/** How many requests started in the period have this outcome (`running` for none yet), by department. */
export async function requestOutcomes(
  db: Db, filter: StatisticsFilter,
): Promise<{ department: string; outcome: string; requests: number }[]> {
  const { rows } = await db.raw(OUTCOMES, { ...filter });
  return rows;
}

/** An item that nobody was given in the period; `lastIssuedAt` is null when it never was. */
export interface UnmovedItem {
  id: string;
  code: string;
  name: string;
  category: string;
  unit: string;
  onHand: number;
  fen: number;
  lastIssuedAt: Date | null;
}

const UNMOVED = `
  SELECT i.id, i.code, i.name, i.category, i.unit, i.on_hand AS "onHand", i.on_hand::bigint * i.price_fen AS fen, count(*) OVER () AS total,
    (SELECT max(m.at) FROM stock_movement m LEFT JOIN process p ON p.id = m.process_id
      WHERE m.item_id = i.id AND m.kind IN ('issue', 'repair') AND ${DEPARTMENTS}) AS "lastIssuedAt"
  FROM item i
  WHERE i.active AND ${ITEMS} AND i.id NOT IN (SELECT m.item_id ${ISSUES})
    AND NOT EXISTS (SELECT FROM stock_movement m LEFT JOIN process p ON p.id = m.process_id
      WHERE m.item_id = i.id AND m.kind = 'repair' AND ${inPeriod('m.at')} AND ${DEPARTMENTS})
  ORDER BY fen DESC, i.code LIMIT :limit`;

/** Items in use that were not issued in the period, those that tie up most money first, and how many there are. */
export async function unmovedItems(db: Db, filter: StatisticsFilter, limit: number): Promise<{ items: UnmovedItem[]; total: number }> {
  const { rows } = await db.raw(UNMOVED, { ...filter, limit });
  return { items: rows.map(({ total: _, ...row }: UnmovedItem & { total: number }) => row), total: rows[0]?.total ?? 0 };
}

/** How the requesters answered the question how it was, by the month in which they were asked. */
export interface AskedMonth {
  month: string;
  rated: number;
  unrated: number;
  waiting: number;
}

/** So many times so many stars for an aspect, of evaluations asked for in a month. */
export interface StarCount {
  month: string;
  aspect: string;
  stars: number;
  times: number;
}

const ASKED = `FROM task t JOIN process p ON p.id = t.process_id WHERE t.step = 'evaluation' AND ${processesIn('t.opened_at')}`;

const ASKED_MONTHS = `
  SELECT ${month('t.opened_at')} AS month, count(*) FILTER (WHERE t.outcome = 'evaluated') AS rated,
    count(*) FILTER (WHERE t.outcome = 'unrated') AS unrated, count(*) FILTER (WHERE t.state = 'open') AS waiting
  ${ASKED} GROUP BY 1 ORDER BY 1`;

const STARS = `
  SELECT month, star.key AS aspect, star.value::int AS stars, count(*) AS times
  FROM (SELECT ${month('t.opened_at')} AS month, t.data ${ASKED} AND t.outcome = 'evaluated') AS answer
  CROSS JOIN LATERAL jsonb_each_text(answer.data->'stars') AS star
  GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`;

const WORDS = `
  SELECT p.id AS "processId", p.number, t.decided_at AS at, t.data->'stars' AS stars, t.data->>'text' AS text
  FROM task t JOIN process p ON p.id = t.process_id
  WHERE t.step = 'evaluation' AND t.outcome = 'evaluated' AND t.data->>'text' <> '' AND ${processesIn('t.opened_at')}`;

/** The evaluations asked for in the period: how many were answered, and the stars. */
export async function evaluations(db: Db, filter: StatisticsFilter): Promise<{ months: AskedMonth[]; stars: StarCount[] }> {
  const months = await db.raw(ASKED_MONTHS, { ...filter });
  const stars = await db.raw(STARS, { ...filter });
  return { months: months.rows, stars: stars.rows };
}

/** What a requester wrote to the stars. */
export interface EvaluationWords {
  processId: string;
  number: string;
  at: Date;
  stars: Record<string, number>;
  text: string;
}

/** The words of evaluations asked for in the period, latest first: those of processes that the viewer may see, and how many. */
export async function evaluationWords(
  db: Db, filter: StatisticsFilter, viewer: Viewer, limit: number,
): Promise<{ items: EvaluationWords[]; total: number }> {
  const visible = whereVisible(db('process').select('process.id'), viewer);
  const said = db.raw(WORDS, { ...filter });
  const rows = await db.with('said', said).from('said').whereIn('processId', visible)
    .select('said.*', db.raw('count(*) OVER () AS total')).orderBy([{ column: 'at', order: 'desc' }, 'processId']).limit(limit);
  return { items: rows.map(({ total: _, ...row }) => row), total: rows[0]?.total ?? 0 };
}

/** The items with these ids. */
export async function itemsNamed(
  db: Db, ids: readonly string[],
): Promise<{ id: string; code: string; name: string; category: string; unit: string }[]> {
  return db('item').whereIn('id', [...ids]).select('id', 'code', 'name', 'category', 'unit');
}

/** The departments that somebody may look at: all, or these. */
export async function departmentsNamed(db: Db, ids: readonly string[] | null): Promise<{ id: string; name: string; nameEn: string }[]> {
  const rows = db('department').orderBy('id').select({ id: 'id', name: 'name', nameEn: 'name_en' });
  return ids === null ? rows : rows.whereIn('id', [...ids]);
}
