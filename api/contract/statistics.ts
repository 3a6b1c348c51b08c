import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';

// Years with four digits, so that days sort as text; nobody compares longer.
const day = z.iso.date().refine((value) => value >= '2000-01-01' && value <= '2099-12-31', { error: 'statistics.day' });

/** The filters of the statistics; without days, this year until today. */
const query = z.strictObject({
  from: day.optional(),
  to: day.optional(),
  department: z.string().min(1).max(100).optional(),
  category: z.string().min(1).max(40).optional(),
  item: z.string().regex(/^item-[a-z0-9-]{1,80}$/, 'item-id.invalid').optional(),
});

const period = z.object({ from: z.string(), to: z.string() });
const department = z.object({ id: z.string(), name: z.string(), nameEn: z.string() });
const amount = { quantity: z.int(), fen: z.int() };
const percentiles = z.object({ p50: z.int(), p90: z.int() }).nullable();
const whole = z.object({ processes: z.int(), elapsed: percentiles, business: percentiles });
const asked = { rated: z.int(), unrated: z.int(), waiting: z.int() };

/** The figures that are compared with the period before. Times are of fulfilled requests; `stars` is the mean over all aspects. */
const figures = z.object({
  ...amount,
  requests: z.int(),
  requested: z.int(),
  approved: z.int(),
  shortage: z.int(),
  outcomes: z.record(z.string(), z.int()),
  whole,
  inTime: z.int(),
  due: z.int(),
  stars: z.number().nullable(),
  ...asked,
});

const statistics = z.object({
  period,
  before: period,
  /** What the viewer may choose from; `all` says whether that is every department. */
  scope: z.object({ all: z.boolean(), departments: z.array(department) }),
  item: z.object({ id: z.string(), code: z.string(), name: z.string() }).nullable(),
  /** Working time of one ordinary working day. */
  businessDayMs: z.int(),
  now: figures,
  then: figures,
  months: z.array(z.object({ month: z.string(), ...amount })),
  departments: z.array(z.object({
    /** Null for what was issued without a request. */
    id: z.string().nullable(), name: z.string(), nameEn: z.string(), ...amount,
    requests: z.int(), requested: z.int(), approved: z.int(), shortage: z.int(), issued: z.int(),
  })),
  items: z.array(z.object({ id: z.string(), code: z.string(), name: z.string(), category: z.string(), unit: z.string(), ...amount })),
  /** Items beyond those listed. */
  otherItems: z.object({ items: z.int(), ...amount }),
  unmoved: z.object({
    total: z.int(),
    items: z.array(z.object({
      id: z.string(), code: z.string(), name: z.string(), category: z.string(), unit: z.string(),
      onHand: z.int(), fen: z.int(), lastIssuedAt: instant.nullable(),
    })),
  }),
  steps: z.array(z.object({
    step: z.string(), people: z.int(), clock: z.int(), due: z.int(), inTime: z.int(), elapsed: percentiles, business: percentiles,
  })),
  /** All that ended, however they did. */
  wholeOfAll: whole,
  aspects: z.array(z.object({
    aspect: z.string(), mean: z.number().nullable(),
    /** How often one to five stars were given. */
    times: z.array(z.int()).length(5),
  })),
  ratingMonths: z.array(z.object({ month: z.string(), ...asked, stars: z.number().nullable() })),
  /** Of the processes that the viewer may see. */
  words: z.object({
    total: z.int(),
    items: z.array(z.object({
      processId: z.string(), number: z.string(), at: instant, stars: z.record(z.string(), z.int()), text: z.string(),
    })),
  }),
});

// Leaders see their own department; who leads none and has none of the offices is refused by the handler.
const access = 'session';

/** Statistics of supply. */
export const statisticContract = {
  supply: endpoint({
    method: 'get',
    path: '/statistics/supply',
    access,
    summary: {
      zh: '领用统计：用量与金额（按现价）、申请到发放、用时（p50、p90）、评价；部门领导只看本部门',
      en: 'Use and money (at today’s prices), requested to issued, times (p50, p90), ratings; a department’s leader sees that department only',
    },
    query,
    response: statistics,
  }),
  supplyCsv: endpoint({
    method: 'get',
    path: '/statistics/supply.csv',
    access,
    summary: { zh: '导出发放明细（按月、部门、物品汇总，CSV）', en: 'What was issued by month, department and item as CSV' },
    query,
    raw: true,
    produces: 'text/csv',
  }),
  supplyXlsx: endpoint({
    method: 'get',
    path: '/statistics/supply.xlsx',
    access,
    summary: { zh: '导出统计（Excel，多张工作表）', en: 'The statistics as an Excel workbook of several sheets' },
    query,
    raw: true,
    produces: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  }),
};
