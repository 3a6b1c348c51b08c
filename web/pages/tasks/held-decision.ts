import { computed, ref, shallowRef } from 'vue';
import { call, CallError, errorWords, newIdempotencyKey, type Input } from '../../client.ts';
import { outcomeWords } from '../../contracts.ts';
import { onInboxChange } from '../../live.ts';
import { now } from '../../now.ts';
import { language, t } from '../../texts.ts';
import type { Text } from '../../../workflows/lib/contract.ts';
import { clockWords } from '../../time-words.ts';
import { forgetDraft } from './decision-drafts.ts';

/** A decision is final once it is sent, so it waits here, where it can be taken back: docs/decisions/0018. */
export interface HeldDecision {
  readonly taskId: string;
  readonly type: string;
  readonly step: string | null;
  readonly title: string;
  readonly outcomeTitle: Text;
  readonly body: Input<'post /tasks/:id/decision'>['body'];
  readonly idempotencyKey: string;
}

/** What became of a decision that was sent. */
export interface Sent {
  readonly id: number;
  readonly kind: 'done' | 'problem';
  readonly text: string;
  /** Where to go on when it was refused. */
  readonly taskId: string;
}

export const HOLD_MS = 10_000;
const DONE_SHOWN_MS = 5_000;
/** The stream says the new number within so much time. */
const COUNTED_MS = 2_000;
const HOLDABLE = new Set(['approved', 'rejected', 'returned']);

/** The decision that can still be taken back. */
export const held = shallowRef<HeldDecision & { readonly until: number }>();
/** Outcomes of what was sent; a problem stays until it is looked at. */
export const sent = ref<readonly Sent[]>([]);
/** Tasks that are no longer in the list: held, on their way, or decided. */
export const gone = ref<ReadonlySet<string>>(new Set());
/** How many of them the server still counts as open. */
export const uncounted = computed(() => waiting.value.size);
/** What the server said of a task whose decision it refused; its form shows it beside the fields. */
export const refusals = new Map<string, { error: CallError; data: unknown }>();

/** The next task that is shown takes the focus to its heading: a key or a button that is gone brought it. */
export const focusNext = ref(false);

const waiting = ref<ReadonlySet<string>>(new Set());
const keys = new Map<string, { said: string; key: string }>();
let timer: ReturnType<typeof setTimeout> | undefined;
let last = 0;

/** Whether an outcome is held back for a moment. The others (over the counter, an evaluation) happen at once. */
export function isHoldable(outcome: string): boolean {
  return HOLDABLE.has(outcome);
}

/** The idempotency key for these words about this task: the same words again get the same answer, other words are another try. */
export function keyFor(taskId: string, body: unknown): string {
  const said = JSON.stringify(body);
  const known = keys.get(taskId);
  if (known?.said === said) return known.key;
  const key = newIdempotencyKey();
  keys.set(taskId, { said, key });
  return key;
}

/** Holds a decision back for ten seconds; one that is held already is sent. */
export function hold(decision: HeldDecision): void {
  sendHeld();
  refusals.delete(decision.taskId);
  sent.value = sent.value.filter(({ kind, taskId }) => kind === 'problem' && taskId !== decision.taskId);
  held.value = { ...decision, until: Date.now() + HOLD_MS };
  gone.value = new Set([...gone.value, decision.taskId]);
  waiting.value = new Set([...waiting.value, decision.taskId]);
  timer = setTimeout(() => sendHeld(), HOLD_MS);
}

/** Takes the held decision back and answers its task's id: nothing was decided. */
export function undo(): string | undefined {
  const taken = held.value;
  clearTimeout(timer);
  held.value = undefined;
  if (taken) {
    comeBack(taken.taskId);
    tell('done', t('held.undone', { outcome: outcomeTitle(taken), title: taken.title }), taken.taskId);
  }
  return taken?.taskId;
}

/** Sends what is held, now. With `keepalive` the browser sends it even when the page goes. */
export function sendHeld({ keepalive = false } = {}): Promise<void> {
  const decision = held.value;
  clearTimeout(timer);
  held.value = undefined;
  return decision ? send(decision, keepalive) : Promise.resolve();
}

async function send(decision: HeldDecision, keepalive: boolean): Promise<void> {
  const { taskId, body, idempotencyKey, title } = decision;
  const outcome = outcomeTitle(decision);
  try {
    await call('post /tasks/:id/decision', { params: { id: taskId }, body, idempotencyKey, keepalive });
    forgetDraft(taskId);
    keys.delete(taskId);
    tell('done', t('task.done.toast', { outcome, title }), taskId);
    countDown(taskId);
  } catch (error) {
    comeBack(taskId);
    if (!(error instanceof CallError)) throw error;
    refusals.set(taskId, { error, data: body.data });
    tell('problem', t('held.refused', { outcome, title, why: refusalWords(decision, error) }), taskId);
  }
}

/** Somebody else, or the clock, was first: who, when and what. Anything else in the API's own words. */
export function refusalWords({ type, step }: { type: string; step: string | null }, error: CallError): string {
  const { decidedBy, decidedAt, outcome } = error.problem as { decidedBy?: { name: string } | null; decidedAt?: string; outcome?: string };
  if (error.status !== 409 || !decidedAt || !outcome) return errorWords(error);
  return t('task.first', {
    name: decidedBy?.name ?? t('actor.clock'), time: clockWords(decidedAt, now.value), outcome: outcomeWords(type, step, outcome),
  });
}

/** The word on the button. */
export function outcomeTitle({ outcomeTitle: { zh, en } }: HeldDecision): string {
  return language.value === 'en' ? en : zh;
}

/** Takes a line of `sent` away. */
export function dismissSent(id: number): void {
  sent.value = sent.value.filter((each) => each.id !== id);
}

/** Tasks that were decided otherwise (in a batch) leave the list at once. */
export function markGone(ids: readonly string[]): void {
  gone.value = new Set([...gone.value, ...ids]);
}

function comeBack(taskId: string): void {
  gone.value = new Set([...gone.value].filter((each) => each !== taskId));
  waiting.value = new Set([...waiting.value].filter((each) => each !== taskId));
}

/** The number in the menu is the server's: it is corrected until the server has said a new one. */
function countDown(taskId: string): void {
  const stop = onInboxChange(() => { done(); });
  const late = setTimeout(() => { done(); }, COUNTED_MS);
  function done(): void {
    stop();
    clearTimeout(late);
    waiting.value = new Set([...waiting.value].filter((each) => each !== taskId));
  }
}

function tell(kind: Sent['kind'], text: string, taskId: string): void {
  last += 1;
  const id = last;
  sent.value = [...sent.value.filter((each) => each.kind === 'problem'), { id, kind, text, taskId }];
  if (kind === 'done') setTimeout(() => dismissSent(id), DONE_SHOWN_MS);
}

// The last moment at which a page is sure to run; on a phone also when another app is opened.
document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') void sendHeld({ keepalive: true }); });
window.addEventListener('pagehide', () => { void sendHeld({ keepalive: true }); });
