import type { RouteRecordRaw } from 'vue-router';
import { DISPATCHER, DISPATCH_READERS, REPAIRER } from './roles.ts';

/** Repairs: the repairer's own day, the dispatch board, who can do what and when. */
export const repairRoutes: RouteRecordRaw[] = [
  { path: '/repairs/mine', name: 'repairs-mine', component: () => import('./MinePage.vue'), meta: { roles: REPAIRER } },
  { path: '/repairs/board', name: 'repairs-board', component: () => import('./BoardPage.vue'), meta: { roles: DISPATCH_READERS } },
  { path: '/repairs/repairers', name: 'repairs-repairers', component: () => import('./RepairersPage.vue'), meta: { roles: DISPATCHER } },
];
