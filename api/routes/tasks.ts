import type { Knex } from 'knex';
import { recordAudit } from '../../db/queries/audit.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { findVisibleProcess, formVersions, insertComment, timeline } from '../../db/queries/processes.ts';
import { holdersOf, receiversOf } from '../../db/queries/directory.ts';
import { sendNotices } from '../../db/queries/send-notices.ts';
import { currentCalendar } from '../../db/queries/timeouts.ts';
import { claimTask, copies, decidedTasks, findTask, inbox, inboxTotal, mayAct, releaseTask, tasksOf, transferTask, type Page, type TaskFilter, type TaskRow } from '../../db/queries/tasks.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { mayTransfer } from '../../workflows/lib/contract.ts';
import { dataSchema } from '../../workflows/lib/form.ts';
import type { Decision, TaskChange } from '../../workflows/lib/messages.ts';
import type { Actor } from '../actor.ts';
import { taskContract } from '../contract/tasks.ts';
import type { Deps } from '../deps.ts';
import { handle, type Call, type Endpoint, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { instantAfter, instantList } from '../instant-cursor.ts';
import { checkPeople, labelsIn, labelsOf } from '../processes/check.ts';
import { decideMany } from '../processes/decide-many.ts';
import { alreadyDecided, decide, lockActionable } from '../processes/decide.ts';
import { contractOf, jsonSchema, presentCopy, presentEntry, presentTask } from '../processes/present.ts';
import { supplyLinesOf } from '../supply/requisition-lines.ts';
import { endOfDay } from '../processes/end-of-day.ts';

/** The inbox, and what people do to tasks: decided here in PostgreSQL, signalled to the workflow afterwards. */
export function taskRoutes({ db, log, outbox, seal }: Deps): Route[] {
  return [
    handle(taskContract.listTasks, async ({ actor, query: { view, sort, limit, cursor, ...given } }) => {
      const list = view === 'open' ? `open.${sort}` : view;
      const page = { limit: limit + 1, after: instantAfter(cursor, list) };
      const filter = { ...given, ...(given.due === 'today' && { endOfDay: await endOfToday() }) };
      if (view === 'copied') {
        return { ...instantList(await copies(db, actor, filter, page), limit, list, (row) => row.process_id, presentCopy), more: false };
      }
      const { more, ...listed } = view === 'open'
        ? await inboxWithTotal(actor, filter, sort, page)
        : { ...await decidedTasks(db, actor, filter, page), more: false };
      return { ...instantList(listed, limit, list, ({ id }) => id, presentTask), more };
    }),

    handle(taskContract.getTask, async ({ actor, locale, params: { id } }) => {
      const task = await findTask(db, id);
      if (!task || !(await findVisibleProcess(db, task.process_id, actor))) throw new Problem('not-found');
      const type = processTypes[task.type]!;
      const contract = contractOf(task.type);
      const step = contract.steps[task.step]!;
      const [forms, entries, tasks] = await Promise.all([formVersions(db, task.process_id), timeline(db, task.process_id), tasksOf(db, task.process_id)]);
      const current = forms.at(-1)!;
      const [holders, receivers, labels, supply] = await Promise.all([
        holdersOf(db, task.candidates), receiversOf(db, entries.map(({ detail }) => detail)), labelsOf(db, type, [current.form, ...tasks.map(({ data }) => data)]),
        supplyLinesOf(db, type, { form: current.form, tasks, entries }),
      ]);
      return {
        ...presentTask(task),
        form: current.form,
        formVersion: current.version,
        labels: labelsIn(locale, labels),
        supply,
        outcomes: task.outcomes.map((outcome) => ({
          outcome,
          title: step.outcomes[outcome]!,
          commentNeeded: step.commentNeeded?.includes(outcome) ?? false,
          dataSchema: jsonSchema(dataSchema(type, task.step, outcome), type.references),
        })),
        bounds: {
          ...(task.bounds.toStep && { toStep: [...task.bounds.toStep] }),
          ...(task.bounds.most && { most: task.bounds.most }),
          ...(task.bounds.lines && { lines: task.bounds.lines }),
        },
        note: contract.notes?.[task.context.note ?? ''] ?? null,
        shortage: [...(task.context.shortage ?? [])],
        candidates: task.candidates,
        holders: task.candidates.flatMap((each) => holders.get(each) ?? []),
        actorKind: task.actor_kind as Decision['actorKind'] | null,
        decidedBy: task.decided_by === null ? null : { id: task.decided_by, name: task.decided_by_name! },
        comment: task.comment,
        data: task.data,
        mayDecide: task.state === 'open' && mayAct(task, actor),
        timeline: entries.map((entry) => presentEntry(entry, contract, receivers)),
      };
    }),

    handle(taskContract.decideTask, async (call) => {
      const { actor, params: { id }, body: { cc, ...wanted }, locale } = call;
      const decided = await decide(db, { taskId: id, actor, locale, wanted, idempotency: call.idempotency, seal, ...(cc && { cc }) });
      outbox.kick(decided.processId);
      return decided;
    }),

    handle(taskContract.decideTasks, async (call) => {
      const results = await decideMany(call, { db, log, seal });
      for (const processId of results.processIds) outbox.kick(processId);
      return results.answer;
    }),

    handle(taskContract.claimTask, async (call) => changeTask(call, 'claim', async (trx, task, actor) => {
      if (task.assignee_id !== null) throw new Problem('claimed-already', { name: task.assignee_id === actor.personId ? YOU : task.assignee_name! });
      return claimTask(trx, task.id, actor);
    })),

    handle(taskContract.releaseTask, async (call) => changeTask(call, 'release', async (trx, task, actor) => {
      if (task.assignee_id !== actor.personId) throw new Problem('not-claimed');
      return releaseTask(trx, task.id, actor);
    })),

    handle(taskContract.transferTask, async (call) => {
      const { to: wanted, comment } = call.body;
      return changeTask(call, 'transfer', async (trx, task, actor, inOffice) => {
        // Whoever wrote a revision for the requester could approve it afterwards.
        const step = contractOf(task.type).steps[task.step]!;
        if (!mayTransfer(step, inOffice)) throw new Problem('not-transferable');
        if (inOffice && !comment) {
          throw new Problem('invalid-input', {}, {}, [{
            in: 'body', path: 'comment', message: { zh: '改派须说明原因。', en: 'Give the reason for reassigning somebody else’s task.' },
          }]);
        }
        const [to] = await checkPeople(trx, [wanted], 'to');
        if (to === actor.personId) throw new Problem('transfer-to-self');
        // Nobody does the work that was asked for, and rates it then.
        if (task.excluded.includes(to!) || (step.transfers === 'office' && to === task.requester_id)) throw new Problem('separation-of-duties');
        if (!(await transferTask(trx, task.id, inOffice ? undefined : actor, to!))) return false;
        await sendNotices(trx, [to!], {
          key: `${task.id}.transferred.${Date.now()}`, kind: 'task-transferred', processId: task.process_id, taskId: task.id, detail: { by: actor.name },
        });
        return { to: to!, ...(comment && { commentId: await insertComment(trx, { processId: task.process_id, by: actor.personId, text: comment }) }) };
      });
    }),
  ];

  async function endOfToday(): Promise<Date> {
    const { calendar } = await currentCalendar(db);
    return endOfDay(new Date(), calendar.timeZone);
  }

  async function inboxWithTotal(actor: Actor, filter: TaskFilter, sort: 'due' | 'created', page: Page) {
    const [rows, counted] = await Promise.all([inbox(db, actor, filter, sort, page), inboxTotal(db, actor, filter)]);
    return { rows, ...counted };
  }

  /** A change of an open task that is no decision: in PostgreSQL, audited, and signalled with ids only. */
  async function changeTask<E extends Endpoint>(
    call: Call<E>,
    name: 'claim' | 'release' | 'transfer',
    change: (trx: Knex.Transaction, task: TaskRow, actor: Actor, inOffice: boolean) => Promise<boolean | { to: string; commentId?: number }>,
  ) {
    const actor = call.actor as Actor;
    const { id } = call.params as { id: string };
    const changed = await transact(call, db, async (trx) => {
      const task = await lockActionable(trx, id, actor, name === 'transfer');
      // An administrator reassigns (改派) what is not the administrator's own.
      const inOffice = !mayAct(task, actor);
      const done = await change(trx, task, actor, inOffice);
      if (!done) throw alreadyDecided((await findTask(trx, id))!);
      const detail: { to?: string; commentId?: number } = typeof done === 'object' ? done : {};
      await recordAudit(trx, {
        actor: { kind: inOffice ? 'administrator' : 'person', id: actor.personId },
        action: `task-${PAST[name]}`,
        processId: task.process_id,
        taskId: id,
        detail: { step: task.step, ...detail },
      });
      const payload: TaskChange = { taskId: id, by: actor.personId, ...(detail.to !== undefined && { to: detail.to }) };
      await enqueue(trx, { processId: task.process_id, kind: 'signal', name, payload });
      return presentTask((await findTask(trx, id))!);
    });
    outbox.kick(changed.processId);
    return changed;
  }
}

const PAST = { claim: 'claimed', release: 'released', transfer: 'transferred' } as const;

const YOU = { zh: '您', en: 'you' };
