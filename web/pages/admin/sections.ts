import type { Component } from 'vue';
import type { TextKey } from '../../texts.ts';

/** A tab of the administration: its address below /admin, its word, its page. */
export interface AdminSection {
  readonly path: string;
  readonly text: TextKey;
  readonly page: () => Promise<{ default: Component }>;
  /** Who may come in besides administrators. */
  readonly roles?: readonly string[];
}

/** The role that every section is for. */
export const ADMINISTRATOR = 'process-administrator';

/** In the order of the tabs. The first is what opens: what an administrator must look at. */
export const adminSections: readonly AdminSection[] = [
  { path: 'operations', text: 'operations.title', page: () => import('./OperationsPage.vue') },
  { path: 'processes', text: 'admin.processes', page: () => import('../processes/AllProcessesPage.vue') },
  { path: 'timeouts', text: 'timeouts.title', page: () => import('./TimeoutsPage.vue') },
  { path: 'calendar', text: 'calendar.title', page: () => import('./CalendarPage.vue') },
  { path: 'people', text: 'admin.people', page: () => import('./PeoplePage.vue') },
  { path: 'departments', text: 'admin.departments', page: () => import('./DepartmentsPage.vue') },
  { path: 'roles', text: 'admin.roles', page: () => import('./RolesPage.vue') },
  { path: 'places', text: 'places.title', page: () => import('./PlacesPage.vue'), roles: ['dispatcher'] },
  { path: 'retention', text: 'admin.retention', page: () => import('./RetentionPage.vue') },
  { path: 'announcements', text: 'admin.announcements', page: () => import('./AnnouncementsPage.vue') },
];
