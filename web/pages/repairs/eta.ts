import { fromLocal, toLocal } from '../../local-time.ts';
import type { Urgency } from '../../../workflows/repair-order/contract.ts';
import type { TextKey } from '../../texts.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

/** A time that is promised by one press: by when at the latest. */
export interface Promised {
  readonly text: TextKey;
  readonly at: string;
}

/** The usual promises at `now`, the soonest first; in an emergency nobody promises an afternoon. */
export function usualEtas(urgency: Urgency, now: Date): Promised[] {
  const inMinutes = (text: TextKey, minutes: number): Promised => ({ text, at: new Date(now.getTime() + minutes * MINUTE_MS).toISOString() });
  if (urgency === 'emergency') return [inMinutes('repairs.eta.10', 10), inMinutes('repairs.eta.20', 20), inMinutes('repairs.eta.30', 30)];
  const today = toLocal(now.toISOString());
  const tomorrow = toLocal(new Date(now.getTime() + DAY_MS).toISOString()).slice(0, 10);
  const isBeforeAfternoonEnds = today.slice(11) < '16:00';
  return [
    inMinutes('repairs.eta.30', 30), inMinutes('repairs.eta.60', 60),
    ...(isBeforeAfternoonEnds ? [{ text: 'repairs.eta.afternoon' as const, at: fromLocal(`${today.slice(0, 10)}T17:30`)! }] : []),
    { text: 'repairs.eta.morning', at: fromLocal(`${tomorrow}T11:30`)! },
  ];
}

/** Until when an order is put on hold by one press: two hours, tomorrow, in three days, in a week, at the beginning of the day. */
export function usualHolds(now: Date): Promised[] {
  const morning = (text: TextKey, days: number): Promised => ({ text, at: fromLocal(`${toLocal(new Date(now.getTime() + days * DAY_MS).toISOString()).slice(0, 10)}T08:30`)! });
  return [
    { text: 'repairs.hold.2h', at: new Date(now.getTime() + 120 * MINUTE_MS).toISOString() },
    morning('repairs.hold.1d', 1), morning('repairs.hold.3d', 3), morning('repairs.hold.7d', 7),
  ];
}
