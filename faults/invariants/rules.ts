import { answersIn, decisionsIn, inputOf, type Answer } from '../histories.ts';
import type { Json } from '../op-log.ts';
import type { History } from './facts.ts';

/** A task as a history tells of it. */
export interface RebuiltTask {
  id: string;
  decision: Json | undefined;
  deadlines: Json[];
  policyVersion: number;
  calendarVersion: number;
  afterEnd: boolean;
}

/** A case as its history alone tells of it. */
export interface Rebuilt {
  formHashes: string[];
  tasks: Map<string, RebuiltTask>;
  /**
   * Tasks of which one was about to be opened when the history ends or turns to a withdrawal: it may have been, and decided, without the history
   * knowing, where the workflow task that had opened it was lost.
   */
  maybe: string[];
  outcome: string | undefined;
  issued: Map<string, number>;
}

/** The company's rule of a process type: who says yes in which order, what is done afterwards, and after which ends it is rated. */
interface Rule {
  approvals: readonly string[];
  handsOver: boolean;
  rated: ReadonlySet<string>;
}

const RULES: Readonly<Record<string, Rule>> = {
  'supply-requisition': {
    approvals: ['department-leader', 'service-centre-director'], handsOver: true, rated: new Set(['issued', 'partly-issued']),
  },
  'seal-use': { approvals: ['department-leader', 'stamp'], handsOver: false, rated: new Set() },
  'repair-order': { approvals: ['department-leader', 'dispatch'], handsOver: false, rated: new Set() },
  'visit': { approvals: [], handsOver: false, rated: new Set() },
};
/** Visits that the host has agreed to before they begin, and those whose visitor stands at the gate. */
const AGREED = ['invitation', 'registration', 'desk-confirmed'];
const AT_THE_GATE = ['kiosk', 'desk'];
const GOES_ON = new Set(['approved', 'stamped']);

/**
 * Tells a case's story again from its history: the company's rule a second time, in other words than the workflow's, so that a mistake
 * in either is seen. Throws where the history takes a step that the rule does not know, or where nobody has told us the rule of `type`.
 */
