import { recordAudit } from '../../db/queries/audit.ts';
import {
  arrangingTooLong, overdueBySteps, parkedMessages, processRefs, retryingActivities, totals, unattendedTasks, unpark, type ArrangingRow,
} from '../../db/queries/operations.ts';
import { outboxState } from '../../db/queries/outbox.ts';
import { failingSms } from '../../db/queries/sms.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { mayTransfer } from '../../workflows/lib/contract.ts';
import { operationContract } from '../contract/operations.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { createEngineView, type EngineView } from '../operations/engine.ts';
import { ARRANGING_TOO_LONG_S } from '../operations/sentinel.ts';

/** An activity is tried again every 20 s at most. */
const RETRY_STALE_AFTER_S = 120;

/** What is stuck, and what an administrator does about it. */
export function operationRoutes({ db, outbox, temporal, sentinel }: Deps): Route[] {
  const engineOf = createEngineView(temporal);
  return [
    handle(operationContract.operations, async () => {
      const [messages, parked, retries, arranging, overdue, unattended, counts, sms] = await Promise.all([
        outboxState(db), parkedMessages(db), retryingActivities(db, RETRY_STALE_AFTER_S), arrangingTooLong(db, ARRANGING_TOO_LONG_S),
        overdueBySteps(db), unattendedTasks(db), totals(db), failingSms(db),
      ]);
      const failing = sentinel.last()?.failing ?? { ids: [], total: 0 };
      const refs = failing.ids.length > 0 ? await processRefs(db, failing.ids) : [];
      const engine = await engineOf(arranging.items.map(({ process }) => process.id));
      const retried = new Set(retries.items.filter(({ stale }) => !stale).map(({ processId }) => processId));
      return {
        at: new Date(),
        engine: { state: engine.state, backlog: engine.backlog },
        counts,
        outbox: { pending: Number(messages.pending), oldestSeconds: messages.oldestSeconds, parked },
        retries,
        sms,
        arranging: { ...arranging, items: arranging.items.map((row) => explained(row, engine, retried)) },
        failing: { items: refs, total: failing.total },
        overdue: overdue.filter(({ type }) => Object.hasOwn(processTypes, type)),
        unattended: {
          ...unattended,
          items: unattended.items.map((task) => ({
            ...task, transferable: isTransferable(task.process.type, task.step),
          })),
        },
      };
    }),

    handle(operationContract.redeliver, async (call) => {
      const { params: { id }, actor } = call;
      const answer = await transact(call, db, async (trx) => {
        const redelivered = await unpark(trx, id);
        if (redelivered === undefined) throw new Problem('not-found');
        if (redelivered > 0) {
          await recordAudit(trx, {
            actor: { kind: 'administrator', id: actor.personId }, action: 'messages-redelivered',
            ...(id.startsWith('sms-') ? { detail: { count: redelivered, sms: id } } : { processId: id, detail: { count: redelivered } }),
          });
        }
        return { redelivered };
      });
      if (answer.redelivered > 0) outbox.kick(id);
      return answer;
    }),
  ];
}

type Cause =
  | 'parked' | 'start-not-delivered' | 'message-not-delivered' | 'engine-away' | 'no-worker' | 'activity-fails' | 'workflow-task-fails'
  | 'waits-for-worker' | 'not-in-engine' | 'engine-ended' | 'unknown';

/** Why a process has no open task, as far as the outbox, the failing activities and Temporal tell. */
function explained({ process, since, kind, parked }: ArrangingRow, engine: EngineView, failing: ReadonlySet<string>) {
  const work = engine.work.get(process.id);
  const task = work?.workflowTask ?? null;
  const causeOf = (): Cause => {
    if (parked) return 'parked';
    if (engine.state === 'away') return 'engine-away';
    if (kind === 'start') return 'start-not-delivered';
    if (kind === 'signal') return 'message-not-delivered';
    if (work?.state === 'absent') return 'not-in-engine';
    if (work?.state === 'closed') return 'engine-ended';
    if (engine.state === 'no-worker') return 'no-worker';
    if (failing.has(process.id)) return 'activity-fails';
    if (task && task.attempt > 1) return 'workflow-task-fails';
    if (task && task.startedAt === null) return 'waits-for-worker';
    return 'unknown';
  };
  return { process, since, cause: causeOf(), workflowTask: task && { attempt: task.attempt, since: task.scheduledAt } };
}

function isTransferable(type: string, name: string): boolean {
  const step = processTypes[type]?.contract.steps[name];
  return step !== undefined && mayTransfer(step, true);
}
