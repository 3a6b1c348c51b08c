import { computed, onBeforeUnmount, watch } from 'vue';
import { call } from '../../client.ts';
import { useLive } from '../../use-live.ts';
import type { Visit } from './visit-words.ts';

const TYPED_AFTER_MS = 200;

/** The columns of the front desk, in their order; `asked` stands over them. */
export const COLUMNS = ['asked', 'expected', 'inside', 'left', 'missed'] as const;
export type Column = (typeof COLUMNS)[number];

/** The front desk's day, read anew every 15 s and whenever something moved. `day` is empty for today, `q` for everybody. */
export function useBoard(day: () => string, q: () => string) {
  const { answer: board, loading, failure, load } = useLive(() =>
    call('get /visits/board', { query: { ...(day() && { day: day() }), ...(q().trim() && { q: q().trim() }) } }));

  let typing: ReturnType<typeof setTimeout> | undefined;
  watch(q, () => {
    clearTimeout(typing);
    typing = setTimeout(load, TYPED_AFTER_MS);
  });
  watch(day, load);
  onBeforeUnmount(() => clearTimeout(typing));

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
