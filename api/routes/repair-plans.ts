import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import type { Db } from '../../db/connect.ts';
import { findPlace } from '../../db/queries/places.ts';
import { addPlan, changePlan, isOpened, openPlanOrder, planOrders, repairPlans, setPlanActive, type PlanFields } from '../../db/queries/repair-plans.ts';
import type { Category } from '../../workflows/repair-order/contract.ts';
import { dueAfter, nextTimes, plannedOrder } from '../../workflows/repair-order/plan.ts';
import { repairPlanContract } from '../contract/repair-plans.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { dayOf } from '../statistics/period.ts';

const TIMES_SHOWN = 4;
const ORDERS_SHOWN = 50;

/** Preventive plans. The orders of what is due are opened by a workflow every morning. */
export function repairPlanRoutes({ db, outbox }: Deps): Route[] {
  const setActive = (call: Parameters<typeof transact>[0] & { actor: { personId: string }; params: { id: string } }, active: boolean) =>
    transact(call, db, async (trx) => {
      if (!(await setPlanActive(trx, call.params.id, active, { by: call.actor.personId, nextOf: dueAfter }))) throw new Problem('not-found');
      return planOf(trx, call.params.id);
    });

  return [
    handle(repairPlanContract.listRepairPlans, async () => ({ items: (await repairPlans(db)).map(presentPlan) })),

    handle(repairPlanContract.addRepairPlan, async (call) => transact(call, db, async (trx) => {
      await check(trx, call.body);
      const id = `repair-plan-${uuidv7()}`;
      await addPlan(trx, id, call.body, call.actor.personId);
      return planOf(trx, id);
    })),

    handle(repairPlanContract.changeRepairPlan, async (call) => transact(call, db, async (trx) => {
      const { params: { id }, body } = call;
      const before = await planOf(trx, id);
      // What stood there may stay: a plan that is late is late, and its place may be out of use.
      await check(trx, body, before);
      if (await isOpened(trx, id, body.nextOn)) throw invalidField('nextOn', 'repair-plan.opened');
      if (!(await changePlan(trx, id, body, call.actor.personId))) throw new Problem('not-found');
      return planOf(trx, id);
    })),

    handle(repairPlanContract.pauseRepairPlan, async (call) => setActive(call, false)),
    handle(repairPlanContract.resumeRepairPlan, async (call) => setActive(call, true)),

    handle(repairPlanContract.openRepairPlan, async (call) => {
      const { actor, params: { id }, body: { dueOn } } = call;
      const opened = await transact(call, db, async (trx) => {
        const order = await openPlanOrder(trx, id, { dueOn, actor: { kind: 'person', id: actor.personId }, processOf: plannedOrder, nextOf: dueAfter });
        if (order === 'not-found') throw new Problem('not-found');
        if (order === 'not-due') throw new Problem('repair-plan-moved', { nextOn: (await planOf(trx, id)).nextOn });
        if (typeof order === 'string') throw new Problem('repair-plan-not-in-use');
        return { processId: order.id, number: order.number, plan: await planOf(trx, id) };
      });
      outbox.kick(opened.processId);
      return opened;
    }),

    handle(repairPlanContract.listRepairPlanOrders, async ({ params: { id } }) => {
      await planOf(db, id);
      return { items: await planOrders(db, id, ORDERS_SHOWN) };
    }),
  ];
}

/** Refuses a day that has passed and a place that is not in use, unless they stood there before. */
async function check(trx: Knex.Transaction, { placeId, nextOn }: PlanFields, before?: Pick<PlanFields, 'placeId' | 'nextOn'>): Promise<void> {
  if (nextOn !== before?.nextOn && nextOn < dayOf(new Date(), 'Asia/Shanghai')) throw invalidField('nextOn', 'repair-plan.past');
  if (placeId !== before?.placeId && !(await findPlace(trx, { id: placeId }))?.active) throw invalidField('placeId', 'place.unknown');
}

async function planOf(db: Db | Knex.Transaction, id: string): Promise<ReturnType<typeof presentPlan>> {
  const [plan] = await repairPlans(db, id);
  if (!plan) throw new Problem('not-found');
  return presentPlan(plan);
}

function presentPlan({ createdBy, createdByName, dayOfMonth, ...plan }: Awaited<ReturnType<typeof repairPlans>>[number]) {
  return {
    ...plan,
    category: plan.category as Category,
    nextTimes: nextTimes(plan.nextOn, { ...plan, dayOfMonth }, TIMES_SHOWN),
    createdBy: { id: createdBy, name: createdByName },
  };
}
