import { computed, onMounted, ref } from 'vue';
import { call, errorWords } from './client.ts';

/** One answer of a list: `total` is exact for the filter, `nextCursor` null on the last page. */
interface Page<Item> {
  items: Item[];
  nextCursor: string | null;
  total: number;
}

/** A list of the API for a page: loads its first part when the page opens, the next ones on demand. `path` has its query. */
export function usePageList<Item>(path: string) {
  const items = ref<Item[]>([]);
  const total = ref(0);
  const cursor = ref<string | null>(null);
  const loading = ref(false);
  const failure = ref('');

  async function load(from: string | null): Promise<void> {
    loading.value = true;
    failure.value = '';
    try {
      const page = await call<Page<Item>>('GET', from === null ? path : `${path}&cursor=${encodeURIComponent(from)}`);
      items.value = from === null ? page.items : [...items.value, ...page.items] as typeof items.value;
      total.value = page.total;
      cursor.value = page.nextCursor;
    } catch (error) {
      failure.value = errorWords(error);
    } finally {
      loading.value = false;
    }
  }

  onMounted(() => load(null));
  return {
    items, total, loading, failure,
    hasMore: computed(() => cursor.value !== null),
    refresh: () => load(null),
    loadMore: () => load(cursor.value),
  };
}
