import type { Page } from 'playwright-core';

/** Asks the API as a demo account and answers the body. */
export type Ask = (who: string, path: string) => Promise<any>;

/** What pages are about, found among the cases that are there. */
export interface Things {
  readonly leaderTask: string;
  readonly directorTask: string;
  readonly handOverTask: string;
  readonly stampTask: string;
  readonly reviseTask: string;
  readonly evaluationTask: string;
  readonly running: string;
  readonly returned: string;
  readonly issued: string;
  readonly rejected: string;
  readonly stamped: string;
  readonly repaired: string;
  readonly plan: string;
  readonly item: string;
}

/** A page as somebody sees it. `who` is a demo account, or nobody. */
export interface TablePage {
  /** Also the name of its screenshot. */
  readonly name: string;
  readonly who: string | null;
  readonly path: (things: Things) => string;
  /** What is done there before it is looked at, such as opening a dialog. */
  readonly act?: (page: Page) => Promise<void>;
  /** Console lines that this page may cause: the refusal that it is about. */
  readonly allowed?: RegExp;
}

const press = (key: string) => async (page: Page): Promise<void> => {
  await page.locator('body').press(key);
};
const click = (zh: string, en: string) => async (page: Page): Promise<void> => {
  await page.getByRole('button', { name: new RegExp(`^(${zh}|${en})$`) }).first().click();
};

/**
 * Every page of the web app. A new page is a new line here: then it is looked at in both languages, at both widths, in light and dark, and
 * has its screenshot.
 */
