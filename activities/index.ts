import type { Db } from '../db/connect.ts';
import { createProjection } from './projection.ts';
import { createSupplyActivities } from './supply.ts';

/** Everything that workflows may do outside of themselves, by name. */
export function createActivities({ db }: { db: Db }) {
  return { ...createProjection({ db }), ...createSupplyActivities({ db }) };
}
