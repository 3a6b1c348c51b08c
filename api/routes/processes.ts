import type { Knex } from 'knex';
import {
  addComment, copyTo, findVisibleProcess, formVersions, lockVisibleProcess, startProcess, timeline, urgeProcess, withdrawProcess,
  type ProcessRow,
} from '../../db/queries/processes.ts';
import { listProcesses } from '../../db/queries/process-search.ts';
import { enqueue } from '../../db/queries/outbox.ts';
import { recordAudit } from '../../db/queries/audit.ts';
import { peopleIn, peopleOf } from '../../db/queries/candidates.ts';
import { keepPersonal } from '../../db/queries/personal.ts';
import { findColleagues, holdersOf, receiversOf } from '../../db/queries/directory.ts';
import { sendNotices } from '../../db/queries/send-notices.ts';
import { waitingSmsOf } from '../../db/queries/sms.ts';
import { mayAct, openTasksOf, tasksOf } from '../../db/queries/tasks.ts';
import { withoutRole } from '../../db/queries/visibility.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { mayTransfer } from '../../workflows/lib/contract.ts';
import { pickFacts } from '../../workflows/lib/facts.ts';
import { hasRole, type Actor } from '../actor.ts';
import { processContract } from '../contract/processes.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { attachPhotos, photosIn } from '../files/attach.ts';
import { transact } from '../idempotency.ts';
import { instantAfter, instantList } from '../instant-cursor.ts';
import { checkForm, checkPeople, labelsIn, labelsOf } from '../processes/check.ts';
import { createExpectedDues } from '../processes/expected.ts';
import { maskPersonal } from '../processes/personal.ts';
import { contractOf, jsonSchema, plannedSteps, presentEntry, presentProcess, presentSteps } from '../processes/present.ts';
import { supplyLinesOf } from '../supply/requisition-lines.ts';

/** Deadlines by which a policy acts on its task; a promise is the task's due instant, and the clock of a process has its own place. */
function isOwn(kind: string): kind is 'remind' | 'escalate' | 'expire' {
  return ['remind', 'escalate', 'expire'].includes(kind);
}

/** How often a requester may urge, in hours. */
const URGE_EVERY_HOURS = 4;

