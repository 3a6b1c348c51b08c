import { ref } from 'vue';
import { onSessionEnded } from './client.ts';
import { logIn, me } from './session.ts';

/** True while the dialog asks a person whose session has ended to log in again. */
export const askingLogin = ref(false);

let waiting: { promise: Promise<boolean>; settle: (again: boolean) => void } | undefined;

onSessionEnded(() => {
  // Nobody was logged in: the login page is the place.
  if (me.value === null) return Promise.resolve(false);
  if (!waiting) {
    let settle: (again: boolean) => void = () => undefined;
    const promise = new Promise<boolean>((resolve) => { settle = resolve; });
    waiting = { promise, settle };
    askingLogin.value = true;
  }
  return waiting.promise;
});

function finish(again: boolean): void {
  askingLogin.value = false;
  waiting?.settle(again);
  waiting = undefined;
}

/** Logs in from the dialog; what was being done goes on. Throws CallError. Somebody else, and whoever must change the password, starts anew. */
export async function resumeAs(username: string, password: string): Promise<void> {
  const before = me.value?.id;
  await logIn(username, password);
  if (me.value?.id !== before || me.value?.mustChangePassword) location.assign('/');
  else finish(true);
}

/** Gives up what was being done. */
export function giveUp(): void {
  finish(false);
  location.assign('/login');
}
