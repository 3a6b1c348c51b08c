import { ref, watch } from 'vue';
import { call, connected } from './client.ts';
import { me } from './session.ts';

/** How many tasks wait for me; null until it is known. */
export const openCount = ref<number | null>(null);

/** How many notices I have not read. */
export const unreadCount = ref(0);

/** What changed in my inbox: ids of tasks, none when only the number is known. */
type Listener = (ids: readonly string[]) => void;

/** Processes that have to do with me and moved; null when anything may have, as after a break. */
type ProcessListener = (ids: readonly string[] | null) => void;

const POLL_EVERY_MS = 20_000;
const RETRY_AFTER_MS = 2_000;

const listeners = new Set<Listener>();
const processListeners = new Set<ProcessListener>();
let source: EventSource | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
let wait = RETRY_AFTER_MS;
/** Something may have changed while nobody listened. */
let missed = false;
/** A process moved as a whole: a task of it in the list may look different (催办) though the number is the same. */
let stirred = false;

/** Calls `listener` whenever the inbox changes; answers how to stop that. */
export function onInboxChange(listener: Listener): () => void {
  listeners.add(listener);
  return () => { listeners.delete(listener); };
}

/** Calls `listener` whenever a process of mine moves; answers how to stop that. */
export function onProcessMove(listener: ProcessListener): () => void {
  processListeners.add(listener);
  return () => { processListeners.delete(listener); };
}

function tell(open: number, ids: readonly string[]): void {
  const changed = missed || stirred || openCount.value !== open || ids.length > 0;
  stirred = false;
  if (missed) for (const listener of processListeners) listener(null);
  missed = false;
  openCount.value = open;
  if (changed) for (const listener of listeners) listener(ids);
}

async function poll(): Promise<void> {
  const [tasks, notices] = await Promise.all([
    call('get /tasks', { query: { view: 'open', limit: 1 } }), call('get /notices', { query: { limit: 1 } }),
  ]);
  tell(tasks.total, []);
  unreadCount.value = notices.unread;
}

/** The browser mends a broken stream by itself, but not one that was refused, as while the API restarts behind a proxy. */
function open(): void {
  clearTimeout(timer);
  source?.close();
  const stream = new EventSource('/api/events');
  source = stream;
  stream.addEventListener('inbox', ({ data }: MessageEvent<string>) => {
    wait = RETRY_AFTER_MS;
    const { open: count, ids } = JSON.parse(data) as { open: number; ids: string[] };
    tell(count, ids);
  });
  stream.addEventListener('process', ({ data }: MessageEvent<string>) => {
    const { ids } = JSON.parse(data) as { ids: string[] };
    stirred = true;
    for (const listener of processListeners) listener(ids);
  });
  stream.addEventListener('notice', ({ data }: MessageEvent<string>) => {
    unreadCount.value = (JSON.parse(data) as { unread: number }).unread;
  });
  stream.addEventListener('open', () => { connected.value = true; });
  stream.addEventListener('error', () => {
    missed = true;
    if (stream.readyState === EventSource.CONNECTING) connected.value = false;
    if (stream.readyState !== EventSource.CLOSED || source !== stream) return;
    void poll().catch(() => undefined);
    timer = setTimeout(open, wait);
    wait = Math.min(wait * 2, POLL_EVERY_MS);
  });
}

function close(): void {
  clearTimeout(timer);
  source?.close();
  source = undefined;
  openCount.value = null;
  unreadCount.value = 0;
}

// Whoever must change the password first hears of nothing yet.
watch(() => me.value?.mustChangePassword ? undefined : me.value?.id, (id) => {
  close();
  if (id !== undefined) open();
}, { immediate: true });
