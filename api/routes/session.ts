import { findOwnPassword, holdPassword, setOwnPassword } from '../../db/queries/accounts.ts';
import { recordAudit } from '../../db/queries/audit.ts';
import { findCredentials, findProfile, setPreferences } from '../../db/queries/people.ts';
import { markLoginSucceeded } from '../../db/queries/sessions.ts';
import { sessionContract } from '../contract/session.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { knownBrowser, rememberBrowser } from '../known-browser.ts';
import { beginLogin } from '../login-limits.ts';
import { hashPassword, verifyPassword } from '../passwords.ts';
import { clearCookie, endOtherSessions, endSession, startSession } from '../sessions.ts';
import { isWeakPassword } from '../weak-passwords.ts';

/** Logging in and out, and who I am. */
export function sessionRoutes({ db, config }: Deps): Route[] {
  return [
    handle(sessionContract.login, async ({ body: { username, password }, req, res }) => {
      const attempt = await beginLogin(db, { username, address: req.ip ?? '', browser: knownBrowser(config, req, username) });
      const person = await findCredentials(db, username);
      const fits = await verifyPassword(password, person?.passwordHash);
      const profile = person && fits ? await findProfile(db, person.id) : undefined;
      if (!profile) {
        // What was typed as a user name may be a password, so only a known person is named.
        const object = person ? `person:${person.id}` : null;
        const code = 'login-failed';
        await recordAudit(db, { actor: { kind: 'system' }, action: 'login', object, refused: true, code });
        // Once, not for each of the thousands that may follow.
        if (attempt.isLast) await recordAudit(db, { actor: { kind: 'system' }, action: 'login', object, refused: true, code: 'too-many-logins' });
        throw new Problem(code);
      }
      if (person?.expired) {
        const code = 'one-time-password-expired';
        await recordAudit(db, { actor: { kind: 'system' }, action: 'login', object: `person:${profile.id}`, refused: true, code });
        throw new Problem(code);
      }
      await endSession(db, config, req);
      await db.transaction(async (trx) => {
        // Verifying takes its time: a password that was changed meanwhile opens nothing.
        if (!(await holdPassword(trx, profile.id, person!.passwordHash!))) throw new Problem('login-failed');
        await markLoginSucceeded(trx, attempt.id);
        await startSession(trx, config, res, profile.id);
        await recordAudit(trx, { actor: { kind: 'person', id: profile.id }, action: 'login' });
      });
      rememberBrowser(config, req, res, username);
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
      return { ...profile, mustChangePassword: actor.mustChangePassword };
    }),

    handle(sessionContract.changeMe, async ({ actor, body }) => {
      await db.transaction(async (trx) => {
        await setPreferences(trx, actor.personId, body);
        await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'preferences-changed', detail: { ...body } });
      });
      return { ...(await findProfile(db, actor.personId))!, mustChangePassword: actor.mustChangePassword };
    }),

    handle(sessionContract.changePassword, async ({ actor, body: { current, password }, req }) => {
      // A session that was left open is no licence to guess the password.
      const browser = knownBrowser(config, req, actor.username);
      const attempt = await beginLogin(db, { username: actor.username, address: req.ip ?? '', browser });
      const own = await findOwnPassword(db, actor.personId);
      if (!(await verifyPassword(current, own?.passwordHash))) throw currentIsWrong();
      const fault = faultOf(password, { current, username: actor.username, phone: own?.phone ?? null });
      if (!fault) {
        const passwordHash = await hashPassword(password);
        await db.transaction(async (trx) => {
          await markLoginSucceeded(trx, attempt.id);
          if (!(await setOwnPassword(trx, actor.personId, { verified: own!.passwordHash!, next: passwordHash }))) throw currentIsWrong();
          await endOtherSessions(trx, config, req, actor.personId);
          await recordAudit(trx, { actor: { kind: 'person', id: actor.personId }, action: 'password-changed', object: `person:${actor.personId}` });
        });
        return (await findProfile(db, actor.personId))!;
      }
      await markLoginSucceeded(db, attempt.id);
      throw invalidField('password', fault);
    }),
  ];
}

/** A user name shorter than this is part of too many words. */
const TELLING_NAME = 4;

/** What is wrong with a new password, as a key of the field texts. */
function faultOf(
  password: string, { current, username, phone }: { current: string; username: string; phone: string | null },
): string | undefined {
  if (password.normalize('NFC') === current.normalize('NFC')) return 'password.same';
  const plain = password.toLowerCase();
  const digits = phone?.replace(/\D/g, '').slice(-11) ?? '';
  if ((username.length >= TELLING_NAME && plain.includes(username.toLowerCase())) || (digits.length >= 7 && plain.replace(/\D/g, '').includes(digits))) return 'password.name';
  return isWeakPassword(password) ? 'password.weak' : undefined;
}

function currentIsWrong(): Problem {
  const message = { zh: '当前密码不正确，请重新输入。', en: 'The current password is wrong: type it again.' };
  return new Problem('password-wrong', {}, {}, [{ in: 'body', path: 'current', message }]);
}
