import type { Knex } from 'knex';
import type { Db } from '../db/connect.ts';
import type { Seal } from '../db/sealed.ts';
import { prepared } from '../db/queries/prepared.ts';
import { recordAudit } from '../db/queries/audit.ts';
import { peopleOf, principalsFor, superiorOf } from '../db/queries/candidates.ts';
import { appliedEffects, applyOnce, type AppliedEffect } from '../db/queries/effects.ts';
import { sendNotices } from '../db/queries/send-notices.ts';
import { aroundTask, endProcess, openTask } from '../db/queries/workflow-steps.ts';
import { timeoutsInForce, type TimeoutsInForce } from '../db/queries/timeouts.ts';
import type { Bounds, Candidate, TaskContext } from '../workflows/lib/contract.ts';
import { processTypes } from '../workflows/contracts.ts';
import type { Decision } from '../workflows/lib/messages.ts';
import type { BusinessCalendar } from './deadlines/business-calendar.ts';
import { computeDeadlines, handOverToSuperior } from './deadlines/deadlines.ts';
import { clockDeadlines, isOfClock, passClock, turnClock, type ClockDeadline } from './process-clock.ts';
import { sendDigests } from './sms-digest.ts';
import { askHolders, asksBySms } from './task-asks.ts';

/** An instant at which the clock acts on a task, as it stands in history. `at` is ISO 8601. */
export interface Deadline {
  kind: 'remind' | 'escalate' | 'expire' | 'promise' | ClockDeadline['kind'];
  n: number;
  at: string;
  outcome?: string;
}

/** What the workflow says of the task that it wants open. */
export interface OpenTaskInput {
  taskId: string;
  processId: string;
  type: string;
  step: string;
  n: number;
  outcomes: string[];
  candidates: (Candidate | `person:${string}`)[];
  byRequester: boolean;
  afterEnd: boolean;
  bounds: Bounds;
  context: TaskContext;
  endsWithdrawal: boolean;
  expireAt: string | null;
  tellRequester: string | null;
  /** The workflow's time: deadlines count from it, or from `countFrom`. */
  openedAt: string;
  countFrom?: string;
  atDesk?: boolean;
  /** The policy of the process's clock, and whether it runs while this task is open. */
  clock?: { policy: string; runs: boolean };
}

/** How a task stands in PostgreSQL; `withdrawn` when its process has ended. */
export type TaskState =
  | { state: 'open'; deadlines: Deadline[]; policyVersion: number; calendarVersion: number }
  | { state: 'decided'; decision: Decision }
  | { state: 'withdrawn' };

interface TaskRow {
  id: string;
  process_id: string;
  type: string;
  step: string;
  state: 'open' | 'decided' | 'closed';
  outcomes: string[];
  candidates: string[];
  excluded: string[];
  assignee_id: string | null;
  ends_withdrawal: boolean;
  opened_at: Date;
  counted_from: Date | null;
  context: TaskContext;
  lease_ends_at: Date | null;
  deadlines: Deadline[];
  policy_version: number;
  calendar_version: number;
  decided_at: Date | null;
  outcome: string | null;
  actor_kind: Decision['actorKind'] | null;
  decided_by: string | null;
  facts: unknown;
}

/**
 * The workflow's hand on the tables that people see: short local activities, each one transaction that locks the process row first, so that
 * a person and the clock meet in one order. Each may run again after it was done, and then answers how things stand. `asks` says which steps
 * ask by SMS.
 */
