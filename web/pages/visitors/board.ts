import { computed, onBeforeUnmount, onMounted, shallowRef, watch } from 'vue';
import { call, errorWords, type Answer } from '../../client.ts';
import { onInboxChange, onProcessMove } from '../../live.ts';
import type { Visit } from './visit-words.ts';

const EVERY_MS = 15_000;
const TYPED_AFTER_MS = 200;

/** The columns of the front desk, in their order; `asked` stands over them. */
export const COLUMNS = ['asked', 'expected', 'inside', 'left', 'missed'] as const;
export type Column = (typeof COLUMNS)[number];

/** The front desk's day, read anew every 15 s and whenever something moved. `day` is empty for today, `q` for everybody. */
export function useBoard(day: () => string, q: () => string) {
  const board = shallowRef<Answer<'get /visits/board'>>();
  const loading = shallowRef(true);
  const failure = shallowRef('');
  let question = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    clearTimeout(timer);
    const mine = question += 1;
    loading.value = true;
    try {
      const answer = await call('get /visits/board', { query: { ...(day() && { day: day() }), ...(q().trim() && { q: q().trim() }) } });
      if (mine !== question) return;
      board.value = answer;
      failure.value = '';
    } catch (error) {
      if (mine === question) failure.value = errorWords(error);
    } finally {
      if (mine === question) {
        loading.value = false;
        if (document.visibilityState === 'visible') timer = setTimeout(load, EVERY_MS);
      }
    }
  }

  function look(): void {
    if (document.visibilityState === 'visible') void load();
  }

  let typing: ReturnType<typeof setTimeout> | undefined;
  watch(q, () => {
    clearTimeout(typing);
    typing = setTimeout(load, TYPED_AFTER_MS);
  });
  watch(day, load);
  const stops = [onInboxChange(look), onProcessMove(look)];
  onMounted(() => {
    void load();
    document.addEventListener('visibilitychange', look);
  });
  onBeforeUnmount(() => {
    question += 1;
    clearTimeout(timer);
    clearTimeout(typing);
    for (const stop of stops) stop();
    document.removeEventListener('visibilitychange', look);
  });

  const columns = computed(() => columnsOf(board.value?.items ?? []));
  return {
    board, columns, loading, failure, load,
    /** Puts a visit that an answer brought in its place, before the next reading. */
    replace(visit: Visit): void {
      if (board.value) board.value = { ...board.value, items: board.value.items.map((each) => (each.id === visit.id ? visit : each)) };
      // An answer that is on its way is older than this one.
      void load();
    },
  };
}

/** The visits by column, overstays on top; `gone` are those of which nobody comes. */
export function columnsOf(items: readonly Visit[]): Record<Column | 'gone', readonly Visit[]> {
  const columns: Record<Column | 'gone', Visit[]> = { asked: [], expected: [], inside: [], left: [], missed: [], gone: [] };
  for (const visit of items) columns[columnOf(visit)].push(visit);
  return { ...columns, inside: [...columns.inside.filter(({ overstays }) => overstays), ...columns.inside.filter(({ overstays }) => !overstays)] };
}

function columnOf({ state, arrivedAt, leftAt }: Visit): Column | 'gone' {
  if (state === 'refused' || state === 'cancelled') return 'gone';
  if (state !== 'held') return state;
  // Between two steps it stands where it came to, so that no card jumps there and back.
  return leftAt !== null ? 'left' : arrivedAt !== null ? 'inside' : 'asked';
}
