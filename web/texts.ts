import { computed, ref } from 'vue';
import { announcementTexts } from './texts/announcements.ts';
import { askTexts } from './texts/asks.ts';
import { personalTexts } from './texts/personal.ts';
import { auditTexts } from './texts/audit.ts';
import { operationTexts } from './texts/operations.ts';
import { paletteTexts } from './texts/palette.ts';
import { photoTexts } from './texts/photos.ts';
import { peopleTexts } from './texts/people.ts';
import { placeTexts } from './texts/places.ts';
import { phoneTexts } from './texts/phones.ts';
import { printTexts } from './texts/print.ts';
import { statisticTexts } from './texts/statistics.ts';
import { timeoutTexts } from './texts/timeouts.ts';
import { entryTexts } from './texts/entry.ts';
import { homeTexts } from './texts/home.ts';
import { kioskTexts } from './texts/kiosk.ts';
import { loginTexts } from './texts/login.ts';
import { processTexts } from './texts/processes.ts';
import { shellTexts } from './texts/shell.ts';
import { repairPlanTexts } from './texts/repair-plans.ts';
import { repairStatisticTexts } from './texts/repair-statistics.ts';
import { repairTexts } from './texts/repairs.ts';
import { startTexts } from './texts/start.ts';
import { supplyTexts } from './texts/supply.ts';
import { taskTexts } from './texts/tasks.ts';
import { timeTexts } from './texts/time.ts';
import { visitTexts } from './texts/visit.ts';
import { visitorTexts } from './texts/visitors.ts';

export type Language = 'zh-CN' | 'en';

/**
 * Every text of the pages, in both languages, by area. `{name}` stands for what the page fills in.
 * A table of our own: the current vue-i18n needs Node 22, and here the compiler knows every key.
 */
export const texts = {
  ...shellTexts,
  ...loginTexts,
  ...entryTexts,
  ...timeTexts,
  ...homeTexts,
  ...taskTexts,
  ...phoneTexts,
  ...processTexts,
  ...startTexts,
  ...supplyTexts,
  ...timeoutTexts,
  ...statisticTexts,
  ...printTexts,
  ...photoTexts,
  ...peopleTexts,
  ...paletteTexts,
  ...operationTexts,
  ...auditTexts,
  ...announcementTexts,
  ...repairTexts,
  ...repairPlanTexts,
  ...repairStatisticTexts,
  ...visitorTexts,
  ...visitTexts,
  ...kioskTexts,
  ...askTexts,
  ...personalTexts,
  ...placeTexts,
};

export type TextKey = keyof typeof texts;

const STORED = 'houqin.language';

/** None where there is no browser, as in a test of words. */
function stored(): string | null {
  return globalThis.localStorage?.getItem(STORED) ?? null;
}

/** The account's choices, as this browser last heard of them: so that a page opens in them before the API has answered. */
const OF_THE_ACCOUNT = 'houqin.account-language';

/** The language of the page: Chinese unless somebody chose English in this browser, or the account that was here last did. */
export const language = ref<Language>((stored() ?? globalThis.localStorage?.getItem(OF_THE_ACCOUNT)) === 'en' ? 'en' : 'zh-CN');

/** `zh` or `en`: the key of a text in a process's contract. */
export const textKey = computed(() => language.value === 'en' ? 'en' : 'zh');

/**
 * Changes the language. `by` is who chose it: `browser`, somebody who is not logged in, which stays in this browser; `account`, which every
 * device of the account follows; nobody, for now only.
 */
export function useLanguage(chosen: Language, by?: 'browser' | 'account'): void {
  language.value = chosen;
  if (by === 'browser') localStorage.setItem(STORED, chosen);
  if (by === 'account') {
    localStorage.removeItem(STORED);
    localStorage.setItem(OF_THE_ACCOUNT, chosen);
  }
  document.documentElement.lang = chosen;
}

/** Speaks the account's language, unless somebody chose one in this browser before logging in. */
export function followLanguage(ofAccount: Language): void {
  if (stored() === null) useLanguage(ofAccount, 'account');
}

/** Speaks a language for now, unless somebody chose one in this browser; nothing is stored. */
export function speakUnlessChosen(wanted: Language): void {
  if (stored() === null) useLanguage(wanted);
}

/** The text of `key` in the page's language, `{name}` filled in from `values`; `{n:line|lines}` is the first for one, else the second. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return texts[key][textKey.value]
    .replace(/\{(\w+):([^|}]*)\|([^}]*)\}/g, (_, name: string, one: string, many: string) => (values[name] === 1 ? one : many))
    .replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