export const pageTable: readonly TablePage[] = [
  { name: 'login', who: null, path: () => '/login' },
  { name: 'demo-phones', who: null, path: () => '/demo/phones' },
  { name: 'ask-visit', who: null, path: () => '/visit' },
  { name: 'ask-visit-errors', who: null, path: () => '/visit', act: click('下一步', 'Next') },
  { name: 'own-visit-unknown', who: null, path: () => '/v/abcdefghijklmnopqrstuvwx', allowed: /404/ },
  { name: 'entry-unknown', who: null, path: () => '/entry/nowhere?ticket=x', allowed: /404/ },
  { name: 'kiosk-enrol', who: null, path: () => '/kiosk', allowed: /401/ },

  { name: 'ask-gone', who: null, path: () => '/a/AAAAAAAAAAAAAAAAAAAAAA', allowed: /404/ },

  { name: 'home-requester', who: 'requester', path: () => '/' },
  { name: 'home-leader', who: 'leader', path: () => '/' },
  { name: 'home-storekeeper', who: 'storekeeper', path: () => '/' },
  { name: 'me', who: 'requester', path: () => '/me' },

  { name: 'inbox', who: 'leader', path: () => '/tasks' },
  { name: 'inbox-task', who: 'leader', path: ({ leaderTask }) => `/tasks?task=${leaderTask}` },
  { name: 'inbox-filter', who: 'leader', path: () => '/tasks?due=today&sort=created' },
  { name: 'inbox-nothing-found', who: 'leader', path: () => '/tasks?q=zzzzzz' },
  { name: 'inbox-keys', who: 'leader', path: () => '/tasks', act: press('?') },
  { name: 'inbox-refusal', who: 'leader', path: ({ leaderTask }) => `/tasks?task=${leaderTask}`, act: click('拒绝', 'Reject') },
  { name: 'inbox-return', who: 'leader', path: ({ leaderTask }) => `/tasks?task=${leaderTask}`, act: click('退回', 'Return') },
  { name: 'inbox-transfer', who: 'leader', path: ({ leaderTask }) => `/tasks?task=${leaderTask}`, act: click('转办', 'Transfer') },
  { name: 'inbox-done', who: 'leader', path: () => '/tasks?view=done' },
  { name: 'inbox-copied', who: 'director', path: () => '/tasks?view=copied' },
  { name: 'inbox-empty', who: 'auditor', path: () => '/tasks' },
  { name: 'inbox-director', who: 'director', path: ({ directorTask }) => `/tasks?task=${directorTask}` },
  { name: 'inbox-hand-over', who: 'storekeeper', path: ({ handOverTask }) => `/tasks?task=${handOverTask}` },
  { name: 'inbox-stamp', who: 'sealkeeper', path: ({ stampTask }) => `/tasks?task=${stampTask}` },
  { name: 'inbox-revise', who: 'requester', path: ({ reviseTask }) => `/tasks?task=${reviseTask}` },
  { name: 'inbox-evaluation', who: 'requester', path: ({ evaluationTask }) => `/tasks?task=${evaluationTask}` },

  { name: 'requests', who: 'requester', path: () => '/processes' },
  { name: 'requests-none', who: 'auditor', path: () => '/processes' },
  { name: 'process-running', who: 'requester', path: ({ running }) => `/processes/${running}` },
  { name: 'process-returned', who: 'requester', path: ({ returned }) => `/processes/${returned}` },
  { name: 'process-issued', who: 'requester', path: ({ issued }) => `/processes/${issued}` },
  { name: 'process-rejected', who: 'requester', path: ({ rejected }) => `/processes/${rejected}` },
  { name: 'process-withdraw', who: 'requester', path: ({ running }) => `/processes/${running}`, act: click('撤回', 'Withdraw') },
  { name: 'process-stamped', who: 'requester', path: ({ stamped }) => `/processes/${stamped}` },
  { name: 'process-photo', who: 'requester', path: ({ stamped }) => `/processes/${stamped}`, act: click('放大第 1 张照片', 'Enlarge photo 1') },
  { name: 'process-auditor', who: 'auditor', path: ({ issued }) => `/processes/${issued}` },
  { name: 'process-admin', who: 'admin', path: ({ running }) => `/processes/${running}` },
  { name: 'process-not-there', who: 'requester', path: () => '/processes/supply-requisition-none', allowed: /404/ },
  { name: 'print', who: 'storekeeper', path: ({ issued }) => `/processes/${issued}/print` },

  { name: 'print-stamped', who: 'sealkeeper', path: ({ stamped }) => `/processes/${stamped}/print` },

  { name: 'start', who: 'requester', path: () => '/start' },
  { name: 'start-form', who: 'requester', path: () => '/start/supply-requisition' },
  { name: 'start-form-drawn', who: 'requester', path: () => '/start/seal-use' },
  { name: 'start-drawn-errors', who: 'requester', path: () => '/start/seal-use', act: click('提交', 'Submit') },
  { name: 'start-errors', who: 'requester', path: () => '/start/supply-requisition', act: click('提交', 'Submit') },
  // After the errors: the copy is kept as a draft, which the form above would send.
  { name: 'start-copy', who: 'requester', path: ({ issued }) => `/start/supply-requisition?copy=${issued}` },

  { name: 'counter', who: 'storekeeper', path: () => '/supply/counter' },
  { name: 'counter-hand-over', who: 'storekeeper', path: ({ handOverTask }) => `/supply/counter?task=${handOverTask}` },
  { name: 'items', who: 'storekeeper', path: () => '/supply/items' },
  { name: 'items-low', who: 'storekeeper', path: () => '/supply/items?low=true' },
  { name: 'items-new', who: 'storekeeper', path: () => '/supply/items?item=new' },
  { name: 'items-fields', who: 'storekeeper', path: ({ item }) => `/supply/items?item=${item}&tab=fields` },
  { name: 'items-stock', who: 'storekeeper', path: ({ item }) => `/supply/items?item=${item}&tab=stock` },
  { name: 'items-ledger', who: 'storekeeper', path: ({ item }) => `/supply/items?item=${item}&tab=ledger` },
  { name: 'audit-cases', who: 'auditor', path: () => '/audit' },
  { name: 'audit-cases-filtered', who: 'auditor', path: () => '/audit?status=running&overdue=true&startedFrom=2026-01-01' },
  { name: 'audit-cases-none', who: 'auditor', path: () => '/audit?q=zzzzzz' },
  { name: 'audit-case', who: 'auditor', path: ({ returned }) => `/audit/processes/${returned}` },
  { name: 'audit-case-not-there', who: 'auditor', path: () => '/audit/processes/supply-requisition-none', allowed: /404/ },
  { name: 'audit-log', who: 'auditor', path: () => '/audit/events' },
  { name: 'audit-log-refused', who: 'auditor', path: () => '/audit/events?refused=true' },
  { name: 'admin-processes', who: 'admin', path: () => '/admin/processes' },

  { name: 'items-import', who: 'storekeeper', path: () => '/supply/items', act: click('导入 CSV', 'Import CSV') },

  { name: 'announcements', who: 'requester', path: () => '/announcements' },
  { name: 'announcement', who: 'requester', path: () => '/announcements/announcement-demo-stocktake' },
  { name: 'announcement-gone', who: 'requester', path: () => '/announcements/announcement-none', allowed: /404/ },
  { name: 'me-password', who: 'requester', path: () => '/me/password' },
  { name: 'admin-people', who: 'admin', path: () => '/admin/people' },
  { name: 'admin-people-none', who: 'admin', path: () => '/admin/people?q=zzzzzz' },
  { name: 'admin-person', who: 'admin', path: () => '/admin/people?person=person-yang-guang' },
  { name: 'admin-person-deactivate', who: 'admin', path: () => '/admin/people?person=person-yang-guang', act: click('停用', 'Deactivate') },
  { name: 'admin-person-new', who: 'admin', path: () => '/admin/people?person=new', act: click('新增', 'Add') },
  { name: 'admin-departments', who: 'admin', path: () => '/admin/departments' },
  { name: 'admin-department-new', who: 'admin', path: () => '/admin/departments', act: click('新增部门', 'New department') },
  { name: 'admin-roles', who: 'admin', path: () => '/admin/roles' },
  { name: 'admin-retention', who: 'admin', path: () => '/admin/retention' },
  { name: 'admin-announcements', who: 'admin', path: () => '/admin/announcements' },
  { name: 'admin-announcement-new', who: 'admin', path: () => '/admin/announcements', act: click('起草公告', 'Draft an announcement') },
  { name: 'admin-places', who: 'admin', path: () => '/admin/places' },
  { name: 'admin-place', who: 'admin', path: () => '/admin/places', act: click('修改综合楼', 'Edit Main Building') },
  { name: 'admin-places-import', who: 'admin', path: () => '/admin/places', act: click('导入', 'Import') },
  { name: 'admin-place-labels-none', who: 'admin', path: () => '/admin/places/labels' },
  { name: 'admin-operations', who: 'admin', path: () => '/admin/operations' },
  { name: 'admin-timeouts', who: 'admin', path: () => '/admin/timeouts' },
  { name: 'admin-policy', who: 'admin', path: () => '/admin/timeouts?policy=supply-requisition/department-leader' },
  { name: 'admin-calendar', who: 'admin', path: () => '/admin/calendar' },
  { name: 'stock-take', who: 'storekeeper', path: () => '/supply/stock-take' },

  { name: 'statistics', who: 'director', path: () => '/statistics' },
  { name: 'statistics-money', who: 'leader', path: () => '/statistics?measure=money&clock=elapsed' },
  { name: 'visitors', who: 'frontdesk', path: () => '/visitors' },
  { name: 'visitors-security', who: 'security', path: () => '/visitors?day=2026-01-05' },
  { name: 'visitors-walk-in', who: 'frontdesk', path: () => '/visitors', act: press('n') },
  {
    name: 'visitors-code', who: 'frontdesk', path: () => '/visitors',
    act: async (page) => {
      await page.locator('#visitors-scan').fill('123456');
      await page.locator('#visitors-scan').press('Enter');
    },
  },
  { name: 'visitors-blocked', who: 'frontdesk', path: () => '/visitors/blocked' },
  { name: 'visitors-block', who: 'frontdesk', path: () => '/visitors/blocked', act: click('列入黑名单', 'Add') },
  { name: 'visitors-evacuation', who: 'frontdesk', path: () => '/visitors/evacuation' },
  { name: 'visitors-kiosks', who: 'frontdesk', path: () => '/visitors/kiosks' },
  { name: 'visitors-kiosk-new', who: 'frontdesk', path: () => '/visitors/kiosks', act: click('登记自助机', 'Register a kiosk') },
  { name: 'visitors-export', who: 'frontdesk', path: () => '/visitors/export' },
  { name: 'visitors-pass-none', who: 'frontdesk', path: () => '/visitors/visit-none/pass', allowed: /404/ },
  { name: 'visitors-invite', who: 'requester', path: () => '/visitors/invite' },
  { name: 'visitors-invite-errors', who: 'requester', path: () => '/visitors/invite', act: click('邀请', 'Invite') },
  { name: 'visitors-register', who: 'requester', path: () => '/start/visitor-registration' },
  { name: 'visitors-approve', who: 'leader', path: () => '/tasks?type=visitor-registration' },
  { name: 'visitors-answer', who: 'requester', path: () => '/tasks?type=visit' },
  { name: 'visitors-records', who: 'requester', path: () => '/processes?type=visitor-registration' },
  { name: 'visitors-statistics', who: 'director', path: () => '/visitors/statistics' },
  { name: 'visitors-statistics-nothing', who: 'director', path: () => '/visitors/statistics?from=2001-01-01&until=2001-12-31' },
  { name: 'repairs-mine', who: 'repairer', path: () => '/repairs/mine' },
  { name: 'repairs-accept', who: 'repairer', path: () => '/repairs/mine?tab=offers', act: click('接单', 'Accept') },
  { name: 'repairs-decline', who: 'repairer', path: () => '/repairs/mine?tab=offers', act: click('谢绝', 'Decline') },
  { name: 'repairs-work', who: 'repairer', path: () => '/repairs/mine?tab=work' },
  { name: 'repairs-hold', who: 'repairer', path: () => '/repairs/mine?tab=work', act: click('挂起', 'Put on hold') },
  { name: 'repairs-complete', who: 'repairer', path: () => '/repairs/mine?tab=work', act: click('完工', 'Complete') },
  { name: 'repairs-history', who: 'repairer', path: () => '/repairs/mine?tab=history' },
  { name: 'repairs-board', who: 'service', path: () => '/repairs/board' },
  { name: 'repairs-by-hand', who: 'service', path: () => '/repairs/board', act: click('手工派单…', 'By hand…') },
  { name: 'repairs-board-none', who: 'director', path: () => '/repairs/board', act: async (page) => { await page.locator('#repairs-search').fill('zzzzzz'); } },
  { name: 'repairs-repairers', who: 'service', path: () => '/repairs/repairers' },
  { name: 'repairs-repairer', who: 'service', path: () => '/repairs/repairers?repairer=person-jin-zhiqiang' },
  { name: 'repairs-plans', who: 'service', path: () => '/repairs/plans' },
  { name: 'repairs-plan', who: 'service', path: ({ plan }) => `/repairs/plans?plan=${plan}` },
  { name: 'repairs-plan-new', who: 'service', path: () => '/repairs/plans?plan=new', act: click('保存', 'Save') },
  { name: 'repairs-plan-open', who: 'service', path: () => '/repairs/plans', act: async (page) => { await page.locator('[data-plan] .act button').first().click(); } },
  { name: 'repairs-statistics', who: 'director', path: () => '/repairs/statistics' },
  { name: 'repairs-statistics-floor', who: 'auditor', path: () => '/repairs/statistics', act: async (page) => { await page.locator('.floor').first().click(); } },
  { name: 'repairs-statistics-nothing', who: 'service', path: () => '/repairs/statistics?from=2001-01-01&until=2001-12-31' },
  { name: 'process-repaired', who: 'service', path: ({ repaired }) => `/processes/${repaired}` },
  { name: 'process-rate-again', who: 'requester', path: ({ repaired }) => `/processes/${repaired}`, act: click('再次评价', 'Rate again') },
  { name: 'home-repairer', who: 'repairer', path: () => '/' },
  { name: 'statistics-nothing', who: 'director', path: () => '/statistics?from=2001-01-01&to=2001-12-31' },
];

