import { computed, ref } from 'vue';

export type Language = 'zh-CN' | 'en';

/**
 * Every text of the pages, in both languages. `{name}` stands for what the page fills in.
 * A table of our own: the current vue-i18n needs Node 22, and here the compiler knows every key.
 */
export const texts = {
  'app.title': { zh: '智慧后勤', en: 'Houqin' },
  'app.language': { zh: 'English', en: '中文' },
  'app.logout': { zh: '退出', en: 'Log out' },
  'app.menu': { zh: '主菜单', en: 'Main menu' },
  'login.title': { zh: '登录', en: 'Log in' },
  'login.username': { zh: '用户名', en: 'User name' },
  'login.password': { zh: '密码', en: 'Password' },
  'login.submit': { zh: '登录', en: 'Log in' },
  'login.demo': { zh: '演示账号', en: 'Demo accounts' },
  'login.demo.hint': { zh: '点击即可登录，密码均为 houqin-demo', en: 'Click to log in; the password is houqin-demo' },
  'role.requester': { zh: '申请人', en: 'Requester' },
  'role.leader': { zh: '部门领导', en: 'Department leader' },
  'role.director': { zh: '综合服务中心主任', en: 'Service-centre director' },
  'role.storekeeper': { zh: '仓库管理员', en: 'Storekeeper' },
  'role.admin': { zh: '流程管理员', en: 'Process administrator' },
  'role.auditor': { zh: '审计员', en: 'Auditor' },
  'role.requester2': { zh: '申请人（另一部门）', en: 'Requester (another department)' },
  'role.leader2': { zh: '部门领导（另一部门）', en: 'Leader (another department)' },
  'tasks.title': { zh: '待办', en: 'To do' },
  'tasks.empty': { zh: '没有待办事项', en: 'Nothing to do' },
  'tasks.total': { zh: '共 {total} 项', en: '{total} in all' },
  'processes.title': { zh: '我的申请', en: 'My requests' },
  'processes.empty': { zh: '还没有申请', en: 'No requests yet' },
  'list.refresh': { zh: '刷新', en: 'Refresh' },
  'list.more': { zh: '更多', en: 'More' },
  'status.running': { zh: '办理中', en: 'In progress' },
  'due.none': { zh: '无期限', en: 'No deadline' },
  'due.in': { zh: '{time}到期', en: 'due {time}' },
  'due.overdue': { zh: '已逾期（{time}）', en: 'overdue ({time})' },
  'error.network': { zh: '连接不上服务器，请稍后再试', en: 'The server cannot be reached; please try again' },
  'error.unknown': { zh: '出了点问题，请稍后再试', en: 'Something went wrong; please try again' },
} as const satisfies Record<string, { zh: string; en: string }>;

export type TextKey = keyof typeof texts;

const STORED = 'houqin.language';

/** The language of the page: Chinese unless the person chose English before. */
export const language = ref<Language>(localStorage.getItem(STORED) === 'en' ? 'en' : 'zh-CN');

/** `zh` or `en`: the key of a text in a process's contract. */
export const textKey = computed(() => language.value === 'en' ? 'en' : 'zh');

/** Changes the language and remembers it in this browser. */
export function useLanguage(chosen: Language): void {
  language.value = chosen;
  localStorage.setItem(STORED, chosen);
  document.documentElement.lang = chosen;
}

/** The text of `key` in the page's language, `{name}` filled in from `values`. */
export function t(key: TextKey, values: Record<string, string | number> = {}): string {
  return texts[key][textKey.value].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
