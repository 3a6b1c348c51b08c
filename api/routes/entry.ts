import type { Knex } from 'knex';
import { recordAudit } from '../../db/queries/audit.ts';
import { addEntryProof, useTicket } from '../../db/queries/entry.ts';
import { findCredentials, findProfile } from '../../db/queries/people.ts';
import { markLoginSucceeded } from '../../db/queries/sessions.ts';
import { e164 } from '../../sms/phone.ts';
import { entryContract } from '../contract/entry.ts';
import type { Deps } from '../deps.ts';
import { handle, type Call, type Route } from '../endpoint.ts';
import type { EntryApp } from '../entry/apps.ts';
import { readTicket, type Ticket } from '../entry/ticket.ts';
import { Problem } from '../errors.ts';
import { beginEntry } from '../login-limits.ts';
import { mask } from '../processes/personal.ts';
import { endSession, startSession } from '../sessions.ts';

/** So long a colleague may take to fill in a visit. */
const PROOF_MINUTES = 30;

type Entered = Awaited<ReturnType<Parameters<typeof handle<typeof entryContract.enter>>[1]>>;

/** Entering from another app by its signed ticket. */
export function entryRoutes({ db, config, seal }: Deps): Route[] {
  function appNamed(name: string): EntryApp {
    const app = config.entryApps.get(name);
    if (!app) throw new Problem('not-found');
    return app;
  }

  async function enterAs(trx: Knex.Transaction, app: EntryApp, ticket: Ticket, { req, res }: Pick<Call, 'req' | 'res'>): Promise<Entered | undefined> {
    if (!(await useTicket(trx, app.name, ticket.jti))) return undefined;
    const known = await findCredentials(trx, ticket.sub);
    if (!known) return colleagueOf(trx, ticket);
    const person = await findProfile(trx, known.id);
    if (!person) return undefined;
    await endSession(trx, config, req);
    await startSession(trx, config, res, person.id, app.name);
    await recordAudit(trx, { actor: { kind: 'person', id: person.id }, action: 'login', detail: { app: app.name } });
    return { person: { ...person, mustChangePassword: false } };
  }

  async function colleagueOf(trx: Knex.Transaction, { name, phone, branch }: Ticket): Promise<Entered | undefined> {
    if (name === undefined || phone === undefined) return undefined;
    const proof = await addEntryProof(trx, seal, { name, phone: e164(phone) ?? phone, branch }, PROOF_MINUTES);
    return { colleague: { proof, name: mask('name', name), phone: mask('phone', phone), branch: branch ?? null } };
  }

  return [
    handle(entryContract.entryApp, async ({ params }) => ({ title: appNamed(params.app).title })),

    handle(entryContract.enter, async ({ params, body, req, res }) => {
      const app = appNamed(params.app);
      const attempt = await beginEntry(db, req.ip ?? '');
      const ticket = await readTicket(app, body.ticket);
      const entered = ticket && await db.transaction(async (trx) => {
        const found = await enterAs(trx, app, ticket, { req, res });
        if (found) await markLoginSucceeded(trx, attempt);
        return found;
      });
      if (entered) return entered;
      const code = 'entry-refused';
      await recordAudit(db, { actor: { kind: 'system' }, action: 'login', refused: true, code, detail: { app: app.name } });
      throw new Problem(code);
    }),
  ];
}
