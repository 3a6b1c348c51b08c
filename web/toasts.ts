import { ref } from 'vue';

/** What has just happened, in a line. */
export interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'problem';
}

export const toasts = ref<readonly Toast[]>([]);

let last = 0;

/** Says in a line what has happened; a problem stays longer. */
export function toast(text: string, kind: Toast['kind'] = 'done'): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value, { id, text, kind }].slice(-3);
  setTimeout(() => dismiss(id), kind === 'done' ? 5_000 : 10_000);
}

/** Takes a toast away. */
export function dismiss(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id);
}
