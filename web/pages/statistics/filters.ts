import { computed } from 'vue';
import { useRoute, useRouter, type LocationQueryRaw } from 'vue-router';

const NAMES = ['from', 'to', 'department', 'category', 'item', 'measure', 'clock'] as const;
type Name = (typeof NAMES)[number];

/** The filters as the address bar holds them. */
export type Filters = Partial<Record<Name, string>>;

const ZONE = 'Asia/Shanghai';
const DAY = 86_400_000;

/** The filters of the statistics page: read from the address, changed by changing it, so that Back takes a filter off again. */
export function useFilters() {
  const route = useRoute();
  const router = useRouter();
  const filters = computed<Filters>(() => Object.fromEntries(NAMES.flatMap((name) => {
    const value = route.query[name];
    return typeof value === 'string' && value !== '' ? [[name, value]] : [];
  })));
  /** What the API is asked: without how the page shows it. */
  const query = computed(() => {
    const { measure: _, clock: __, ...asked } = filters.value;
    return asked;
  });
  const search = computed(() => {
    const text = new URLSearchParams(query.value).toString();
    return text && `?${text}`;
  });
  async function change(change: Filters, { replace = false } = {}): Promise<void> {
    const next: LocationQueryRaw = Object.fromEntries(Object.entries({ ...filters.value, ...change }).filter(([, value]) => value !== undefined && value !== ''));
    await (replace ? router.replace({ query: next }) : router.push({ query: next }));
  }
  return { filters, query, search, change };
}

/** Names of ready-made periods; `own` is any other. */
export type PeriodName = 'this-year' | 'last-year' | 'this-month' | 'last-month' | '30-days' | 'own';

/** The first and last day of every ready-made period, as of `now` in the company's time. */
export function periods(now: Date): Record<Exclude<PeriodName, 'own'>, { from: string; to: string }> {
  const today = new Intl.DateTimeFormat('en-CA', { timeZone: ZONE, year: 'numeric', month: '2-digit', day: '2-digit' }).format(now);
  const [year, month] = today.split('-').map(Number) as [number, number];
  const iso = (at: number): string => new Date(at).toISOString().slice(0, 10);
  return {
    'this-year': { from: `${year}-01-01`, to: today },
    'last-year': { from: `${year - 1}-01-01`, to: `${year - 1}-12-31` },
    'this-month': { from: `${today.slice(0, 7)}-01`, to: today },
    'last-month': { from: iso(Date.UTC(year, month - 2, 1)), to: iso(Date.UTC(year, month - 1, 0)) },
    '30-days': { from: iso(Date.parse(today) - 29 * DAY), to: today },
  };
}

/** First and last day of a month `YYYY-MM`. */
export function daysOfMonth(month: string): { from: string; to: string } {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return { from: `${month}-01`, to: new Date(Date.UTC(year, number, 0)).toISOString().slice(0, 10) };
}
