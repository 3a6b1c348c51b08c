import type { Db } from '../db/connect.ts';
import type { Seal } from '../db/sealed.ts';
import type { Carrier } from '../sms/carrier.ts';
import { createProjection } from './projection.ts';
import { createRepairPlanActivities } from './repair-plans.ts';
import { createRepairActivities } from './repairs.ts';
import { createRetentionActivities } from './retention.ts';
import { createSmsActivities, createSmsRecords, type SmsActivities } from './sms.ts';
import { createSupplyActivities } from './supply.ts';
import { createVisitActivities } from './visits.ts';

/** How SMS leave; without carriers none is ever asked for. */
export interface SmsParts {
  seal: Seal;
  carriers: readonly Carrier[];
  mostPerDay: number;
  /** The origin that links in SMS lead to. */
  publicUrl: string;
  /** Which steps ask by SMS, where it is not their contract that says so: tests only. */
  asks?: (type: string, step: string) => boolean;
}

/** Everything that workflows may do in PostgreSQL, by name. */
export function createActivities({ db, sms }: { db: Db; sms: SmsParts }) {
  return {
    ...createProjection({ db, ...(sms.carriers.length > 0 && { seal: sms.seal }), ...(sms.asks && { asks: sms.asks }) }), ...createSupplyActivities({ db }), ...createSmsRecords({ db }),
    ...createRetentionActivities({ db }), ...createVisitActivities({ db, seal: sms.seal, sms: sms.carriers.length > 0 }),
    ...createRepairActivities({ db }), ...createRepairPlanActivities({ db }),
  };
}

/** What speaks to the world outside, on a task queue of its own. */
export function createOutsideActivities({ db, sms }: { db: Db; sms: SmsParts }): SmsActivities {
  return createSmsActivities({ db, ...sms });
}
