import { proxyLocalActivities } from '@temporalio/workflow';
import type { SupplyActivities } from '../../activities/supply.ts';
import type { Bounds } from '../lib/contract.ts';
import type { ProcessInput } from '../lib/messages.ts';
import { openProcess } from '../lib/process.ts';
import { contract, type Facts, type Line } from './contract.ts';

const DIRECTOR = 'service-centre-director';
const APPROVALS = ['department-leader', DIRECTOR] as const;

const stock = proxyLocalActivities<SupplyActivities>({
  startToCloseTimeout: '10 seconds',
  retry: { initialInterval: '200 milliseconds', maximumInterval: '10 seconds' },
});

/**
 * Supply requisition: the department's leader approves, then the service centre's director, who may lower quantities. What is there is
 * reserved and kept for the requester until the lease ends; the storekeeper hands it over, at once or in parts.
 */
export async function supplyRequisition(input: ProcessInput<Facts>): Promise<string> {
  const requisition = openProcess<Facts>(contract, input, {
    reserve: (effect) => stock.releaseStock({ ...effect, reason: 'not-fulfilled' }),
  });

  return requisition.run(async () => {
    let from: string = APPROVALS[0];
    let note: string | undefined;
    for (;;) {
      const approval = await requisition.approvals(APPROVALS, {
        from,
        options: (step, { lines }) => {
          if (step !== DIRECTOR) return {};
          const context = { note };
          note = undefined;
          return { bounds: mayLower(lines), context };
        },
      });
      if (approval.outcome !== 'approved') return approval.outcome;

      const approved = lowered(approval.facts.lines, approval.last.facts as Partial<Facts> | null);
      const leaseEndsAt = await requisition.expiryOf('hand-over');
      const reservation = await requisition.effect('reserve', (effect) =>
        stock.reserveStock({ ...effect, lines: approved, leaseEndsAt }));
      if (reservation.reserved.length > 0) return handOver(approved, reservation);

      // A withdrawal that is still on its way took nothing either: that is no news.
      if (!reservation.ended) requisition.notify('nothing-in-stock');
      note = 'nothing-in-stock';
      from = DIRECTOR;
    }
  });

  /** Hand-overs until all that is reserved is issued, the storekeeper closes the rest or cannot issue it, or the lease ends. */
  async function handOver(approved: Line[], reservation: Reservation): Promise<string> {
    let waiting = reservation.reserved;
    for (;;) {
      const decision = await requisition.task('hand-over', {
        bounds: atMost(waiting),
        context: { shortage: reservation.shortage },
        expireAt: reservation.leaseEndsAt,
        endsWithdrawal: true,
        tellRequester: 'ready-to-collect',
      });
      if (decision.outcome !== 'issued') {
        // Expired, or the storekeeper cannot issue: with nothing handed over, that is the end, and it frees the stock.
        if (waiting === reservation.reserved) return decision.outcome;
        await requisition.effect('release', (effect) => stock.releaseStock({ ...effect, reason: decision.outcome }));
        return 'partly-issued';
      }
      const { lines = whole(waiting), rest = 'keep' } = (decision.facts ?? {}) as HandOver;
      const { remaining, issuedInAll } = await requisition.effect('issue', (effect) =>
        stock.issueStock({ ...effect, taskId: decision.taskId, lines, rest }));
      if (remaining.length === 0) return total(issuedInAll) === total(approved) ? 'issued' : 'partly-issued';
      waiting = remaining;
    }
  }
}

type Reservation = Awaited<ReturnType<SupplyActivities['reserveStock']>>;

/** What the storekeeper decides; nothing said means everything that waits. */
interface HandOver {
  lines?: { itemId: string; issued: number }[];
  rest?: 'keep' | 'close';
}

function quantities(lines: Line[]): Record<string, number> {
  return Object.fromEntries(lines.map(({ itemId, quantity }) => [itemId, quantity]));
}

function mayLower(lines: Line[]): Bounds {
  return { lines: { field: 'quantity', most: quantities(lines), reasonWhenLower: true } };
}

function atMost(lines: Line[]): Bounds {
  return { lines: { field: 'issued', most: quantities(lines) } };
}

function total(lines: Line[]): number {
  return lines.reduce((sum, { quantity }) => sum + quantity, 0);
}

function whole(lines: Line[]): { itemId: string; issued: number }[] {
  return lines.map(({ itemId, quantity }) => ({ itemId, issued: quantity }));
}

/** The requested lines with the director's lower quantities; a line lowered to zero is struck. */
function lowered(requested: Line[], decision: Partial<Facts> | null): Line[] {
  const changed = quantities(decision?.lines ?? []);
  return requested
    .map(({ itemId, quantity }) => ({ itemId, quantity: changed[itemId] ?? quantity }))
    .filter(({ quantity }) => quantity > 0);
}
