export { repairOrder } from './repair-order/workflow.ts';
export { sealUse } from './seal-use/workflow.ts';
export { supplyRequisition } from './supply-requisition/workflow.ts';
export { visit } from './visit/workflow.ts';
export { visitorRegistration } from './visitor-registration/workflow.ts';
export { auditReplay } from './audit-replay.ts';
export { smsDelivery } from './sms-delivery.ts';
export { personalDataRetention } from './personal-data-retention.ts';
