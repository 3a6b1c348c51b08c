import { isDeepStrictEqual } from 'node:util';
import { answersIn } from '../histories.ts';
import { group, sayOf, type Facts, type Row, type Violation } from './facts.ts';

/** Activities that change the world, and the name by which their effect's key and row are known. */
const EFFECTS = [['reserveStock', 'reserve', 'reserve-stock'], ['issueStock', 'issue', 'issue-stock']] as const;

/**
 * I5: for each effect that a history tells of there is one row with its key and its result, and one change in the world; for each row and
 * each change, the other two.
 */
export function effectsOnce({ tables, histories }: Facts): Violation[] {
  const { violations, say } = sayOf('I5');
  const rows = new Map<string, Row>();
  for (const row of tables.effect) {
    if (rows.has(row.key)) say(row.key, 'has two rows');
    rows.set(row.key, row);
  }
  const issued = tables.movement.filter(({ kind }) => kind === 'issue');
  const byKey = group(issued, 'effect_key');
  for (const [key, movements] of byKey) {
    const items = movements.map(({ item_id }) => item_id);
    if (new Set(items).size < items.length) say(key, 'moved one item twice');
    const row = rows.get(key);
    if (row?.state !== 'applied' || movements.some(({ process_id }) => process_id !== row.process_id)) {
      say(key, `moved stock of ${movements[0]!.process_id} without standing as applied`);
    }
  }
  const [effects, reservations] = [group(tables.effect, 'process_id'), group(tables.reservation, 'process_id')];
  for (const { id, outcome } of tables.process) {
    const history = histories.get(id);
    if (!history) continue;
    const answers = answersIn(history);
    for (const [activity, step, name] of EFFECTS) {
      const told = answers.filter((answer) => answer.activity === activity).map(({ result }) => result);
      const mine = (effects.get(id) ?? []).filter((row) => row.name === name);
      told.forEach((result, i) => {
        const key = `${id}.${step}.${i + 1}`;
        const row = rows.get(key);
        if (result.ended || result.undone) return;
        if (!row) say(key, `is in the history (${activity}); the effect has no row`);
        else if (!isDeepStrictEqual(row.result, result)) say(key, `stands with ${JSON.stringify(row.result)}, its history says ${JSON.stringify(result)}`);
      });
      // A withdrawal may have come between the effect and its answer; then it was undone.
      const unanswered = mine.filter((row) => !(outcome === 'withdrawn' && row.state === 'undone')).length - told.length;
      if (unanswered > 0) say(id, `has ${mine.length} effects of ${activity}, its history tells of ${told.length}`);
    }
    const reserved = new Map<string, number>();
    for (const { name, result } of effects.get(id) ?? []) {
      if (name !== 'reserve-stock') continue;
      for (const { itemId, quantity } of result.reserved) reserved.set(itemId, (reserved.get(itemId) ?? 0) + quantity);
    }
    for (const { item_id: item, quantity } of reservations.get(id) ?? []) {
      if (reserved.get(item) !== quantity) say(id, `${item}: ${quantity} reserved, by its effects ${reserved.get(item) ?? 0}`);
    }
  }
  return violations;
}
