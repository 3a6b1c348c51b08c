export { supplyRequisition } from './supply-requisition/workflow.ts';
export { auditReplay } from './audit-replay.ts';
