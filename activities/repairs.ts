import type { Knex } from 'knex';
import type { Db } from '../db/connect.ts';
import * as orders from '../db/queries/repair-orders.ts';
import { repairersAt } from '../db/queries/repairers.ts';
import type { Category, Urgency } from '../workflows/repair-order/contract.ts';
import { rankRepairers, type Fit } from './repair-ranking.ts';

/** After so many have been asked it goes back to the dispatcher: somebody must look at it. */
export const MOST_ASKED = 8;

/** The effects of a repair: short local activities, each one transaction, each done once per effect key. */
export function createRepairActivities({ db }: { db: Db }) {
  return {
    /**
     * Whom to ask next: of those whom the dispatcher named, in that order, or else the fittest. Notes the offer. Null when nobody is left, or
     * the process has ended.
     */
    async nextRepairer(input: {
      key: string; processId: string; urgency: Urgency; asked: readonly string[]; named: readonly string[] | null;
    }): Promise<string | null> {
      const { key, processId, asked, named } = input;
      return db.transaction(async (trx) => {
        const order = await orders.lockOrder(trx, processId, input.urgency);
        if (!order) return null;
        const before = await orders.offerOf(trx, key);
        if (before !== undefined) return before;
        const why = asked.length < MOST_ASKED ? await fittest(trx, { ...input, order, named }) : undefined;
        if (!why) {
          await orders.noteNobodyLeft(trx, processId);
          return null;
        }
        const { id, ...reasons } = why;
        await orders.noteOffer(trx, { key, processId, repairerId: id, why: reasons });
        return id;
      });
    },

    /** Who comes, and when (ISO 8601). */
    async takeOn(input: { key: string; processId: string; repairerId: string; eta: string }): Promise<void> {
      await db.transaction((trx) => orders.takeOn(trx, input));
    },

    /** The order is nobody's again. */
    async handBack(input: { key: string; processId: string; repairerId: string }): Promise<void> {
      await db.transaction((trx) => orders.handBack(trx, input));
    },

    /** Books time and parts of what was done. */
    async complete(input: orders.Completion): Promise<void> {
      await db.transaction((trx) => orders.complete(trx, input));
    },
  };

  /** The next to be asked, with what speaks for this one and out of how many. */
  async function fittest(
    trx: Knex.Transaction,
    { order, urgency, asked, named }: { order: orders.OrderToDispatch; urgency: Urgency; asked: readonly string[]; named: readonly string[] | null },
  ): Promise<(Pick<Fit, 'id'> & Partial<Omit<Fit, 'name'>> & { by: 'click' | 'hand'; of: number }) | undefined> {
    const at = new Date();
    const able = (await repairersAt(trx, at)).filter(({ id }) => id !== order.requesterId && !asked.includes(id));
    if (named) {
      const id = named.find((each) => able.some((repairer) => repairer.id === each));
      return id === undefined ? undefined : { id, by: 'hand', of: named.length };
    }
    const fits = rankRepairers(able, { category: order.category as Category, urgency, buildingId: order.buildingId, at });
    const [first] = fits;
    if (!first) return undefined;
    const { name: _name, ...fit } = first;
    return { ...fit, by: 'click', of: fits.length };
  }
}

/** The effects of repairs, as their workflow sees them. */
export type RepairActivities = ReturnType<typeof createRepairActivities>;