export function createProjection({ db, seal, asks = asksBySms }: { db: Db; seal?: Seal; asks?: typeof asksBySms }) {
  // The calendar's schedules are cached per object and take milliseconds to make: one object per version.
  const calendars = new Map<number, BusinessCalendar>();

  return {
    /** Opens a task unless it is there already, and answers how it stands. */
    async openTask(input: OpenTaskInput): Promise<TaskState> {
      for (;;) {
        const state = await stateOrOpen(input);
        if (state) {
          if (state.state === 'open') await ask(input);
          return state;
        }
        // It was opened, or its process ended, between the look and the writing: look again.
      }
    },

    /** The clock acts, once per deadline: reminds, escalates, or decides the task if no person was first. */
    async passDeadline({ taskId, deadline }: { taskId: string; deadline: Deadline }): Promise<TaskState> {
      const state = await changeOpenTask(taskId, async (trx, task) => {
        const key = `${taskId}.${deadline.kind}.${deadline.n}`;
        // Done a second time, an escalation would climb from the superior whom the first one added.
        if (!(await applyOnce(trx, { key, processId: task.process_id, name: deadline.kind }))) return;
        const holders = task.assignee_id ? [`person:${task.assignee_id}`] : task.candidates;
        const event = {
          actor: { kind: 'clock' as const },
          processId: task.process_id,
          taskId,
          detail: {
            step: task.step, n: deadline.n, at: deadline.at, policyVersion: task.policy_version, calendarVersion: task.calendar_version,
          },
        };
        if (deadline.kind === 'promise') {
          await breakPromise(trx, task, holders, key);
          await recordAudit(trx, { ...event, action: 'promise-broken' });
          return;
        }
        if (isOfClock(deadline.kind)) {
          await passOfClock(trx, task, holders, { kind: deadline.kind, n: deadline.n });
          await recordAudit(trx, { ...event, action: `${deadline.kind}-passed` });
          return;
        }
        if (deadline.kind === 'remind') {
          await noticeHolders(trx, task, holders, key, 'task-reminder', seal);
          await recordAudit(trx, { ...event, action: 'task-reminded' });
          return;
        }
        if (deadline.kind === 'expire' && deadline.outcome !== handOverToSuperior) {
          await decideByClock(trx, task, deadline.outcome!);
          await recordAudit(trx, { ...event, action: 'task-decided', detail: { ...event.detail, outcome: deadline.outcome } });
          return;
        }
        const superior = await superiorOf(trx, holders, task.excluded);
        const handedOver = deadline.kind === 'expire';
        await trx('task').where({ id: taskId }).update({
          assignee_id: null,
          candidates: handedOver ? [superior] : [...new Set([...task.candidates, ...holders, superior])],
          escalated_at: trx.fn.now(),
        });
        await noticeHolders(trx, task, [superior], key, handedOver ? 'task-handed-over' : 'task-escalated', seal);
        await recordAudit(trx, {
          ...event, action: handedOver ? 'task-handed-over' : 'task-escalated', detail: { ...event.detail, to: superior },
        });
      });
      // Whoever holds it since an escalation, a hand-over or a transfer hears of it, too.
      if (state.state === 'open' && seal) {
        const { type, step } = (await findTask(db, taskId))!;
        await ask({ type, step, taskId });
      }
      return state;
    },

    /** Computes an open task's deadlines anew, from its opening, by the policy and calendar in force now. */
    async rescheduleTask({ taskId }: { taskId: string }): Promise<TaskState> {
      return changeOpenTask(taskId, async (trx, task) => {
        const lease = task.lease_ends_at?.toISOString() ?? null;
        const own = await deadlinesOf(trx, calendars, task.type, task.step, task.counted_from ?? task.opened_at, lease);
        const times = withPromise({ ...own, deadlines: [...own.deadlines, ...await clockDeadlines(trx, calendars, task.process_id)] }, task.context.promise);
        if (times.policyVersion === task.policy_version && times.calendarVersion === task.calendar_version) return;
        await trx('task').where({ id: taskId }).update({
          due_at: times.dueAt, expire_at: times.expireAt, deadlines: JSON.stringify(times.deadlines),
          policy_version: times.policyVersion, calendar_version: times.calendarVersion,
        });
        await recordAudit(trx, {
          actor: { kind: 'system' },
          action: 'task-rescheduled',
          processId: task.process_id,
          taskId,
          detail: {
            step: task.step, policyVersion: times.policyVersion, calendarVersion: times.calendarVersion, dueAt: times.dueAt,
          },
        });
      });
    },

    /** When a task of `step` opened at `from` (ISO 8601) expires by the policy in force. Its contract says that it must expire. */
    async expiryOf({ type, step, from }: { type: string; step: string; from: string }): Promise<{ at: string }> {
      return db.transaction(async (trx) => {
        const { expireAt: at } = await deadlinesOf(trx, calendars, type, step, new Date(from), null);
        if (!at) throw new RangeError(`the policy of ${type}/${step} has no expiry`);
        return { at };
      });
    },

    /**
     * Ends a running process and closes what is open; answers the end that stands, which may be an earlier one, and those effects of the
     * `undoable` names that stand as applied, the last first. No new ones can come: whoever applies one looks whether its process runs.
     */
    async endProcess(
      { processId, outcome, undoable = [] }: { processId: string; outcome: string; undoable?: string[] },
    ): Promise<{ outcome: string; applied?: AppliedEffect[] }> {
      const stands = await endProcess(db, { processId, outcome });
      const effects = undoable.length > 0 ? await appliedEffects(db, processId, undoable) : [];
      return { outcome: stands, ...(effects.length > 0 && { applied: effects }) };
    },

    /** Tells the requester something, once per key. */
    async noticeRequester(
      input: { key: string; processId: string; kind: string; detail: Record<string, number | string> },
    ): Promise<void> {
      await db.transaction(async (trx) => {
        const process = await trx('process').select('requester_id').where({ id: input.processId }).first();
        await sendNotices(trx, [process.requester_id], { ...input, taskId: null });
      });
    },
  };

  /** How the task stands, or stands now that it was opened; undefined when something came in between. */
  async function stateOrOpen(input: OpenTaskInput): Promise<TaskState | undefined> {
    const { processId, type, step, taskId } = input;
    const before = await findTask(db, taskId);
    if (before) return stateOf(before);
    const around = await aroundTask(db, { processId, type, step, calendars: [...calendars.keys()] });
    if (!around) throw new Error('process-unknown');
    const { process, approvers } = around;
    if (process.status === 'ended' && !input.afterEnd) return { state: 'withdrawn' };
    const excluded = input.byRequester ? [] : [...new Set([process.requester_id, ...approvers])];
    const candidates = await principalsFor(db, input.candidates.map((each) => principal(each, process)), excluded);
    const own = deadlinesBy(calendars, around, new Date(input.countFrom ?? input.openedAt), input.expireAt);
    const ofClock = input.clock ? await turnClock(db, calendars, { ...input, ...input.clock }) : [];
    const times = withPromise({ ...own, deadlines: [...own.deadlines, ...ofClock] }, input.context.promise);
    const opened = await openTask(db, {
      id: taskId,
      processId,
      step,
      n: input.n,
      outcomes: input.outcomes,
      bounds: input.bounds,
      context: input.context,
      candidates,
      excluded,
      endsWithdrawal: input.endsWithdrawal,
      afterEnd: input.afterEnd,
      openedAt: input.openedAt,
      countedFrom: input.countFrom ?? null,
      atDesk: input.atDesk ?? false,
      leaseEndsAt: input.expireAt,
      ...times,
      notice: input.tellRequester ? { person: process.requester_id, kind: input.tellRequester } : undefined,
    });
    const { deadlines, policyVersion, calendarVersion } = times;
    return opened ? { state: 'open', deadlines, policyVersion, calendarVersion } : undefined;
  }

  /** The requester hears once that a promise was broken; so do the holders and whoever watches the clock. */
  async function breakPromise(trx: Knex.Transaction, task: TaskRow, holders: string[], key: string): Promise<void> {
    const { requester_id: requester } = await trx('process').select('requester_id').where({ id: task.process_id }).first();
    const { at, broken } = task.context.promise!;
    await sendNotices(trx, [requester], { key, kind: broken, processId: task.process_id, taskId: null, detail: { at } });
    await noticeHolders(trx, task, [...holders, ...watchersOf(task.type)], key, 'promise-broken', seal);
  }

  /** The process's clock: whoever holds the task and whoever watches are told; that it is late, the requester, too; at last their superior. */
  async function passOfClock(trx: Knex.Transaction, task: TaskRow, holders: string[], { kind, n }: Pick<ClockDeadline, 'kind' | 'n'>): Promise<void> {
    const policy = await passClock(trx, task.process_id, { kind, n });
    if (policy === undefined) return;
    const key = `${task.process_id}.${policy}.${kind}.${n}`;
    const watchers = watchersOf(task.type);
    if (kind === 'clock-escalate') {
      await noticeHolders(trx, task, [await superiorOf(trx, watchers, [])], key, kind, seal);
      return;
    }
    await noticeHolders(trx, task, [...holders, ...watchers], key, kind, seal);
    if (kind === 'clock-due') {
      const { requester_id: requester } = await trx('process').select('requester_id').where({ id: task.process_id }).first();
      await sendNotices(trx, [requester], { key, kind: 'clock-late', processId: task.process_id, taskId: null });
    }
  }

  async function ask({ type, step, taskId }: { type: string; step: string; taskId: string }): Promise<void> {
    if (seal && asks(type, step)) await askHolders(db, seal, taskId);
  }

  /** Runs `change` on the task if it is still open, its process row locked, and answers how the task stands then. */
  async function changeOpenTask(
    taskId: string,
    change: (trx: Knex.Transaction, task: TaskRow) => Promise<void>,
  ): Promise<TaskState> {
    return db.transaction(async (trx) => {
      const { process_id: processId } = await trx('task').select('process_id').where({ id: taskId }).first();
      await lockProcess(trx, processId);
      const task = (await findTask(trx, taskId))!;
      if (task.state === 'open') await change(trx, task);
      return stateOf((await findTask(trx, taskId))!);
    });
  }
}

