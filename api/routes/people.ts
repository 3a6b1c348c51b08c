import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { z } from 'zod';
import type { Db } from '../../db/connect.ts';
import { deleteSessionsOf, setOneTimePassword } from '../../db/queries/accounts.ts';
import { recordAudit } from '../../db/queries/audit.ts';
import { hasDepartment } from '../../db/queries/departments.ts';
import {
  changeRoles, findStaff, hasAdministrator, heldTasks, insertStaff, listStaff, lockAdministrators, lockStaff, setActive, soleRoles, updateStaff,
  type StaffRow,
} from '../../db/queries/staff.ts';
import { processTypes } from '../../workflows/contracts.ts';
import { peopleContract } from '../contract/people.ts';
import type { Deps } from '../deps.ts';
import { handle, type Call, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { decodeCursor, pageOf } from '../lists.ts';
import { hashPassword, oneTimePassword } from '../passwords.ts';
import { needsOf } from '../people/needs.ts';
import { departmentRoutes } from './departments.ts';
import { roleRoutes } from './roles.ts';

const TASKS_SHOWN = 20;

/** People, departments and roles, which administrators keep. */
export function peopleRoutes(deps: Deps): Route[] {
  const { db } = deps;

  async function answer(at: Db | Knex.Transaction, id: string): Promise<z.input<typeof peopleContract.getPerson.response>> {
    const person = await findStaff(at, id);
    if (!person) throw new Problem('not-found');
    const held = await heldTasks(at, id, TASKS_SHOWN);
    const sole = person.active ? await soleRoles(at, id) : [];
    return {
      ...person,
      openTasks: {
        total: held.total,
        items: held.items.map(({ type, step, ...task }) => ({ ...task, stepTitle: processTypes[type]?.contract.steps[step]?.title ?? { zh: step, en: step } })),
      },
      soleRoles: person.roles.filter(({ id }) => sole.includes(id) && needsOf(id).length > 0),
    };
  }

  type Change = Call<typeof peopleContract.updatePerson | typeof peopleContract.deactivatePerson | typeof peopleContract.reactivatePerson>;

  /** Changes a locked person, unless nobody could keep the others afterwards. */
  async function change(call: Change, work: (trx: Knex.Transaction, before: StaffRow) => Promise<void>) {
    return transact(call, db, async (trx) => {
      await lockAdministrators(trx);
      const before = await lockStaff(trx, call.params.id);
      if (!before) throw new Problem('not-found');
      await work(trx, before);
      if (!(await hasAdministrator(trx))) throw new Problem('last-administrator');
      return answer(trx, before.id);
    });
  }

  return [
    handle(peopleContract.listPeople, async ({ query: { limit, cursor, ...filter } }) => {
      const [after] = decodeCursor(cursor, z.tuple([z.string().max(100)])) ?? [];
      const { rows, total } = await listStaff(db, filter, { limit: limit + 1, after });
      return pageOf(rows.map((row) => ({ ...row, phone: masked(row.phone) })), limit, total, ({ username }) => [username]);
    }),

    handle(peopleContract.getPerson, async ({ params }) => answer(db, params.id)),

    handle(peopleContract.createPerson, (call) => transact(call, db, async (trx) => {
      const { roles, ...fields } = call.body;
      const id = `person-${randomUUID()}`;
      if (!(await hasDepartment(trx, fields.departmentId))) throw invalidField('departmentId', 'department.unknown');
      if (await insertStaff(trx, id, fields) === 'username-taken') throw usernameTaken();
      requireRoles(await changeRoles(trx, id, { add: roles, remove: [] }));
      await record(trx, call, 'person-created', id, { department: fields.departmentId, roles });
      return answer(trx, id);
    })),

    handle(peopleContract.updatePerson, (call) => change(call, async (trx, before) => {
      const { roles, ...fields } = call.body;
      if (fields.departmentId !== undefined && !(await hasDepartment(trx, fields.departmentId))) {
        throw invalidField('departmentId', 'department.unknown');
      }
      if (await updateStaff(trx, before.id, fields) === 'username-taken') throw usernameTaken();
      const had = before.roles.map(({ id }) => id);
      const add = roles?.filter((role) => !had.includes(role)) ?? [];
      const remove = roles ? had.filter((role) => !roles.includes(role)) : [];
      requireRoles(await changeRoles(trx, before.id, { add, remove }));
      // Which fields, never what stands in them.
      const old: Record<string, unknown> = { ...before, departmentId: before.department.id };
      const changed = Object.entries(fields).filter(([name, value]) => value !== undefined && value !== old[name]).map(([name]) => name);
      if (changed.length + add.length + remove.length === 0) return;
      await record(trx, call, 'person-changed', before.id, { fields: changed, add, remove });
    })),

    handle(peopleContract.deactivatePerson, (call) => change(call, async (trx, before) => {
      if (!before.active) return;
      await setActive(trx, before.id, false);
      await deleteSessionsOf(trx, before.id);
      await record(trx, call, 'person-deactivated', before.id);
    })),

    handle(peopleContract.reactivatePerson, (call) => change(call, async (trx, before) => {
      if (before.active) return;
      await setActive(trx, before.id, true);
      await record(trx, call, 'person-reactivated', before.id);
    })),

    handle(peopleContract.resetPassword, async (call) => {
      const { params: { id }, actor } = call;
      if (id === actor.personId) throw new Problem('password-own');
      const password = oneTimePassword();
      const passwordHash = await hashPassword(password);
      const until = await db.transaction(async (trx) => {
        const person = await lockStaff(trx, id);
        if (!person) throw new Problem('not-found');
        if (!person.active) throw new Problem('person-inactive', { name: person.name });
        await deleteSessionsOf(trx, id);
        await record(trx, call, 'password-reset', id);
        return setOneTimePassword(trx, id, passwordHash);
      });
      return { password, until };
    }),

    ...departmentRoutes(deps),
    ...roleRoutes(deps),
  ];
}

async function record(
  trx: Knex.Transaction, { actor }: { actor: { personId: string } }, action: string, id: string, detail: Record<string, unknown> = {},
): Promise<void> {
  await recordAudit(trx, { actor: { kind: 'administrator', id: actor.personId }, action, object: `person:${id}`, detail });
}

/** 138****5678: enough to tell two people of one name apart, not enough to call. */
function masked(phone: string | null): string | null {
  if (phone === null) return null;
  const digits = phone.replace(/[ -]/g, '');
  return digits.length >= 11 ? `${digits.slice(0, -8)}****${digits.slice(-4)}` : `****${digits.slice(-2)}`;
}

function requireRoles({ unknown }: { unknown: readonly string[] }): void {
  if (unknown.length > 0) throw invalidField('roles', 'role.unknown');
}

function usernameTaken(): Problem {
  const message = { zh: '已有人使用此用户名（可能已停用），请换一个。', en: 'somebody has this user name, perhaps deactivated: choose another.' };
  return new Problem('username-taken', {}, {}, [{ in: 'body', path: 'username', message }]);
}
