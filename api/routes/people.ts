import type { Deps } from '../deps.ts';
import type { Route } from '../endpoint.ts';

/** People, departments and roles, which administrators keep. */
export function peopleRoutes(_deps: Deps): Route[] {
  return [
  ];
}
