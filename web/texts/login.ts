import type { TextTable } from './table.ts';

export const loginTexts = {
  'login.title': { zh: '登录', en: 'Log in' },
  'login.username': { zh: '用户名', en: 'User name' },
  'login.password': { zh: '密码', en: 'Password' },
  'login.submit': { zh: '登录', en: 'Log in' },
  'login.demo': { zh: '演示账号', en: 'Demo accounts' },
  'login.demo.phones': { zh: '演示手机：收到的短信', en: 'The demo’s phones and what they received' },
  'login.demo.hint': { zh: '点击即可登录，密码均为 houqin-demo', en: 'Click to log in; the password is houqin-demo' },
  'login.again': { zh: '登录已过期', en: 'Your session has ended' },
  'login.again.hint': {
    zh: '请重新登录；已填写的内容都还在，登录后会继续刚才的操作。',
    en: 'Log in again: what you typed is still here, and what you were doing goes on.',
  },
  'login.again.leave': { zh: '放弃并退出', en: 'Give up and leave' },
  'role.requester': { zh: '申请人', en: 'Requester' },
  'role.leader': { zh: '部门领导', en: 'Department leader' },
  'role.director': { zh: '综合服务中心主任', en: 'Service-centre director' },
  'role.storekeeper': { zh: '仓库管理员', en: 'Storekeeper' },
  'role.sealkeeper': { zh: '印章管理员', en: 'Seal keeper' },
  'role.frontdesk': { zh: '访客前台', en: 'Front desk' },
  'role.security': { zh: '门岗保卫', en: 'Security' },
  'role.admin': { zh: '流程管理员', en: 'Process administrator' },
  'role.auditor': { zh: '审计员', en: 'Auditor' },
  'role.requester2': { zh: '申请人（另一部门）', en: 'Requester (another department)' },
  'role.leader2': { zh: '部门领导（另一部门）', en: 'Leader (another department)' },
} as const satisfies TextTable;