/** Looks for the things of the table; throws naming what there is no case of. */
export async function findThings(ask: Ask): Promise<Things> {
  const first = async (who: string, path: string): Promise<any> => {
    const found = (await ask(who, path)).items?.[0];
    if (!found) throw new Error(`${who} finds nothing at ${path}`);
    return found;
  };
  const revise = await first('requester', '/tasks?step=revise&limit=1');
  const mine = '/processes?view=mine&limit=1';
  return {
    leaderTask: (await first('leader', '/tasks?step=department-leader&limit=1')).id,
    directorTask: (await first('director', '/tasks?step=service-centre-director&limit=1')).id,
    handOverTask: (await first('storekeeper', '/tasks?step=hand-over&limit=1')).id,
    stampTask: (await first('sealkeeper', '/tasks?step=stamp&limit=1')).id,
    reviseTask: revise.id,
    evaluationTask: (await first('requester', '/tasks?step=evaluation&limit=1')).id,
    running: (await first('requester', `${mine}&status=running`)).id,
    returned: revise.processId,
    issued: (await first('requester', `${mine}&outcome=issued`)).id,
    rejected: (await first('requester', `${mine}&outcome=rejected`)).id,
    stamped: (await first('requester', `${mine}&outcome=stamped`)).id,
    plan: (await first('service', '/repairs/plans')).id,
    repaired: (await first('requester', `${mine}&outcome=repaired`)).id,
    item: (await first('storekeeper', '/supply/items?limit=1')).id,
  };
}
