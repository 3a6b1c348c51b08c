import type { Knex } from 'knex';
import { v7 as uuidv7 } from 'uuid';
import { randomInt } from 'node:crypto';
import { enqueue } from '../../db/queries/outbox.ts';
import { recordAudit } from '../../db/queries/audit.ts';
import { personalOf } from '../../db/queries/personal.ts';
import { addComment, findVisibleProcess, insertComment, withdrawProcess } from '../../db/queries/processes.ts';
import { findVisit, insideNow, visitsBetween, visitsInside, visitsOfDay, type VisitRow } from '../../db/queries/visit-board.ts';
import {
  ALARM_FAILURES_AN_HOUR, decideAtGate, endPass, failuresLastHour, passByCode, passById, usePass,
} from '../../db/queries/visit-gate.ts';
import { addKiosk, blockVisitor, blockedVisitors, countVerify, kiosks, revokeKiosk, unblockVisitor } from '../../db/queries/visit-desk.ts';
import { visitStatistics } from '../../db/queries/visit-statistics.ts';
import { MOST_TRIES, resendCode } from '../../db/queries/visits.ts';
import { hasRole, type Actor } from '../actor.ts';
import { visitContract } from '../contract/visits.ts';
import { csvText } from '../csv.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { Replay, transact } from '../idempotency.ts';
import { hashOfToken } from '../kiosk.ts';
import { mask } from '../processes/personal.ts';
import { presentProcess } from '../processes/present.ts';
import { letIn, tellsOf } from '../visits/gate.ts';
import { passOf } from '../visits/pass.ts';
import { presentVisit } from '../visits/present.ts';
import { readQr } from '../visits/qr.ts';
import { checkWindow, startStaffVisit } from '../visits/requests.ts';
import { visitsToCsv } from '../visits/visits-csv.ts';

const DAY_MS = 86_400_000;
const MOST_EXPORTED = 10_000;
const MOST_DAYS = 366;

