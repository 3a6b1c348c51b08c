import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, ended, makeItem, openTask, request } from '../test/requisition.ts';

describe('The auditor’s day in a real browser', function () {
  this.timeout(90_000);
  let product: Product;
  let browser: TestBrowser;
  let rejected: string;
  let number: string;

  before(async () => {
    product = await startProduct();
    browser = await startBrowser(product);
    const item = await makeItem(product, 50);
    rejected = await request(product, [{ itemId: item, quantity: 2 }]);
    for (const quantity of [3, 4]) await openTask(product, await request(product, [{ itemId: item, quantity }]), 'department-leader');
    await openTask(product, await request(product, [{ itemId: item, quantity: 5 }], { username: 'requester2' }), 'department-leader');
    const task = await openTask(product, rejected, 'department-leader');
    // Somebody whose business it is not, and the requester oneself.
    expect((await (await product.as('requester')).post(`/tasks/${task}/decision`, { outcome: 'approved' })).status).to.equal(403);
    await decide(product, rejected, 'department-leader', 'leader', 'rejected', { comment: '本月预算已用完' });
    number = (await ended(product, rejected)).number;
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  const rows = (page: Page) => page.getByRole('table').getByRole('row').filter({ has: page.getByRole('link') });
  const width = (page: Page) => page.evaluate('document.documentElement.scrollWidth');
  /** The policy on scripts lets no page evaluate a condition, so it is asked from outside. */
  const until = (page: Page, count: number) => eventually(`${count} cases`, async () => await rows(page).count() === count, 10);

  describe('in Chinese, at a desk', () => {
    let page: Page;
    before(async () => { page = await browser.page(); });

    it('finds cases by several filters, which the address keeps over a reload', async () => {
      await logInAt(page, product.url, 'auditor', '/');
      await page.getByRole('link', { name: '审计' }).first().click();
      await page.getByRole('heading', { name: '流程查询' }).waitFor();
      await until(page, 4);
      await page.getByLabel('状态').selectOption({ label: '办理中' });
      await until(page, 3);
      await page.getByRole('button', { name: '更多条件' }).click();
      await page.getByRole('combobox', { name: '申请人', exact: true }).fill('王薇');
      await page.getByRole('option', { name: /王薇/ }).click();
      await until(page, 2);
      await page.getByRole('searchbox', { name: '单号、标题、申请人' }).fill('×3');
      await until(page, 1);
      const { searchParams } = new URL(page.url());
      expect(Object.fromEntries(searchParams)).to.eql({ q: '×3', status: 'running', requester: 'person-wang-wei' });
      await page.reload();
      await until(page, 1);
      expect(await page.getByLabel('状态').inputValue()).to.equal('running');
      await page.getByRole('button', { name: '移除 王薇' }).waitFor();
      expect(await rows(page).textContent()).to.match(/×3.*王薇.*办理中.*部门领导审批.*剩/s);
      await page.getByRole('button', { name: '清除条件' }).click();
      await page.getByRole('searchbox', { name: '单号、标题、申请人' }).fill('');
      await until(page, 4);
    });

    it('exports what is listed', async () => {
      await page.getByLabel('状态').selectOption({ label: '已拒绝' });
      await until(page, 1);
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '导出 CSV' }).click()]);
      const csv = await readFile((await download.path())!, 'utf8');
      expect(csv.trim().split('\r\n')).to.have.length(2);
      expect(csv).to.contain(number);
    });

    it('reads a case with a refused attempt of somebody, in words', async () => {
      await rows(page).getByRole('link').click();
      await page.waitForURL((address) => address.pathname === `/audit/processes/${rejected}`);
      const refused = page.locator('.events li').filter({ hasText: '被拒绝' }).first();
      await refused.waitFor();
      expect(await refused.textContent()).to.match(/王薇.*尝试“.*\p{Script=Han}.*”.*被拒绝：.*\p{Script=Han}/su);
      await page.getByRole('button', { name: /^时钟|^系统/ }).first().click();
      await refused.waitFor({ state: 'detached' });
      await page.getByRole('button', { name: /^被拒绝 1/ }).click();
      expect(await page.locator('.events li').count()).to.equal(1);
      await page.getByRole('group', { name: '按谁' }).getByRole('button', { name: '全部' }).click();
      expect(await page.getByText('按超时策略第 1 版、工作日历第 1 版').count()).to.be.above(0);
      expect(await page.locator('code').first().textContent()).to.match(/^[0-9a-f]{64}$/);
    });

    it('downloads the history, replays it against the running build and reads what that found', async () => {
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载历史' }).click()]);
      expect(download.suggestedFilename()).to.equal(`${number}.json`);
      const history = JSON.parse(await readFile((await download.path())!, 'utf8'));
      expect(history.events[0]).to.have.property('workflowExecutionStartedEventAttributes');
      await page.getByRole('button', { name: '重放', exact: true }).click();
      await page.getByText('重放一致').waitFor({ timeout: 30_000 });
      await page.getByText(`历史中的 ${history.events.length} 个事件全部重放`).waitFor();
      await page.getByText(/重放所用版本 0\.\d+\.\d+，工作流校验值 [0-9a-f]{16}/).waitFor();
      await page.locator('.events li').filter({ hasText: '重放了流程历史' }).waitFor();
    });

    it('reads in the operations log who logged in and what was refused, and goes from there to the case', async () => {
      await page.goto(`${product.url}/audit/events`);
      await page.locator('.events li').filter({ hasText: '登录' }).first().waitFor();
      await page.getByLabel('只看被拒绝的').check();
      const refused = page.locator('.events li').filter({ hasText: number });
      await eventually('refused ones only', async () => await page.locator('.events li:not(.refused)').count() === 0);
      await refused.waitFor();
      expect(new URL(page.url()).search).to.equal('?refused=true');
      await refused.getByRole('link', { name: number }).click();
      await page.getByText('全部审计记录').waitFor();
      expect(await width(page)).to.equal(1280);
      await page.context().close();
    });
  });

  describe('in English, on a phone', () => {
    let page: Page;
    before(async () => { page = await browser.page({ width: 390, height: 844 }); });

    it('searches, reads and replays a case without scrolling sideways', async () => {
      await page.goto(product.url);
      await page.getByRole('button', { name: 'English' }).click();
      await logInAt(page, product.url, 'auditor', '/audit');
      await page.getByRole('heading', { name: 'Cases' }).waitFor();
      await until(page, 4);
      expect(await width(page)).to.equal(390);
      await page.getByRole('button', { name: 'Filters' }).click();
      await page.getByLabel('Status').selectOption({ label: 'Rejected' });
      await until(page, 1);
      await rows(page).getByRole('link').click();
      await page.getByText('Every audit event').waitFor();
      await page.locator('.events li').filter({ hasText: 'Refused:' }).first().waitFor();
      await page.getByRole('button', { name: 'Replay', exact: true }).click();
      await page.getByText('The replay is the same').waitFor({ timeout: 30_000 });
      expect(await width(page)).to.equal(390);
      await page.goto(`${product.url}/audit/events`);
      await page.locator('.events li').filter({ hasText: 'logged in' }).first().waitFor();
      expect(await width(page)).to.equal(390);
      expect(await page.locator('main').textContent()).to.not.match(/[{}]|undefined|\bnull\b/);
      await page.context().close();
    });

    it('gives the administrator the same list, where a case opens as the administrator’s', async () => {
      const admin = await browser.page();
      await logInAt(admin, product.url, 'admin', '/admin/processes');
      await admin.getByRole('heading', { name: '全部流程' }).waitFor();
      await until(admin, 4);
      await rows(admin).first().getByRole('link').click();
      await admin.waitForURL(/\/processes\/supply-requisition-/);
      expect(new URL(admin.url()).pathname).to.match(/^\/processes\//);
      await admin.context().close();
    });
  });

  it('breaks neither a script nor the content security policy on the way', () => {
    expect(browser.allComplaints()).to.deep.equal([]);
  });
});
