import { computed } from 'vue';
import type AppIcon from './parts/AppIcon.vue';
import { hasPage } from './router.ts';
import { me } from './session.ts';
import type { TextKey } from './texts.ts';

/** A place of the main menu. */
export interface Place {
  readonly path: string;
  readonly text: TextKey;
  readonly icon: InstanceType<typeof AppIcon>['$props']['name'];
  /** Whoever has one of these roles; everybody without. */
  readonly roles?: readonly string[];
  /** Whoever leads a department, too. */
  readonly leaders?: true;
}

const PLACES: readonly Place[] = [
  { path: '/', text: 'nav.home', icon: 'home' },
  { path: '/tasks', text: 'nav.tasks', icon: 'tasks' },
  { path: '/processes', text: 'nav.processes', icon: 'processes' },
  { path: '/start', text: 'nav.start', icon: 'start' },
  { path: '/supply/counter', text: 'nav.counter', icon: 'counter', roles: ['storekeeper'] },
  { path: '/supply/items', text: 'nav.items', icon: 'items', roles: ['storekeeper'] },
  {
    path: '/statistics', text: 'nav.statistics', icon: 'statistics', leaders: true,
    roles: ['storekeeper', 'service-centre-director', 'process-administrator', 'auditor'],
  },
  { path: '/admin', text: 'nav.admin', icon: 'admin', roles: ['process-administrator'] },
  { path: '/audit', text: 'nav.audit', icon: 'audit', roles: ['auditor'] },
];

/** The places of whoever is logged in: what everybody has, then the desks of the roles. */
export const places = computed(() => {
  const mine = new Set(me.value?.roles.map(({ id }) => id));
  const leads = (me.value?.leads.length ?? 0) > 0;
  return PLACES.filter(({ path, roles, leaders }) => hasPage(path) && (!roles || (leaders && leads) || roles.some((role) => mine.has(role))));
});
