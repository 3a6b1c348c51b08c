import type { Deps } from './deps.ts';
import type { Route } from './endpoint.ts';
import { adminRoutes } from './routes/admin.ts';
import { auditRoutes } from './routes/audit.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { noticesRoutes } from './routes/notices.ts';
import { processRoutes } from './routes/processes.ts';
import { sessionRoutes } from './routes/session.ts';
import { supplyRoutes } from './routes/supply.ts';
import { taskRoutes } from './routes/tasks.ts';

/** Every endpoint with its handler, by area. */
export function createRoutes(deps: Deps): Route[] {
  return [
    sessionRoutes, healthRoutes, processRoutes, taskRoutes, eventRoutes, noticesRoutes, supplyRoutes, adminRoutes, auditRoutes,
  ].flatMap((area) => area(deps));
}
