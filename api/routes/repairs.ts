import { v7 as uuidv7 } from 'uuid';
import { isOnDuty, rankRepairers } from '../../activities/repair-ranking.ts';
import { recordAudit } from '../../db/queries/audit.ts';
import { personalOf } from '../../db/queries/personal.ts';
import { findVisibleProcess } from '../../db/queries/processes.ts';
import {
  addRating, findOrder, lastReportOf, offersOf, orderSums, ordersCompletedBy, ordersOf, ordersOnBoard, partsOf, ratingsOf, type OrderRow,
} from '../../db/queries/repair-board.ts';
import { addAbsence, putRepairer, removeAbsence, repairersAt, type RepairerRow } from '../../db/queries/repairers.ts';
import type { Category, Urgency } from '../../workflows/repair-order/contract.ts';
import { hasRole, type Actor } from '../actor.ts';
import { repairContract } from '../contract/repairs.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { instantAfter, instantList } from '../instant-cursor.ts';

const OFFERS = ['accept', 'accept-emergency'];
const OVERSEERS = ['dispatcher', 'service-centre-director', 'process-administrator', 'auditor'] as const;

/** The repair desk: the dispatch board, the repairer's own pages, rota and skills. What every process has is in `processes.ts`. */
export function repairRoutes({ db, seal }: Deps): Route[] {
  /** The order, if the actor may see it. */
  async function visible(id: string, actor: Actor): Promise<OrderRow> {
    const process = await findVisibleProcess(db, id, actor);
    const order = process && await findOrder(db, id);
    if (!order) throw new Problem('not-found');
    return order;
  }

  async function repairer(id: string) {
    const found = (await repairersAt(db, new Date(), { all: true })).find((each) => each.id === id);
    if (!found) throw new Problem('not-found');
    return presentRepairer(found);
  }

  return [
    handle(repairContract.repairBoard, async ({ actor, query }) => {
      const [{ rows, total }, repairers] = await Promise.all([ordersOnBoard(db, query), repairersAt(db, new Date())]);
      // Why somebody is away is for those who keep the rota.
      const mine = hasRole(actor, 'dispatcher') ? repairers : repairers.map((each) => ({ ...each, phone: null, absences: [] }));
      return { items: rows.map(presentOrder), total, repairers: mine.map(presentRepairer) };
    }),

    handle(repairContract.repairSuggestions, async ({ actor, params: { id }, query: { urgency } }) => {
      const order = await visible(id, actor);
      const at = new Date();
      const able = (await repairersAt(db, at)).filter((each) => each.id !== order.requester_id);
      const items = rankRepairers(able, {
        category: order.category as Category, urgency: urgency ?? (order.urgency as Urgency), buildingId: order.building_id, at,
      });
      return { items, able: items.length };
    }),

    handle(repairContract.myRepairs, async ({ actor }) => {
      const orders = (await ordersOf(db, actor.personId)).map(presentOrder);
      return { offers: orders.filter(({ step }) => OFFERS.includes(step ?? '')), work: orders.filter(({ step }) => !OFFERS.includes(step ?? '')) };
    }),

    handle(repairContract.myRepairHistory, async ({ actor, query: { limit, cursor } }) => {
      const list = 'repairs-completed';
      const found = await ordersCompletedBy(db, { personId: actor.personId, limit, after: instantAfter(cursor, list) });
      return instantList(found, limit, list, ({ id }) => id, presentOrder);
    }),

    handle(repairContract.listRepairers, async () => ({ items: (await repairersAt(db, new Date(), { all: true })).map(presentRepairer) })),

    handle(repairContract.putRepairer, async ({ actor, params: { id }, body }) => {
      await db.transaction(async (trx) => {
        // A building that went out of use may stay where it stood.
        const before: string[] = (await trx('repairer').where({ person_id: id }).first('building_ids'))?.building_ids ?? [];
        const buildings: string[] = await trx('place').where({ kind: 'building' }).whereIn('id', body.buildingIds)
          .where((any) => any.where('active', true).orWhereIn('id', before)).pluck('id');
        const unknown = body.buildingIds.findIndex((each) => !buildings.includes(each));
        if (unknown >= 0) throw invalidField(`buildingIds.${unknown}`, 'repair.building');
        if (!(await putRepairer(trx, id, body, actor.personId))) throw new Problem('not-found');
      });
      return repairer(id);
    }),

    handle(repairContract.addAbsence, async ({ actor, params: { id }, body: { from, until, reason = '' } }) => {
      if (!(await db.transaction((trx) => addAbsence(trx, { personId: id, from, until, reason, by: actor.personId })))) throw new Problem('not-found');
      return repairer(id);
    }),

    handle(repairContract.removeAbsence, async ({ actor, params: { id, absenceId } }) => {
      if (!(await db.transaction((trx) => removeAbsence(trx, { personId: id, id: absenceId, by: actor.personId })))) throw new Problem('not-found');
      return repairer(id);
    }),

    handle(repairContract.repairDetail, async ({ actor, params: { id } }) => {
      const order = await visible(id, actor);
      const [{ repairer: who, minutes, partsFen }, done, parts, ratings, offers] = await Promise.all([
        orderSums(db, id), lastReportOf(db, id), partsOf(db, id), ratingsOf(db, id), hasRole(actor, ...OVERSEERS) ? offersOf(db, id) : [],
      ]);
      const { eta, etaBroken, clock } = presentOrder(order);
      return {
        repairer: who, eta, etaBroken, clock, parts, minutes, partsFen, done, ratings,
        offers: offers.map(({ repairer_id: repairerId, name, at, outcome, comment, why: { by, of, ...why } }) => ({
          repairer: { id: repairerId, name }, at, outcome, comment, by, of, why: isWhole(why) ? why : null,
        })),
        mayRate: order.status === 'ended' && order.outcome === 'repaired' && order.requester_id === actor.personId,
      };
    }),

    handle(repairContract.repairContact, async ({ actor, params: { id } }) => {
      const order = await visible(id, actor);
      if (order.status !== 'running' || !(order.repairer_id === actor.personId || hasRole(actor, 'dispatcher'))) throw new Problem('forbidden');
      const phone = (await personalOf(db, seal, id)).get('contact') ?? order.requester_phone;
      if (!phone) throw new Problem('no-phone');
      await recordAudit(db, { actor: { kind: 'person', id: actor.personId }, action: 'repair-contact-shown', processId: id });
      return { name: order.requester_name, phone };
    }),

    handle(repairContract.rateRepair, async (call) => {
      const { actor, params: { id }, body: { stars, words = '' } } = call;
      const order = await visible(id, actor);
      if (order.requester_id !== actor.personId) throw new Problem('forbidden');
      if (order.status !== 'ended' || order.outcome !== 'repaired') throw new Problem('not-rateable');
      return transact(call, db, async (trx) => {
        const at = await addRating(trx, { id: `rating-${uuidv7()}`, processId: id, personId: actor.personId, stars, words });
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'repair-rated', processId: id, detail: { stars } });
        return { at: at.toISOString() };
      });
    }),
  ];
}

