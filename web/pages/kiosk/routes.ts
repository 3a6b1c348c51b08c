import type { RouteRecordRaw } from 'vue-router';

/** The device at the gate. */
export const kioskRoutes: RouteRecordRaw[] = [
  { path: '/kiosk', name: 'kiosk', component: () => import('./KioskPage.vue'), meta: { open: true, bare: true } },
];
