import { recordAudit } from '../../db/queries/audit.ts';
import { keptValues, lastRetentionRun, personalValues, retention, revealsToday, setRetention } from '../../db/queries/personal.ts';
import { findVisibleProcess, insertComment } from '../../db/queries/processes.ts';
import { tasksOf, mayAct, type TaskRow } from '../../db/queries/tasks.ts';
import { hasRole, type Actor } from '../actor.ts';
import { personalContract } from '../contract/personal.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { contractOf } from '../processes/present.ts';

/** So many times a day somebody looks at personal data in clear. */
const MOST_REVEALS = 20;
const OFFICES = ['front-desk', 'security', 'process-administrator'];

/** Personal data in clear, and how long they are kept. */
export function personalRoutes({ db, seal }: Deps): Route[] {
  /** Whoever works on the case, or has one of the offices; an auditor sees how it went, not who it was about. */
  async function mayReveal(id: string, requesterId: string, actor: Actor): Promise<boolean> {
    if (hasRole(actor, ...OFFICES) || requesterId === actor.personId) return true;
    const tasks = await tasksOf(db, id);
    // Who only said yes or no to an offer does not work on it by that.
    const isOffer = ({ type, step }: TaskRow): boolean => contractOf(type).steps[step]?.transfers === 'nobody';
    return tasks.some((task) => !isOffer(task) && (task.decided_by === actor.personId || (task.state === 'open' && mayAct(task, actor))));
  }

  return [
    handle(personalContract.revealPersonal, async ({ actor, params: { id }, body: { path, reason } }) => {
      const process = await findVisibleProcess(db, id, actor);
      if (!process) throw new Problem('not-found');
      if (!(await mayReveal(id, process.requester_id, actor))) throw new Problem('forbidden');
      return db.transaction(async (trx) => {
        await trx('person').where({ id: actor.personId }).forUpdate().first('id');
        if (await revealsToday(trx, actor.personId) >= MOST_REVEALS) throw new Problem('revealed-too-often', { most: MOST_REVEALS });
        const values = (await personalValues(trx, seal, id)).filter((each) => path === '' || each.path === path || each.path.startsWith(`${path}.`));
        if (values.length === 0) throw new Problem('personal-deleted');
        const commentId = await insertComment(trx, { processId: id, by: actor.personId, text: reason });
        await recordAudit(trx, {
          actor: { kind: 'person', id: actor.personId }, action: 'personal-data-revealed', processId: id, detail: { commentId, paths: values.map((each) => each.path) },
        });
        return { values };
      });
    }),

    handle(personalContract.retention, async () => {
      const [days, lastRun, kept] = await Promise.all([retention(db), lastRetentionRun(db), keptValues(db)]);
      return { ...days, lastRun: lastRun ?? null, kept };
    }),

    handle(personalContract.setRetention, async ({ actor, body }) => {
      await db.transaction(async (trx) => {
        const before = await retention(trx);
        await setRetention(trx, body);
        await recordAudit(trx, { actor: { kind: 'administrator', id: actor.personId }, action: 'retention-changed', detail: { before, after: body } });
      });
      return body;
    }),
  ];
}
