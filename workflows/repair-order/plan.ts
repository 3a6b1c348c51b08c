import { contract, type Category, type Facts } from './contract.ts';

/** How often a plan is due: every so many months or days. Days are `YYYY-MM-DD` by the company's clock. */
export interface Rhythm {
  everyMonths: number | null;
  everyDays: number | null;
  /** The day of the month that is meant; a shorter month has it on its last day. */
  dayOfMonth: number;
}

const DAY_MS = 86_400_000;

/** The first time after `due` that lies after the day `after`, in the plan's rhythm counted from `due`. */
export function dueAfter(due: string, { everyMonths, everyDays, dayOfMonth }: Rhythm, after = due): string {
  if (everyDays !== null) {
    const behind = Math.max(0, Math.floor((Date.parse(after) - Date.parse(due)) / (everyDays * DAY_MS)));
    return isoDay(Date.parse(due) + (behind + 1) * everyDays * DAY_MS);
  }
  const [year, month] = due.split('-').map(Number) as [number, number];
  for (let n = 1; ; n += 1) {
    const first = new Date(Date.UTC(year, month - 1 + n * everyMonths!, 1));
    const last = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0)).getUTCDate();
    const next = isoDay(first.setUTCDate(Math.min(dayOfMonth, last)));
    if (next > after) return next;
  }
}

/** The next `count` times, the first one included. */
export function nextTimes(first: string, rhythm: Rhythm, count: number): string[] {
  const times = [first];
  while (times.length < count) times.push(dueAfter(times.at(-1)!, rhythm));
  return times;
}

/** What starts the order of a plan: the service centre asks itself, so no leader is asked. */
export function plannedOrder(
  { title, place, placeId, category, description }: { title: string; place: string; placeId: string; category: string; description: string },
  by: { requesterId: string; departmentId: string },
) {
  return {
    type: contract.type, numberPrefix: contract.numberPrefix, workflow: 'repairOrder', title: `${place} ${title}`,
    form: { placeId, category: category as Category, urgency: 'normal' as const, description },
    facts: { urgency: 'normal', planned: true } satisfies Facts, ...by,
  };
}

function isoDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
