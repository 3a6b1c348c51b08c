import { computed, onMounted, shallowRef } from 'vue';
import { errorWords } from './client.ts';

/** One answer of a list: `total` is exact for the filter, `nextCursor` null on the last page. */
interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

/** A list that grows as one scrolls, and starts anew with `refresh`; an answer to an earlier question is dropped. */
export function usePagedList<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>) {
  const items = shallowRef<readonly Item[]>([]);
  const total = shallowRef(0);
  const cursor = shallowRef<string>();
  const loading = shallowRef(true);
  const failure = shallowRef('');
  let question = 0;

  async function load(from?: string): Promise<void> {
    const mine = question += 1;
    loading.value = true;
    failure.value = '';
    try {
      const page = await read(from);
      if (mine !== question) return;
      items.value = from === undefined ? page.items : [...items.value, ...page.items];
      total.value = page.total;
      cursor.value = page.nextCursor ?? undefined;
    } catch (error) {
      if (mine === question) failure.value = errorWords(error);
    } finally {
      if (mine === question) loading.value = false;
    }
  }

  onMounted(() => load());
  return {
    items, total, loading, failure,
    hasMore: computed(() => cursor.value !== undefined),
    refresh: () => load(),
    async loadMore(): Promise<void> {
      if (!loading.value && cursor.value !== undefined) await load(cursor.value);
    },
    /** Puts a changed item in its place, without asking again. */
    replace(same: (item: Item) => boolean, item: Item): void {
      items.value = items.value.map((each) => (same(each) ? item : each));
    },
  };
}
