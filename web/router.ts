import { createRouter, createWebHistory } from 'vue-router';
import { adminRoutes } from './pages/admin/routes.ts';
import { ADMINISTRATOR, adminSections } from './pages/admin/sections.ts';
import { announcementRoutes } from './pages/announcements/routes.ts';
import { auditRoutes } from './pages/audit/routes.ts';
import { entryRoutes } from './pages/entry/routes.ts';
import { kioskRoutes } from './pages/kiosk/routes.ts';
import LoginPage from './pages/login/LoginPage.vue';
import { repairPlanRoutes } from './pages/repair-plans/routes.ts';
import { repairStatisticRoutes } from './pages/repair-statistics/routes.ts';
import { repairRoutes } from './pages/repairs/routes.ts';
import { startRoutes } from './pages/start/routes.ts';
import { statisticRoutes } from './pages/statistics/routes.ts';
import { supplyRoutes } from './pages/supply/routes.ts';
import { visitRoutes } from './pages/visit/routes.ts';
import { visitorRoutes } from './pages/visitors/routes.ts';
import { me, refreshMe } from './session.ts';
import { t } from './texts.ts';
import { toast } from './toasts.ts';

export const router = createRouter({
  history: createWebHistory(),
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
  routes: [
    { path: '/login', name: 'login', component: LoginPage },
    { path: '/', name: 'home', component: () => import('./pages/home/HomePage.vue') },
    { path: '/tasks', name: 'tasks', component: () => import('./pages/tasks/TasksPage.vue') },
    { path: '/processes', name: 'processes', component: () => import('./pages/processes/ProcessesPage.vue') },
    { path: '/processes/:id', name: 'process', component: () => import('./pages/processes/ProcessPage.vue'), props: true },
    { path: '/processes/:id/print', name: 'process-print', component: () => import('./pages/processes/PrintPage.vue') },
    { path: '/me', name: 'me', component: () => import('./pages/me/MePage.vue') },
    { path: '/me/password', name: 'password', component: () => import('./pages/me/PasswordPage.vue') },
    { path: '/demo/phones', name: 'phones', component: () => import('./pages/demo/PhonesPage.vue'), meta: { open: true } },
    { path: '/a/:token', name: 'ask', component: () => import('./pages/ask/AskPage.vue'), props: true, meta: { open: true } },
    ...announcementRoutes,
    ...startRoutes,
    ...supplyRoutes,
    ...statisticRoutes,
    ...repairRoutes,
    ...repairPlanRoutes,
    ...repairStatisticRoutes,
    ...visitorRoutes,
    ...visitRoutes,
    ...kioskRoutes,
    ...entryRoutes,
    ...adminRoutes,
    ...auditRoutes,
    { path: '/:rest(.*)*', name: 'nowhere', redirect: '/' },
  ],
});

/** Whether a page stands at `path`. */
export function hasPage(path: string): boolean {
  return router.resolve(path).name !== 'nowhere';
}

let asked = false;

router.beforeEach(async (to) => {
  // For people without an account, and a device that has none: nobody is asked for.
  if (to.meta.bare) return true;
  if (!asked) {
    // The page is on its way while the API says who is there.
    for (const { components } of to.matched) void load(components?.default);
    // Without an answer the login page is shown, where the next try says what is wrong.
    await refreshMe().catch(() => undefined);
    asked = true;
  }
  if (me.value?.mustChangePassword) return to.name === 'password' ? true : { name: 'password', query: { next: to.fullPath } };
  if (to.meta.open) return true;
  if (to.name === 'login') return me.value ? { name: 'home' } : true;
  if (!me.value) return { name: 'login', query: { next: to.fullPath } };
  if (mayEnter(to.path) && hasOneOf(to.meta.roles as readonly string[] | undefined)) return true;
  toast(t('app.not-yours'));
  return { name: 'home' };
});

/** The offices' pages; the API refuses what they ask for, whoever finds the address. */
const OFFICES: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(adminSections.map(({ path, roles = [] }) => [`/admin/${path}`, [ADMINISTRATOR, ...roles]])),
  '/admin': [ADMINISTRATOR],
  '/audit': ['auditor'],
};

function mayEnter(path: string): boolean {
  return hasOneOf(Object.entries(OFFICES).find(([place]) => path === place || path.startsWith(`${place}/`))?.[1]);
}

function hasOneOf(roles: readonly string[] | undefined): boolean {
  return roles === undefined || (me.value?.roles.some(({ id }) => roles.includes(id)) ?? false);
}

async function load(page: unknown): Promise<void> {
  // A page that cannot be loaded is told of when the router asks for it.
  if (typeof page === 'function') await Promise.resolve((page as () => unknown)()).catch(() => undefined);
}
