import { recordAudit } from '../../db/queries/audit.ts';
import { repairLines, repairStatistics, type Days } from '../../db/queries/repair-statistics.ts';
import { stepTimes, wholeTimes } from '../../db/queries/statistics-times.ts';
import { contract } from '../../workflows/repair-order/contract.ts';
import { repairStatisticContract } from '../contract/repair-statistics.ts';
import { csvText } from '../csv.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField } from '../errors.ts';
import { createTurns } from '../in-turn.ts';
import { dayOf, plusDays } from '../statistics/period.ts';
import { repairsToCsv } from '../statistics/repairs-csv.ts';
import { businessDay, createCalendarInForce, workingSeconds } from '../statistics/working-time.ts';

const ZONE = 'Asia/Shanghai';
const DAY_MS = 86_400_000;
const MOST_DAYS = 366;
const MOST_EXPORTED = 20_000;

type Step = keyof typeof contract.steps;
/** Steps in the order in which an order meets them. */
const order: readonly Step[] = ['department-leader', 'dispatch', 'accept', 'accept-emergency', 'arrival', 'work', 'on-hold', 'evaluation', 'call-back', 'revise'];

/** Statistics of repairs. */
export function repairStatisticRoutes({ db }: Deps): Route[] {
  const calendarInForce = createCalendarInForce(db);
  const inTurn = createTurns();

  return [
    handle(repairStatisticContract.repairStatistics, async ({ query, req }) => {
      const days = daysOf(query);
      return inTurn(req, async () => {
        const calendar = await calendarInForce();
        const filter = { from: days.from, to: days.until, zone: ZONE, type: contract.type, departments: null, category: null, item: null };
        const working = await workingSeconds(db, filter, calendar);
        const steps = await stepTimes(db, filter, working);
        const whole = await wholeTimes(db, filter, working, ['repaired']);
        return {
          ...days,
          businessDayMs: businessDay(calendar),
          ...await repairStatistics(db, days),
          steps: steps.filter(({ step }) => step in contract.steps)
            .map(({ step: name, people, clock: byClock, due, inTime, business, elapsed }) => {
              const step = name as Step;
              const { clock } = contract.steps[step].timeouts;
              return { step, clock, people, byClock, due, inTime, took: clock === 'business' ? business : elapsed };
            })
            .sort((a, b) => order.indexOf(a.step) - order.indexOf(b.step)),
          whole: { orders: whole.processes, took: whole.business },
        };
      });
    }),

    handle(repairStatisticContract.exportRepairs, async ({ actor, query, locale, req, res }) => {
      const days = daysOf(query);
      const { lines, total } = await inTurn(req, () => repairLines(db, days, MOST_EXPORTED));
      await recordAudit(db, { actor: { kind: 'person', id: actor.personId }, action: 'repairs-exported', detail: { rows: lines.length, total, from: days.from, until: days.until } });
      res.attachment(`repairs-${days.from}-${days.until}.csv`).type('text/csv; charset=utf-8').send(csvText(repairsToCsv(lines, total, locale)));
    }),
  ];
}

/** What is asked, or the last thirty days. Throws a 400 that names the field. */
function daysOf({ until = dayOf(new Date(), ZONE), from = plusDays(until, -29), repeatDays }: { from?: string | undefined; until?: string | undefined; repeatDays: number }): Days {
  if (from < '2000-01-01' || from > '2099-12-31') throw invalidField('from', 'statistics.day', 'query');
  if (until > '2099-12-31') throw invalidField('until', 'statistics.day', 'query');
  if (from > until) throw invalidField('until', 'statistics.order', 'query');
  if ((Date.parse(until) - Date.parse(from)) / DAY_MS + 1 > MOST_DAYS) throw invalidField('until', 'visit.too-many-days-read', 'query');
  return { from, until, repeatDays };
}
