import type { RouteRecordRaw } from 'vue-router';

/** The storekeeper's desk. */
export const supplyRoutes: RouteRecordRaw[] = [
  { path: '/supply', redirect: '/supply/counter' },
  { path: '/supply/items', name: 'supply-items', component: () => import('./ItemsPage.vue') },
  { path: '/supply/stock-take', name: 'stock-take', component: () => import('./StockTakePage.vue') },
  { path: '/supply/counter', name: 'supply-counter', component: () => import('./CounterPage.vue') },
];
