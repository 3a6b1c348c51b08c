import { recordAudit } from '../../db/queries/audit.ts';
import { changeHolders, hasAdministrator, listRoles, lockAdministrators, type RoleRow } from '../../db/queries/staff.ts';
import { peopleContract } from '../contract/people.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { needsOf } from '../people/needs.ts';

/** Roles, as the processes name them, and who has them. */
export function roleRoutes({ db }: Deps): Route[] {
  return [
    handle(peopleContract.listRoles, async () => ({ items: (await listRoles(db)).map(present) })),

    handle(peopleContract.changeRole, (call) => transact(call, db, async (trx) => {
      const { params: { id }, body: { add, remove }, actor } = call;
      await lockAdministrators(trx);
      const [before] = await listRoles(trx, id);
      if (!before) throw new Problem('not-found');
      const { unknown, given, taken } = await changeHolders(trx, id, { add, remove });
      if (unknown.length > 0) throw invalidField('add', 'person.unknown');
      if (!(await hasAdministrator(trx))) throw new Problem('last-administrator');
      const detail = { add: given, remove: taken };
      if (given.length + taken.length > 0) {
        await recordAudit(trx, {
          actor: { kind: 'administrator', id: actor.personId }, action: 'role-changed', object: `role:${id}`, detail,
        });
      }
      return present((await listRoles(trx, id))[0]!);
    })),
  ];
}

function present(role: RoleRow) {
  return { ...role, neededBy: needsOf(role.id) };
}