type Why = Awaited<ReturnType<typeof offersOf>>[number]['why'];

/** Whoever was named by hand has no score. */
function isWhole(why: Omit<Why, 'by' | 'of'>): why is Required<Omit<Why, 'by' | 'of'>> {
  return why.score !== undefined;
}

function presentOrder(row: OrderRow) {
  const { form, offered_to: offeredTo, repairer_id: repairerId } = row;
  const now = Date.now();
  return {
    id: row.id,
    number: row.number,
    title: row.title,
    place: row.place,
    placeEn: row.place_en,
    spot: form.spot ?? null,
    category: row.category as Category,
    urgency: row.urgency as Urgency,
    description: form.description,
    photos: form.photos ?? [],
    times: form.times ?? [],
    requester: { id: row.requester_id, name: row.requester_name },
    department: row.department,
    departmentEn: row.department_en,
    status: row.status,
    outcome: row.outcome,
    step: row.step as never,
    taskId: row.task_id,
    since: row.opened_at,
    dueAt: row.due_at,
    expireAt: row.expire_at,
    note: row.note,
    offeredTo: offeredTo === null ? null : { id: offeredTo, name: row.offered_name! },
    repairer: repairerId === null ? null : { id: repairerId, name: row.repairer_name! },
    eta: row.eta,
    etaBroken: row.step === 'arrival' && row.eta !== null && row.eta.getTime() < now,
    clock: row.clock_running ? {
      dueAt: row.clock_due_at, pausedAt: row.clock_paused_at,
      late: row.clock_due_at !== null && row.clock_due_at.getTime() < (row.clock_paused_at ?? (isDone(row) ? row.completed_at : null) ?? new Date(now)).getTime(),
    } : null,
    startedAt: row.started_at,
    completedAt: row.completed_at,
    stars: row.stars,
  };
}

/** Completed, and not at work again since. */
function isDone({ status, step }: OrderRow): boolean {
  return status === 'ended' || step === 'evaluation' || step === 'call-back';
}

function presentRepairer({ id, name, phone, skills, buildingIds, week, onCall, active, away, open, recent, absences }: RepairerRow) {
  return {
    id, name, phone, skills: skills as Category[], buildingIds: [...buildingIds], onCall, active, away, open, recent,
    absences: absences.map(({ from, until, ...absence }) => ({ ...absence, from: new Date(from), until: new Date(until) })),
    week: Object.fromEntries(Object.entries(week).map(([day, periods = []]) => [day, periods.map(({ from, to }) => ({ from, to }))])),
    onDuty: !away && isOnDuty(week, new Date()),
  };
}
