import { computed, ref } from 'vue';
import { announcementTexts } from './texts/announcements.ts';
import { auditTexts } from './texts/audit.ts';
import { operationTexts } from './texts/operations.ts';
import { paletteTexts } from './texts/palette.ts';
import { peopleTexts } from './texts/people.ts';
import { printTexts } from './texts/print.ts';
import { statisticTexts } from './texts/statistics.ts';
import { timeoutTexts } from './texts/timeouts.ts';
import { homeTexts } from './texts/home.ts';
import { loginTexts } from './texts/login.ts';
import { processTexts } from './texts/processes.ts';
import { shellTexts } from './texts/shell.ts';
import { startTexts } from './texts/start.ts';
import { supplyTexts } from './texts/supply.ts';
import { taskTexts } from './texts/tasks.ts';
import { timeTexts } from './texts/time.ts';

export type Language = 'zh-CN' | 'en';

/**
 * Every text of the pages, in both languages, by area. `{name}` stands for what the page fills in.
 * A table of our own: the current vue-i18n needs Node 22, and here the compiler knows every key.
 */
export const texts = {
  ...shellTexts,
  ...loginTexts,
  ...timeTexts,
  ...homeTexts,
  ...taskTexts,
  ...processTexts,
  ...startTexts,
  ...supplyTexts,
  ...timeoutTexts,
  ...statisticTexts,
  ...printTexts,
  ...peopleTexts,
  ...paletteTexts,
  ...operationTexts,
  ...auditTexts,
  ...announcementTexts,
};

export type TextKey = keyof typeof texts;

const STORED = 'houqin.language';

/** None where there is no browser, as in a test of words. */
function stored(): string | null {
  return globalThis.localStorage?.getItem(STORED) ?? null;
}

/** The language of the page: Chinese unless the person chose English before. */
export const language = ref<Language>(stored() === 'en' ? 'en' : 'zh-CN');

/** `zh` or `en`: the key of a text in a process's contract. */
export const textKey = computed(() => language.value === 'en' ? 'en' : 'zh');

/** Whether somebody chose the language in this browser; otherwise the account's own is right. */
export function hasChosenLanguage(): boolean {
  return stored() !== null;
}

/** Changes the language; a choice is remembered in this browser. */
export function useLanguage(chosen: Language, remember = false): void {
  language.value = chosen;
  if (remember) localStorage.setItem(STORED, chosen);
  document.documentElement.lang = chosen;
}

/** The text of `key` in the page's language, `{name}` filled in from `values`. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return texts[key][textKey.value].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
