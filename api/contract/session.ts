import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

const named = z.object({ id: z.string(), name: z.string(), nameEn: z.string() });

/** The person who is logged in, as shown to that person. */
export const me = z.object({
  id: z.string(),
  username: z.string(),
  name: z.string(),
  title: z.string(),
  locale: z.enum(['zh-CN', 'en']),
  department: named,
  roles: z.array(named),
  leads: z.array(named),
});

export const sessionContract = {
  login: endpoint({
    method: 'post',
    path: '/login',
    access: 'public',
    summary: { zh: '登录', en: 'Log in' },
    body: z.strictObject({ username: z.string().min(1).max(100), password: z.string().min(1).max(200) }),
    response: z.object({ person: me }),
  }),
  logout: endpoint({ method: 'post', path: '/logout', access: 'session', summary: { zh: '退出登录', en: 'Log out' } }),
  me: endpoint({
    method: 'get',
    path: '/me',
    access: 'session',
    summary: { zh: '当前用户', en: 'Who I am' },
    response: me,
  }),
  changeMe: endpoint({
    method: 'patch',
    path: '/me',
    access: 'session',
    summary: { zh: '修改自己的语言', en: 'Changes one’s own language, on every device' },
    body: z.strictObject({ locale: z.enum(['zh-CN', 'en']) }),
    response: me,
  }),
};
