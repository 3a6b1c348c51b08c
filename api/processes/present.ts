import { z } from 'zod';
import { principalsIn, type Holder } from '../../db/queries/directory.ts';
import type { ProcessRow, TimelineRow } from '../../db/queries/processes.ts';
import type { CopyRow, OpenTaskRow, TaskRow } from '../../db/queries/tasks.ts';
import type { ProcessContract, Text } from '../../workflows/lib/contract.ts';
import { processTypes } from '../../workflows/contracts.ts';
import type { ProcessType } from '../../workflows/lib/form.ts';
import type { processDetail, processSummary, timelineEntry } from '../contract/processes.ts';
import type { taskSummary } from '../contract/tasks.ts';

/** The contract of a process that exists; its type was checked when it was started. */
export function contractOf(type: string): ProcessContract {
  return processTypes[type]!.contract;
}

/** A schema as JSON Schema, for forms that are drawn from it; what `references` name has the kind of thing in `x-reference`. */
export function jsonSchema(schema: z.ZodType, references: ProcessType['references'] = {}): unknown {
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Json;
  for (const [path, kind] of Object.entries(references)) {
    const field = fieldAt(json, path.split('.'));
    if (field) field['x-reference'] = kind;
  }
  return json;
}

interface Json {
  [name: string]: unknown;
  anyOf?: Json[];
  items?: Json;
  properties?: Record<string, Json>;
}

/** The field that `path` names, where the schema has it; a list on the way means each of its elements. */
function fieldAt(json: Json | undefined, path: readonly string[]): Json | undefined {
  const [head, ...rest] = path;
  if (!json) return undefined;
  if (json.items) return fieldAt(json.items, path);
  return head === undefined ? json : fieldAt(json.properties?.[head] ?? json.anyOf?.find(({ properties }) => properties)?.properties?.[head], rest);
}

type PersonJson = { id: string; name: string };
const named = (id: string | null, name: string | null): PersonJson | null => (id === null ? null : { id, name: name ?? id });
const isOverdue = (dueAt: Date | null): boolean => dueAt !== null && dueAt.getTime() < Date.now();
const iso = (at: Date | null): string | null => at?.toISOString() ?? null;

/** A process in a list. */
export function presentProcess(
  row: ProcessRow, open: readonly OpenTaskRow[] = [], holders: ReadonlyMap<string, Holder> = new Map(),
): z.input<typeof processSummary> {
  const contract = contractOf(row.type);
  return {
    id: row.id,
    number: row.number,
    type: row.type,
    typeTitle: contract.title,
    title: row.title,
    status: row.status,
    outcome: row.outcome,
    outcomeTitle: row.outcome === null ? null : contract.outcomes[row.outcome]?.title ?? null,
    requester: { id: row.requester_id, name: row.requester_name },
    department: row.department_name,
    departmentEn: row.department_name_en,
    startedAt: row.started_at.toISOString(),
    endedAt: iso(row.ended_at),
    current: open.filter((task) => task.process_id === row.id && row.status === 'running').map((task) => ({
      taskId: task.id,
      step: task.step,
      stepTitle: stepTitle(contract, task.step),
      assignee: named(task.assignee_id, task.assignee_name),
      holders: task.assignee_id === null ? task.candidates.flatMap((each) => holders.get(each) ?? []) : [],
      openedAt: task.opened_at.toISOString(),
      dueAt: iso(task.due_at),
      overdue: isOverdue(task.due_at),
    })),
  };
}

/** A task in a list. */
export function presentTask(row: TaskRow): z.input<typeof taskSummary> & { id: string } {
  const contract = contractOf(row.type);
  return {
    id: row.id,
    processId: row.process_id,
    number: row.number,
    type: row.type,
    typeTitle: contract.title,
    title: row.title,
    step: row.step,
    stepTitle: stepTitle(contract, row.step),
    state: row.state,
    requester: { id: row.requester_id, name: row.requester_name },
    department: row.department_name,
    departmentEn: row.department_name_en,
    assignee: named(row.assignee_id, row.assignee_name),
    openedAt: iso(row.opened_at),
    dueAt: iso(row.due_at),
    expireAt: iso(row.expire_at),
    overdue: row.state === 'open' && isOverdue(row.due_at),
    urged: row.state === 'open' && row.urged_at !== null && row.urged_at > row.opened_at,
    outcome: row.outcome,
    decidedAt: iso(row.decided_at),
    copiedBy: null,
    copiedAt: null,
  };
}