/** Visits as staff see them: invitations, the front desk, the block list, kiosks, statistics. What outsiders see is in `visit-public.ts` and `kiosk.ts`. */
export function visitRoutes(deps: Deps): Route[] {
  const { db, seal, outbox } = deps;

  /** One step at the gate by somebody of the staff, in a transaction; then how the visit stands. */
  async function atGate(trx: Knex.Transaction, actor: Actor, id: string, step: string, outcome: string, data?: object): Promise<VisitRow> {
    const before = await found(trx, id);
    if (!(await decideAtGate(trx, tellsOf(deps), { viewer: actor }, { processId: id, step, outcome, ...(data && { data }) }))) throw notSo(before);
    return (await findVisit(trx, id))!;
  }

  return [
    handle(visitContract.inviteVisitor, async (call) => {
      const { actor, body } = call;
      const started = await transact(call, db, async (trx) => {
        const process = await startStaffVisit(trx, seal, body, { requesterId: actor.personId, departmentId: actor.departmentId, hostId: actor.personId, way: 'invitation' });
        if (process === 'blocked') throw new Problem('visitor-blocked');
        return presentProcess(process);
      });
      outbox.kick(started.id);
      return started;
    }),

    handle(visitContract.registerWalkIn, async (call) => {
      const { actor, body: { hostId, confirmed, until, ...asked } } = call;
      const started = await transact(call, db, async (trx) => {
        if (!(await trx('person').where({ id: hostId, active: true }).first('id'))) throw invalidField('hostId', 'person.unknown');
        const process = await startStaffVisit(trx, seal, { ...asked, from: new Date().toISOString(), until }, {
          requesterId: actor.personId, departmentId: actor.departmentId, hostId, way: confirmed ? 'desk-confirmed' : 'desk',
        });
        if (process === 'blocked') throw new Problem('visitor-blocked');
        return presentProcess(process);
      });
      outbox.kick(started.id);
      return started;
    }),

    handle(visitContract.moveVisit, async (call) => {
      const { actor, params: { id }, body } = call;
      const moved = await transact(call, db, async (trx) => {
        await lockOwn(trx, id, actor);
        const window = checkWindow(body);
        const row = await atGate(trx, actor, id, 'arrival', 'moved', window);
        await endPass(trx, id);
        return presentVisit(row);
      });
      outbox.kick(id);
      return moved;
    }),

    handle(visitContract.cancelVisit, async (call) => {
      const { actor, params: { id }, body: { reason } } = call;
      const cancelled = await transact(call, db, async (trx) => {
        await lockOwn(trx, id, actor);
        await cancelVisit(trx, id, actor.personId);
        await addComment(trx, { processId: id, by: actor.personId, text: reason, action: 'process-withdrawn' });
        return presentVisit((await findVisit(trx, id))!);
      });
      outbox.kick(id);
      return cancelled;
    }),

    handle(visitContract.resendCode, async ({ actor, params: { id } }) => {
      await db.transaction(async (trx) => {
        await lockOwn(trx, id, actor);
        if (!(await resendCode(trx, seal, id))) throw new Problem('visit-no-code');
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'visit-code-resent', processId: id });
      });
    }),

    handle(visitContract.visitBoard, async ({ query: { day = today(), q } }) => {
      const ends = new Date(Date.parse(`${day}T00:00:00+08:00`) + DAY_MS);
      const [{ rows, omitted }, inside, failures] = await Promise.all([visitsOfDay(db, { day, q }), insideNow(db), failuresLastHour(db)]);
      return { day, items: rows.map((row) => presentVisit(row, ends)), omitted, inside, failuresLastHour: failures, alarm: failures >= ALARM_FAILURES_AN_HOUR };
    }),

    handle(visitContract.checkIn, async (call) => {
      const { actor, params: { id } } = call;
      const done = await orReplayed(transact(call, db, async (trx) => {
        const row = await atGate(trx, actor, id, 'arrival', 'arrived');
        // The window may be over and the clock late, with the engine away: nobody comes in who will have missed it.
        if (!(await usePass(trx, id))) throw new Problem('visit-state', { state: STATES.missed }, { state: 'missed' });
        // Kept for the key for a day, and nothing personal is kept in clear.
        const pass = (await passOf(trx, seal, id))!;
        return { visit: presentVisit(row), pass: { ...pass, visitor: row.visitor } };
      }));
      outbox.kick(id);
      return { ...done, pass: (await passOf(db, seal, id)) ?? done.pass };
    }),

    handle(visitContract.checkInByCode, async ({ actor, body }) => {
      const found = await passByCode(db, seal, { ...body, used: false });
      const pass = await letIn(deps, { viewer: actor }, found);
      return { visit: presentVisit((await findVisit(db, found!.processId))!), pass };
    }),

    handle(visitContract.checkOut, (call) => step(call, 'departure', 'left')),
    handle(visitContract.undoCheckOut, (call) => step(call, 'left', 'still-here')),
    handle(visitContract.undoCheckIn, (call) => step(call, 'departure', 'not-arrived')),

    handle(visitContract.printPass, async ({ params: { id } }) => {
      const row = await found(db, id);
      if (row.open_step !== 'departure') throw notSo(row);
      return (await passOf(db, seal, id))!;
    }),

    handle(visitContract.verifyVisitor, async ({ actor, params: { id }, body: { of, tail } }) => {
      await found(db, id);
      const triesLeft = await countVerify(db, id);
      if (triesLeft === undefined) throw new Problem('visit-verify-exhausted', { most: MOST_TRIES });
      const value = (await personalOf(db, seal, id)).get(of === 'phone' ? 'visitor.phone' : 'visitor.idNumber');
      const matches = value !== undefined && value.slice(-4).toUpperCase() === tail.toUpperCase();
      await recordAudit(db, { actor: { kind: 'person', id: actor.personId }, action: 'visitor-verified', processId: id, detail: { of, matches } });
      return { matches, triesLeft };
    }),

    handle(visitContract.checkPass, async ({ body: { qr } }) => {
      const read = readQr(seal, qr);
      const pass = read && await passById(db, read.passId);
      const row = pass && await findVisit(db, pass.processId);
      if (!pass || !row) return { state: 'forged' as const, visit: null };
      const visit = presentVisit(row);
      const states = { inside: 'inside', expected: 'expected', left: 'left' } as const;
      return { state: states[visit.state as keyof typeof states] ?? 'over', visit };
    }),

    handle(visitContract.evacuationList, async ({ actor, body: { reason } }) => db.transaction(async (trx) => {
      const rows = await visitsInside(trx);
      const clear = new Map<string, Map<string, string>>();
      for (const { process_id: id } of rows) {
        clear.set(id, await personalOf(trx, seal, id));
        const commentId = await insertComment(trx, { processId: id, by: actor.personId, text: reason });
        await recordAudit(trx, {
          actor: { kind: 'person', id: actor.personId }, action: 'personal-data-revealed', processId: id, detail: { commentId, paths: ['visitor.name', 'visitor.phone'], evacuation: true },
        });
      }
      return {
        at: new Date(),
        people: rows.reduce((sum, { party }) => sum + party, 0),
        items: rows.map((row) => ({
          id: row.process_id, visitor: clear.get(row.process_id)?.get('visitor.name') ?? row.visitor, phone: clear.get(row.process_id)?.get('visitor.phone') ?? row.phone,
          company: row.company, party: row.party, host: row.host_name, hostDepartment: row.host_department, place: row.place, arrivedAt: row.arrived_at!,
        })),
      };
    })),

    handle(visitContract.exportVisits, async ({ query, res, locale }) => {
      const rows = await visitsBetween(db, { ...daysOf(query), limit: MOST_EXPORTED });
      res.attachment('visits.csv').type('text/csv; charset=utf-8').send(csvText(visitsToCsv(rows, locale)));
    }),

    handle(visitContract.visitStatistics, async ({ query }) => {
      const days = daysOf(query);
      return { ...days, ...await visitStatistics(db, days) };
    }),

    handle(visitContract.listBlocked, async () => ({ items: await blockedVisitors(db) })),

    handle(visitContract.blockVisitor, async ({ actor, body: { kind, value, reason, until } }) => db.transaction(async (trx) => {
      const id = await blockVisitor(trx, seal, { kind, value, masked: mask(kind, value), reason, until, by: actor.personId });
      await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'visitor-blocked', object: id });
      return { id };
    })),

    handle(visitContract.unblockVisitor, async ({ actor, params: { id }, body: { reason } }) => {
      await db.transaction(async (trx) => {
        if (!(await unblockVisitor(trx, { id, reason, by: actor.personId }))) throw new Problem('not-found');
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'visitor-unblocked', object: id });
      });
    }),

    handle(visitContract.listKiosks, async () => ({ items: await kiosks(db) })),

    handle(visitContract.addKiosk, async ({ actor, body }) => {
      const id = `kiosk-${uuidv7()}`;
      // Read off one screen and typed at another: no letters that look like digits.
      const enrolmentCode = Array.from({ length: 8 }, () => 'ABCDEFGHJKMNPQRSTUVWXYZ23456789'[randomInt(31)]).join('');
      await db.transaction(async (trx) => {
        await addKiosk(trx, { id, ...body, enrolmentHash: hashOfToken(enrolmentCode), by: actor.personId });
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'kiosk-added', object: id });
      });
      return { id, enrolmentCode };
    }),

    handle(visitContract.revokeKiosk, async ({ actor, params: { id } }) => {
      await db.transaction(async (trx) => {
        if (!(await revokeKiosk(trx, id))) throw new Problem('not-found');
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'kiosk-revoked', object: id });
      });
    }),
  ];

  async function step(call: Parameters<typeof transact>[0] & { actor: Actor; params: { id: string } }, at: string, outcome: string) {
    const { actor, params: { id } } = call;
    const done = await transact(call, db, async (trx) => {
      const row = await atGate(trx, actor, id, at, outcome);
      // Whoever never came in may be cancelled again.
      if (outcome === 'not-arrived') await trx('process').where({ id, status: 'running' }).update({ withdrawable: true });
      return presentVisit(row);
    });
    outbox.kick(id);
    return done;
  }
}

