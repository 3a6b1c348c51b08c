import type { Db } from '../db/connect.ts';
import { duePlans, openPlanOrder } from '../db/queries/repair-plans.ts';
import { dueAfter, plannedOrder } from '../workflows/repair-order/plan.ts';
import type { RepairPlanActivities } from '../workflows/repair-plans.ts';

/** Opens the orders of preventive plans, each plan in a transaction of its own: one that was opened before is not due any more. */
export function createRepairPlanActivities({ db }: { db: Db }): RepairPlanActivities {
  return {
    async openDuePlans({ most }) {
      let opened = 0;
      const due = await duePlans(db, most);
      for (const id of due) {
        const order = await db.transaction((trx) => openPlanOrder(trx, id, { actor: { kind: 'clock' }, processOf: plannedOrder, nextOf: dueAfter }));
        if (typeof order === 'object') opened += 1;
      }
      return { due: due.length, opened };
    },
  };
}
