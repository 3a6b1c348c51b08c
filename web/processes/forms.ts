import { defineAsyncComponent, type Component } from 'vue';

/** Forms of their own; every other process type is drawn from its schema. */
export const processForms: Readonly<Record<string, Component>> = {
  'supply-requisition': defineAsyncComponent(() => import('./supply-requisition/RequisitionForm.vue')),
};
