import { isMigrated } from '../../db/queries/health.ts';
import { healthContract } from '../contract/health.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { openApi } from '../openapi.ts';

/** Life, readiness, the OpenAPI document and the browsers' reports. */
export function healthRoutes({ db, temporal, counters, log, config }: Deps): Route[] {
  let document: object | undefined;
  return [
    handle(healthContract.live, async () => ({ status: 'ok' as const })),

    handle(healthContract.ready, async ({ res }) => {
      const [hasDatabase, hasTemporal] = await Promise.all([
        within(2_000, isMigrated(db)), within(2_000, temporal.health()),
      ]);
      const degraded = [...(hasDatabase ? [] : ['postgresql']), ...(hasTemporal ? [] : ['temporal'])];
      const status = !hasDatabase ? 'down' : degraded.length > 0 ? 'degraded' : 'ok';
      res.status(hasDatabase ? 200 : 503).json({ status, degraded, demo: config.demo });
    }),

    handle(healthContract.openapi, async ({ res }) => {
      document ??= openApi();
      res.json(document);
    }),

    handle(healthContract.cspReport, async () => {
      counters.cspReports += 1;
      // Not the report itself: its address may hold what a person searched for. And not each: anybody can send many.
      if (Number.isInteger(Math.log2(counters.cspReports))) {
        log.warn({ cspReports: counters.cspReports }, 'content security policy reports');
      }
    }),
  ];
}

async function within(milliseconds: number, answer: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => { timer = setTimeout(resolve, milliseconds, false); });
  try {
    return await Promise.race([answer.catch(() => false), late]);
  } finally {
    clearTimeout(timer);
  }
}
