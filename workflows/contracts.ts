import type { ProcessType } from './lib/form.ts';
import { repairOrder } from './repair-order/form.ts';
import { sealUse } from './seal-use/form.ts';
import { supplyRequisition } from './supply-requisition/form.ts';
import { visit } from './visit/form.ts';
import { visitorRegistration } from './visitor-registration/form.ts';

/** Every process type, one line each: what the API and the web know of processes. */
export const processTypes: Readonly<Record<string, ProcessType>> = {
  'supply-requisition': supplyRequisition,
  'seal-use': sealUse,
  'repair-order': repairOrder,
  visit,
  'visitor-registration': visitorRegistration,
};