/** The projection as the vocabulary sees it. */
export type ProjectionActivities = ReturnType<typeof createProjection>;

interface ProcessRow {
  id: string;
  status: 'running' | 'ended';
  outcome: string | null;
  requester_id: string;
  department_id: string;
}

async function lockProcess(trx: Knex.Transaction, id: string): Promise<ProcessRow> {
  const [row] = await prepared<ProcessRow>(
    trx, 'lock-process', 'SELECT id, status, outcome, requester_id, department_id FROM process WHERE id = ? FOR UPDATE', [id],
  );
  if (!row) throw new Error('process-unknown');
  return row;
}

async function findTask(trx: Db | Knex.Transaction, id: string): Promise<TaskRow | undefined> {
  const [row] = await prepared<TaskRow>(
    trx, 'task-of-workflow', 'SELECT task.*, process.type FROM task JOIN process ON process.id = task.process_id WHERE task.id = ?', [id],
  );
  return row;
}

function stateOf(task: TaskRow): TaskState {
  if (task.state === 'closed') return { state: 'withdrawn' };
  if (task.state === 'open') {
    return {
      state: 'open',
      deadlines: task.deadlines,
      policyVersion: task.policy_version,
      calendarVersion: task.calendar_version,
    };
  }
  return {
    state: 'decided',
    decision: {
      taskId: task.id,
      outcome: task.outcome!,
      actorKind: task.actor_kind!,
      decidedBy: task.decided_by,
      decidedAt: task.decided_at!.toISOString(),
      facts: task.facts,
    },
  };
}

