import { group, sayOf, type Facts, type Row, type Violation } from './facts.ts';

const OFFERS = ['accept', 'accept-emergency'];
const AT_HAND = ['arrival', 'work', 'on-hold'];

/**
 * I17: an order is offered to one repairer at a time and is at the hand of whoever took it on; each offer has its effect and its task; parts are
 * booked once, what the ledger had of them moved once; a broken promise is told once, and the clock says each thing once.
 */
export function repairs({ tables }: Facts): Violation[] {
  const { violations, say } = sayOf('I17');
  const [tasks, offers, parts] = [group(tables.task, 'process_id'), group(tables.offer, 'process_id'), group(tables.part, 'key')];
  const orders = new Map(tables.order.map((row) => [row.process_id, row]));
  const effects = new Set(tables.effect.map(({ key }) => key));
  for (const { id, status } of tables.process.filter(({ type }) => type === 'repair-order')) {
    const mine = tasks.get(id) ?? [];
    offered(id, mine, offers.get(id) ?? []);
    const order = orders.get(id);
    if (order?.offered_to && order.repairer_id) say(id, `is offered to ${order.offered_to} while ${order.repairer_id} has it`);
    if (status !== 'running') continue;
    for (const { id: task, step, candidates, assignee_id: assignee } of mine.filter(({ state }) => state === 'open')) {
      const who = AT_HAND.includes(step) ? order?.repairer_id : OFFERS.includes(step) ? order?.offered_to : undefined;
      if (who && assignee === null && !candidates.includes(`person:${who}`)) say(task, `is not ${who}’s, who has the order`);
      if ((AT_HAND.includes(step) || OFFERS.includes(step)) && !who) say(task, 'is open, and the order is nobody’s');
    }
  }
  for (const { key } of tables.offer) if (!effects.has(key)) say(key, 'is an offer without its effect');
  booked();
  toldOnce();
  return violations;

  /** The n-th offer is the n-th task, and whoever was asked may answer. */
  function offered(id: string, mine: readonly Row[], asked: readonly Row[]): void {
    const answers = mine.filter(({ step }) => OFFERS.includes(step)).sort((a, b) => a.opened_at - b.opened_at);
    // The last offer's task may not have been opened, when the process ended in between.
    if (answers.length > asked.length || answers.length < asked.length - 1) say(id, `${asked.length} offers, ${answers.length} tasks`);
    asked.toSorted((a, b) => a.at - b.at).forEach(({ repairer_id: repairer, key }, n) => {
      if (answers[n] && answers[n].state !== 'open' && answers[n].actor_kind === 'person' && answers[n].decided_by !== repairer && !answers[n].escalated_at) {
        say(key, `went to ${repairer}, and ${answers[n].decided_by} answered`);
      }
    });
  }

  function booked(): void {
    const moved = group(tables.movement.filter(({ kind }) => kind === 'repair'), 'effect_key');
    for (const { id, data } of tables.task.filter(({ step, outcome }) => step === 'work' && outcome === 'completed')) {
      const process = id.slice(0, id.indexOf('.'));
      const done = tables.task.filter(({ process_id: each, step, outcome }) => each === process && step === 'work' && outcome === 'completed')
        .sort((a, b) => a.n - b.n).findIndex((each) => each.id === id);
      const key = `${process}.complete.${done + 1}`;
      if (!effects.has(key)) {
        if (tables.process.find((each) => each.id === process)?.status === 'ended') say(id, 'was completed without its effect');
        continue;
      }
      const said = new Map<string, number>((data.parts ?? []).map((part: Row) => [part.itemId, part.quantity]));
      const kept = parts.get(key) ?? [];
      if (kept.length !== said.size || kept.some(({ item_id: item, quantity }) => said.get(item) !== quantity)) say(key, 'has other parts than were said');
      const total = kept.reduce((sum, { quantity, missing }) => sum + quantity - missing, 0);
      const out = (moved.get(key) ?? []).reduce((sum, { quantity }) => sum - quantity, 0);
      if (total !== out) say(key, `${total} parts taken, ${out} moved`);
    }
    for (const key of moved.keys()) if (!parts.has(key)) say(key, 'moved stock for parts that nobody took');
  }

  function toldOnce(): void {
    const broken = tables.audit.filter(({ action }) => action === 'promise-broken').map(({ task_id: task }) => task);
    const told = tables.notice.filter(({ kind }) => kind === 'eta-broken').map(({ key }) => key.slice(0, key.lastIndexOf('.promise.')));
    for (const task of broken) {
      const times = told.filter((each) => each === task).length;
      if (times !== 1) say(task, `broke its promise, and the requester heard of it ${times} times`);
    }
    for (const task of told) if (!broken.includes(task)) say(task, 'is an apology for a promise that was not broken');
    const late = group(tables.notice.filter(({ kind }) => kind === 'clock-late'), 'process_id');
    for (const [id, notices] of late) {
      const policies = new Set(notices.map(({ key }) => key));
      if (policies.size < notices.length) say(id, `the requester heard ${notices.length} times that it is late`);
    }
  }
}
