import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';

describe('The pages in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: TestBrowser;
  let page: Page;
  let number: string;

  before(async () => {
    product = await startProduct();
    const requester = await product.as('requester');
    const items = await requester.get('/supply/items?limit=1');
    expect(items.status, JSON.stringify(items.body)).to.equal(200);
    const [item] = items.body.items;
    const started = await requester.post('/processes', {
      type: 'supply-requisition',
      form: { purpose: '浏览器测试', lines: [{ itemId: item.id, quantity: 1 }] },
    });
    expect(started.status, JSON.stringify(started.body)).to.equal(201);
    ({ number } = started.body);
    const leader = await product.as('leader');
    await eventually('the task of the leader', async () => (await leader.get('/tasks')).body.total > 0);

    browser = await startBrowser(product);
    page = await browser.page();
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  it('sends a stranger to the login page, and says in words that a password is wrong', async () => {
    await page.goto(`${product.url}/tasks`);
    await page.getByLabel('用户名').fill('leader');
    await page.getByLabel('密码').fill('wrong-password');
    await page.getByRole('button', { name: '登录', exact: true }).click();
    expect(await page.getByRole('alert').textContent()).to.match(/密码/);
    expect(new URL(page.url()).pathname).to.equal('/login');
  });

  it('logs a demo account in with one click and shows what is to be done', async () => {
    await page.getByRole('button', { name: /部门领导\s*leader$/ }).click();
    const row = page.locator('button.row').filter({ hasText: /王薇 申请/ });
    await row.waitFor();
    expect(await row.textContent()).to.match(/部门领导审批.*剩/);
    await page.getByRole('link', { name: number }).waitFor();
    expect(new URL(page.url()).pathname).to.equal('/tasks');
  });

  it('speaks English on demand, on a phone too, with nothing cut off', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(`${product.url}/me`);
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('link', { name: /^To do/ }).click();
    await page.getByRole('heading', { name: 'To do' }).waitFor();
    const row = page.locator('button.row').filter({ hasText: 'asks for' });
    await row.waitFor();
    expect(await row.textContent()).to.contain('Department leader');
    await row.click();
    await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });

  it('shows the requester the request, in the requester’s own language, after the leader has left', async () => {
    await page.goto(`${product.url}/me`);
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: /^Requester\s*requester$/ }).click();
    await page.getByRole('link', { name: '我的', exact: true }).click();
    await page.getByRole('link', { name: '我的申请' }).click();
    const row = page.getByRole('listitem').filter({ hasText: number });
    await row.waitFor();
    expect(await row.textContent()).to.contain('办理中');
  });

  it('broke neither a script nor the content security policy on the way', () => {
    expect(browser.allComplaints()).to.deep.equal([]);
  });
});
