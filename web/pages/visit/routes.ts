import type { RouteRecordRaw } from 'vue-router';

/** What visitors open on their phones, without an account. `bare`: without the shell, and without asking who is logged in. */
export const visitRoutes: RouteRecordRaw[] = [
  { path: '/visit', name: 'ask-visit', component: () => import('./AskPage.vue'), meta: { open: true, bare: true } },
  { path: '/v/:token', name: 'own-visit', component: () => import('./OwnVisitPage.vue'), meta: { open: true, bare: true } },
];
