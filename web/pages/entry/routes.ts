import type { RouteRecordRaw } from 'vue-router';

/** Where other apps open us. `bare`: nobody is asked for, the ticket says who it is. */
export const entryRoutes: RouteRecordRaw[] = [
  { path: '/entry/:app', name: 'entry', component: () => import('./EntryPage.vue'), props: true, meta: { open: true, bare: true } },
];
