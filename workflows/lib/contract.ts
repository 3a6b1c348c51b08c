/** The task queue on which the API starts workflows and the worker polls. */
export const TASK_QUEUE = 'houqin';

/** The queue of activities that speak to the world outside, beside the queue of the steps. */
export const outsideQueue = (taskQueue: string): string => `${taskQueue}-outside`;

/** A text for people, in both languages of the product. */
export interface Text {
  readonly zh: string;
  readonly en: string;
}

/**
 * Who may take a task. `requester` is the one who started the process, `leader` the leader of the requester's department;
 * `role:ROLE` whoever has the role when the inbox is read, `fact:NAME` the person whose id that fact of the form is (nobody without it),
 * `holder` the person whom the story names when it opens the task.
 */
export type Candidate = 'requester' | 'leader' | 'holder' | `role:${string}` | `fact:${string}`;

/**
 * A step's default timeouts; the administrator changes them later as versioned policies. Durations are ISO 8601 (`P1D`, `PT4H`); on the
 * business clock a day is a working day and an hour an hour of work.
 */
export interface StepTimeouts {
  readonly clock: 'business' | 'wall';
  readonly due: string | null;
  readonly remind: { readonly after: string; readonly every: string; readonly times: number } | null;
  readonly escalate: { readonly after: string } | null;
  /** `outcome` is one that the clock may give, or `hand-over`: the task goes to the superior. */
  readonly expire: { readonly after: string; readonly outcome: string } | null;
}

/** One step of a process, as plain data. */
export interface StepContract {
  readonly title: Text;
  readonly candidates: readonly Candidate[];
  /** What a person may answer, with the word on the button; the first is the likely one, with which the case goes on. */
  readonly outcomes: Readonly<Record<string, Text>>;
  /** What only the clock may answer, when the step expires; it then expires with nothing else. */
  readonly clockOutcomes?: Readonly<Record<string, Text>>;
  /** Outcomes that must carry a comment. */
  readonly commentNeeded?: readonly string[];
  /** Paths into the decision's data that may enter Temporal: ids, quantities, instants, never words. `lines.itemId` means each line's. */
  readonly facts: readonly string[];
  readonly timeouts: StepTimeouts;
  /** What lists say beside the step when it is open for another time, since part of it is done. */
  readonly again?: Text;
  /** True where the step holds a lease, so that its policy must have an expiry, and nobody takes it over then. */
  readonly expiryNeeded?: boolean;
  /** True where the requester acts, so that nobody is excluded. */
  readonly byRequester?: boolean;
  /** True where something is done rather than approved, so that nobody is excluded. */
  readonly work?: boolean;
  /**
   * Who may pass an open task on: only an administrator (`office`), or nobody. Left out, its holder may, too. What only the requester can
   * do is passed on by nobody.
   */
  readonly transfers?: 'office' | 'nobody';
  /** The step of `path` that it is done instead of, where it is on no path itself. */
  readonly standsFor?: string;
  /** True where it is done at a desk of its own, so that it stands in no inbox. */
  readonly atDesk?: boolean;
  /**
   * Its holders get an SMS with a link that opens just this task, and may answer it by SMS: 1 is the step's first outcome, 0 is `rejected`,
   * neither of which may need data. A role of many (more than five people) gets none.
   */
  readonly bySms?: true;
}

/** Whether an open task at a step may be passed on: by its holder, or in office, which is by an administrator. */
export function mayTransfer({ byRequester, transfers }: StepContract, inOffice: boolean): boolean {
  return !byRequester && (transfers === undefined || (transfers === 'office' && inOffice));
}

/**
 * One clock over several steps (SLA): it runs while one of `runsAt` is open and stands still in between. It warns at the reminders of its
 * policy, says at `due` that it is late, and goes to the superior at the escalation; it never decides.
 */
export interface ClockContract {
  readonly title: Text;
  readonly runsAt: readonly string[];
  /** Whom it warns, beside the holders of what is open. */
  readonly warns: readonly `role:${string}`[];
  /** Its policies by name, of which the story chooses; the administrator finds each as `clock-NAME`. */
  readonly policies: Readonly<Record<string, { readonly title: Text; readonly timeouts: StepTimeouts }>>;
}

