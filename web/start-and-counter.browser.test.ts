import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { approve, ended, openTask, request, stockOf } from '../test/requisition.ts';

describe('A requester and a storekeeper in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: TestBrowser;

  before(async () => {
    product = await startProduct();
    browser = await startBrowser(product);
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });
  afterEach(() => {
    expect(browser.allComplaints(), 'errors in the console, breaches of the content security policy among them').to.deep.equal([]);
  });

  async function open(username: string, path: string, size: { width: number; height?: number }): Promise<Page> {
    const page = await browser.page({ ...size, allowed: /status of 4\d\d/ });
    await logInAt(page, product.url, username, path);
    return page;
  }

  describe('starting a requisition at a desk', () => {
    let page: Page;

    before(async () => {
      page = await open('requester', '/start', { width: 1280 });
    });
    after(() => page?.context().close());

    it('goes from the catalogue to the form, where pinyin initials find an item', async () => {
      await page.getByRole('link', { name: /办公物品领用/ }).click();
      await page.getByLabel('搜索物品').fill('blt');
      await page.getByRole('button', { name: '添加便利贴' }).click();
      await page.getByLabel('搜索物品').fill('A4 复印');
      await page.keyboard.press('Enter');
      const lines = page.getByRole('list', { name: '已选物品' });
      await lines.getByText('A4 复印纸').waitFor();
      await lines.getByLabel('便利贴的数量').fill('3');
      expect(await lines.textContent()).to.match(/共 4 件.*合计 ¥\d+\.\d\d/);
    });

    it('says beside each field what is wrong with it, and what happens when there is not enough', async () => {
      await page.getByLabel('便利贴的数量').last().fill('0');
      await page.getByRole('button', { name: '提交' }).click();
      const purpose = page.getByLabel('用途');
      await page.locator('#requisition-purpose-error').filter({ hasText: '请填写。' }).waitFor();
      await eventually('the first wrong field', () => purpose.evaluate((field) => field === document.activeElement));
      const line = page.getByRole('list', { name: '已选物品' }).getByRole('listitem').filter({ hasText: '便利贴' });
      expect(await line.locator('.hq-error').textContent()).to.equal('至少 1。');
      await line.getByLabel('便利贴的数量').fill('9000');
      await line.getByText(/可用 \d+，多出 \d+/).waitFor();
      expect(await line.locator('.hq-error').count()).to.equal(0);
    });

    it('keeps the draft over a reload', async () => {
      await page.getByLabel('便利贴的数量').last().fill('2');
      await page.getByLabel('用途').fill('浏览器里的申请');
      await page.getByText('草稿已保存').waitFor();
      await eventually('the draft', () => page.evaluate(() => Object.values({ ...localStorage }).some((each) => each.includes('浏览器里的申请'))));
      await page.reload();
      await page.getByText(/已恢复.*的草稿/).waitFor();
      expect(await page.getByLabel('用途').inputValue()).to.equal('浏览器里的申请');
      expect(await page.getByLabel('便利贴的数量').last().inputValue()).to.equal('2');
    });

    it('is sent once, however often one clicks, and then stands there with its number', async () => {
      await page.getByRole('button', { name: '提交' }).dblclick();
      await page.waitForURL(/\/processes\/supply-requisition-/);
      await page.getByText(/LY\d{6}-\d{4}/).first().waitFor();
      const { body } = await (await product.as('requester')).get('/processes?view=mine');
      expect(body.items.map(({ title }: { title: string }) => title)).to.deep.equal(['便利贴 ×2 等 2 项']);
    });

    it('can be copied into a new one', async () => {
      const id = new URL(page.url()).pathname.split('/').at(-1);
      await page.goto(`${product.url}/start/supply-requisition?copy=${id}`);
      await page.getByText(/已照 LY\d{6}-\d{4} 填好/).waitFor();
      expect(await page.getByLabel('用途').inputValue()).to.equal('浏览器里的申请');
    });
  });

  describe('handing over at the counter, on a phone', () => {
    let page: Page;
    let processId: string;
    let number: string;

    before(async () => {
      processId = await request(product, [{ itemId: 'item-sticky-notes', quantity: 4 }]);
      await approve(product, processId);
      await openTask(product, processId, 'hand-over');
      ({ body: { number } } = await (await product.as('storekeeper')).get(`/processes/${processId}`));
      page = await open('storekeeper', '/supply/counter', { width: 390, height: 844 });
    });
    after(() => page?.context().close());

    it('is where the inbox leads: goods go out there alone, with a receiver and a count', async () => {
      const task = await openTask(product, processId, 'hand-over');
      await page.goto(`${product.url}/tasks?task=${task}`);
      const link = page.getByRole('link', { name: '去柜台发放' });
      await link.waitFor();
      expect(await page.getByRole('button', { name: '发放', exact: true }).count()).to.equal(0);
      await page.getByRole('button', { name: '无法发放', exact: true }).click();
      await page.getByLabel('无法发放的原因').waitFor();
      await page.getByRole('button', { name: '取消' }).click();
      await link.click();
      await page.getByRole('button', { name: /^发放 \d+ 件/ }).waitFor();
      expect((await product.db('task').where({ id: task }).first('state')).state).to.equal('open');
      await page.goto(`${product.url}/supply/counter`);
    });

    it('waits for a scan, and opens the request however its number is written', async () => {
      await page.getByText('等待领取').waitFor();
      await eventually('the number field is ready', () => page.evaluate(() => document.activeElement?.id === 'counter-number'));
      await page.keyboard.type(number.replace('-', '').toLowerCase());
      await page.keyboard.press('Enter');
      await page.getByRole('article', { name: number }).getByText('便利贴').waitFor();
      expect(await page.getByLabel('领用人').inputValue()).not.to.equal('');
    });

    it('issues part with one key, says so, and is ready for the next', async () => {
      const before = await stockOf(product, 'item-sticky-notes');
      await page.getByRole('button', { name: '便利贴减一' }).click();
      expect(await page.getByRole('button', { name: '便利贴加一' }).isEnabled()).to.equal(true);
      await page.getByText('不再发放，释放库存').click();
      await page.keyboard.press('F9');
      await page.getByText(`已发放 ${number}`).waitFor();
      await eventually('the number field is ready', () => page.evaluate(() => document.activeElement?.id === 'counter-number'));
      expect((await ended(product, processId)).outcome).to.equal('partly-issued');
      expect(await stockOf(product, 'item-sticky-notes')).to.include({ onHand: before.onHand - 3, reserved: before.reserved - 4 });
    });

    it('says of a request that was issued before that it was', async () => {
      await page.keyboard.type(number);
      await page.keyboard.press('Enter');
      await page.getByText(`${number} 已发放过`).waitFor();
      expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    });

    it('prints it with what was asked, approved and issued', async () => {
      await page.goto(`${product.url}/processes/${processId}/print`);
      await page.getByRole('heading', { name: '物品领用申请单' }).waitFor();
      expect(await page.getByRole('row', { name: /便利贴/ }).textContent()).to.match(/443/);
      expect(await page.getByRole('row', { name: /柜台发放/ }).textContent()).to.contain('杨光');
      await page.emulateMedia({ media: 'print' });
      expect(await page.getByRole('button', { name: '打印' }).isVisible()).to.equal(false);
    });
  });

  describe('keeping a thousand items', () => {
    let page: Page;
    const csv = (price: string) => ['编码,名称,类别,单位,单价（元）,在库',
      ...Array.from({ length: 1_000 }, (_, i) => `Z-${String(i).padStart(4, '0')},很多物品之${i},测试,个,${i === 7 ? price : '1.00'},5`)].join('\n');

    before(async () => {
      page = await open('storekeeper', '/supply/items', { width: 1280 });
    });
    after(() => page?.context().close());

    it('names the line and column of an import that are wrong, and imports when all is right', async () => {
      await page.getByRole('button', { name: '导入 CSV' }).click();
      const file = (price: string) => ({ name: '物品.csv', mimeType: 'text/csv', buffer: Buffer.from(csv(price)) });
      await page.locator('input[type=file]').setInputFiles(file('一块钱'));
      await page.getByText(/^第 9 行 · 单价（元）：.*12\.50/).waitFor();
      await page.locator('input[type=file]').setInputFiles(file('1.00'));
      await page.getByText('新增 1000，更新 0，不变 0').waitFor();
      await page.getByRole('button', { name: '导入', exact: true }).click();
      await page.getByText('已导入：新增 1000').waitFor();
    });

    it('scrolls through all of them, page by page', async () => {
      await page.getByLabel('类别').selectOption('测试');
      await page.getByText('共 1000 种').waitFor();
      await eventually('the last row', async () => {
        await page.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
        return page.getByRole('button', { name: '很多物品之999', exact: true }).isVisible();
      });
    });

    it('takes stock, and enters the difference in the ledger', async () => {
      await page.getByLabel('搜索物品').fill('Z-0042');
      await page.getByRole('button', { name: '很多物品之42', exact: true }).click();
      await page.getByLabel('实盘数量').fill('3');
      await page.getByText('与账面相差 -2').waitFor();
      await page.getByRole('button', { name: '盘点', exact: true }).click();
      await page.getByText('已盘点：差额 -2，现在库 3').waitFor();
      await page.getByRole('tab', { name: '台账' }).click();
      expect(await page.getByRole('row', { name: /盘点/ }).textContent()).to.match(/杨光.*-2.*3/);
    });

    it('leaves each of them to be found and asked for, also beyond those that a form loads at first', async () => {
      await page.goto(`${product.url}/start/supply-requisition`);
      await page.getByLabel('搜索物品').fill('Z-0999');
      await page.getByRole('button', { name: '添加很多物品之999' }).click();
      await page.getByLabel('用途').fill('找得到');
      await page.getByRole('button', { name: '提交' }).click();
      await page.waitForURL(/\/processes\/supply-requisition-/);
    });
  });
});
