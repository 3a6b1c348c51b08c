import { group, sayOf, type Facts, type Row, type Violation } from './facts.ts';

/** I6: the ledger adds up, and what went over the counter is what was decided there. */
export function stockAdds({ tables }: Facts): Violation[] {
  const { violations, say } = sayOf('I6');
  const sum = (rows: Row[], value: (row: Row) => number): number => rows.reduce((total, row) => total + value(row), 0);
  const stillHeld = ({ quantity, issued, released }: Row): number => quantity - issued - released;
  const [movements, reservations] = [group(tables.movement, 'item_id'), group(tables.reservation, 'item_id')];
  for (const item of tables.item) {
    const moved = sum(movements.get(item.id) ?? [], ({ quantity }) => quantity);
    const held = sum(reservations.get(item.id) ?? [], stillHeld);
    if (moved !== item.on_hand) say(item.id, `${item.on_hand} on hand, its movements add up to ${moved}`);
    if (held !== item.reserved) say(item.id, `${item.reserved} reserved, its reservations hold ${held}`);
    if (item.on_hand < 0 || item.reserved < 0 || item.reserved > item.on_hand) say(item.id, `${item.reserved} reserved of ${item.on_hand}`);
  }
  const issues = group(tables.movement.filter(({ kind }) => kind === 'issue'), 'process_id');
  const [handOvers, held] = [group(tables.task.filter(isHandOver), 'process_id'), group(tables.reservation, 'process_id')];
  for (const process of tables.process) {
    const decided = new Map<string, number>();
    for (const task of handOvers.get(process.id) ?? []) {
      // No lines at all means everything that was waiting at the counter.
      const lines: [string, number][] = task.data?.lines?.map((line: Row) => [line.itemId, line.issued])
        ?? Object.entries(task.bounds.lines.most);
      for (const [item, issued] of lines) decided.set(item, (decided.get(item) ?? 0) + issued);
    }
    const mine = issues.get(process.id) ?? [];
    const reserved = new Map((held.get(process.id) ?? []).map((row) => [row.item_id, row]));
    for (const item of new Set([...decided.keys(), ...reserved.keys(), ...mine.map(({ item_id }) => item_id)])) {
      const said = decided.get(item) ?? 0;
      const moved = 0 - sum(mine.filter(({ item_id }) => item_id === item), ({ quantity }) => quantity);
      const booked = reserved.get(item)?.issued ?? 0;
      if (said !== moved || said !== booked) say(process.id, `${item}: ${said} decided, ${moved} moved, ${booked} booked on the reservation`);
    }
    const rest = sum([...reserved.values()], stillHeld);
    if (process.status === 'ended' && rest !== 0) say(process.id, `has ended ${process.outcome} and still holds ${rest}`);
  }
  return violations;
}

function isHandOver({ step, outcome }: Row): boolean {
  return step === 'hand-over' && outcome === 'issued';
}
