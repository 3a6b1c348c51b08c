import type { Db } from '../../db/connect.ts';
import { countRetries } from '../../db/queries/activity-retries.ts';
import { isMigrated } from '../../db/queries/health.ts';
import { outboxState } from '../../db/queries/outbox.ts';
import { healthContract } from '../contract/health.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { isStuck } from '../operations/sentinel.ts';
import { openApi } from '../openapi.ts';
import { within } from '../within.ts';

/** Life, readiness, the OpenAPI document and the browsers' reports. */
export function healthRoutes({ db, temporal, sentinel, counters, log, config }: Deps): Route[] {
  let document: object | undefined;
  return [
    handle(healthContract.live, async () => ({ status: 'ok' as const, demo: config.demo })),

    handle(healthContract.ready, async ({ res }) => {
      const [hasDatabase, engine] = await Promise.all([
        within(2_000, isMigrated(db), false), within(2_000, temporal.health(), 'away' as const),
      ]);
      const behind = hasDatabase ? await within(2_000, lagging(db), []) : [];
      const seen = sentinel.last();
      const degraded = [
        ...(hasDatabase ? [] : ['postgresql']), ...(engine === 'ok' ? [] : [MISSING[engine]]), ...behind,
        ...(seen && isStuck(seen) ? ['stuck'] : []),
      ];
      const status = !hasDatabase ? 'down' : degraded.length > 0 ? 'degraded' : 'ok';
      res.status(hasDatabase ? 200 : 503).json({ status, degraded });
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

const MISSING = { away: 'temporal', 'no-worker': 'worker' } as const;

/** An outbox row older than this has met more than a hiccup. */
const OUTBOX_LATE_S = 10;
const RETRIES_WITHIN_MINUTES = 5;

/** What is behind though everything is there: messages that do not get through, activities that keep failing. */
async function lagging(db: Db): Promise<string[]> {
  const [outbox, retries] = await Promise.all([outboxState(db), countRetries(db, RETRIES_WITHIN_MINUTES)]);
  return [...(outbox.parked > 0 || outbox.oldestSeconds > OUTBOX_LATE_S ? ['outbox'] : []), ...(retries > 0 ? ['activities'] : [])];
}
