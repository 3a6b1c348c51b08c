import type { RouteRecordRaw } from 'vue-router';

/** Starting a process: the catalogue and its forms. */
export const startRoutes: RouteRecordRaw[] = [
  { path: '/start', name: 'start', component: () => import('./StartPage.vue') },
  { path: '/start/:type', name: 'start-form', component: () => import('./StartFormPage.vue') },
];
