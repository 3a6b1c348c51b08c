import type { Deps } from '../deps.ts';
import type { Route } from '../endpoint.ts';

/** Statistics of supply. */
export function statisticRoutes(_deps: Deps): Route[] {
  return [
  ];
}
