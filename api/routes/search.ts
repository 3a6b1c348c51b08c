import type { Deps } from '../deps.ts';
import type { Route } from '../endpoint.ts';

/** Finding anything by a word. */
export function searchRoutes(_deps: Deps): Route[] {
  return [
  ];
}
