import { reactive } from 'vue';
import type { Answer } from '../../client.ts';

type Task = Answer<'get /tasks/:id'>;
type Colleague = Answer<'get /people'>['items'][number];

/** A line that the decision may lower. */
export interface LineDraft {
  itemId: string;
  quantity: number;
  most: number;
  /** What the requester asked for, and noted on it. */
  asked: number;
  note: string;
  reason: string;
}

/** What was typed for a task and not sent yet. */
export interface DecisionDraft {
  comment: string;
  toStep: string;
  lines: LineDraft[];
  stars: Record<string, number>;
  /** What a process asks for beyond lines, stars and forms. */
  fields: Record<string, unknown>;
  form: Record<string, unknown>;
  cc: Colleague[];
}

const drafts = new Map<string, DecisionDraft>();

/** The lines that the bounds name, in the form's order. */
function linesOf(task: Task): LineDraft[] {
  const { lines = [] } = task.form as { lines?: { itemId: string; quantity: number; note?: string }[] };
  const place = (itemId: string): number => lines.findIndex((line) => line.itemId === itemId);
  return Object.entries(task.bounds.lines?.most ?? {})
    .toSorted(([one], [other]) => place(one) - place(other))
    .map(([itemId, most]) => {
      const line = lines[place(itemId)];
      return { itemId, quantity: most, most, asked: line?.quantity ?? most, note: line?.note ?? '', reason: '' };
    });
}

/** What was typed for the task in this tab before: looking at another one in between loses nothing. */
export function draftOf(task: Task): DecisionDraft {
  const kept = drafts.get(task.id);
  if (kept) return kept;
  const draft = reactive<DecisionDraft>({
    comment: '',
    toStep: task.bounds.toStep?.includes('revise') ? 'revise' : task.bounds.toStep?.[0] ?? '',
    lines: linesOf(task),
    stars: {},
    // What is bounded is offered whole.
    fields: { ...task.bounds.most },
    form: structuredClone(task.form) as Record<string, unknown>,
    cc: [],
  });
  drafts.set(task.id, draft);
  return draft;
}

/** Forgets what was typed for a task that is decided. */
export function forgetDraft(taskId: string): void {
  drafts.delete(taskId);
}
