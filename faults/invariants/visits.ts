import type { OpName } from '../op-log.ts';
import { byId, group, sayOf, type Facts, type Row, type Violation } from './facts.ts';

/** By whom, through which ops, an outcome at the gate comes about. */
const AT_GATE: readonly { op: OpName; step: string; outcome: string; by: 'person' | 'system' }[] = [
  { op: 'check-in', step: 'arrival', outcome: 'arrived', by: 'person' },
  { op: 'kiosk-in', step: 'arrival', outcome: 'arrived', by: 'system' },
  { op: 'move', step: 'arrival', outcome: 'moved', by: 'person' },
  { op: 'check-out', step: 'departure', outcome: 'left', by: 'person' },
  { op: 'kiosk-out', step: 'departure', outcome: 'left', by: 'system' },
  { op: 'undo-check-in', step: 'departure', outcome: 'not-arrived', by: 'person' },
  { op: 'undo-check-out', step: 'left', outcome: 'still-here', by: 'person' },
];
const IN_ONE_TRANSACTION_MS = 15_000;

/**
 * I16: a pass lets in once and never outside of its window (the front desk before, not after it), and each arrival has its pass; whoever is
 * inside has one open departure and nobody else has; a visit that ended without its visitor leaves no pass that lets in; a code is told by one
 * SMS per effect; and what happened at the gate was asked for there, as often.
 */
export function gate(facts: Facts): Violation[] {
  const { tables } = facts;
  const { violations, say } = sayOf('I16');
  const visits = tables.process.filter(({ type }) => type === 'visit');
  const [tasks, passes] = [group(tables.task, 'process_id'), group(tables.pass, 'process_id')];
  for (const { id, status, outcome } of visits) {
    const mine = tasks.get(id) ?? [];
    passOnce(mine, passes.get(id) ?? [], say);
    const open = mine.filter(({ state, after_end: after }) => state === 'open' && !after).map(({ step }) => step);
    if (open.length > (status === 'running' ? 1 : 0)) say(id, `is ${status} with open tasks at ${open.join()}`);
    const inside = status === 'running' && isInside(mine);
    if (inside !== open.includes('departure')) say(id, inside ? 'is inside without an open departure' : 'has an open departure and is not inside');
    const live = (passes.get(id) ?? []).filter(({ used_at: used, revoked_at: revoked }) => used === null && revoked === null);
    if (live.length > 1) say(id, `has ${live.length} live passes`);
    if (status === 'ended' && outcome !== 'visited' && live.length > 0) say(id, `ended ${outcome} and left a pass that was not revoked`);
  }
  return [...violations, ...toldOnce(facts), ...askedFor(facts, visits, tasks)];
}

function passOnce(tasks: readonly Row[], passes: readonly Row[], say: (id: string, text: string) => void): void {
  const arrivals = byId(tasks.filter(({ step }) => step === 'arrival'));
  const byKey = new Map(passes.map((pass) => [pass.key, pass]));
  for (const { id, outcome, actor_kind: by, decided_at: at } of arrivals.values()) {
    // The workflow issues the n-th pass and then opens the n-th arrival.
    const pass = byKey.get(id.replace('.arrival.', '.pass.'));
    if (!pass) say(id, 'is an arrival without a pass');
    else if (outcome !== 'arrived') continue;
    else if (pass.used_at === null) say(id, 'was let in with a pass that was not used');
    else if (Math.abs(pass.used_at - at) > IN_ONE_TRANSACTION_MS) say(id, `was let in at ${at.toISOString()}, its pass was used at ${pass.used_at.toISOString()}`);
    else if (pass.used_at > pass.valid_until || (by === 'system' && pass.used_at < pass.valid_from)) {
      say(id, `was let in at ${pass.used_at.toISOString()}, outside ${pass.valid_from.toISOString()} to ${pass.valid_until.toISOString()}`);
    }
  }
  for (const { key, used_at: used, tries } of passes) {
    if (used !== null && arrivals.get(key.replace('.pass.', '.arrival.'))?.outcome !== 'arrived') say(key, 'was used, and nobody arrived with it');
    if (tries > 5) say(key, `was looked at ${tries} times`);
  }
}

/** Whether the visitor is in the house, by the last that was decided at the gate. */
function isInside(tasks: readonly Row[]): boolean {
  const last = tasks.filter(({ at_desk: at, state }) => at && state === 'decided').sort((a, b) => a.decided_at - b.decided_at).at(-1);
  return last !== undefined && ['arrived', 'still-here'].includes(last.outcome);
}

function toldOnce({ tables }: Facts): Violation[] {
  const { violations, say } = sayOf('I16');
  const keys = new Set(tables.effect.filter(({ name }) => ['pass', 'refusal'].includes(name)).map(({ key }) => key));
  const arrivals = new Set(tables.task.filter(({ step, outcome }) => step === 'arrival' && outcome === 'arrived').map(({ id }) => id));
  const told = new Map<string, number>();
  for (const { key, accepted, unsure } of tables.sms) {
    const [, cause, what] = /^(.*)\.(code|cancelled|told|arrived)$/.exec(key) ?? [];
    if (!cause || !(what === 'arrived' ? arrivals : keys).has(cause)) say(key, 'is an SMS of no effect');
    told.set(key, (told.get(key) ?? 0) + 1);
    if (accepted > 1 + unsure) say(key, `was accepted ${accepted} times by a carrier`);
  }
  for (const [key, times] of told) if (times > 1) say(key, `stands as ${times} SMS`);
  const issued = new Set(tables.pass.map(({ key }) => key));
  for (const { key, name } of tables.effect) if (name === 'pass' && !issued.has(key)) say(key, 'is an effect without its pass');
  for (const key of issued) if (!keys.has(key)) say(key, 'is a pass without its effect');
  return violations;
}

function askedFor({ ops }: Facts, visits: readonly Row[], tasks: Map<string, Row[]>): Violation[] {
  const { violations, say } = sayOf('I16');
  const wishes = new Map<string, Map<string, 'ok' | 'unknown'>>();
  for (const { op, target, key, result } of ops) {
    if (result === 'fail' || !AT_GATE.some((each) => each.op === op)) continue;
    const at = `${op} ${target}`;
    const keys = wishes.get(at) ?? new Map<string, 'ok' | 'unknown'>();
    wishes.set(at, keys.set(key, result));
  }
  for (const { id } of visits) {
    for (const { op, step, outcome, by } of AT_GATE) {
      const stands = (tasks.get(id) ?? []).filter((task) => task.step === step && task.outcome === outcome && task.actor_kind === by).length;
      const asked = [...wishes.get(`${op} ${id}`)?.values() ?? []];
      const ok = asked.filter((result) => result === 'ok').length;
      if (stands < ok) say(id, `${ok} × ${op} answered with success, ${stands} stand`);
      if (stands > asked.length) say(id, `${stands} × ${outcome} at ${step} stand, ${asked.length} × ${op} were asked for`);
    }
  }
  return violations;
}
