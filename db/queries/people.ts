import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { recordAudit } from './audit.ts';
import { VISITORS } from './visitors.ts';

/** What a login needs of a person. */
export interface Credentials {
  id: string;
  active: boolean;
  passwordHash: string | null;
  /** The password is a one-time one and too late. */
  expired: boolean;
}

/** The person with this user name, active or not. */
export async function findCredentials(db: Db, username: string): Promise<Credentials | undefined> {
  return db('person').where({ username }).first(
    'id', 'active', 'password_hash as passwordHash', db.raw('coalesce(one_time_password_until < now(), false) AS expired'),
  );
}

/** A person as shown to the person: department and roles with their names in both languages. */
export interface Profile {
  id: string;
  username: string;
  name: string;
  title: string;
  locale: 'zh-CN' | 'en';
  theme: 'auto' | 'light' | 'dark';
  /** The password is an administrator's. */
  mustChangePassword: boolean;
  department: { id: string; name: string; nameEn: string };
  roles: { id: string; name: string; nameEn: string }[];
  /** Departments that the person leads. */
  leads: { id: string; name: string; nameEn: string }[];
}

/** The profile of an active person. */
export async function findProfile(db: Db, personId: string): Promise<Profile | undefined> {
  const { rows } = await db.raw<{ rows: Profile[] }>(`
    SELECT p.id, p.username, p.name, p.title, p.locale, p.theme,
      p.one_time_password_until IS NOT NULL AS "mustChangePassword",
      json_build_object('id', d.id, 'name', d.name, 'nameEn', d.name_en) AS department,
      coalesce((SELECT json_agg(json_build_object('id', r.id, 'name', r.name, 'nameEn', r.name_en) ORDER BY r.id)
        FROM person_role pr JOIN role r ON r.id = pr.role_id WHERE pr.person_id = p.id), '[]') AS roles,
      coalesce((SELECT json_agg(json_build_object('id', l.id, 'name', l.name, 'nameEn', l.name_en) ORDER BY l.id)
        FROM department l WHERE l.leader_id = p.id), '[]') AS leads
    FROM person p JOIN department d ON d.id = p.department_id
    WHERE p.id = ? AND p.active`, [personId]);
  return rows[0];
}

/** What a person chose for every device: language and appearance. */
export interface Preferences {
  locale?: 'zh-CN' | 'en' | undefined;
  theme?: 'auto' | 'light' | 'dark' | undefined;
}

/** Keeps what a person chose; what is left out stays. */
export async function setPreferences(trx: Knex.Transaction, personId: string, chosen: Preferences): Promise<void> {
  const row = Object.fromEntries(Object.entries(chosen).filter(([, value]) => value !== undefined));
  if (Object.keys(row).length > 0) await trx('person').where({ id: personId }).update(row);
}

/**
 * Makes the first administrator of an installation that has no person at all: a department for the company, the role, the
 * account. False when there is somebody already; several processes may ask at once.
 */
export async function createFirstAdministrator(
  db: Db, username: string, hashPassword: () => Promise<string>,
): Promise<boolean> {
  return db.transaction(async (trx) => {
    await trx.raw('LOCK TABLE person IN SHARE ROW EXCLUSIVE MODE');
    if (await trx('person').whereNot('id', VISITORS.personId).first('id')) return false;
    await trx('department').insert({ id: 'dept-company', name: '公司', name_en: 'Company' }).onConflict('id').ignore();
    await trx('role')
      .insert({ id: 'process-administrator', name: '流程管理员', name_en: 'Process administrator' })
      .onConflict('id').ignore();
    await trx('person').insert({
      id: 'person-admin',
      username,
      name: '系统管理员',
      department_id: 'dept-company',
      password_hash: await hashPassword(),
    });
    await trx('person_role').insert({ person_id: 'person-admin', role_id: 'process-administrator' });
    const object = 'person:person-admin';
    await recordAudit(trx, { actor: { kind: 'system' }, action: 'first-administrator-created', object });
    return true;
  });
}
