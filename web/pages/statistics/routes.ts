import type { RouteRecordRaw } from 'vue-router';

/** What was used, how long it took, how people liked it. */
export const statisticRoutes: RouteRecordRaw[] = [
  { path: '/statistics', name: 'statistics', component: () => import('./StatisticsPage.vue') },
];
