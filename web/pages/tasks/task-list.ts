import { onBeforeUnmount, ref, shallowRef, type Ref } from 'vue';
import { call, errorWords, type Answer, type Input } from '../../client.ts';
import { onInboxChange } from '../../live.ts';

export type Task = Answer<'get /tasks'>['items'][number];
export type TaskFilter = Omit<NonNullable<Input<'get /tasks'>['query']>, 'limit' | 'cursor'>;

const PAGE = 50;
const MOST = 100;
/** Many changes at once, as of a batch, are read once. */
const SETTLED_MS = 200;
const ZONE = 'Asia/Shanghai';

/** A task's id, or in the copies its process's. */
export function idOf({ id, processId }: Task): string {
  return id ?? processId;
}

/** The list of the inbox: read page by page, and read again, as far as it was read, when something changes. */
export function useTaskList(filter: Readonly<Ref<TaskFilter>>, loaded: () => void) {
  const tasks = shallowRef<readonly Task[]>([]);
  const total = ref<number | null>(null);
  /** There are at least `total`. */
  const isMore = ref(false);
  const overdue = ref(0);
  const doneToday = ref(0);
  const cursor = ref<string | null>(null);
  const loading = ref(true);
  const failure = ref('');
  let reading = 0;
  let settling: ReturnType<typeof setTimeout> | undefined;

  async function load(more = false): Promise<void> {
    if (more && (loading.value || cursor.value === null)) return;
    reading += 1;
    const mine = reading;
    loading.value = true;
    try {
      const wanted = more ? PAGE : Math.max(PAGE, tasks.value.length);
      let next = more ? cursor.value : null;
      let found: Task[] = [];
      let count = 0;
      let uncounted = false;
      // Beside the list: without an answer the number before stays.
      const late = filter.value.view === 'open' && !more
        ? call('get /tasks', { query: { view: 'open', due: 'overdue', limit: 1 } }).catch(() => null) : null;
      do {
        const limit = Math.min(MOST, wanted - found.length);
        const page = await call('get /tasks', { query: { ...filter.value, limit, ...(next !== null && { cursor: next }) } });
        if (mine !== reading) return;
        found = [...found, ...page.items];
        next = page.nextCursor;
        count = page.total;
        uncounted = page.more;
      } while (next !== null && found.length < wanted);
      const before = late && await late;
      if (mine !== reading) return;
      const known = new Map(tasks.value.map((task) => [idOf(task), task]));
      tasks.value = more
        ? [...tasks.value, ...found.filter((task) => !known.has(idOf(task)))]
        // What is as it was stays the same object, so that its row is not drawn again.
        : found.map((task) => (isSame(known.get(idOf(task)), task) ? known.get(idOf(task))! : task));
      total.value = count;
      isMore.value = uncounted;
      cursor.value = next;
      if (before) overdue.value = before.total;
      failure.value = '';
      loaded();
      if (count === 0 && filter.value.view === 'open') void countToday();
    } catch (error) {
      if (mine === reading) failure.value = errorWords(error);
    } finally {
      if (mine === reading) loading.value = false;
    }
  }

  async function countToday(): Promise<void> {
    const { items } = await call('get /tasks', { query: { view: 'done', limit: MOST } }).catch(() => ({ items: [] as Task[] }));
    const today = dayOf(new Date());
    doneToday.value = items.filter(({ decidedAt }) => decidedAt !== null && dayOf(new Date(decidedAt)) === today).length;
  }

  /** Another list: what is shown is not of it. */
  function clear(): void {
    tasks.value = [];
    total.value = null;
    cursor.value = null;
    void load();
  }

  const stop = onInboxChange(() => {
    clearTimeout(settling);
    settling = setTimeout(() => { void load(); }, SETTLED_MS);
  });
  onBeforeUnmount(() => {
    stop();
    clearTimeout(settling);
    reading += 1;
  });

  return { tasks, total, isMore, overdue, doneToday, cursor, loading, failure, load, clear, countToday };
}

function isSame(one: Task | undefined, other: Task): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

export type Group = 'overdue' | 'today' | 'later' | 'evaluation';

/** Where a task stands in the list by deadline: real work by its day, what follows the end of a case last. */
export function groupOf({ step, dueAt }: Task, now: Date): Group {
  if (step === 'evaluation') return 'evaluation';
  if (dueAt === null) return 'later';
  const due = new Date(dueAt);
  if (due < now) return 'overdue';
  return dayOf(due) === dayOf(now) ? 'today' : 'later';
}

function dayOf(at: Date): string {
  return at.toLocaleDateString('en-CA', { timeZone: ZONE });
}
