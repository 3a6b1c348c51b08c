import { ref } from 'vue';

/** The present, good to half a minute: what time words on a page are reckoned from. */
export const now = ref(new Date());

// Words of forms are tested without a page, too.
if (typeof document !== 'undefined') {
  setInterval(() => { now.value = new Date(); }, 30_000);
  document.addEventListener('visibilitychange', () => { now.value = new Date(); });
}
