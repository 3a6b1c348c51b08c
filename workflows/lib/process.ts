import {
  CancellationScope, condition, isCancellation, log, proxyLocalActivities, setHandler, workflowInfo,
} from '@temporalio/workflow';
import type { Deadline, OpenTaskInput, ProjectionActivities, TaskState } from '../../activities/projection.ts';
import type { Bounds, Candidate, ProcessContract, TaskContext } from './contract.ts';
import * as messages from './messages.ts';
import type { Decision, ProcessInput } from './messages.ts';

const projection = proxyLocalActivities<ProjectionActivities>({
  // Infrastructure is retried for ever; a short limit lets a killed worker's task move to another one quickly.
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', backoffCoefficient: 2, maximumInterval: '10 seconds' },
});

/** Key of an effect or id of a task: the same however often the code runs, and safe in a URL. */
function stepKey(processId: string, step: string, n: number): string {
  return `${processId}.${step}.${n}`;
}

/** What an effect's activity gets. */
export interface EffectInput {
  key: string;
  processId: string;
}

/** How a task is opened beyond what its contract says. */
export interface TaskOptions {
  bounds?: Bounds;
  context?: TaskContext;
  /** The process cannot be withdrawn any more once this task has its first outcome, with which the case goes on. */
  endsWithdrawal?: boolean;
  /** Kind of the notice by which the requester hears that the task is open. */
  tellRequester?: string;
  /** A fixed expiry (ISO 8601) instead of the policy's. */
  expireAt?: string;
  /** The instant (ISO 8601) from which the policy counts, instead of the task's opening. */
  countFrom?: string;
  /** Id of the person whom the candidate `holder` stands for. */
  holder?: string;
}

/** Who took on what was offered, and how. */
export interface TakenOn {
  holder: string;
  decision: Decision;
}

/** The result of a sequence of approvals. */
export interface Approval<Facts> {
  /** `approved` after the last step; else what ended it: `rejected`, `withdrawn`, what the clock answered. */
  outcome: string;
  /** Facts of the form version that was approved. */
  facts: Facts;
  /** The last decision: it may carry what its person changed or did. */
  last: Decision;
}

/** One running process, with the words that its story is written in. */
export interface Process<Facts> {
  /**
   * Runs the story and ends the process with the outcome that it returns. Withdrawal stops the story wherever it waits; an end that the
   * contract calls unfulfilled undoes the effects, last first. Whoever ended the process first in PostgreSQL wins.
   */
  run(story: () => Promise<string>): Promise<string>;
  /** Opens a task at `step` for its candidates and waits for its one decision, by a person or by the clock. */
  task(step: string, options?: TaskOptions): Promise<Decision>;
  /**
   * Steps in order. The first outcome that a step's contract names goes on, `approved` or what is done there, such as `stamped`; 退回 sends
   * the case to an earlier step or to the requester's `revise`, after which it starts again from the first; any other outcome ends it.
   * `options` says, per step, what bounds the decision; `from` starts at a later step. Steps that depend on the form are asked for again
   * after a revision.
   */
  approvals(
    steps: readonly string[] | ((facts: Facts) => readonly string[]),
    how?: { from?: string; options?: (step: string, facts: Facts) => TaskOptions },
  ): Promise<Approval<Facts>>;
  /**
   * Offers a task at `step` to one person after the other, as `next` names them, until somebody takes it on with the step's first outcome.
   * `next` gets those who did not, and answers null when nobody is left: then nobody took it on.
   */
  offer(step: string, next: (asked: readonly string[]) => Promise<string | null>, options?: TaskOptions): Promise<TakenOn | undefined>;
  /** Does `apply` exactly once under a key of its own; what `openProcess` was told of its undoing happens if the process ends unfulfilled. */
  effect<Result>(name: string, apply: (input: EffectInput) => Promise<Result>): Promise<Result>;
  /** When a task opened at `step` now would expire by its policy (ISO 8601): the end of a lease that the task holds. */
  expiryOf(step: string): Promise<string>;
  /** Tells the requester something in the app; the story does not wait for it. */
  notify(kind: string, detail?: Record<string, number | string>): void;
}

/** Events after which a history deserves a look: replay after eviction costs as much (design, rule 7). */
const HISTORY_ALARM = 1_000;

class Withdrawn extends Error {}

