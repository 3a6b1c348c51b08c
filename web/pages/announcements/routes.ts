import type { RouteRecordRaw } from 'vue-router';

export const announcementRoutes: RouteRecordRaw[] = [
  { path: '/announcements', name: 'announcements', component: () => import('./AnnouncementsPage.vue') },
  { path: '/announcements/:id', name: 'announcement', component: () => import('./AnnouncementPage.vue'), props: true },
];
