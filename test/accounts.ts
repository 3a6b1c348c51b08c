import { randomBytes, scryptSync } from 'node:crypto';
import type { Db } from '../db/connect.ts';
import { PASSWORD } from './person.ts';

/** Lets people of the demo company, who have no account, log in with the demo's password; answers their user names in the same order. */
export async function openAccounts(db: Db, ids: readonly string[]): Promise<string[]> {
  await db('person').whereIn('id', [...ids]).update({ password_hash: quickHash() });
  const people = await db('person').select('id', 'username').whereIn('id', [...ids]);
  return ids.map((id) => people.find((each) => each.id === id)!.username);
}

/** Gives a role to people. */
export async function giveRole(db: Db, role: string, ids: readonly string[]): Promise<void> {
  await db('person_role').insert(ids.map((id) => ({ person_id: id, role_id: role }))).onConflict().ignore();
}

/** Takes a role from people. */
export async function takeRole(db: Db, role: string, ids: readonly string[]): Promise<void> {
  await db('person_role').where({ role_id: role }).whereIn('person_id', [...ids]).delete();
}

/** The demo's password hashed in a millisecond: the parameters stand in the stored text, so a test need not pay for the real ones. */
export function quickHash(): string {
  const salt = randomBytes(16);
  const key = scryptSync(PASSWORD, salt, 32, { N: 1024, r: 8, p: 1 });
  return `scrypt$N=1024,r=8,p=1$${salt.toString('base64url')}$${key.toString('base64url')}`;
}
