import { z } from 'zod';
import { recordAudit } from '../../db/queries/audit.ts';
import { actionsInUse, auditLog, auditOfProcess, beginReplay, filterNames, namesOfObjects } from '../../db/queries/audit-log.ts';
import { holdersOf, receiversOf } from '../../db/queries/directory.ts';
import { listProcesses } from '../../db/queries/process-search.ts';
import { findVisibleProcess } from '../../db/queries/processes.ts';
import { openTasksOf, type OpenTaskRow } from '../../db/queries/tasks.ts';
import type { Actor } from '../actor.ts';
import { attemptWords, departureWords, presentAudit, presentLogEntry } from '../audit/present.ts';
import { auditContract } from '../contract/audit.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { decodeCursor, pageOf } from '../lists.ts';
import { presentProcess } from '../processes/present.ts';
import { processesToCsv } from '../processes/processes-csv.ts';

const MOST_EXPORTED = 10_000;
const MOST_REPLAYS_A_MINUTE = 10;

/** What the auditor reads: every case, everything that happened, refused attempts too, and the raw history with its replay. */
export function auditRoutes({ db, temporal }: Deps): Route[] {
  return [
    handle(auditContract.exportProcesses, async ({ actor, query, locale, res }) => {
      const { rows, total } = await listProcesses(db, actor, { ...query, view: 'all' }, { limit: MOST_EXPORTED });
      const open = await openTasksOf(db, rows.map(({ id }) => id));
      const holders = await holdersOf(db, [...new Set(open.flatMap(({ candidates }) => candidates))]);
      const byProcess = new Map<string, OpenTaskRow[]>();
      for (const task of open) byProcess.set(task.process_id, [...byProcess.get(task.process_id) ?? [], task]);
      const presented = rows.map((row) => presentProcess(row, byProcess.get(row.id), holders));
      // Which filters, not their values: those may be names.
      const filters = Object.entries(query).filter(([, value]) => value !== undefined).map(([name]) => name);
      await recordAudit(db, { actor: reader(actor), action: 'processes-exported', detail: { rows: rows.length, total, filters } });
      res.attachment('processes.csv').type('text/csv; charset=utf-8').send(processesToCsv(presented, total, locale));
    }),

    handle(auditContract.filterNames, async ({ query: { people } }) => {
      const ids = people.split(',').filter(Boolean).slice(0, 20);
      const [names, actions] = await Promise.all([filterNames(db, ids), actionsInUse(db)]);
      return { ...names, actions: actions.map((action) => ({ action, attempt: attemptWords(action) })) };
    }),

    handle(auditContract.events, async ({ query: { limit, cursor, ...filter } }) => {
      const [before] = decodeCursor(cursor, z.tuple([z.int().min(0)])) ?? [];
      const { rows, total, more } = await auditLog(db, filter, { limit: limit + 1, before });
      const page = pageOf(rows, limit, total, ({ seq }) => [seq]);
      const names = await namesOfObjects(db, page.items.flatMap(({ object }) => object ?? []));
      return { ...page, items: page.items.map((row) => presentLogEntry(row, names)), more };
    }),

    handle(auditContract.processEvents, async ({ actor, params: { id } }) => {
      const process = await findVisibleProcess(db, id, actor);
      if (!process) throw new Problem('not-found');
      const rows = await auditOfProcess(db, id);
      const receivers = await receiversOf(db, rows.map(({ detail }) => detail));
      return { items: rows.map((row) => presentAudit(row, process.type, receivers)) };
    }),

    handle(auditContract.processHistory, async ({ actor, params: { id }, res }) => {
      const process = await findVisibleProcess(db, id, actor);
      if (!process) throw new Problem('not-found');
      const history = await temporal.history(id);
      if (history === undefined) throw new Problem('history-not-there');
      await recordAudit(db, { actor: reader(actor), action: 'history-read', processId: id });
      res.type('application/json').attachment(`${process.number}.json`).send(history);
    }),

    handle(auditContract.replayHistory, async ({ actor, params: { id } }) => {
      if (!(await findVisibleProcess(db, id, actor))) throw new Problem('not-found');
      const begun = await db.transaction((trx) => beginReplay(trx, { personId: actor.personId, processId: id, most: MOST_REPLAYS_A_MINUTE }));
      if (!begun) throw new Problem('replay-too-often', { most: MOST_REPLAYS_A_MINUTE }, { retryAfter: 60 });
      const found = await temporal.replay(id);
      const record = (detail: Record<string, unknown>): Promise<void> =>
        recordAudit(db, { actor: reader(actor), action: 'history-replayed', processId: id, detail });
      if (found === 'running') throw new Problem('replay-running');
      if (found === 'no-answer' || found === 'failed') {
        await record({ finding: found });
        throw new Problem(`replay-${found}`, {}, { retryAfter: 10 });
      }
      const { events, departure, build } = found;
      if (events === 0) {
        await record({ finding: 'no-history' });
        throw new Problem('replay-history-gone');
      }
      await record({ finding: departure ? 'different' : 'same', events, ...departure, build: build.fingerprint });
      return {
        events,
        same: departure === null,
        departure: departure && { words: departureWords(departure), code: departure.code, event: departure.event },
        at: new Date().toISOString(),
        build,
      };
    }),
  ];
}

function reader({ personId }: Actor) {
  return { kind: 'person', id: personId } as const;
}
