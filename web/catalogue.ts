import { shallowRef } from 'vue';
import { call, type Answer } from './client.ts';

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
