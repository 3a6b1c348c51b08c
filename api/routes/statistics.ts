import { departmentsNamed, issuedLines, itemsNamed, type StatisticsFilter } from '../../db/queries/statistics.ts';
import { contract } from '../../workflows/supply-requisition/contract.ts';
import { hasRole, type Actor } from '../actor.ts';
import { statisticContract } from '../contract/statistics.ts';
import type { Deps } from '../deps.ts';
import { handle, type Call, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { createTurns } from '../in-turn.ts';
import { dayOf } from '../statistics/period.ts';
import { issuedToCsv } from '../statistics/supply-csv.ts';
import { supplyStatistics } from '../statistics/supply-statistics.ts';
import { statisticsToXlsx } from '../statistics/supply-xlsx.ts';
import { createCalendarInForce } from '../statistics/working-time.ts';

/** The wall clock of the company's days. */
const ZONE = 'Asia/Shanghai';
const OVERSEERS = ['storekeeper', 'service-centre-director', 'process-administrator', 'auditor'];
const MOST_WORDS = 5_000;
const MOST_YEARS = 5;

type Query = Call<(typeof statisticContract)['supply']>['query'];

/** Statistics of supply. */
export function statisticRoutes({ db }: Deps): Route[] {
  const calendarInForce = createCalendarInForce(db);
  const inTurn = createTurns();

  return [
    handle(statisticContract.supply, async ({ actor, query, req }) => {
      const { filter, seen } = await asked(actor, query);
      return inTurn(req, async () => supplyStatistics(db, filter, { viewer: actor, seen, calendar: await calendarInForce() }));
    }),

    handle(statisticContract.supplyCsv, async ({ actor, query, locale, req, res }) => {
      const { filter } = await asked(actor, query);
      const csv = issuedToCsv(await inTurn(req, () => issuedLines(db, filter)), locale);
      res.attachment(`supply-${filter.from}-${filter.to}.csv`).type('text/csv; charset=utf-8').send(csv);
    }),

    handle(statisticContract.supplyXlsx, async ({ actor, query, locale, req, res }) => {
      const { filter, seen } = await asked(actor, query);
      const statistics = await inTurn(req, async () =>
        supplyStatistics(db, filter, { viewer: actor, seen, calendar: await calendarInForce(), words: MOST_WORDS }));
      const workbook = await statisticsToXlsx(statistics, locale);
      res.attachment(`supply-${filter.from}-${filter.to}.xlsx`).send(workbook);
    }),
  ];

  /** What is asked, within what the actor may see: every department for some offices, else those that the actor leads. */
  async function asked(actor: Actor, query: Query): Promise<{ filter: StatisticsFilter; seen: readonly string[] | null }> {
    const seen = hasRole(actor, ...OVERSEERS) ? null : actor.leads;
    if (seen?.length === 0) throw new Problem('forbidden');
    const today = dayOf(new Date(), ZONE);
    const to = query.to ?? today;
    const from = query.from ?? `${to.slice(0, 4)}-01-01`;
    if (from > to) throw invalidField('to', 'statistics.order', 'query');
    if (Number(to.slice(0, 4)) - Number(from.slice(0, 4)) > MOST_YEARS) throw invalidField('from', 'statistics.too-long', 'query');
    if (query.department !== undefined) {
      const departments = await departmentsNamed(db, seen);
      if (!departments.some(({ id }) => id === query.department)) throw new Problem('not-found');
    }
    if (query.item !== undefined && (await itemsNamed(db, [query.item])).length === 0) throw new Problem('not-found');
    return {
      seen,
      filter: {
        from, to, zone: ZONE, type: contract.type, category: query.category ?? null, item: query.item ?? null,
        departments: query.department !== undefined ? [query.department] : seen,
      },
    };
  }
}