/** What was done now, or was answered with success before under the same key: for answers that are completed by what is not kept with the key. */
async function orReplayed<Body>(doing: Promise<Body>): Promise<Body> {
  return doing.catch((error: unknown) => {
    if (error instanceof Replay && error.answer.status < 300) return error.answer.body as Body;
    throw error;
  });
}

/** Ends a visit whose visitor is not inside. Throws 409 when it has ended or the visitor came in. */
export async function cancelVisit(trx: Knex.Transaction, id: string, by: string | null): Promise<void> {
  const closed = await withdrawProcess(trx, id);
  if (!closed) throw notSo((await findVisit(trx, id))!);
  await enqueue(trx, { processId: id, kind: 'signal', name: 'withdraw', payload: { by, at: new Date().toISOString() } });
}

/** 409 that says how a visit stands instead. */
export function notSo(row: VisitRow): Problem {
  const state = presentVisit(row).state;
  return new Problem(state === 'held' ? 'visit-arranging' : 'visit-state', { state: STATES[state] }, { state });
}

const STATES = {
  asked: { zh: '待确认', en: 'waiting for an answer' },
  expected: { zh: '预约', en: 'expected' },
  inside: { zh: '在访', en: 'inside' },
  left: { zh: '已离开', en: 'left' },
  missed: { zh: '未到', en: 'a no-show' },
  refused: { zh: '未获同意', en: 'refused' },
  cancelled: { zh: '已取消', en: 'cancelled' },
  held: { zh: '正在安排', en: 'being arranged' },
};

async function found(db: Deps['db'] | Knex.Transaction, id: string): Promise<VisitRow> {
  const row = await findVisit(db, id);
  if (!row) throw new Problem('not-found');
  return row;
}

/** Locks a visit that the actor may change: its host, whoever invited, or the desk. Whoever may only see it gets 403, others 404. */
async function lockOwn(trx: Knex.Transaction, id: string, actor: Actor): Promise<VisitRow> {
  await trx('process').where({ id }).forUpdate().first('id');
  const row = await findVisit(trx, id);
  if (row && (hasRole(actor, 'front-desk', 'security') || [row.host_id, row.requester_id].includes(actor.personId))) return row;
  if (!row || !(await findVisibleProcess(trx, id, actor))) throw new Problem('not-found');
  throw new Problem('forbidden');
}

/** Today by the company's clock. */
function today(): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date());
}

/** The days asked for; the thirty until today without. Throws a 400 that names the field. */
function daysOf({ until = today(), from = dayBefore(until, 29) }: { from?: string | undefined; until?: string | undefined }): { from: string; until: string } {
  const days = (Date.parse(until) - Date.parse(from)) / DAY_MS + 1;
  if (from < '2000-01-01' || until > '2099-12-31') throw invalidField(from < '2000-01-01' ? 'from' : 'until', 'statistics.day', 'query');
  if (days < 1) throw invalidField('until', 'statistics.order', 'query');
  if (days > MOST_DAYS) throw invalidField('until', 'visit.too-many-days-read', 'query');
  return { from, until };
}

function dayBefore(day: string, days: number): string {
  return new Date(Date.parse(day) - days * DAY_MS).toISOString().slice(0, 10);
}
