import { onBeforeUnmount, onMounted, ref, watch, type Ref } from 'vue';

const INPUTS = ['pointerdown', 'keydown', 'input', 'compositionupdate'] as const;

/**
 * Counts the seconds that are left until nobody has touched anything for `quiet()` seconds, then calls `onIdle`; null while `quiet()` is, when
 * nothing is counted. Begins anew with every input and whenever `quiet()` changes.
 */
export function useIdle(quiet: () => number | null, onIdle: () => void): { left: Readonly<Ref<number | null>>; stay: () => void } {
  const left = ref<number | null>(null);
  let last = Date.now();

  function count(): void {
    const seconds = quiet();
    left.value = seconds === null ? null : Math.max(0, Math.ceil(seconds - (Date.now() - last) / 1_000));
    if (left.value !== 0) return;
    stay();
    onIdle();
  }

  function stay(): void {
    last = Date.now();
    left.value = quiet();
  }

  watch(quiet, stay, { immediate: true });
  let timer: ReturnType<typeof setInterval> | undefined;
  onMounted(() => {
    timer = setInterval(count, 250);
    for (const input of INPUTS) document.addEventListener(input, stay, { capture: true, passive: true });
  });
  onBeforeUnmount(() => {
    clearInterval(timer);
    for (const input of INPUTS) document.removeEventListener(input, stay, { capture: true });
  });
  return { left, stay };
}
