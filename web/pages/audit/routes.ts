import type { RouteRecordRaw } from 'vue-router';

/** The auditor's pages: all cases, the operations log, and one case with everything that happened. */
export const auditRoutes: RouteRecordRaw[] = [
  {
    path: '/audit',
    component: () => import('./AuditPage.vue'),
    children: [
      { path: '', name: 'audit', component: () => import('../processes/CaseSearch.vue'), props: { base: '/audit/processes', title: 'audit.cases' } },
      { path: 'events', name: 'audit-events', component: () => import('./LogPage.vue') },
    ],
  },
  { path: '/audit/processes/:id', name: 'audit-process', component: () => import('./AuditCasePage.vue'), props: true },
];
