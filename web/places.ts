import { computed } from 'vue';
import type { RouteLocationNormalizedLoaded } from 'vue-router';
import type AppIcon from './parts/AppIcon.vue';
import { hasPage } from './router.ts';
import { DISPATCHER, DISPATCH_READERS, REPAIRER } from './pages/repairs/roles.ts';
import { VISIT_DESK, VISIT_READERS } from './pages/visitors/roles.ts';
import { me } from './session.ts';
import type { TextKey } from './texts.ts';

/** A place of the main menu. */
export interface Place {
  readonly path: string;
  /** What narrows the page at `path`, which may be another place without it. */
  readonly query?: Readonly<Record<string, string>>;
  /** The title that it stands under, together with its neighbours of the same. */
  readonly group?: TextKey;
  readonly text: TextKey;
  readonly icon: InstanceType<typeof AppIcon>['$props']['name'];
  /** Whoever has one of these roles; everybody without. */
  readonly roles?: readonly string[];
  /** A desk where a queue waits: it stands on the home page and on a phone's bar. */
  readonly desk?: true;
  /** Whoever leads a department, too. */
  readonly leaders?: true;
}

const PLACES: readonly Place[] = [
  { path: '/', text: 'nav.home', icon: 'home' },
  { path: '/tasks', text: 'nav.tasks', icon: 'tasks' },
  { path: '/processes', text: 'nav.processes', icon: 'processes' },
  { path: '/start', text: 'nav.start', icon: 'start' },
  { path: '/supply/counter', text: 'nav.counter', icon: 'counter', roles: ['storekeeper'], desk: true },
  { path: '/supply/items', text: 'nav.items', icon: 'items', roles: ['storekeeper'] },
  {
    path: '/statistics', text: 'nav.statistics', icon: 'statistics', leaders: true,
    roles: ['storekeeper', 'service-centre-director', 'process-administrator', 'auditor'],
  },
  { path: '/repairs/mine', group: 'nav.repairs', text: 'nav.repairs.mine', icon: 'repair', roles: REPAIRER, desk: true },
  { path: '/repairs/board', group: 'nav.repairs', text: 'nav.repairs.board', icon: 'board', roles: DISPATCH_READERS, desk: true },
  { path: '/repairs/repairers', group: 'nav.repairs', text: 'nav.repairs.repairers', icon: 'clock', roles: DISPATCHER },
  { path: '/repairs/plans', group: 'nav.repairs', text: 'nav.repairs.plans', icon: 'calendar', roles: DISPATCHER },
  { path: '/repairs/statistics', group: 'nav.repairs', text: 'nav.repairs.statistics', icon: 'statistics', roles: DISPATCH_READERS },
  { path: '/visitors', group: 'nav.visitors', text: 'nav.visitors.desk', icon: 'visitors', roles: VISIT_DESK, desk: true },
  { path: '/start/visitor-registration', group: 'nav.visitors', text: 'nav.visitors.register', icon: 'start' },
  {
    path: '/tasks', query: { type: 'visitor-registration' }, group: 'nav.visitors', text: 'nav.visitors.approve', icon: 'tasks', leaders: true, roles: [],
  },
  { path: '/tasks', query: { type: 'visit' }, group: 'nav.visitors', text: 'nav.visitors.answer', icon: 'check' },
  { path: '/processes', query: { type: 'visitor-registration' }, group: 'nav.visitors', text: 'nav.visitors.records', icon: 'processes' },
  { path: '/visitors/statistics', group: 'nav.visitors', text: 'nav.visitors.statistics', icon: 'statistics', roles: VISIT_READERS },
  { path: '/admin/places', text: 'places.title', icon: 'counter', roles: ['dispatcher'] },
  { path: '/admin', text: 'nav.admin', icon: 'admin', roles: ['process-administrator'] },
  { path: '/audit', text: 'nav.audit', icon: 'audit', roles: ['auditor'] },
];

/** The places of whoever is logged in: what everybody has, then the desks of the roles. */
export const places = computed(() => {
  const mine = new Set(me.value?.roles.map(({ id }) => id));
  const leads = (me.value?.leads.length ?? 0) > 0;
  return PLACES.filter(({ path, roles, leaders }) => hasPage(path) && (!roles || (leaders && leads) || roles.some((role) => mine.has(role))));
});

/** A place as the address bar has it: what tells it from every other. */
export function addressOf({ path, query }: Place): string {
  return query ? `${path}?${new URLSearchParams(query)}` : path;
}

/** The one of `all` that the page at `route` belongs to: of several the nearest, so that a narrowed list does not mark the whole one too. */
export function placeOf(route: Pick<RouteLocationNormalizedLoaded, 'path' | 'query'>, all: readonly Place[]): Place | undefined {
  const near = ({ path, query = {} }: Place): number => path.length * 10 + Object.keys(query).length;
  return all.filter(({ path, query }) => query
    ? route.path === path && Object.entries(query).every(([name, value]) => route.query[name] === value)
    : route.path === path || (path !== '/' && route.path.startsWith(`${path}/`))).sort((a, b) => near(b) - near(a))[0];
}
