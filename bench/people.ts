import { createHmac, randomBytes } from 'node:crypto';
import type { Db } from '../db/connect.ts';
import { clientFor, type Client } from './client.ts';

/** How many people and groups the inbox of the peer has, too. */
export const PEOPLE = 1_000;
export const GROUPS = 50;

/** The two groups of the person with this number. */
export const groupsOf = (person: number): [number, number] => [person % GROUPS, Math.floor(person / GROUPS + person * 7 + 1) % GROUPS];

/** Makes the people, their groups (roles) and a session for each by SQL; a thousand logins would only measure scrypt. */
export async function makePeople(db: Db, secret: string, url: string): Promise<(person: number) => Client> {
  const tokens = Array.from({ length: PEOPLE }, () => randomBytes(32).toString('base64url'));
  const department = (await db('department').select('id').first()).id;
  const numbers = Array.from({ length: PEOPLE }, (_, i) => i);
  await db.transaction(async (trx) => {
    await trx('role').insert(Array.from({ length: GROUPS }, (_, i) => ({ id: `bench-${i}`, name: `组${i}`, name_en: `Group ${i}` })));
    for (let from = 0; from < PEOPLE; from += 200) {
      const some = numbers.slice(from, from + 200);
      await trx('person').insert(some.map((i) => ({ id: `bench-${i}`, username: `bench-${i}`, name: `测试${i}`, department_id: department })));
      await trx('person_role').insert(some.flatMap((i) => [...new Set(groupsOf(i))]
        .map((group) => ({ person_id: `bench-${i}`, role_id: `bench-${group}` }))));
      await trx('session').insert(some.map((i) => ({
        token_hash: createHmac('sha256', secret).update(`session:${tokens[i]}`).digest(), person_id: `bench-${i}`,
        ends_at: trx.raw("now() + interval '12 hours'"),
      })));
    }
  });
  return (person) => clientFor(url, `houqin_session=${tokens[person]}`);
}
