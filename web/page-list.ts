import { computed, onMounted, shallowRef } from 'vue';
import { errorWords } from './client.ts';

/** One answer of a list: `total` is exact for the filter, `nextCursor` null on the last page. */
interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

/** A list of the API for a page: its first part is loaded when the page opens, the next ones on demand. */
export function usePageList<Item>(read: (cursor: string | undefined) => Promise<Page<Item>>) {
  const items = shallowRef<readonly Item[]>([]);
  const total = shallowRef(0);
  const cursor = shallowRef<string>();
  const loading = shallowRef(false);
  const failure = shallowRef('');

  async function load(from?: string): Promise<void> {
    loading.value = true;
    failure.value = '';
    try {
      const page = await read(from);
      items.value = from === undefined ? page.items : [...items.value, ...page.items];
      total.value = page.total;
      cursor.value = page.nextCursor ?? undefined;
    } catch (error) {
      failure.value = errorWords(error);
    } finally {
      loading.value = false;
    }
  }

  onMounted(() => load());
  return {
    items, total, loading, failure,
    hasMore: computed(() => cursor.value !== undefined),
    refresh: () => load(),
    loadMore: () => load(cursor.value),
  };
}
