import type { Db } from '../connect.ts';
import { processesIn, type StatisticsFilter } from './statistics.ts';

/** Stretches of working time in order, in seconds since 1970: when each begins, how long it is, and how much work was done before it. */
export interface WorkingSeconds {
  readonly openings: readonly number[];
  readonly lengths: readonly number[];
  readonly before: readonly number[];
}

/** How long something took, in milliseconds: the median and what nine of ten stay below. */
export interface Percentiles {
  readonly p50: number;
  readonly p90: number;
}

/** How long the decisions of a step took. What the clock decided is counted apart and in no percentile. */
export interface StepTimes {
  step: string;
  people: number;
  clock: number;
  /** Of people's decisions, those that had a due time, and those before it. */
  due: number;
  inTime: number;
  elapsed: Percentiles | null;
  business: Percentiles | null;
}

/** How long processes took from start to end. */
export interface WholeTimes {
  processes: number;
  elapsed: Percentiles | null;
  business: Percentiles | null;
}

type Row<T> = Omit<T, 'elapsed' | 'business'> & { elapsed: number[] | null; business: number[] | null };

/** Seconds of working time up to `instant`, in the `n`-th stretch; the difference of two is what `businessMillisecondsBetween` says. */
const worked = (instant: string, n: string): string => `coalesce((CAST(:before AS float8[]))[${n}]
  + least(${instant} - (CAST(:openings AS float8[]))[${n}], (CAST(:lengths AS float8[]))[${n}]), 0)`;

/**
 * The rows of `rows` with how long it was from `begun` to `done`, elapsed and in working time. OFFSET 0 keeps the planner from searching the
 * stretches again wherever their number is used.
 */
const timed = (rows: string): string => `
  SELECT *, done - begun AS elapsed, ${worked('done', 'done_in')} - ${worked('begun', 'begun_in')} AS business
  FROM (SELECT *, width_bucket(begun, CAST(:openings AS float8[])) AS begun_in, width_bucket(done, CAST(:openings AS float8[])) AS done_in
    FROM (${rows} OFFSET 0) AS given OFFSET 0) AS placed`;

const seconds = (instant: string): string => `extract(epoch FROM ${instant})::float8`;

const percentiles = (column: string, which = 'true'): string =>
  `percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY ${column}) FILTER (WHERE ${which}) AS ${column}`;

/** The first instant from which working time must be known for what is or was on its way in the period: the earliest start. */
export async function earliestStart(db: Db, type: string): Promise<Date | null> {
  const row = await db('process').where({ type }).min({ at: 'started_at' }).first();
  return row?.at ?? null;
}

const STEP_TIMES = `
  SELECT step, count(*) FILTER (WHERE human) AS people, count(*) FILTER (WHERE NOT human) AS clock,
    count(due_at) FILTER (WHERE human) AS due, count(*) FILTER (WHERE human AND decided_at <= due_at) AS "inTime",
    ${percentiles('elapsed', 'human')}, ${percentiles('business', 'human')}
  FROM (${timed(`
    SELECT t.step, t.actor_kind IN ('person', 'administrator') AS human, t.due_at, t.decided_at,
      ${seconds('t.opened_at')} AS begun, ${seconds('t.decided_at')} AS done
    FROM task t JOIN process p ON p.id = t.process_id
    WHERE t.state = 'decided' AND ${processesIn('t.decided_at')}`)}) AS decided
  GROUP BY step`;

/** By step, how long the tasks decided in the period were open. */
export async function stepTimes(db: Db, filter: StatisticsFilter, working: WorkingSeconds): Promise<StepTimes[]> {
  const { rows } = await db.raw(STEP_TIMES, { ...filter, ...working });
  return rows.map((row: Row<StepTimes>) => ({ ...row, ...lengths(row) }));
}

const WHOLE_TIMES = `
  SELECT count(*) AS processes, ${percentiles('elapsed')}, ${percentiles('business')}
  FROM (${timed(`
    SELECT ${seconds('p.started_at')} AS begun, ${seconds('p.ended_at')} AS done FROM process p
    WHERE ${processesIn('p.ended_at')} AND p.outcome = ANY (CAST(:outcomes AS text[]))`)}) AS ended`;

/** How long the processes took that ended in the period with one of `outcomes`. */
export async function wholeTimes(
  db: Db, filter: StatisticsFilter, working: WorkingSeconds, outcomes: readonly string[],
): Promise<WholeTimes> {
  const { rows } = await db.raw(WHOLE_TIMES, { ...filter, ...working, outcomes: [...outcomes] });
  return { ...rows[0], ...lengths(rows[0]) };
}

function lengths({ elapsed, business }: { elapsed: number[] | null; business: number[] | null }): Pick<WholeTimes, 'elapsed' | 'business'> {
  const inMilliseconds = (both: number[] | null): Percentiles | null =>
    both && both[0] !== null ? { p50: Math.round(both[0]! * 1_000), p90: Math.round(both[1]! * 1_000) } : null;
  return { elapsed: inMilliseconds(elapsed), business: inMilliseconds(business) };
}
