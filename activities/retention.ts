import type { Db } from '../db/connect.ts';
import { deleteOutdated, noteRetentionRun } from '../db/queries/personal.ts';
import type { RetentionActivities } from '../workflows/personal-data-retention.ts';

/** Deletes personal values that are over their time, by the database's clock. Again after it was done, it finds nothing. */
export function createRetentionActivities({ db }: { db: Db }): RetentionActivities {
  return {
    deleteOutdatedPersonalData: ({ processes, before }) => db.transaction(async (trx) => {
      const deleted = await deleteOutdated(trx, processes);
      await noteRetentionRun(trx, { values: before.values + deleted.values, processes: before.processes + deleted.processes });
      return deleted;
    }),
  };
}
