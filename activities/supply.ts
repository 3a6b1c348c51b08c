import type { Db } from '../db/connect.ts';
import * as stock from '../db/queries/stock.ts';

/** The effects of a supply requisition: short local activities, each one transaction, each done once per effect key. */
export function createSupplyActivities({ db }: { db: Db }) {
  return {
    /** Takes what is there of each line until `leaseEndsAt` (ISO 8601). See `reserveStock` in `db/queries/stock.ts`. */
    async reserveStock(
      input: { key: string; processId: string; lines: stock.ItemQuantity[]; leaseEndsAt: string },
    ): Promise<stock.ReservationResult> {
      return db.transaction((trx) => stock.reserveStock(trx, input));
    },

    /** Undoes `reserveStock` under the same key; frees what a partial issue left, too. */
    async releaseStock(
      input: { key: string; processId: string; reason: string },
    ): Promise<{ released: stock.ItemQuantity[] }> {
      return db.transaction((trx) => stock.releaseStock(trx, input));
    },

    /**
     * Hands over what the decision of `taskId` said. More than is reserved would be a bug: it is tried again, and shown, until somebody has
     * repaired it, since a failed workflow would leave its process running for ever.
     */
    async issueStock(input: {
      key: string;
      processId: string;
      taskId: string;
      lines: { itemId: string; issued: number }[];
      rest: 'keep' | 'close';
    }): Promise<stock.IssueResult> {
      const result = await db.transaction((trx) => stock.issueStock(trx, input));
      if (result === 'exceeds-reservation') {
        throw Object.assign(new Error('issue-exceeds-reservation'), { code: 'issue-exceeds-reservation' });
      }
      return result;
    },
  };
}

/** The supply requisition's effects, as its workflow sees them. */
export type SupplyActivities = ReturnType<typeof createSupplyActivities>;
