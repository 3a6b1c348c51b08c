import { shallowRef } from 'vue';
import { call, type Answer } from './client.ts';
import { words } from './contracts.ts';
import { t, type TextKey } from './texts.ts';

type ProcessType = Answer<'get /process-types'>['items'][number];

/** What can be started, with the schemas of the forms; empty until it is loaded. */
export const catalogue = shallowRef<readonly ProcessType[]>([]);

let asked: Promise<void> | undefined;

/** Loads the catalogue once. Throws CallError; the next call then tries again. */
export async function loadCatalogue(): Promise<void> {
  asked ??= call('get /process-types').then(({ items }) => { catalogue.value = items; });
  try {
    await asked;
  } catch (error) {
    asked = undefined;
    throw error;
  }
}

/** What is done at a page that starts a process in its own way, where that is more than the name of the process. */
const AT_PAGES: Readonly<Record<string, TextKey>> = { visit: 'visitors.invite' };

/** What a service is called where it is started. */
export function serviceWords({ type, title }: Pick<ProcessType, 'type' | 'title'>): string {
  const own = AT_PAGES[type];
  return own ? t(own) : words(title);
}
