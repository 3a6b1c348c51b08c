import type { Deps } from '../deps.ts';
import type { Route } from '../endpoint.ts';

/** Announcements (公告), which administrators publish. */
export function announcementRoutes(_deps: Deps): Route[] {
  return [
  ];
}
