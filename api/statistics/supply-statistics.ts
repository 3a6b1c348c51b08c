import type { z } from 'zod';
import type { BusinessCalendar } from '../../activities/deadlines/business-calendar.ts';
import type { Db } from '../../db/connect.ts';
import { stepTimes, wholeTimes, type WorkingSeconds } from '../../db/queries/statistics-times.ts';
import {
  departmentsNamed, evaluations, evaluationWords, flowOfPieces, issuedStock, itemsNamed, requestOutcomes, unmovedItems,
  type Flow, type Issued, type StarCount, type StatisticsFilter,
} from '../../db/queries/statistics.ts';
import { contract } from '../../workflows/supply-requisition/contract.ts';
import type { Actor } from '../actor.ts';
import type { statisticContract } from '../contract/statistics.ts';
import { monthsOf, periodBefore } from './period.ts';
import { businessDay, workingSeconds } from './working-time.ts';

/** The statistics as the endpoint answers them. */
export type SupplyStatistics = z.input<(typeof statisticContract)['supply']['response']>;
type Figures = SupplyStatistics['now'];

const MOST_ITEMS = 1_000;
const MOST_UNMOVED = 50;
const MOST_WORDS = 50;

const outcomes = Object.entries(contract.outcomes);
const everyOutcome = outcomes.map(([outcome]) => outcome);
const fulfilled = outcomes.filter(([, { fulfilled: isFulfilled }]) => isFulfilled).map(([outcome]) => outcome);
const aspects = Object.keys(contract.evaluation);
/** Steps in the order in which a request meets them. */
const order = [...contract.path, ...Object.keys(contract.steps).filter((step) => !(contract.path as readonly string[]).includes(step))];

/** All figures of a period, and those to compare of the period before. `seen` says which departments the viewer may look at; null is all. */
export async function supplyStatistics(
  db: Db,
  filter: StatisticsFilter,
  { viewer, seen, calendar, words: mostWords = MOST_WORDS }:
  { viewer: Actor; seen: readonly string[] | null; calendar: BusinessCalendar; words?: number },
): Promise<SupplyStatistics> {
  const period = { from: filter.from, to: filter.to };
  const before = periodBefore(period);
  const working = await workingSeconds(db, filter, calendar);
  // Two connections, however many queries: decisions need the others.
  const [now, rest] = await Promise.all([
    look(db, filter, working),
    (async () => ({
      then: await look(db, { ...filter, ...before }, working),
      departments: await departmentsNamed(db, seen),
      unmoved: await unmovedItems(db, filter, MOST_UNMOVED),
      words: await evaluationWords(db, filter, viewer, mostWords),
      wholeOfAll: await wholeTimes(db, filter, working, everyOutcome),
      item: filter.item === null ? null : (await itemsNamed(db, [filter.item]))[0] ?? null,
    }))(),
  ]);
  const { then, departments, unmoved, words, wholeOfAll, item } = rest;
  const byItem = now.issued.filter(({ by }) => by === 'item').sort((a, b) => b.fen - a.fen || b.quantity - a.quantity);
  const listed = byItem.slice(0, MOST_ITEMS);
  const named = new Map((await itemsNamed(db, listed.map(({ item: id }) => id!))).map((each) => [each.id, each]));
  const others = byItem.slice(MOST_ITEMS);
  return {
    period,
    before,
    scope: { all: seen === null, departments },
    item,
    businessDayMs: businessDay(calendar),
    now: figures(now),
    then: figures(then),
    months: monthsOf(period).map((month) => ({ month, ...amountOf(now.issued.find((each) => each.month === month)) })),
    departments: byDepartment(now, departments),
    items: listed.map((each) => ({ ...named.get(each.item!)!, ...amountOf(each) })),
    otherItems: {
      items: others.length,
      quantity: others.reduce((sum, { quantity }) => sum + quantity, 0),
      fen: others.reduce((sum, { fen }) => sum + fen, 0),
    },
    unmoved,
    steps: now.steps.sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step)),
    wholeOfAll,
    aspects: aspects.map((aspect) => {
      const counts = now.ratings.stars.filter((each) => each.aspect === aspect);
      return {
        aspect,
        mean: mean(counts),
        times: [1, 2, 3, 4, 5].map((stars) => counts.filter((each) => each.stars === stars).reduce((sum, { times }) => sum + times, 0)),
      };
    }),
    ratingMonths: monthsOf(period).map((month) => ({
      ...(now.ratings.months.find((each) => each.month === month) ?? { month, rated: 0, unrated: 0, waiting: 0 }),
      stars: mean(now.ratings.stars.filter((each) => each.month === month)),
    })),
    words,
  };
}

type Look = Awaited<ReturnType<typeof look>>;

async function look(db: Db, filter: StatisticsFilter, working: WorkingSeconds) {
  return {
    issued: await issuedStock(db, filter),
    flow: await flowOfPieces(db, filter),
    requests: await requestOutcomes(db, filter),
    steps: await stepTimes(db, filter, working),
    whole: await wholeTimes(db, filter, working, fulfilled),
    ratings: await evaluations(db, filter),
  };
}

function figures({ issued, flow, requests, steps, whole, ratings }: Look): Figures {
  const sum = <Row>(rows: readonly Row[], of: (row: Row) => number): number => rows.reduce((total, row) => total + of(row), 0);
  return {
    ...amountOf(issued.find(({ by }) => by === 'all')),
    requests: sum(requests, (row) => row.requests),
    requested: sum(flow, (row) => row.requested),
    approved: sum(flow, (row) => row.approved),
    shortage: sum(flow, (row) => row.shortage),
    outcomes: Object.fromEntries(['running', ...everyOutcome].map((outcome) =>
      [outcome, sum(requests.filter((row) => row.outcome === outcome), (row) => row.requests)])),
    whole,
    inTime: sum(steps, (row) => row.inTime),
    due: sum(steps, (row) => row.due),
    stars: mean(ratings.stars),
    rated: sum(ratings.months, (row) => row.rated),
    unrated: sum(ratings.months, (row) => row.unrated),
    waiting: sum(ratings.months, (row) => row.waiting),
  };
}

function byDepartment({ issued, flow, requests }: Look, known: SupplyStatistics['scope']['departments']): SupplyStatistics['departments'] {
  const issues = new Map(issued.filter(({ by }) => by === 'department').map((each) => [each.department, each]));
  const flows = new Map<string | null, Flow>(flow.map((each) => [each.department, each]));
  const rows = [...new Set<string | null>([...issues.keys(), ...flows.keys(), ...requests.map(({ department }) => department)])].map((id) => {
    const { requested = 0, approved = 0, shortage = 0, issued: ofThese = 0 } = flows.get(id) ?? {};
    const found = known.find((each) => each.id === id);
    return {
      id, name: found?.name ?? '', nameEn: found?.nameEn ?? '', ...amountOf(issues.get(id)), requested, approved, shortage, issued: ofThese,
      requests: requests.filter(({ department }) => department === id).reduce((sum, each) => sum + each.requests, 0),
    };
  });
  return rows.sort((a, b) => b.fen - a.fen || b.requested - a.requested);
}

function amountOf(issued: Issued | undefined): { quantity: number; fen: number } {
  return { quantity: issued?.quantity ?? 0, fen: issued?.fen ?? 0 };
}

function mean(counts: readonly StarCount[]): number | null {
  const times = counts.reduce((sum, each) => sum + each.times, 0);
  return times === 0 ? null : counts.reduce((sum, each) => sum + each.stars * each.times, 0) / times;
}