export function rebuild(type: string, processId: string, history: History): Rebuilt {
  const rule = RULES[type];
  if (!rule) throw new Error(`nobody has told the checker the rule of ${type}`);
  const { approvals } = rule;
  const input = inputOf(history);
  const decisions = decisionsIn(history);
  const answers = answersIn(history).filter(({ activity }) => activity !== 'noticeRequester' && activity !== 'expiryOf');
  const end = answers.findIndex(({ activity }) => activity === 'endProcess');
  const story = end === -1 ? answers : answers.slice(0, end);
  const after = end === -1 ? [] : answers.slice(end + 1);
  const counts = new Map<string, number>();
  const rebuilt: Rebuilt = {
    formHashes: [input.formHash], tasks: new Map(), maybe: [], outcome: end === -1 ? undefined : answers[end]!.result.outcome,
    issued: new Map(),
  };
  if (type === 'visit') visit(story);
  else if (type === 'repair-order') repair(story);
  else tell(story);
  if (rebuilt.outcome && rule.rated.has(rebuilt.outcome)) open('evaluation', after, true);
  return rebuilt;

  function tell(from: Answer[]): void {
    let step = 0;
    for (;;) {
      const decision = open(approvals[step]!, from);
      if (!decision) return;
      if (decision.outcome === 'returned') {
        const target = decision.facts?.toStep ?? 'revise';
        step = Math.max(0, approvals.indexOf(target));
        if (target !== 'revise') continue;
        const revision = open('revise', from);
        if (revision?.outcome !== 'resubmitted') return;
        rebuilt.formHashes.push(revision.facts.formHash);
        continue;
      }
      if (!GOES_ON.has(decision.outcome)) return;
      step += 1;
      if (step < approvals.length) continue;
      if (!rule!.handsOver) return;
      const reservation = take('reserveStock', from);
      if (!reservation) {
        rebuilt.maybe = [nextId('hand-over'), nextId(approvals.at(-1)!)];
        return;
      }
      if (reservation.reserved.length > 0) {
        handOver(from);
        return;
      }
      step = approvals.length - 1;
    }
  }

  function visit(from: Answer[]): void {
    const { hostId, way, windows } = input.facts;
    if (!AGREED.includes(way)) {
      let answer = hostId && open(AT_THE_GATE.includes(way) ? 'walk-in-review' : 'host-review', from);
      if (hostId && !answer) return;
      if (!answer || answer.outcome === 'no-answer') answer = open('front-desk-review', from);
      if (answer?.outcome === 'rejected') take('tellRefused', from);
      if (answer?.outcome !== 'approved') return;
    }
    for (const _window of windows) {
      for (let isOver = false; !isOver;) {
        if (take('issuePass', from) === undefined) {
          rebuilt.maybe = [nextId('arrival')];
          return;
        }
        const arrival = open('arrival', from);
        if (!arrival) return;
        isOver = arrival.outcome === 'missed';
        while (arrival.outcome === 'arrived' && !isOver) {
          const departure = open('departure', from);
          if (!departure) return;
          if (departure.outcome === 'not-arrived') break;
          isOver = departure.outcome === 'left-unseen';
          if (isOver) break;
          const left = open('left', from);
          if (!left) return;
          isOver = left.outcome === 'gone';
        }
      }
    }
  }

  function repair(from: Answer[]): void {
    let wanted = input.facts.urgency;
    let chosen: string | undefined;
    const pathOf = (): string[] => ((chosen ?? wanted) === 'emergency' || input.facts.planned ? ['dispatch'] : ['department-leader', 'dispatch']);
    let path = pathOf();
    for (let step = 0; ;) {
      const decision = open(path[step]!, from);
      if (!decision) return;
      if (decision.outcome === 'returned') {
        const target = decision.facts?.toStep ?? 'revise';
        step = Math.max(0, path.indexOf(target));
        if (target !== 'revise') continue;
        const revision = open('revise', from);
        if (revision?.outcome !== 'resubmitted') return;
        rebuilt.formHashes.push(revision.facts.formHash);
        wanted = revision.facts.form.urgency;
        path = pathOf();
        continue;
      }
      if (decision.outcome === 'rejected') return;
      step += 1;
      if (step < path.length) continue;
      chosen = decision.facts?.urgency ?? chosen;
      const taken = offer(from, (chosen ?? wanted) === 'emergency' ? 'accept-emergency' : 'accept');
      if (taken === undefined || (taken && repairBy(from) !== 'handed-back')) return;
      path = pathOf();
      step = path.length - 1;
    }
  }

  /** Whether somebody took it on; undefined where the story ends. */
  function offer(from: Answer[], step: string): boolean | undefined {
    for (;;) {
      const asked = take('nextRepairer', from);
      if (asked === undefined) {
        rebuilt.maybe = [nextId(step)];
        return undefined;
      }
      if (asked === null) return false;
      const answer = open(step, from);
      if (!answer) return undefined;
      if (answer.outcome === 'accepted') return true;
    }
  }

  function repairBy(from: Answer[]): 'handed-back' | undefined {
    for (let there = false; !there;) {
      if (take('takeOn', from) === undefined) {
        rebuilt.maybe = [nextId('arrival')];
        return undefined;
      }
      const arrival = open('arrival', from);
      if (!arrival) return undefined;
      if (arrival.outcome === 'handed-back') return handBack(from);
      there = arrival.outcome === 'arrived';
    }
    for (;;) {
      const work = open('work', from);
      if (!work) return undefined;
      if (work.outcome === 'handed-back') return handBack(from);
      if (work.outcome === 'held') {
        const held = open('on-hold', from);
        if (!held) return undefined;
        if (held.outcome === 'handed-back') return handBack(from);
        continue;
      }
      if (take('complete', from) === undefined) {
        rebuilt.maybe = [nextId('evaluation')];
        return undefined;
      }
      const evaluation = open('evaluation', from);
      if (!evaluation) return undefined;
      if (evaluation.outcome === 'unrated') return undefined;
      if (evaluation.outcome === 'not-fixed') continue;
      const stars: number[] = Object.values(evaluation.facts.stars);
      if (stars.reduce((sum, each) => sum + each, 0) >= 3 * stars.length || open('call-back', from)?.outcome !== 'not-fixed') return undefined;
    }
  }

  function handBack(from: Answer[]): 'handed-back' | undefined {
    if (take('handBack', from) !== undefined) return 'handed-back';
    rebuilt.maybe = [nextId('dispatch')];
    return undefined;
  }

  function handOver(from: Answer[]): void {
    for (;;) {
      const decision = open('hand-over', from);
      if (decision?.outcome !== 'issued') return;
      const issue = take('issueStock', from);
      if (!issue) throw new Error('handed over without an issue');
      for (const { itemId, quantity } of issue.issuedInAll) rebuilt.issued.set(itemId, quantity);
      if (issue.remaining.length === 0) return;
    }
  }

  function nextId(step: string): string {
    return `${processId}.${step}.${(counts.get(step) ?? 0) + 1}`;
  }

  /** Opens the next task at a step; answers its decision, nothing where it has none. */
  function open(step: string, from: Answer[], afterEnd = false): Json | undefined {
    const id = nextId(step);
    counts.set(step, (counts.get(step) ?? 0) + 1);
    const answer = take('openTask', from);
    if (!answer || answer.state === 'withdrawn') {
      rebuilt.maybe = [id];
      return undefined;
    }
    const decision = decisions.get(id)?.[0]?.decision;
    const task: RebuiltTask = {
      id, decision, deadlines: answer.deadlines, policyVersion: answer.policyVersion, calendarVersion: answer.calendarVersion, afterEnd,
    };
    rebuilt.tasks.set(id, task);
    while (from[0] && ['passDeadline', 'rescheduleTask'].includes(from[0].activity)) {
      const { result } = from.shift()!;
      if (result.state === 'open') Object.assign(task, { ...result, state: undefined });
    }
    return decision;
  }

  /** The next answer, which must be this activity's; nothing where the story has ended. What undoes effects is no part of it. */
  function take(activity: string, from: Answer[]): Json | undefined {
    const next = from[0];
    if (!next || ['releaseStock', 'revokePass'].includes(next.activity)) return undefined;
    if (next.activity !== activity) throw new Error(`${next.activity} where the rule says ${activity}`);
    from.shift();
    return next.result;
  }
}
