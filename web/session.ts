import { ref } from 'vue';
import { call, CallError, type Answer } from './client.ts';
import { followLanguage, language, useLanguage, type Language } from './texts.ts';
import { useTheme, type Theme } from './theme.ts';

/** Who is logged in; null when nobody is. */
export const me = ref<Answer<'get /me'> | null>(null);

function become(person: Answer<'get /me'>): void {
  me.value = person;
  followLanguage(person.locale);
  useTheme(person.theme);
}

/** Asks the API who is logged in. Throws CallError when it cannot say. */
export async function refreshMe(): Promise<void> {
  try {
    become(await call('get /me'));
  } catch (error) {
    if (!(error instanceof CallError && error.status === 401)) throw error;
    me.value = null;
  }
}

/** Logs in. Throws CallError, 401 for a wrong name or password. */
export async function logIn(username: string, password: string): Promise<void> {
  become((await call('post /login', { body: { username, password } })).person);
}

/**
 * Enters by another app's ticket: whoever is of ours is logged in then, a colleague of another branch is answered. Throws CallError, 401 for a
 * ticket that is not taken.
 */
export async function enterBy(app: string, ticket: string): Promise<Colleague | undefined> {
  const entered = await call('post /entry/:app', { params: { app }, body: { ticket } });
  if ('colleague' in entered) return entered.colleague;
  become(entered.person);
  return undefined;
}

/** A colleague of another branch, masked, with the proof for one visit. */
export type Colleague = Extract<Answer<'post /entry/:app'>, { colleague: unknown }>['colleague'];

/** Logs out; the session ends on the server. */
export async function logOut(): Promise<void> {
  await call('post /logout');
  me.value = null;
}

/** Changes one's own password; sessions on other devices end. Throws CallError, with the field that is wrong. */
export async function changePassword(current: string, password: string): Promise<void> {
  me.value = await call('post /me/password', { body: { current, password } });
}

/** Changes the language here, and for whoever is logged in on other devices too. */
export function switchLanguage(): void {
  const chosen: Language = language.value === 'en' ? 'zh-CN' : 'en';
  useLanguage(chosen, me.value ? 'account' : 'browser');
  // The page speaks it already; another device learns of it when it can.
  if (me.value) void call('patch /me', { body: { locale: chosen } }).catch(() => undefined);
}

/** Changes the appearance here, and on the other devices of whoever is logged in. */
export function switchTheme(chosen: Theme): void {
  useTheme(chosen);
  if (me.value) void call('patch /me', { body: { theme: chosen } }).catch(() => undefined);
}
