import { defineAsyncComponent, type Component } from 'vue';

/** What the pages of a case and of its tasks show of its own, beside what every case has. Each is given the case, and says `changed` when it has changed it. */
export const processPanels: Readonly<Record<string, Component>> = {
  'repair-order': defineAsyncComponent(() => import('./repair-order/RepairPanel.vue')),
};
