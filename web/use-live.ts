import { onBeforeUnmount, onMounted, shallowRef } from 'vue';
import { errorWords } from './client.ts';
import { onInboxChange, onProcessMove } from './live.ts';

const EVERY_MS = 15_000;
/** A decision shows within a second; a slow day is waited for. */
const SOON_MS = [300, 500, 800, 1_500, 3_000, 5_000];

/** What `read` answers, read anew every 15 s and whenever something moved. An answer that was overtaken is dropped. */
export function useLive<Read>(read: () => Promise<Read>) {
  const answer = shallowRef<Read>();
  const loading = shallowRef(true);
  const failure = shallowRef('');
  let question = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isGone = false;

  async function load(): Promise<void> {
    clearTimeout(timer);
    const mine = question += 1;
    loading.value = true;
    try {
      const found = await read();
      if (mine !== question) return;
      answer.value = found;
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

  const stops = [onInboxChange(look), onProcessMove(look)];
  onMounted(() => {
    void load();
    document.addEventListener('visibilitychange', look);
  });
  onBeforeUnmount(() => {
    question += 1;
    clearTimeout(timer);
    isGone = true;
    for (const stop of stops) stop();
    document.removeEventListener('visibilitychange', look);
  });

  return {
    answer, loading, failure, load,
    /** Reads until `isThere` says that one's own decision shows, or it has been waited for long enough. */
    async until(isThere: () => boolean): Promise<void> {
      for (const wait of SOON_MS) {
        await new Promise((resolve) => { setTimeout(resolve, wait); });
        if (isGone || isThere()) return;
        await load();
        if (isThere()) return;
      }
    },
  };
}