/** Starting, reading and following processes, whatever their type. */
export function processRoutes({ db, seal, outbox }: Deps): Route[] {
  const expectedDues = createExpectedDues(db);
  return [
    handle(processContract.listProcessTypes, async () => ({
      items: Object.values(processTypes).map(({ contract, form, decisions = {}, references }) => ({
        type: contract.type,
        title: contract.title,
        category: contract.category,
        startsAt: contract.startsAt ?? null,
        formSchema: jsonSchema(form, references),
        steps: contract.path.map((step) => ({
          step,
          title: contract.steps[step]!.title,
          outcomes: contract.steps[step]!.outcomes,
          decisionSchemas: Object.fromEntries(Object.entries(decisions[step] ?? {}).map(([outcome, schema]) => [outcome, jsonSchema(schema, references)])),
        })),
        outcomes: Object.fromEntries(Object.entries(contract.outcomes).map(([outcome, { title }]) => [outcome, title])),
      })),
    })),

    handle(processContract.startProcess, async (call) => {
      const { actor, body: { type: name, form: given, cc = [] }, locale } = call;
      const type = Object.hasOwn(processTypes, name) ? processTypes[name]! : undefined;
      if (!type) {
        const known = Object.keys(processTypes).join(', ');
        throw new Problem('invalid-input', {}, {}, [{
          in: 'body', path: 'type', message: { zh: `type：须为以下之一：${known}。`, en: `type: must be one of: ${known}.` },
        }]);
      }
      if (type.contract.startsAt) throw new Problem('started-elsewhere', { type: type.contract.title, page: type.contract.startsAt });
      const started = await transact(call, db, async (trx) => {
        const checked = await checkForm(trx, type, given, locale);
        const { label } = checked;
        const { form, values } = maskPersonal(type.form, checked.form);
        const people = await checkPeople(trx, cc, 'cc');
        const process = await startProcess(trx, {
          type: name,
          numberPrefix: type.contract.numberPrefix,
          workflow: type.workflow,
          title: type.title(form as never, label),
          form,
          facts: pickFacts(form, type.contract.facts),
          requesterId: actor.personId,
          departmentId: actor.departmentId,
        });
        await keepPersonal(trx, seal, { processId: process.id, version: 1, values });
        await copyTo(trx, { processId: process.id, by: actor.personId, people });
        await attachPhotos(trx, photosIn(type.form, form, 'form'), { processId: process.id, by: actor.personId });
        return presentProcess(process);
      });
      outbox.kick(started.id);
      return started;
    }),

    handle(processContract.listProcesses, async ({ actor, query: { limit, cursor, ...filter } }) => {
      const list = `processes-${filter.sort}`;
      const listed = await listProcesses(db, actor, filter, { limit: limit + 1, after: instantAfter(cursor, list) });
      const open = await openTasksOf(db, listed.rows.map(({ id }) => id));
      const holders = await holdersOf(db, open.flatMap(({ candidates }) => candidates));
      return instantList(listed, limit, list, ({ id }) => id, (row) => presentProcess(row, open, holders));
    }),

    handle(processContract.getProcess, async ({ actor, locale, params: { id } }) => {
      const process = await findVisibleProcess(db, id, actor);
      if (!process) throw new Problem('not-found');
      const contract = contractOf(process.type);
      const [forms, tasks, entries] = await Promise.all([formVersions(db, id), tasksOf(db, id), timeline(db, id)]);
      const current = forms.at(-1)!;
      const open = tasks.filter(({ state }) => state === 'open');
      const running = process.status === 'running';
      const planned = running ? plannedSteps(tasks, contract) : [];
      // What is late already goes on from now.
      const goesOnAt = new Date(Math.max(Date.now(), ...open.map((task) => task.due_at?.getTime() ?? 0)));
      const [holders, receivers, dues, supply, waitingSms] = await Promise.all([
        holdersOf(db, open.flatMap(({ candidates }) => candidates)),
        receiversOf(db, entries.map(({ detail }) => detail)),
        expectedDues(process.type, planned, goesOnAt),
        supplyLinesOf(db, processTypes[process.type]!, { form: current.form, tasks, entries }),
        waitingSmsOf(db, id),
      ]);
      return {
        ...presentProcess(process, open),
        outside: waitingSms.map((sms) => ({ ...sms, what: 'sms' as const, since: sms.since.toISOString(), nextAt: sms.nextAt?.toISOString() ?? null })),
        form: current.form,
        formVersion: current.version,
        formVersions: forms.map((each) => ({
          version: each.version, form: each.form, hash: each.hash, createdAt: each.created_at.toISOString(), createdBy: each.created_by_name,
        })),
        labels: labelsIn(locale, await labelsOf(db, processTypes[process.type]!, [...forms.map(({ form }) => form), ...tasks.map(({ data }) => data)])),
        supply,
        withdrawable: running && process.withdrawable && process.requester_id === actor.personId,
        // A decision was given and its next step is still on its way: 下一步正在安排.
        arranging: running && open.length === 0,
        steps: presentSteps(tasks, contract, planned.map((step, i) => ({ step, dueAt: dues[i] ?? null }))),
        openTasks: open.map((task) => ({
          id: task.id,
          step: task.step,
          stepTitle: contract.steps[task.step]!.title,
          assignee: task.assignee_id === null ? null : { id: task.assignee_id, name: task.assignee_name! },
          candidates: task.candidates,
          holders: task.candidates.flatMap((each) => holders.get(each) ?? []),
          openedAt: task.opened_at.toISOString(),
          dueAt: task.due_at?.toISOString() ?? null,
          expireAt: task.expire_at?.toISOString() ?? null,
          expireOutcome: task.deadlines.find(({ kind }) => kind === 'expire')?.outcome ?? null,
          deadlines: task.deadlines.flatMap(({ kind, n, at }) => (isOwn(kind) ? [{ kind, n, at }] : [])),
          policyVersion: task.policy_version,
          calendarVersion: task.calendar_version,
          mayDecide: mayAct(task, actor),
          mayReassign: hasRole(actor, 'process-administrator') && mayTransfer(contract.steps[task.step]!, true),
        })),
        timeline: entries.map((entry) => presentEntry(entry, contract, receivers)),
      };
    }),

    handle(processContract.withdrawProcess, async (call) => {
      const { actor, params: { id }, body: { reason } } = call;
      const withdrawn = await transact(call, db, async (trx) => {
        const process = await lockOwn(trx, id, actor);
        requireRunning(process);
        const closed = await withdrawProcess(trx, id);
        if (!closed) throw new Problem('not-withdrawable');
        await addComment(trx, { processId: id, by: actor.personId, text: reason, action: 'process-withdrawn' });
        await enqueue(trx, {
          processId: id, kind: 'signal', name: 'withdraw', payload: { by: actor.personId, at: new Date().toISOString() },
        });
        // Who was asked by name may be on the way; the many of a role only had it in their lists.
        const holders = closed.flatMap(({ assignee_id: holder, candidates }) => holder ?? candidates.flatMap((each) => each.startsWith('person:') ? each.slice('person:'.length) : []))
          .filter((holder) => holder !== actor.personId);
        await sendNotices(trx, [...new Set(holders)], { key: `${id}.withdrawn`, kind: 'process-withdrawn', processId: id, taskId: null });
        return presentProcess((await findVisibleProcess(trx, id, actor))!);
      });
      outbox.kick(id);
      return withdrawn;
    }),

    handle(processContract.urgeHolders, async (call) => {
      const { actor, params: { id } } = call;
      return transact(call, db, async (trx) => {
        const process = await lockOwn(trx, id, actor);
        requireRunning(process);
        const again = await urgeProcess(trx, id, URGE_EVERY_HOURS);
        if (again) {
          throw new Problem('urged-already', { hours: URGE_EVERY_HOURS, at: again }, {
            again: again.toISOString(), retryAfter: Math.max(1, Math.ceil((again.getTime() - Date.now()) / 1_000)),
          });
        }
        const open = await trx('task').select('id', 'assignee_id', 'candidates', 'excluded').where({ process_id: id, state: 'open' });
        const urgedAt = Date.now();
        const urged = new Set<string>();
        for (const task of open) {
          const holders = await peopleOf(trx, task.assignee_id ? [`person:${task.assignee_id}`] : task.candidates);
          const people = holders.map((holder) => holder.id).filter((holder) => !task.excluded.includes(holder) && holder !== actor.personId);
          people.forEach((holder) => urged.add(holder));
          await sendNotices(trx, people, { key: `${task.id}.urged.${urgedAt}`, kind: 'task-urged', processId: id, taskId: task.id });
        }
        if (urged.size === 0) throw new Problem('nobody-to-urge');
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'process-urged', processId: id });
        return { reminded: urged.size };
      });
    }),

    handle(processContract.addComment, async (call) => {
      const { actor, params: { id }, body: { text } } = call;
      return transact(call, db, async (trx) => {
        if (!(await findVisibleProcess(trx, id, actor))) throw new Problem('not-found');
        // The auditor's office lets read, not write; in a case of one's own one is not there as the auditor.
        if (!(await findVisibleProcess(trx, id, withoutRole(actor, 'auditor')))) throw new Problem('forbidden');
        const commentId = await addComment(trx, { processId: id, by: actor.personId, text, action: 'commented' });
        const others = await peopleIn(trx, id);
        await sendNotices(trx, others.filter((person) => person !== actor.personId), {
          key: `${id}.commented.${commentId}`, kind: 'commented', processId: id, taskId: null, detail: { by: actor.name },
        });
        return { processId: id };
      });
    }),

    handle(processContract.listColleagues, async ({ query: { q, limit } }) => ({ items: await findColleagues(db, q, limit) })),
  ];
}

/** The process, locked, if it is the actor's own: only the requester withdraws and urges. */
async function lockOwn(trx: Knex.Transaction, id: string, actor: Actor): Promise<ProcessRow> {
  const process = await lockVisibleProcess(trx, id, actor);
  if (!process) throw new Problem('not-found');
  if (process.requester_id !== actor.personId) throw new Problem('requester-only');
  return process;
}

function requireRunning(process: ProcessRow): void {
  if (process.status === 'running') return;
  throw new Problem('process-ended', { outcome: contractOf(process.type).outcomes[process.outcome!]?.title ?? process.outcome! }, {
    outcome: process.outcome, endedAt: process.ended_at!.toISOString(),
  });
}
