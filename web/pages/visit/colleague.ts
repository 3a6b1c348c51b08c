import type { Colleague } from '../../session.ts';

// On its way from one page to the next, and nowhere else: neither in the address nor in the browser's storage.
let arrived: Colleague | undefined;

/** Keeps who came from another app for the page on which a visit is asked for. */
export function bringColleague(colleague: Colleague): void {
  arrived = colleague;
}

/** Whoever came from another app, once. */
export function takeColleague(): Colleague | undefined {
  const colleague = arrived;
  arrived = undefined;
  return colleague;
}
