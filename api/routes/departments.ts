import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { recordAudit } from '../../db/queries/audit.ts';
import {
  hasDepartment, insertDepartment, isActive, isBelow, listDepartments, lockDepartments, updateDepartment, type DepartmentFields,
} from '../../db/queries/departments.ts';
import { peopleContract } from '../contract/people.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';

/** The tree of departments and their leaders. */
export function departmentRoutes({ db }: Deps): Route[] {
  return [
    handle(peopleContract.listDepartments, async () => ({ items: await listDepartments(db) })),

    handle(peopleContract.createDepartment, (call) => transact(call, db, async (trx) => {
      const id = `dept-${randomUUID()}`;
      await check(trx, call.body);
      await insertDepartment(trx, id, call.body);
      const { parentId, leaderId } = call.body;
      await record(trx, call.actor.personId, 'department-created', id, { parent: parentId, leader: leaderId });
      return (await listDepartments(trx, id))[0]!;
    })),

    handle(peopleContract.updateDepartment, (call) => transact(call, db, async (trx) => {
      const { params: { id }, body } = call;
      await lockDepartments(trx);
      const [before] = await listDepartments(trx, id);
      if (!before) throw new Problem('not-found');
      // A leader who has left may stay until there is another; only a change is checked.
      await check(trx, { ...body, ...(body.leaderId === before.leader?.id && { leaderId: undefined }) }, id);
      await updateDepartment(trx, id, body);
      const old: DepartmentFields = { ...before, leaderId: before.leader?.id ?? null };
      const fields = (Object.keys(body) as (keyof DepartmentFields)[]).filter((name) => body[name] !== undefined && body[name] !== old[name]);
      if (fields.length > 0) {
        const { parentId: parent, leaderId: leader } = body;
        await record(trx, call.actor.personId, 'department-changed', id, {
          fields, ...(fields.includes('parentId') && { parent }), ...(fields.includes('leaderId') && { leader }),
        });
      }
      return (await listDepartments(trx, id))[0]!;
    })),
  ];
}

/** Throws unless parent and leader are there, and the tree stays a tree. */
async function check(trx: Knex.Transaction, { parentId, leaderId }: Partial<DepartmentFields>, id?: string): Promise<void> {
  if (parentId && !(await hasDepartment(trx, parentId))) throw invalidField('parentId', 'department.unknown');
  if (leaderId && !(await isActive(trx, leaderId))) throw invalidField('leaderId', 'person.unknown');
  if (parentId && id && await isBelow(trx, parentId, id)) {
    const message = { zh: '不能是本部门或其下级部门，请另选。', en: 'cannot be the department itself or one below it: choose another.' };
    throw new Problem('department-cycle', {}, {}, [{ in: 'body', path: 'parentId', message }]);
  }
}

async function record(
  trx: Knex.Transaction, personId: string, action: string, id: string, detail: Record<string, unknown>,
): Promise<void> {
  await recordAudit(trx, { actor: { kind: 'administrator', id: personId }, action, object: `department:${id}`, detail });
}
