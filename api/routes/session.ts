import { recordAudit } from '../../db/queries/audit.ts';
import { findCredentials, findProfile, setLocale } from '../../db/queries/people.ts';
import { markLoginSucceeded } from '../../db/queries/sessions.ts';
import { sessionContract } from '../contract/session.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { beginLogin } from '../login-limits.ts';
import { verifyPassword } from '../passwords.ts';
import { clearCookie, endSession, startSession } from '../sessions.ts';

/** Logging in and out, and who I am. */
export function sessionRoutes({ db, config }: Deps): Route[] {
  return [
    handle(sessionContract.login, async ({ body: { username, password }, req, res }) => {
      const attempt = await beginLogin(db, username, req.ip ?? '');
      const person = await findCredentials(db, username);
      const fits = await verifyPassword(password, person?.passwordHash);
      const profile = person && fits ? await findProfile(db, person.id) : undefined;
      if (!profile) {
        // What was typed as a user name may be a password, so only a known person is named.
        const object = person ? `person:${person.id}` : null;
        const code = 'login-failed';
        await recordAudit(db, { actor: { kind: 'system' }, action: 'login', object, refused: true, code });
        throw new Problem(code);
      }
      await endSession(db, config, req);
      await db.transaction(async (trx) => {
        await markLoginSucceeded(trx, attempt);
        await startSession(trx, config, res, profile.id);
        await recordAudit(trx, { actor: { kind: 'person', id: profile.id }, action: 'login' });
      });
      return { person: profile };
    }),

    handle(sessionContract.logout, async ({ actor, req, res }) => {
      await db.transaction(async (trx) => {
        await endSession(trx, config, req);
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'logout' });
      });
      clearCookie(config, res);
    }),

    handle(sessionContract.me, async ({ actor }) => {
      const profile = await findProfile(db, actor.personId);
      if (!profile) throw new Problem('not-logged-in');
      return profile;
    }),

    handle(sessionContract.changeMe, async ({ actor, body: { locale } }) => {
      await db.transaction(async (trx) => {
        await setLocale(trx, actor.personId, locale);
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'locale-changed', detail: { locale } });
      });
      return (await findProfile(db, actor.personId))!;
    }),
  ];
}