/** A process that was copied to the reader, in the inbox's third list. */
export function presentCopy(row: CopyRow): z.input<typeof taskSummary> {
  return {
    id: null,
    processId: row.process_id,
    number: row.number,
    type: row.type,
    typeTitle: contractOf(row.type).title,
    title: row.title,
    step: null,
    stepTitle: null,
    state: 'copied',
    requester: { id: row.requester_id, name: row.requester_name },
    department: row.department_name,
    departmentEn: row.department_name_en,
    assignee: null,
    openedAt: null,
    dueAt: null,
    expireAt: null,
    overdue: false,
    urged: false,
    outcome: row.outcome,
    decidedAt: null,
    copiedBy: row.copied_by_name,
    copiedAt: row.at.toISOString(),
  };
}

/** An entry of the timeline. */
export function presentEntry(
  row: TimelineRow, contract: ProcessContract, receivers: ReadonlyMap<string, Text> = new Map(),
): z.input<typeof timelineEntry> {
  const step = row.step ?? (typeof row.detail.step === 'string' ? row.detail.step : null);
  return {
    seq: row.seq,
    at: row.at.toISOString(),
    actorKind: row.actor_kind,
    actor: named(row.actor_id, row.actor_name),
    onBehalfOf: named(row.on_behalf_of, row.on_behalf_of_name),
    action: row.action,
    taskId: row.task_id,
    step,
    stepTitle: step === null ? null : stepTitle(contract, step),
    outcome: row.outcome,
    text: row.text,
    to: principalsIn(row.detail.to).flatMap((each) => receivers.get(each) ?? []),
    detail: row.detail,
  };
}

/** A task that its process closed was nobody's decision, yet it is part of how the process went. */
const STEP_STATES = { open: 'current', decided: 'done', closed: 'closed' } as const;

type StepJson = z.input<typeof processDetail>['steps'][number];

/** What was done, what is being done, and what is `planned` with the instants at which that is expected to be due. */
export function presentSteps(
  tasks: readonly TaskRow[], contract: ProcessContract, planned: readonly { step: string; dueAt: Date | null }[],
): StepJson[] {
  const happened = tasks.map((task): StepJson => ({
    step: task.step,
    title: stepTitle(contract, task.step),
    state: STEP_STATES[task.state],
    taskId: task.id,
    outcome: task.outcome,
    actorKind: task.actor_kind as StepJson['actorKind'],
    decidedBy: named(task.decided_by, task.decided_by_name),
    openedAt: iso(task.opened_at),
    decidedAt: iso(task.decided_at),
    dueAt: iso(task.due_at),
    comment: task.comment,
    data: task.data,
  }));
  return [...happened, ...planned.map(({ step, dueAt }): StepJson => ({
    step,
    title: stepTitle(contract, step),
    state: 'planned',
    taskId: null,
    outcome: null,
    actorKind: null,
    decidedBy: null,
    openedAt: null,
    decidedAt: null,
    dueAt: iso(dueAt),
    comment: null,
    data: null,
  }))];
}

/** The contract's steps after the latest one; all of them again after the requester's revision. */
export function plannedSteps(tasks: readonly TaskRow[], { path, steps }: ProcessContract): readonly string[] {
  const placeOf = ({ step }: TaskRow): number => path.indexOf(steps[step]?.standsFor ?? step);
  // After a revision it starts again; at a step beside the path it goes on where it left it.
  const latest = tasks.findLast((task) => task.step === 'revise' || placeOf(task) >= 0);
  return latest ? path.slice(placeOf(latest) + 1) : path;
}

function stepTitle({ steps }: ProcessContract, step: string): Text {
  return steps[step]?.title ?? { zh: step, en: step };
}
