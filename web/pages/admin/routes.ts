import type { RouteRecordRaw } from 'vue-router';
import { adminSections } from './sections.ts';

/** The administrator's pages, each under the tabs of AdminPage. */
export const adminRoutes: RouteRecordRaw[] = adminSections.length === 0 ? [] : [{
  path: '/admin',
  component: () => import('./AdminPage.vue'),
  redirect: `/admin/${adminSections[0]!.path}`,
  children: adminSections.map(({ path, page }) => ({ path, name: `admin-${path}`, component: page })),
}, { path: '/admin/places/labels', name: 'place-labels', component: () => import('./PlaceLabelsPage.vue') }];
