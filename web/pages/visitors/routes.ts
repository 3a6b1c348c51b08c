import type { RouteRecordRaw } from 'vue-router';
import { VISIT_DESK, VISIT_READERS } from './roles.ts';

/** Visitors: the front desk with its lists, an invitation by anybody, the figures. */
export const visitorRoutes: RouteRecordRaw[] = [
  { path: '/visitors/invite', name: 'visitor-invite', component: () => import('./InvitePage.vue') },
  { path: '/visitors/statistics', name: 'visitor-statistics', component: () => import('./VisitStatisticsPage.vue'), meta: { roles: VISIT_READERS } },
  { path: '/visitors/:id/pass', name: 'visitor-pass', component: () => import('./PassPage.vue'), meta: { roles: VISIT_DESK } },
  {
    path: '/visitors',
    component: () => import('./VisitorsPage.vue'),
    meta: { roles: VISIT_DESK },
    children: [
      { path: '', name: 'visitors', component: () => import('./BoardPage.vue') },
      { path: 'blocked', name: 'visitors-blocked', component: () => import('./BlockedPage.vue') },
      { path: 'evacuation', name: 'visitors-evacuation', component: () => import('./EvacuationPage.vue') },
      { path: 'kiosks', name: 'visitors-kiosks', component: () => import('./KiosksPage.vue') },
      { path: 'export', name: 'visitors-export', component: () => import('./ExportPage.vue') },
    ],
  },
];