/** How an effect of each name is undone, with the key of the effect. */
export type Undos = Readonly<Record<string, (input: EffectInput) => Promise<unknown>>>;

/**
 * Opens the process that `input` describes: its messages are received from here on, before the first await. `undos` stand here and not where
 * the story does an effect: a worker may die when it has done one and nobody knows, and after a withdrawal the story never gets there again.
 * `clockPolicy` names the policy of the contract's clock whenever a task is opened.
 */
export function openProcess<Facts>(
  contract: ProcessContract, input: ProcessInput<Facts>, undos: Undos = {}, clockPolicy?: () => string,
): Process<Facts> {
  const { processId } = input;
  const root = new CancellationScope();
  const decisions = new Map<string, Decision>();
  const counts = new Map<string, number>();
  const done: (() => Promise<unknown>)[] = [];
  const notices: Promise<unknown>[] = [];
  let facts = input.facts;
  let policyChanges = 0;

  setHandler(messages.decide, (decision) => {
    if (!decisions.has(decision.taskId)) decisions.set(decision.taskId, decision);
  });
  setHandler(messages.withdraw, () => root.cancel());
  setHandler(messages.policyChanged, () => {
    policyChanges += 1;
  });
  for (const change of [messages.claim, messages.release, messages.transfer]) setHandler(change, () => {});

  function next(name: string): number {
    const n = (counts.get(name) ?? 0) + 1;
    counts.set(name, n);
    return n;
  }

  function stepOf(step: string) {
    const found = contract.steps[step];
    if (!found) throw new Error(`${contract.type} has no step ${step}`);
    return found;
  }

  /** A candidate that is a fact of the form, or whom the story names, is the person of that id. */
  function named(candidate: Candidate, holder: string | undefined): (Candidate | `person:${string}`)[] {
    if (candidate === 'holder') return holder ? [`person:${holder}`] : [];
    if (!candidate.startsWith('fact:')) return [candidate];
    const id = (facts as Readonly<Record<string, unknown>>)[candidate.slice('fact:'.length)];
    return typeof id === 'string' ? [`person:${id}`] : [];
  }

  async function openTask(step: string, options: TaskOptions, afterEnd: boolean): Promise<Decision> {
    const { candidates, outcomes, byRequester = false, work = false, atDesk } = stepOf(step);
    const events = workflowInfo().historyLength;
    if (events > HISTORY_ALARM) log.warn('long history', { events });
    const n = next(step);
    const request: OpenTaskInput = {
      taskId: stepKey(processId, step, n),
      processId,
      type: contract.type,
      step,
      n,
      outcomes: Object.keys(outcomes),
      candidates: candidates.flatMap((each) => named(each, options.holder)),
      byRequester: byRequester || work,
      afterEnd,
      bounds: options.bounds ?? {},
      context: options.context ?? {},
      endsWithdrawal: options.endsWithdrawal ?? false,
      expireAt: options.expireAt ?? null,
      tellRequester: options.tellRequester ?? null,
      openedAt: new Date().toISOString(),
      ...(options.countFrom && { countFrom: options.countFrom }),
      ...(atDesk && { atDesk }),
      ...(contract.clock && clockPolicy && { clock: { policy: `clock-${clockPolicy()}`, runs: contract.clock.runsAt.includes(step) } }),
    };
    return outcomeOf(request.taskId, step, () => projection.openTask(request));
  }

  /** Opens a task and waits for a decision or the nearest deadline, again and again, until it has an outcome. */
  async function outcomeOf(taskId: string, step: string, open: () => Promise<TaskState>): Promise<Decision> {
    const passed = new Set<string>();
    // Counted before the activity that reads the policies: a change that is announced while it runs is not missed.
    let seen = policyChanges;
    let state = await open();
    for (;;) {
      if (state.state === 'withdrawn') throw new Withdrawn();
      if (state.state === 'decided') return state.decision;
      const deadline: Deadline | undefined = state.deadlines.find(({ kind, n }) => !passed.has(`${kind}.${n}`));
      const woken = await waitUntil(
        () => decisions.has(taskId) || policyChanges !== seen,
        deadline?.at,
        deadline && `${step}: ${deadline.kind} ${deadline.n}`,
      );
      const decision = decisions.get(taskId);
      if (decision) return decision;
      if (woken) {
        seen = policyChanges;
        state = await projection.rescheduleTask({ taskId });
      } else if (deadline) {
        passed.add(`${deadline.kind}.${deadline.n}`);
        state = await projection.passDeadline({ taskId, deadline });
      }
    }
  }

  async function undoEffects(): Promise<void> {
    for (let undo = done.pop(); undo; undo = done.pop()) await undo();
  }

  async function end(outcome: string): Promise<string> {
    const fulfilled = (name: string) => contract.outcomes[name]?.fulfilled ?? false;
    if (!fulfilled(outcome)) await undoEffects();
    const { outcome: winner, applied = [] } = await projection.endProcess({ processId, outcome, undoable: Object.keys(undos) });
    if (!fulfilled(winner)) {
      await undoEffects();
      for (const { key, name } of applied) await undos[name]?.({ key, processId });
    }
    if (contract.evaluation && !contract.path.includes('evaluation') && fulfilled(winner)) await openTask('evaluation', {}, true);
    await Promise.all(notices);
    return winner;
  }

  const self: Process<Facts> = {
    async run(story) {
      let outcome: string;
      try {
        outcome = await root.run(story);
      } catch (error) {
        // An operator's cancellation of the workflow is a withdrawal too, unless the process had ended otherwise.
        if (!(error instanceof Withdrawn) && !isCancellation(error)) throw error;
        outcome = 'withdrawn';
      }
      return CancellationScope.nonCancellable(() => end(outcome));
    },

    task: (step, options = {}) => openTask(step, options, false),

    async approvals(path, { from, options = (): TaskOptions => ({}) } = {}) {
      const stepsNow = (): readonly string[] => (typeof path === 'function' ? path(facts) : path);
      let steps = stepsNow();
      let i = from ? steps.indexOf(from) : 0;
      for (;;) {
        const step = steps[i]!;
        const given = options(step, facts);
        const toStep = [...steps.slice(0, i), 'revise'];
        const decision = await self.task(step, { ...given, bounds: { ...given.bounds, toStep } });
        if (decision.outcome === 'returned') {
          const { toStep: target = 'revise' } = (decision.facts ?? {}) as { toStep?: string };
          i = Math.max(0, steps.indexOf(target));
          if (target !== 'revise') continue;
          const revision = await self.task('revise', { tellRequester: 'process-returned' });
          if (revision.outcome === 'withdrawn') return { outcome: 'withdrawn', facts, last: revision };
          facts = (revision.facts as { form: Facts }).form;
          steps = stepsNow();
        } else if (decision.outcome !== Object.keys(stepOf(step).outcomes)[0]) {
          return { outcome: decision.outcome, facts, last: decision };
        } else {
          i += 1;
          if (i === steps.length) return { outcome: 'approved', facts, last: decision };
        }
      }
    },

    async offer(step, next, options = {}) {
      const asked: string[] = [];
      for (;;) {
        const holder = await next(asked);
        if (holder === null) return undefined;
        const decision = await self.task(step, { ...options, holder });
        if (decision.outcome === Object.keys(stepOf(step).outcomes)[0]) return { holder, decision };
        asked.push(holder);
      }
    },

    async effect(name, apply) {
      const effect = { key: stepKey(processId, name, next(name)), processId };
      const undo = undos[name];
      // Before `apply`: it may have been done although its answer never arrived.
      if (undo) done.push(() => undo(effect));
      return apply(effect);
    },

    async expiryOf(step) {
      return (await projection.expiryOf({ type: contract.type, step, from: new Date().toISOString() })).at;
    },

    notify(kind, detail = {}) {
      const key = stepKey(processId, `notice-${kind}`, next(`notice-${kind}`));
      notices.push(CancellationScope.nonCancellable(() => projection.noticeRequester({ key, processId, kind, detail })));
    },
  };
  return self;
}

/** True when `woken` came true, false when the instant `at` came first. Without `at` it waits for ever. */
async function waitUntil(woken: () => boolean, at: string | undefined, summary = ''): Promise<boolean> {
  if (!at) {
    await condition(woken);
    return true;
  }
  const milliseconds = Date.parse(at) - Date.now();
  // A woken story at its deadline: history decides, and the message that is already there goes first.
  if (milliseconds <= 0) return woken();
  return condition(woken, milliseconds, { summary });
}
