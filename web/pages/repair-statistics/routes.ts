import type { RouteRecordRaw } from 'vue-router';
import { DISPATCH_READERS } from '../repairs/roles.ts';

/** How many repairs there are, how long they take, what they cost, where they are. */
export const repairStatisticRoutes: RouteRecordRaw[] = [
  { path: '/repairs/statistics', name: 'repairs-statistics', component: () => import('./RepairStatisticsPage.vue'), meta: { roles: DISPATCH_READERS } },
];
