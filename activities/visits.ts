import type { Db } from '../db/connect.ts';
import * as visits from '../db/queries/visits.ts';
import type { Seal } from '../db/sealed.ts';
import { visitProcess, type Window } from '../workflows/visit/contract.ts';

/** The effects of visits and registrations: short local activities, each one transaction, each done once per effect key. `sms` says whether SMS leave at all. */
export function createVisitActivities({ db, seal, sms }: { db: Db; seal: Seal; sms: boolean }) {
  return {
    /** Issues the pass of a window and sends its code; the earlier one is dead. */
    async issuePass(input: { key: string; processId: string; window: Window; moved: boolean }): Promise<void> {
      await db.transaction((trx) => visits.issuePass(trx, seal, { ...input, sms }));
    },

    /** Undoes `issuePass` under the same key. */
    async revokePass(input: { key: string; processId: string }): Promise<void> {
      await db.transaction((trx) => visits.revokePass(trx, seal, { ...input, sms }));
    },

    /** Tells the visitor that the host refused. */
    async tellRefused(input: { key: string; processId: string }): Promise<void> {
      await db.transaction((trx) => visits.tellRefused(trx, seal, { ...input, sms }));
    },

    /** Starts a visit for each visitor of an approved registration; answers how many there are. */
    async startVisits(input: { key: string; processId: string }): Promise<number> {
      return db.transaction((trx) => visits.startRegisteredVisits(trx, seal, { ...input, processOf: visitProcess }));
    },
  };
}

/** The effects of visits, as their workflows see them. */
export type VisitActivities = ReturnType<typeof createVisitActivities>;
