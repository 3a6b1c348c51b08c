import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { chromium, type Browser, type Page } from 'playwright-core';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** HOUQIN_BROWSER, else a Chromium on the PATH. Throws with the remedy when there is none. */
function browserPath(): string {
  const given = process.env.HOUQIN_BROWSER;
  const found = given !== undefined ? [given] : (process.env.PATH ?? '').split(path.delimiter)
    .flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  const usable = found.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (usable !== undefined) return usable;
  throw new Error('The browser tests need Chromium: install it (apt-get install chromium fonts-wqy-zenhei),'
    + ' or set HOUQIN_BROWSER to its program.');
}

describe('The pages in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: Browser;
  let page: Page;
  let number: string;
  const complaints: string[] = [];

  before(async () => {
    const executablePath = browserPath();
    expect(existsSync(new URL('dist/index.html', import.meta.url)), 'web/dist: npm test builds it').to.equal(true);
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

    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
        '--disable-component-update', '--disable-sync',
      ],
    });
    page = await browser.newPage();
    page.setDefaultTimeout(10_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      // Being told to log in is an answer, which the browser reports all the same.
      if (message.type() === 'error' && !/401/.test(message.text())) complaints.push(message.text());
    });
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
    const row = page.getByRole('listitem').filter({ hasText: number });
    await row.waitFor();
    expect(await row.textContent()).to.match(/部门领导审批.*到期/);
    expect(new URL(page.url()).pathname).to.equal('/tasks');
  });

  it('speaks English on demand, on a phone too, with nothing cut off', async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('heading', { name: 'To do' }).waitFor();
    expect(await page.getByRole('listitem').filter({ hasText: number }).textContent()).to.contain('Department leader');
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(360);
  });

  it('shows the requester the request, after the leader has left', async () => {
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.getByRole('button', { name: /^Requester\s*requester$/ }).click();
    await page.getByRole('link', { name: 'My requests' }).click();
    const row = page.getByRole('listitem').filter({ hasText: number });
    await row.waitFor();
    expect(await row.textContent()).to.contain('In progress');
  });

  it('broke neither a script nor the content security policy on the way', () => {
    expect(complaints).to.deep.equal([]);
  });
});
