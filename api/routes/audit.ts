import { recordAudit } from '../../db/queries/audit.ts';
import { findVisibleProcess, timeline, type TimelineRow } from '../../db/queries/processes.ts';
import { auditContract } from '../contract/audit.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { contractOf, presentEntry } from '../processes/present.ts';

/** What the auditor reads: everything that happened, refused attempts too, and the raw history. */
export function auditRoutes({ db, temporal }: Deps): Route[] {
  return [
    handle(auditContract.processEvents, async ({ actor, params: { id } }) => {
      const process = await findVisibleProcess(db, id, actor);
      if (!process) throw new Problem('not-found');
      const contract = contractOf(process.type);
      const rows = await timeline(db, id, { refusals: true }) as (TimelineRow & { refused: boolean; code: string | null })[];
      return { items: rows.map((row) => ({ ...presentEntry(row, contract), refused: row.refused, code: row.code })) };
    }),

    handle(auditContract.processHistory, async ({ actor, params: { id }, res }) => {
      const process = await findVisibleProcess(db, id, actor);
      if (!process) throw new Problem('not-found');
      const history = await temporal.history(id);
      if (history === undefined) throw new Problem('history-not-there');
      await recordAudit(db, { actor: { kind: 'person', id: actor.personId }, action: 'history-read', processId: id });
      res.type('application/json').attachment(`${process.number}.json`).send(history);
    }),
  ];
}
