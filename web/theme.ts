import { ref } from 'vue';

export type Theme = 'auto' | 'light' | 'dark';

const STORED = 'houqin.theme';

const stored = localStorage.getItem(STORED);

/** Light, dark, or as the system has it. */
export const theme = ref<Theme>(stored === 'light' || stored === 'dark' ? stored : 'auto');

/** Changes the theme; this browser remembers it, so that its next page opens in it at once. */
export function useTheme(chosen: Theme): void {
  theme.value = chosen;
  localStorage.setItem(STORED, chosen);
  if (chosen === 'auto') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}
