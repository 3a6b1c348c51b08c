import { computed, ref, shallowRef } from 'vue';
import { call, errorWords, newIdempotencyKey, type Answer } from '../../client.ts';
import { wasRefused } from '../../field-errors.ts';
import { t } from '../../texts.ts';

/** An item of the store, with its stock. */
export type Item = Answer<'get /supply/items'>['items'][number];

/** A line of a stock-take: what was typed, and what became of it. */
export interface Line {
  item: Item;
  typed: string;
  state: 'open' | 'saved' | 'refused';
  error: string;
  /** Requests for which more is reserved than was counted. */
  cases: readonly { processId: string; number: string; quantity: number }[];
  difference: number | undefined;
  key: string;
}

const PAGE = 100;
const MOST = 5_000;

/** What was typed as a number of pieces; undefined when it is none, full-width digits are some. */
export function wholeNumber(typed: string): number | undefined {
  const text = typed.normalize('NFKC').trim();
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/** The shelf of a location: `A-1` of `A-1-03`. */
export function shelfOf(location: string): string {
  return location.replace(/[-\s]?\d+$/, '') || location;
}

/** Every active item of the store as a line to count, and taking them into the book one by one. */
export function useStockTake() {
  const lines = ref<Line[]>([]);
  const loading = ref(true);
  const failure = ref('');
  const progress = shallowRef<{ n: number; total: number }>();
  const summary = shallowRef<{ saved: number; same: number; plus: number; minus: number; failed: number }>();

  async function load(): Promise<void> {
    loading.value = true;
    failure.value = '';
    try {
      const items: Item[] = [];
      let cursor: string | undefined;
      do {
        const page = await call('get /supply/items', { query: { limit: PAGE, active: 'true', ...(cursor && { cursor }) } });
        items.push(...page.items);
        cursor = page.nextCursor ?? undefined;
      } while (cursor && items.length < MOST);
      // By shelf, as one walks along them.
      lines.value = items.sort((a, b) => a.location.localeCompare(b.location, 'zh-CN', { numeric: true }) || (a.code < b.code ? -1 : 1)).map(lineOf);
    } catch (error) {
      failure.value = errorWords(error);
    } finally {
      loading.value = false;
    }
  }

  /** Takes the lines that were filled in into the book, one after the other; a refused one keeps its number and says why. */
  async function save(some: readonly Line[], note: string): Promise<void> {
    if (progress.value) return;
    const toSave = some.filter((line) => line.state !== 'saved' && wholeNumber(line.typed) !== undefined);
    const sums = { saved: 0, same: 0, plus: 0, minus: 0, failed: 0 };
    summary.value = undefined;
    for (const [index, line] of toSave.entries()) {
      progress.value = { n: index + 1, total: toSave.length };
      await take(line, note);
      if (line.state !== 'saved') {
        sums.failed += 1;
        continue;
      }
      sums.saved += 1;
      if (line.difference === 0) sums.same += 1;
      else if (line.difference! > 0) sums.plus += line.difference!;
      else sums.minus += line.difference!;
    }
    progress.value = undefined;
    summary.value = sums;
  }

  return { lines, loading, failure, load, save, busy: computed(() => progress.value !== undefined), progress, summary };
}

async function take(line: Line, note: string): Promise<void> {
  Object.assign(line, { error: '', cases: [] });
  try {
    const { difference, onHand } = await call('post /supply/items/:id/stock-takes', {
      params: { id: line.item.id }, body: { counted: wholeNumber(line.typed)!, note: note.trim() }, idempotencyKey: line.key,
    });
    Object.assign(line, { state: 'saved', difference, item: { ...line.item, onHand } });
  } catch (error) {
    const refused = wasRefused(error) ? error : undefined;
    const below = refused?.problem.code === 'stock-take-below-reserved';
    Object.assign(line, {
      state: 'refused',
      error: below ? t('stock.below-reserved') : errorWords(error),
      cases: below ? refused!.problem.cases as Line['cases'] : [],
      // A refusal is final for its key; without an answer the same key finds out whether it was entered.
      ...(refused && { key: newIdempotencyKey() }),
    });
  }
}

function lineOf(item: Item): Line {
  return { item, typed: '', state: 'open', error: '', cases: [], difference: undefined, key: newIdempotencyKey() };
}
