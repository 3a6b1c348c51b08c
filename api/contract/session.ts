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
  theme: z.enum(['auto', 'light', 'dark']),
  /** The password is an administrator's: nothing but changing it is answered. */
  mustChangePassword: z.boolean(),
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
  logout: endpoint({ method: 'post', path: '/logout', access: 'session', withOneTimePassword: true, summary: { zh: '退出登录', en: 'Log out' } }),
  me: endpoint({
    method: 'get',
    path: '/me',
    access: 'session',
    withOneTimePassword: true,
    summary: { zh: '当前用户', en: 'Who I am' },
    response: me,
  }),
  changeMe: endpoint({
    method: 'patch',
    path: '/me',
    access: 'session',
    withOneTimePassword: true,
    summary: { zh: '修改自己的语言或外观', en: 'Changes one’s own language or appearance, on every device' },
    body: z.strictObject({ locale: z.enum(['zh-CN', 'en']).optional(), theme: z.enum(['auto', 'light', 'dark']).optional() }),
    response: me,
  }),
  // Not idempotent: the key's hash of the request would be one of the passwords, too.
  changePassword: endpoint({
    method: 'post',
    path: '/me/password',
    access: 'session',
    withOneTimePassword: true,
    summary: { zh: '修改自己的密码；其他设备随即退出登录', en: 'Changes one’s own password; sessions on other devices end' },
    body: z.strictObject({ current: z.string().min(1).max(200), password: z.string().min(10, 'password.short').max(200) }),
    response: me,
  }),
};
