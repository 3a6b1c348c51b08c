import type { Deps } from '../deps.ts';
import type { Route } from '../endpoint.ts';

/** What is stuck, and what an administrator does about it. */
export function operationRoutes(_deps: Deps): Route[] {
  return [
  ];
}
