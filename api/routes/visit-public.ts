import type { Knex } from 'knex';
import { recordAudit } from '../../db/queries/audit.ts';
import { deletePersonal } from '../../db/queries/personal.ts';
import { takeEntryProof } from '../../db/queries/entry.ts';
import { addLink, askedFromPhone, visitOfLink, visitOfRequest } from '../../db/queries/visits.ts';
import { e164 } from '../../sms/phone.ts';
import { visitContract } from '../contract/visits.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { checkProof } from '../phone-proof.ts';
import { ownVisitOf } from '../visits/own.ts';
import { startOutsideVisit } from '../visits/requests.ts';
import { cancelVisit } from './visits.ts';

/** So many visits are asked for from one phone within a day. */
const MOST_A_DAY = 10;

/** What outsiders do on the public page: ask, with a phone that they have proven, and follow what they asked by its link. */
export function visitPublicRoutes({ db, seal, outbox }: Deps): Route[] {
  async function linked(token: string): Promise<string> {
    const id = await visitOfLink(db, token);
    if (!id) throw new Problem('not-found');
    return id;
  }

  async function proven(trx: Knex.Transaction, proof: string): Promise<{ name: string; phone: string; company?: string }> {
    const colleague = await takeEntryProof(trx, seal, proof);
    if (!colleague) throw new Problem('entry-proof-over');
    const { name, phone, branch } = colleague;
    return { name, phone, ...(branch && { company: branch }) };
  }

  return [
    handle(visitContract.requestVisit, async ({ body: { code, proof, host, visitor, place, requestKey, ...asked }, locale }) => {
      const before = await db.transaction(async (trx) => {
        const known = await visitOfRequest(trx, requestKey);
        return known && addLink(trx, known);
      });
      if (before) return { token: before };
      // Counted by itself: what comes after may be refused, the try remains.
      if (proof === undefined && !(await db.transaction((trx) => checkProof(trx, seal, { phone: e164(visitor.phone!) ?? visitor.phone!, code: code! })))) {
        throw new Problem('phone-code-wrong');
      }
      const { id, token } = await db.transaction(async (trx) => {
        const known = await visitOfRequest(trx, requestKey);
        if (known) return { id: known, token: await addLink(trx, known) };
        const who = proof === undefined ? { name: visitor.name!, phone: visitor.phone! } : await proven(trx, proof);
        const phone = e164(who.phone) ?? who.phone;
        if (await askedFromPhone(trx, seal, phone) >= MOST_A_DAY) throw new Problem('visit-asked-too-often', { most: MOST_A_DAY });
        const process = await startOutsideVisit(trx, seal, { ...asked, visitor: { ...visitor, ...who }, place: place ?? host.department ?? '—' }, {
          host, way: proof === undefined ? 'page' : 'colleague', locale, requestKey,
        });
        return { id: process.id, token: await addLink(trx, process.id) };
      });
      outbox.kick(id);
      return { token };
    }),

    handle(visitContract.ownVisit, async ({ body: { token } }) => ownVisitOf(db, seal, await visitOfLink(db, token))),

    handle(visitContract.cancelOwnVisit, async ({ body: { token } }) => {
      const id = await linked(token);
      await db.transaction(async (trx) => {
        await trx('process').where({ id }).forUpdate().first('id');
        await cancelVisit(trx, id, null);
        await recordAudit(trx, { actor: { kind: 'system' }, action: 'visit-cancelled-by-visitor', processId: id });
      });
      outbox.kick(id);
      return ownVisitOf(db, seal, id);
    }),

    handle(visitContract.withdrawConsent, async ({ body: { token } }) => {
      const id = await linked(token);
      await db.transaction(async (trx) => {
        const deleted = await deletePersonal(trx, { processId: id, kinds: ['id-number'] });
        if (deleted > 0) await recordAudit(trx, { actor: { kind: 'system' }, action: 'personal-data-deleted', processId: id, detail: { kinds: ['id-number'], count: deleted, consent: 'withdrawn' } });
      });
      return ownVisitOf(db, seal, id);
    }),
  ];
}
