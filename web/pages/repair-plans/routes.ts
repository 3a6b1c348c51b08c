import type { RouteRecordRaw } from 'vue-router';
import { DISPATCHER } from '../repairs/roles.ts';

/** What is looked after again and again, and the orders that it opened. */
export const repairPlanRoutes: RouteRecordRaw[] = [
  { path: '/repairs/plans', name: 'repairs-plans', component: () => import('./RepairPlansPage.vue'), meta: { roles: DISPATCHER } },
];
