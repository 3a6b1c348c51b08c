import type { Deps } from './deps.ts';
import type { Route } from './endpoint.ts';
import { adminRoutes } from './routes/admin.ts';
import { auditRoutes } from './routes/audit.ts';
import { entryRoutes } from './routes/entry.ts';
import { eventRoutes } from './routes/events.ts';
import { fileRoutes } from './routes/files.ts';
import { healthRoutes } from './routes/health.ts';
import { noticesRoutes } from './routes/notices.ts';
import { processRoutes } from './routes/processes.ts';
import { sessionRoutes } from './routes/session.ts';
import { supplyRoutes } from './routes/supply.ts';
import { taskRoutes } from './routes/tasks.ts';
import { peopleRoutes } from './routes/people.ts';
import { announcementRoutes } from './routes/announcements.ts';
import { operationRoutes } from './routes/operations.ts';
import { statisticRoutes } from './routes/statistics.ts';
import { paperRoutes } from './routes/paper.ts';
import { searchRoutes } from './routes/search.ts';
import { smsRoutes } from './routes/sms.ts';
import { kioskRoutes } from './routes/kiosk.ts';
import { placeRoutes } from './routes/places.ts';
import { visitPublicRoutes } from './routes/visit-public.ts';
import { repairStatisticRoutes } from './routes/repair-statistics.ts';
import { repairPlanRoutes } from './routes/repair-plans.ts';
import { personalRoutes } from './routes/personal.ts';
import { repairRoutes } from './routes/repairs.ts';
import { visitRoutes } from './routes/visits.ts';
import { askRoutes } from './routes/asks.ts';
import { phoneCodeRoutes } from './routes/phone-codes.ts';

/** Every endpoint with its handler, by area. */
export function createRoutes(deps: Deps): Route[] {
  return [
    sessionRoutes, entryRoutes, healthRoutes, processRoutes, taskRoutes, fileRoutes, eventRoutes, noticesRoutes, supplyRoutes, adminRoutes, auditRoutes,
    peopleRoutes, announcementRoutes, operationRoutes, statisticRoutes, paperRoutes, searchRoutes, smsRoutes, askRoutes, phoneCodeRoutes,
    personalRoutes, visitRoutes, visitPublicRoutes, kioskRoutes, placeRoutes, repairPlanRoutes, repairStatisticRoutes, repairRoutes,
  ].flatMap((area) => area(deps));
}
