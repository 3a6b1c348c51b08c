import { computed, ref } from 'vue';
import { openCount } from './live.ts';
import { uncounted } from './pages/tasks/held-decision.ts';

/** Whether the list of all keys is open. */
export const showsKeys = ref(false);

/** Whether the search over everything is open. */
export const showsPalette = ref(false);

/** Whose case the page shows; nobody's on other pages. */
export const shownRequester = ref<string | null>(null);

/** How many tasks wait for me, without the one that is just being decided; null until it is known. */
export const waitingCount = computed(() => openCount.value === null ? null : Math.max(0, openCount.value - uncounted.value));

/** What a key does as long as nobody is typing: Ctrl-K and Cmd-K search everything, `?` lists the keys. True when it was one. */
export function pressShellKey(event: KeyboardEvent): boolean {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey && event.key.toLowerCase() === 'k') {
    if (!showsPalette.value && document.querySelector('dialog[open]')) return false;
    showsPalette.value = !showsPalette.value;
    return true;
  }
  if (event.key !== '?' || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return false;
  if ((event.target as HTMLElement).matches('input, textarea, select, [contenteditable]')) return false;
  showsKeys.value = true;
  return true;
}
