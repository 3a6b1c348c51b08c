import { ref } from 'vue';
import { call, CallError, type Answer } from './client.ts';
import { hasChosenLanguage, language, useLanguage, type Language } from './texts.ts';

/** Who is logged in; null when nobody is. */
export const me = ref<Answer<'get /me'> | null>(null);

/** Asks the API who is logged in. Throws CallError when it cannot say. */
export async function refreshMe(): Promise<void> {
  try {
    me.value = await call('get /me');
  } catch (error) {
    if (!(error instanceof CallError && error.status === 401)) throw error;
    me.value = null;
  }
}

/** Logs in. Throws CallError, 401 for a wrong name or password. */
export async function logIn(username: string, password: string): Promise<void> {
  me.value = (await call('post /login', { body: { username, password } })).person;
  if (!hasChosenLanguage()) useLanguage(me.value.locale);
}

/** Logs out; the session ends on the server. */
export async function logOut(): Promise<void> {
  await call('post /logout');
  me.value = null;
}

/** Changes the language here, and for whoever is logged in on other devices too. */
export function switchLanguage(): void {
  const chosen: Language = language.value === 'en' ? 'zh-CN' : 'en';
  useLanguage(chosen, true);
  // The page speaks it already; another device learns of it when it can.
  if (me.value) void call('patch /me', { body: { locale: chosen } }).catch(() => undefined);
}
