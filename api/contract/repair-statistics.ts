import { z } from 'zod';
import { contract } from '../../workflows/repair-order/contract.ts';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';

const readers = { roles: ['dispatcher', 'service-centre-director', 'process-administrator', 'auditor'] } as const;
const day = z.iso.date();

/** The last thirty days until today unless told otherwise; `repeatDays`: within how many days a fault counts as the same again. */
const days = z.strictObject({
  from: day.optional(), until: day.optional(), repeatDays: z.coerce.number<number | string>().int().min(1).max(365).default(30),
});

const sums = {
  orders: z.int(),
  repaired: z.int(),
  /** Completed within the clock, of those of which that is known. */
  onTime: z.int(),
  clocked: z.int(),
  minutes: z.int(),
  /** Parts at the prices of their day. */
  partsFen: z.int(),
  /** Faults of the same place and category within `repeatDays` of an earlier one. */
  repeats: z.int(),
  stars: z.number().nullable(),
};
const sumsBy = z.object({ key: z.string(), name: z.string(), nameEn: z.string(), ...sums });
const percentiles = z.object({ p50: z.int(), p90: z.int() }).nullable();

/** Statistics of repairs: of orders by when they were reported; times of steps by when they were decided. */
export const repairStatisticContract = {
  repairStatistics: endpoint({
    method: 'get', path: '/repairs/statistics', access: readers,
    summary: { zh: '维修统计：工单、用时、时限、承诺、评价、重复故障、成本与分布', en: 'Repairs: orders, times, clock, promises, ratings, repeated faults, cost and places' },
    query: days,
    response: z.object({
      from: day, until: day, repeatDays: z.int(),
      /** Working time of one ordinary working day. */
      businessDayMs: z.int(),
      totals: z.object({ ...sums, running: z.int(), rejected: z.int(), withdrawn: z.int(), planned: z.int() }),
      weeks: z.array(z.object({ week: day, category: z.string(), urgency: z.string(), orders: z.int() })),
      categories: z.array(sumsBy),
      urgencies: z.array(sumsBy),
      buildings: z.array(sumsBy),
      steps: z.array(z.object({
        step: z.enum(Object.keys(contract.steps) as [keyof typeof contract.steps]),
        /** Which time is counted: working time where the step's policy counts so. */
        clock: z.enum(['business', 'wall']),
        people: z.int(), byClock: z.int(), due: z.int(), inTime: z.int(), took: percentiles,
      })),
      /** From the report to the end, of those repaired, in working time. */
      whole: z.object({ orders: z.int(), took: percentiles }),
      promises: z.object({ kept: z.int(), broken: z.int(), moved: z.int() }),
      aspects: z.array(z.object({ aspect: z.string(), mean: z.number(), rated: z.int() })),
      repairers: z.array(z.object({
        id: z.string(), name: z.string(), offered: z.int(), accepted: z.int(), completed: z.int(), handedBack: z.int(), kept: z.int(), broken: z.int(),
        onTime: z.int(), clocked: z.int(), minutes: z.int(), partsFen: z.int(), rated: z.int(), stars: z.number().nullable(),
      })),
      repeats: z.object({
        total: z.int(),
        items: z.array(z.object({
          placeId: z.string(), place: z.string(), placeEn: z.string(), category: z.string(), times: z.int(), lastId: z.string(), lastNumber: z.string(), lastAt: instant,
        })),
      }),
      heat: z.array(z.object({
        buildingId: z.string(), building: z.string(), buildingEn: z.string(),
        /** Null: in no floor of the building. */
        floorId: z.string().nullable(), floor: z.string().nullable(), floorEn: z.string().nullable(), position: z.int(), orders: z.int(),
      })),
      /** The places with the most orders. */
      places: z.array(z.object({
        placeId: z.string(), place: z.string(), placeEn: z.string(), buildingId: z.string(), floorId: z.string().nullable(), orders: z.int(), repeats: z.int(),
      })),
    }),
  }),
  exportRepairs: endpoint({
    method: 'get', path: '/repairs/statistics.csv', access: readers, raw: true, produces: 'text/csv',
    summary: { zh: '导出工单（CSV），不含报修人', en: 'The orders as CSV, without who reported them' },
    query: days,
  }),
};
