import { defaultCalendar } from '../../activities/deadlines/calendar-2026.ts';
import type { ProcessContract } from '../../workflows/lib/contract.ts';
import type { Db } from '../connect.ts';

/**
 * Makes what the process types need and no administrator has changed: the roles that their contracts name, a first timeout policy for each
 * step, the first business calendar. Called at each start; what is there stays.
 */
export async function seedContracts(db: Db, contracts: readonly ProcessContract[]): Promise<void> {
  const roles = Object.entries(Object.assign({}, BUILT_IN_ROLES, ...contracts.map(({ roles: named }) => named)) as typeof BUILT_IN_ROLES);
  const policies = contracts.flatMap(({ type, steps, clock }) =>
    [...Object.entries(steps), ...Object.entries(clock?.policies ?? {}).map(([name, policy]) => [`clock-${name}`, policy] as const)]
      .map(([step, { timeouts }]) => ({ type, step, version: 1, policy: JSON.stringify(timeouts) })));
  await db.transaction(async (trx) => {
    await trx('role').insert(roles.map(([id, { zh, en }]) => ({ id, name: zh, name_en: en }))).onConflict('id').ignore();
    await trx('timeout_policy').insert(policies).onConflict(['type', 'step', 'version']).ignore();
    await trx('business_calendar').insert({ version: 1, calendar: JSON.stringify(defaultCalendar) }).onConflict('version').ignore();
  });
}

const BUILT_IN_ROLES = {
  'process-administrator': { zh: '流程管理员', en: 'Process administrator' },
  auditor: { zh: '审计员', en: 'Auditor' },
};
