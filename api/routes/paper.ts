import { lockVisibleProcess } from '../../db/queries/processes.ts';
import { recordAudit } from '../../db/queries/audit.ts';
import { printsOf, recordPrint, type PrintRow } from '../../db/queries/prints.ts';
import { currentCalendar } from '../../db/queries/timeouts.ts';
import { paperContract } from '../contract/paper.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { createTurns } from '../in-turn.ts';
import { paperOf } from '../paper/content.ts';
import { paperPdf } from '../paper/pdf.ts';

/** A process on paper. */
export function paperRoutes({ db }: Deps): Route[] {
  // A page is set in one go: up to a second for the longest.
  const inTurn = createTurns();
  return [
    handle(paperContract.getPaper, async ({ actor, params: { id } }) => paperOf(db, id, actor)),

    handle(paperContract.recordPrint, (call) => transact(call, db, async (trx) => {
      const { actor, params: { id } } = call;
      if (!(await lockVisibleProcess(trx, id, actor))) throw new Problem('not-found');
      const n = await recordPrint(trx, id, actor.personId);
      await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'process-printed', processId: id, detail: { n } });
      return presentPrint(await printsOf(trx, id), n);
    })),

    handle(paperContract.getPaperPdf, async ({ actor, params: { id }, query: { print: n }, locale, req, res }) => {
      const [paper, prints, { calendar }] = await Promise.all([paperOf(db, id, actor), printsOf(db, id), currentCalendar(db)]);
      // A print bears the name of whoever counted it: nobody gets another one's.
      if (n !== undefined && prints.find((each) => each.n === n)?.person_id !== actor.personId) throw new Problem('not-found');
      const pdf = await inTurn(req, () => paperPdf(paper, {
        locale, timeZone: calendar.timeZone, reader: actor.name, now: new Date(), print: n === undefined ? null : presentPrint(prints, n),
      }));
      res.attachment(`${paper.number}.pdf`).type('application/pdf').send(pdf);
    }),
  ];
}

function presentPrint(prints: readonly PrintRow[], n: number) {
  const { at, by } = present(prints.find((each) => each.n === n)!);
  return { n, at, by, first: present(prints[0]!) };
}

function present({ at, person_id: id, person_name: name }: PrintRow) {
  return { at: at.toISOString(), by: { id, name } };
}