/** A process type, as plain data: what the workflow, the API and the web share about it. */
export interface ProcessContract {
  readonly type: string;
  readonly title: Text;
  readonly category: Text;
  /** What it is for, in a line beside its title where it is chosen. */
  readonly about: Text;
  /** First letters of the human number (单号). */
  readonly numberPrefix: string;
  /** The page that starts it, where that is not the catalogue's: `POST /processes` refuses it then. */
  readonly startsAt?: string;
  /** The steps in their planned order. */
  readonly path: readonly string[];
  readonly steps: Readonly<Record<string, StepContract>>;
  /** Every end of the process. An unfulfilled end undoes the effects. */
  readonly outcomes: Readonly<Record<string, { readonly title: Text; readonly fulfilled: boolean }>>;
  readonly clock?: ClockContract;
  /** Paths into the form that may enter Temporal. */
  readonly facts: readonly string[];
  /** Roles that the candidates name; made when the product starts. */
  readonly roles: Readonly<Record<string, Text>>;
  /** Roles that see every case of this type. */
  readonly overseers?: readonly string[];
  /** Words of the system on a task, by the code that the workflow gives. */
  readonly notes?: Readonly<Record<string, Text>>;
  /** What the requester hears on the way, by the kind that the workflow gives. */
  readonly notices?: Readonly<Record<string, Text>>;
  /** The printed form: its heading, and who signs it by hand. */
  readonly paper: { readonly title: Text; readonly signs: readonly Text[] };
  /** Aspects that the requester rates after a fulfilled end, one to five stars each. */
  readonly evaluation?: Readonly<Record<string, Text>>;
}

/** What bounds a decision's data, checked when it is decided, so that an accepted decision is never undone. */
export interface Bounds {
  /** Steps that 退回 may name as `data.toStep`. */
  readonly toStep?: readonly string[];
  /** At most so much in a field of the data; the page offers just that. */
  readonly most?: Readonly<Record<string, number>>;
  /** Limits of `data.lines`. */
  readonly lines?: {
    /** The field that holds the quantity. */
    readonly field: string;
    /** At most so many by item id; no other item is allowed. */
    readonly most: Readonly<Record<string, number>>;
    /** A line below its most needs a `reason`. */
    readonly reasonWhenLower?: boolean;
  };
}

/** What a task shows besides the form: codes, ids and quantities only, since it passes through Temporal. */
export interface TaskContext {
  /** Key of the contract's `notes`. */
  readonly note?: string;
  readonly shortage?: readonly { readonly itemId: string; readonly missing: number }[];
  /** An instant (ISO 8601) promised to the requester: it is when the task is due; once it has passed the requester hears of it, by a notice of this kind. */
  readonly promise?: { readonly at: string; readonly broken: string };
}

/** What has a timeout policy: the steps, and the policies of the clock, which have no outcomes. */
export function timedSteps({ steps, clock }: ProcessContract): Readonly<Record<string, StepContract>> {
  const policies = Object.entries(clock?.policies ?? {}).map(([name, { title, timeouts }]): [string, StepContract] =>
    [`clock-${name}`, { title, timeouts, candidates: [], outcomes: {}, facts: [] }]);
  return { ...steps, ...Object.fromEntries(policies) };
}

export const outcomeTexts = {
  approved: { zh: '同意', en: 'Approve' },
  rejected: { zh: '拒绝', en: 'Reject' },
  returned: { zh: '退回', en: 'Return' },
  resubmitted: { zh: '重新提交', en: 'Resubmit' },
  withdrawn: { zh: '撤回', en: 'Withdraw' },
  evaluated: { zh: '评价', en: 'Evaluate' },
} as const satisfies Record<string, Text>;

/** An approval step: approve, reject or return, with the usual timeouts unless told otherwise. */
export function approvalStep(title: Text, candidates: readonly Candidate[], more: Partial<StepContract> = {}): StepContract {
  return {
    title,
    candidates,
    outcomes: { approved: outcomeTexts.approved, rejected: outcomeTexts.rejected, returned: outcomeTexts.returned },
    commentNeeded: ['rejected', 'returned'],
    facts: ['toStep'],
    timeouts: {
      clock: 'business',
      due: 'P1D',
      remind: { after: 'PT4H', every: 'P1D', times: 3 },
      escalate: { after: 'P3D' },
      expire: null,
    },
    ...more,
  };
}

/** The requester's step after 退回: a new version of the form, or withdrawal. Its facts are the form's own. */
export function reviseStep(formFacts: readonly string[]): StepContract {
  return {
    title: { zh: '修改申请', en: 'Revise the request' },
    candidates: ['requester'],
    byRequester: true,
    outcomes: { resubmitted: outcomeTexts.resubmitted, withdrawn: outcomeTexts.withdrawn },
    facts: formFacts.map((path) => `form.${path}`),
    timeouts: {
      clock: 'business',
      due: 'P3D',
      remind: { after: 'P1D', every: 'P2D', times: 3 },
      escalate: null,
      expire: { after: 'P20D', outcome: 'withdrawn' },
    },
  };
}

/** The requester's rating after the end; it closes by itself as `unrated`. */
export function evaluationStep(): StepContract {
  return {
    title: { zh: '服务评价', en: 'Evaluation' },
    candidates: ['requester'],
    byRequester: true,
    outcomes: { evaluated: outcomeTexts.evaluated },
    clockOutcomes: { unrated: { zh: '未评价', en: 'Unrated' } },
    facts: [],
    timeouts: { clock: 'business', due: null, remind: null, escalate: null, expire: { after: 'P7D', outcome: 'unrated' } },
  };
}
