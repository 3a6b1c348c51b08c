import { computed, reactive, ref } from 'vue';
import type { Text } from '../../../workflows/lib/contract.ts';
import { contracts } from '../../contracts.ts';
import { deskOf } from '../../processes/desks.ts';
import { idOf, type Task } from './task-list.ts';

const LONG_PRESS_MS = 500;
const MOVED_PX = 8;

/** Whether a task can be decided together with others: not what the requester fills in, nor what is done at a desk. */
export function isSelectable({ type, step, state }: Task): boolean {
  return state === 'open' && contracts[type]?.steps[step ?? '']?.byRequester !== true && deskOf(type, step) === undefined;
}

/** The outcomes that all of the tasks have: the one with which they go on, and the refusal. */
export function commonOutcomes(tasks: readonly Task[]): { outcome: string; title: Text }[] {
  const [first = [], ...rest] = tasks.map(({ type, step }) => {
    const outcomes = Object.entries(contracts[type]?.steps[step ?? '']?.outcomes ?? {});
    return outcomes.filter(([outcome], i) => i === 0 || outcome === 'rejected').map(([outcome, title]) => ({ outcome, title }));
  });
  return first.filter(({ outcome, title }) => rest.every((each) => each.some((other) => other.outcome === outcome && other.title.zh === title.zh)));
}

/** Choosing tasks of a list: one by one, a range, by a long press on a phone. */
export function useSelection(shown: () => readonly Task[]) {
  const selected = reactive(new Map<string, Task>());
  /** Why a task of the last batch was not decided. */
  const reasons = reactive(new Map<string, string>());
  const asked = ref(false);
  const selecting = computed(() => asked.value || selected.size > 0);
  let anchor = '';
  let pressing: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let wasLong = false;

  function toggle(task: Task | undefined, range = false): void {
    if (!task || !isSelectable(task)) return;
    const id = idOf(task);
    const list = shown();
    const [one, other] = [list.findIndex((each) => idOf(each) === anchor), list.findIndex((each) => idOf(each) === id)];
    if (range && one >= 0 && other >= 0) {
      for (const each of list.slice(Math.min(one, other), Math.max(one, other) + 1)) if (isSelectable(each)) selected.set(idOf(each), each);
    } else if (!selected.delete(id)) selected.set(id, task);
    asked.value = true;
    anchor = id;
  }

  function all(): void {
    for (const task of shown()) if (isSelectable(task)) selected.set(idOf(task), task);
  }

  function clear(): void {
    selected.clear();
    reasons.clear();
    asked.value = false;
    anchor = '';
  }

  /** What became of a batch: what was decided is no longer chosen, the rest stays with its reason. */
  function settle(decided: readonly string[], refused: ReadonlyMap<string, string>): void {
    for (const id of decided) selected.delete(id);
    reasons.clear();
    for (const [id, why] of refused) reasons.set(id, why);
    if (selected.size === 0) clear();
  }

  function down(event: PointerEvent, task: Task): void {
    wasLong = false;
    if (event.pointerType !== 'touch' || selecting.value) return;
    from = { x: event.clientX, y: event.clientY };
    pressing = setTimeout(() => {
      wasLong = true;
      toggle(task);
    }, LONG_PRESS_MS);
  }

  function moved(event: PointerEvent): void {
    if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > MOVED_PX) clearTimeout(pressing);
  }

  /** True when the click that follows belongs to a long press. */
  function endsLongPress(): boolean {
    clearTimeout(pressing);
    const was = wasLong;
    wasLong = false;
    return was;
  }

  return { selected, reasons, asked, selecting, toggle, all, clear, settle, down, moved, up: () => clearTimeout(pressing), endsLongPress };
}
