import { processesWith } from '../../db/queries/personal.ts';
import { findVisit } from '../../db/queries/visit-board.ts';
import { beginTry, decideAtGate, enrolKiosk, forgetTry, openPassOf, passByCode, passById, type AtGate } from '../../db/queries/visit-gate.ts';
import { addLink, visitOfLink, visitOfRequest } from '../../db/queries/visits.ts';
import { visitContract } from '../contract/visits.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { hashOfToken, kioskCredential, limitWalkIns } from '../kiosk.ts';
import { letIn, tellsOf } from '../visits/gate.ts';
import { ownVisitOf } from '../visits/own.ts';
import { readQr } from '../visits/qr.ts';
import { startOutsideVisit } from '../visits/requests.ts';

const HOUR_MS = 3_600_000;

/** A code with its phone. Throws a 400 that names what is missing. */
function whole({ code, phoneTail }: { code?: string | undefined; phoneTail?: string | undefined }): { code: string; phoneTail: string } {
  if (code === undefined) throw invalidField('code', 'visit.code');
  if (phoneTail === undefined) throw invalidField('phoneTail', 'visit.phone-tail');
  return { code, phoneTail };
}

/** What a kiosk may do: let in and out whoever proves to be expected, and ask for a visit. It lists nothing, finds nobody and shows no phone. */
export function kioskRoutes(deps: Deps): Route[] {
  const { db, seal, config, outbox } = deps;

  /** A look at something that could be guessed: counted before it is looked at, and again free when it was right. */
  async function guarded<Found>(kioskId: string | null, look: () => Promise<Found | undefined>): Promise<Found | undefined> {
    const attempt = await beginTry(db, kioskId);
    if (attempt === undefined) throw new Problem('kiosk-too-many-tries', {}, { retryAfter: 60 });
    const found = await look();
    if (found !== undefined) await forgetTry(db, attempt);
    return found;
  }

  async function byQr(text: string, wanted: readonly string[]): Promise<AtGate | undefined> {
    const qr = readQr(seal, text);
    return qr && wanted.includes(qr.kind) ? passById(db, qr.passId) : undefined;
  }

  async function byIdNumber(idNumber: string): Promise<AtGate | undefined> {
    for (const processId of await processesWith(db, seal, 'id-number', idNumber)) {
      const pass = await openPassOf(db, processId);
      if (pass) return pass;
    }
    return undefined;
  }

  return [
    handle(visitContract.enrolKiosk, async ({ body: { code }, res }) => {
      const credential = kioskCredential(config);
      const kiosk = await guarded(null, () => db.transaction((trx) => enrolKiosk(trx, hashOfToken(code.toUpperCase()), credential.tokenHash)));
      if (!kiosk) throw new Problem('enrolment-code-wrong');
      credential.send(res);
      return kiosk;
    }),

    handle(visitContract.kiosk, async ({ kiosk }) => kiosk),

    handle(visitContract.kioskCheckIn, async ({ kiosk, body: { qr, idNumber, ...typed } }) => {
      const byCode = qr === undefined && idNumber === undefined ? whole(typed) : undefined;
      return letIn(deps, { kiosk: kiosk.id }, await guarded(kiosk.id, () => {
        if (byCode) return passByCode(db, seal, { ...byCode, used: false });
        return qr === undefined ? byIdNumber(idNumber!) : byQr(qr, ['entry']);
      }));
    }),

    handle(visitContract.kioskCheckOut, async ({ kiosk, body: { qr, ...typed } }) => {
      const byCode = qr === undefined ? whole(typed) : undefined;
      const found = await guarded(kiosk.id, () => (byCode ? passByCode(db, seal, { ...byCode, used: true }) : byQr(qr!, ['pass', 'entry'])));
      if (!found) throw new Problem('visit-code-wrong');
      const { processId } = found;
      const done = await db.transaction((trx) => decideAtGate(trx, tellsOf(deps), { kiosk: kiosk.id }, { processId, step: 'departure', outcome: 'left' }));
      if (!done) throw new Problem('visit-not-inside');
      outbox.kick(processId);
      const row = (await findVisit(db, processId))!;
      return { visitor: row.visitor, arrivedAt: row.arrived_at!, leftAt: row.left_at! };
    }),

    handle(visitContract.kioskRequest, async ({ kiosk, body: { visitor, host, purpose, party, hours, requestKey }, locale }) => {
      const now = Date.now();
      const { id, token } = await db.transaction(async (trx) => {
        const known = await visitOfRequest(trx, requestKey);
        if (known) return { id: known, token: await addLink(trx, known, kiosk.id) };
        await limitWalkIns(trx, kiosk.id);
        const process = await startOutsideVisit(trx, seal, {
          visitor, purpose, party, place: kiosk.place, from: new Date(now).toISOString(), until: new Date(now + hours * HOUR_MS).toISOString(),
        }, { host, way: 'kiosk', locale, requestKey });
        return { id: process.id, token: await addLink(trx, process.id, kiosk.id) };
      });
      outbox.kick(id);
      return { token };
    }),

    handle(visitContract.kioskLook, async ({ kiosk, body: { token } }) => ownVisitOf(db, seal, await visitOfLink(db, token, kiosk.id))),

    handle(visitContract.kioskEnter, async ({ kiosk, body: { token } }) => {
      const processId = await visitOfLink(db, token, kiosk.id);
      if (!processId) throw new Problem('not-found');
      return letIn(deps, { kiosk: kiosk.id }, await openPassOf(db, processId));
    }),
  ];
}
