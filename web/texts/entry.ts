import type { TextTable } from './table.ts';

/** Texts of entering from another app. */
export const entryTexts = {
  'entry.title': { zh: '正在进入', en: 'Entering' },
  'entry.busy': { zh: '正在核对您的身份…', en: 'Looking who you are…' },
  'entry.failed': { zh: '未能进入', en: 'Not let in' },
  'entry.none': { zh: '没有进入凭证，或已经用过。', en: 'There is no ticket, or it was used.' },
  'entry.unknown': { zh: '本系统没有接通这个应用，请联系管理员。', en: 'No such app is connected here: ask an administrator.' },
  'entry.back': { zh: '请回到“{app}”，重新打开后勤服务。', en: 'Go back to {app} and open this service again.' },
  'entry.login': { zh: '用密码登录', en: 'Log in with a password' },
  'entry.visit': { zh: '申请来访', en: 'Ask to visit' },
  'entry.known': { zh: '由您的应用提供，不需要短信验证码。', en: 'Known from your app: no code by SMS is needed.' },
} as const satisfies TextTable;