function principal(candidate: Candidate | `person:${string}`, process: Pick<ProcessRow, 'requester_id' | 'department_id'>): string {
  if (candidate === 'requester') return `person:${process.requester_id}`;
  if (candidate === 'leader') return `leader:${process.department_id}`;
  return candidate;
}

/** Roles that are warned of what is late. */
function watchersOf(type: string): readonly string[] {
  return processTypes[type]?.contract.clock?.warns ?? [];
}

/** With a promise the task is due when it is, and the clock looks then. */
function withPromise(times: Times, promise: TaskContext['promise']): Times {
  const deadlines = promise ? [...times.deadlines, { kind: 'promise' as const, n: 1, at: promise.at }] : times.deadlines;
  return { ...times, dueAt: promise?.at ?? times.dueAt, deadlines: deadlines.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at)) };
}

interface Times {
  dueAt: string | null;
  expireAt: string | null;
  deadlines: Deadline[];
  policyVersion: number;
  calendarVersion: number;
}

/** Deadlines of a task opened at `openedAt`; a fixed end `leaseEndsAt` stands in for the policy's expiry, whatever the policy says. */
async function deadlinesOf(
  trx: Knex.Transaction,
  calendars: Map<number, BusinessCalendar>,
  type: string,
  step: string,
  openedAt: Date,
  leaseEndsAt: string | null,
): Promise<Times> {
  return deadlinesBy(calendars, await timeoutsInForce(trx, { type, step, known: [...calendars.keys()] }), openedAt, leaseEndsAt);
}

function deadlinesBy(
  calendars: Map<number, BusinessCalendar>,
  { policy, policyVersion, calendarVersion, calendar: read }: TimeoutsInForce,
  openedAt: Date,
  leaseEndsAt: string | null,
): Times {
  const calendar = calendars.get(calendarVersion) ?? read!;
  calendars.set(calendarVersion, calendar);
  const computed = computeDeadlines(policy, calendar, openedAt);
  let deadlines: Deadline[] = computed.deadlines.map((deadline) => ({ ...deadline, at: deadline.at.toISOString() }));
  if (leaseEndsAt) {
    const outcome = policy.expire?.outcome ?? 'expired';
    deadlines = deadlines.filter(({ kind, at }) => kind !== 'expire' && at < leaseEndsAt);
    deadlines.push({ kind: 'expire', n: 1, at: leaseEndsAt, outcome });
  }
  return {
    dueAt: computed.dueAt?.toISOString() ?? null,
    expireAt: deadlines.find(({ kind }) => kind === 'expire')?.at ?? null,
    deadlines,
    policyVersion,
    calendarVersion,
  };
}

async function noticeHolders(
  trx: Knex.Transaction,
  task: TaskRow,
  holders: string[],
  key: string,
  kind: string,
  seal: Seal | undefined,
): Promise<void> {
  const people = (await peopleOf(trx, holders)).map(({ id }) => id).filter((id) => !task.excluded.includes(id));
  await sendNotices(trx, people, { key, kind, processId: task.process_id, taskId: task.id, detail: { step: task.step } });
  if (seal) await sendDigests(trx, seal, people);
}

/** The clock's decision, under the same condition as a person's: the task is still open (its process row is locked). */
async function decideByClock(trx: Knex.Transaction, task: TaskRow, outcome: string): Promise<void> {
  await trx('task').where({ id: task.id, state: 'open' }).update({
    state: 'decided', outcome, actor_kind: 'clock', decided_at: trx.fn.now(), facts: '{}',
  });
  if (task.ends_withdrawal && outcome === task.outcomes[0]) await trx('process').where({ id: task.process_id }).update({ withdrawable: false });
}
