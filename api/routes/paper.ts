import type { Deps } from '../deps.ts';
import type { Route } from '../endpoint.ts';

/** A requisition on paper. */
export function paperRoutes(_deps: Deps): Route[] {
  return [
  ];
}
