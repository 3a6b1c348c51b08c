import { createRouter, createWebHistory } from 'vue-router';
import LoginPage from './pages/login/LoginPage.vue';
import { me, refreshMe } from './session.ts';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/login', name: 'login', component: LoginPage },
    { path: '/tasks', name: 'tasks', component: () => import('./pages/tasks/TasksPage.vue') },
    { path: '/processes', name: 'processes', component: () => import('./pages/processes/ProcessesPage.vue') },
    { path: '/:rest(.*)*', redirect: '/tasks' },
  ],
});

let asked = false;

router.beforeEach(async (to) => {
  if (!asked) {
    // Without an answer the login page is shown, where the next try says what is wrong.
    await refreshMe().catch(() => undefined);
    asked = true;
  }
  if (to.name === 'login') return me.value ? { name: 'tasks' } : true;
  return me.value ? true : { name: 'login', query: { next: to.fullPath } };
});
