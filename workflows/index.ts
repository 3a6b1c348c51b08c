export { supplyRequisition } from './supply-requisition/workflow.ts';
