import { ref, watchEffect } from 'vue';
import { me } from './session.ts';
import { waitingCount } from './shell.ts';
import { t } from './texts.ts';

/**
 * Keeps the browser's title: how much waits, the page in the words of its own heading, the product. Answers how to stop. The heading is
 * watched because pages come late and rename themselves with their case and the language.
 */
export function followPageTitle(page: HTMLElement): () => void {
  const heading = ref('');
  let asked = 0;
  const read = (): void => { heading.value = page.querySelector('h1')?.textContent?.trim() ?? ''; };
  const observer = new MutationObserver(() => {
    cancelAnimationFrame(asked);
    asked = requestAnimationFrame(read);
  });
  observer.observe(page, { childList: true, subtree: true, characterData: true });
  read();
  const stop = watchEffect(() => {
    const count = me.value && waitingCount.value ? `(${waitingCount.value}) ` : '';
    document.title = count + [...new Set([heading.value, t('app.title')])].filter(Boolean).join(' · ');
  });
  return () => {
    observer.disconnect();
    cancelAnimationFrame(asked);
    stop();
  };
}
