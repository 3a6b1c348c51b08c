import { ref } from 'vue';
import { call, CallError } from './client.ts';

/** The person who is logged in. */
export interface Me {
  id: string;
  username: string;
  name: string;
}

/** Who is logged in; null when nobody is. */
export const me = ref<Me | null>(null);

/** Asks the API who is logged in. Throws CallError when it cannot say. */
export async function refreshMe(): Promise<void> {
  try {
    me.value = await call<Me>('GET', '/me');
  } catch (error) {
    if (!(error instanceof CallError && error.status === 401)) throw error;
    me.value = null;
  }
}

/** Logs in. Throws CallError, 401 for a wrong name or password. */
export async function logIn(username: string, password: string): Promise<void> {
  await call('POST', '/login', { username, password });
  await refreshMe();
}

/** Logs out; the session ends on the server. */
export async function logOut(): Promise<void> {
  await call('POST', '/logout');
  me.value = null;
}
