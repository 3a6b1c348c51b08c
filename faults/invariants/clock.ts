import { timersIn } from '../histories.ts';
import { group, sayOf, type Facts, type Violation } from './facts.ts';

/** After a heal, what was due meanwhile is caught up with within this. */
const GRACE_MS = 30_000;
const ACTIONS: Readonly<Record<string, readonly string[]>> = {
  remind: ['task-reminded'], escalate: ['task-escalated'], expire: ['task-decided', 'task-handed-over'],
  promise: ['promise-broken'], 'clock-remind': ['clock-remind-passed'], 'clock-due': ['clock-due-passed'], 'clock-escalate': ['clock-escalate-passed'],
};

/**
 * I13: a deadline is acted on once, never early by the server's clock, and never not at all. `lateness` are the seconds from each deadline to
 * the clock's act.
 */
export function clockActs({ tables, histories }: Facts): { violations: Violation[]; lateness: number[] } {
  const { violations, say } = sayOf('I13');
  for (const [id, history] of histories) {
    for (const { summary, due, fired } of timersIn(history)) {
      if (fired < due - 1) say(id, `the timer “${summary}” fired ${due - fired} ms early`);
    }
  }
  const lateness: number[] = [];
  const acts = new Map<string, number>();
  for (const { action, actor_kind: kind, task_id: task, at, detail } of tables.audit) {
    if (kind !== 'clock') continue;
    const what = Object.keys(ACTIONS).find((each) => ACTIONS[each]!.includes(action))!;
    const key = `${task}.${what}.${detail.n}`;
    acts.set(key, (acts.get(key) ?? 0) + 1);
    const late = at.getTime() - Date.parse(detail.at);
    if (late < 0) say(task, `${what} ${detail.n} came ${-late} ms early`);
    lateness.push(late / 1_000);
  }
  for (const [key, times] of acts) if (times > 1) say(key, `came ${times} times`);
  const effects = new Set(tables.effect.map(({ key }) => key));
  for (const key of acts.keys()) if (!effects.has(key)) say(key, 'came without the effect that keeps it from coming twice');
  for (const [name, rows] of group(tables.effect.filter(({ name }) => name in ACTIONS), 'name')) {
    for (const { key } of rows) if (!acts.has(key)) say(key, `stands as applied (${name}) without an event`);
  }
  for (const task of tables.task.filter(({ state }) => state === 'open')) {
    for (const { kind, n, at } of task.deadlines) {
      const key = `${task.id}.${kind}.${n}`;
      if (Date.parse(at) < Date.now() - GRACE_MS && !acts.has(key)) say(key, `was due at ${at}; nothing has come`);
    }
  }
  return { violations, lateness };
}
