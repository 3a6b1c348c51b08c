import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { startProduct, type Product } from '../test/product.ts';
import { approve, decide, ended, makeItem, openTask, request, stockOf } from '../test/requisition.ts';
import { readWorkbook } from '../test/zip.ts';

describe('Statistics and stock-take in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: TestBrowser;
  let item: string;

  const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth');
  const tile = (page: Page, name: string) => page.locator('.tile').filter({ hasText: name });

  before(async () => {
    product = await startProduct();
    browser = await startBrowser();
    item = await makeItem(product, 50);
    // What the figures below are: three are handed over and rated, four wait at the counter.
    const first = await request(product, [{ itemId: item, quantity: 3 }]);
    await approve(product, first);
    await decide(product, first, 'hand-over', 'storekeeper', 'issued');
    await ended(product, first);
    await decide(product, first, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 5, speed: 4, service: 3 }, text: '笔很好写' } });
    const second = await request(product, [{ itemId: item, quantity: 4 }]);
    await approve(product, second);
    await openTask(product, second, 'hand-over');
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  describe('the director, in Chinese, at a desk', () => {
    let page: Page;
    before(async () => {
      page = await browser.page({ width: 1280 });
      await logInAt(page, product.url, 'director', '/');
      await page.getByRole('link', { name: '统计', exact: true }).click();
      await page.getByRole('heading', { level: 1, name: '领用统计' }).waitFor();
    });
    after(() => page.context().close());

    it('sees the figures first, and pictures with the same numbers as tables', async () => {
      expect(await tile(page, '发放件数').textContent()).to.contain('3');
      expect(await tile(page, '按现价').textContent()).to.contain('¥3.00');
      expect(await tile(page, '满意度').textContent()).to.contain('4.0 星');
      await page.locator('.drawing svg').first().waitFor();
      expect(await page.locator('.drawing svg').count()).to.be.at.least(6);
      const months = page.locator('figure').filter({ hasText: '按月' });
      expect(await months.locator('tbody tr').count()).to.be.at.least(1);
      await months.getByText('表', { exact: true }).click();
      expect(await months.locator('tbody tr').last().textContent()).to.contain('¥3.00');
      await page.getByText('笔很好写').waitFor();
      expect(await widthOf(page)).to.equal(1280);
    });

    it('filters by a click on a department, which the address keeps and Back takes off', async () => {
      const departments = page.locator('figure').filter({ hasText: '按部门' });
      await departments.getByText('表', { exact: true }).click();
      await departments.getByRole('button', { name: '营销部' }).click();
      await page.waitForURL(/department=dept-marketing/);
      await page.getByLabel('部门').first().waitFor();
      await page.goBack();
      await page.waitForURL((url) => !url.search.includes('department'));
    });

    it('filters by an item, and draws a period without anything on purpose', async () => {
      await page.getByLabel('物品').first().fill('A4 复印纸');
      await page.getByLabel('物品').first().press('Enter');
      await page.waitForURL(/item=item-paper-a4/);
      await page.getByText('这段时间没有申请，也没有发放').waitFor();
      await page.getByRole('button', { name: '清除条件' }).click();
      await page.waitForURL((url) => url.search === '');
      await tile(page, '发放件数').getByText('3', { exact: true }).waitFor();
    });

    it('downloads CSV and Excel with what the page shows', async () => {
      const save = async (name: string) => {
        const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name }).click()]);
        return { name: download.suggestedFilename(), file: await readFile(await download.path()) };
      };
      const csv = await save('导出 CSV');
      expect(csv.name).to.match(/^supply-\d{4}-01-01-\d{4}-\d\d-\d\d\.csv$/);
      expect(csv.file.toString('utf8')).to.match(/营销部,T-.*,3,1\.00,3\.00/);
      const { sheets } = readWorkbook((await save('导出 Excel')).file);
      expect(sheets.get('按部门')![1]).to.deep.equal(['营销部', 2, 7, 7, 0, 3, 3, 3]);
      expect(sheets.get('评价')!.flat()).to.include('笔很好写');
    });
  });

  it('is legible for a leader on a phone, in English and in the dark', async () => {
    const page = await browser.page({ width: 390, height: 844 });
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.addInitScript("localStorage.setItem('houqin.language', 'en')");
    await logInAt(page, product.url, 'leader', '/statistics?measure=money');
    await page.getByRole('heading', { level: 1, name: 'Supply statistics' }).waitFor();
    await page.locator('.drawing svg').first().waitFor();
    expect(await widthOf(page)).to.equal(390);
    expect(await page.getByLabel('Department').first().isDisabled(), 'one department to choose from').to.equal(true);
    // The text of the pictures is light where the page is dark.
    const fill = await page.locator('.drawing svg text').first().evaluate((text) => (text as unknown as { getAttribute(name: string): string }).getAttribute('fill'));
    expect(fill!.match(/\d+/g)!.map(Number).every((channel) => channel > 120), fill).to.equal(true);
    await page.context().close();
  });

  it('tells whoever may not see it who may', async () => {
    const page = await browser.page({ allowed: /403/ });
    await logInAt(page, product.url, 'requester', '/statistics');
    await page.getByText('您没有查看统计的权限').waitFor();
    expect(await page.getByRole('link', { name: '统计', exact: true }).count()).to.equal(0);
    await page.context().close();
  });

  it('lets the storekeeper count a category by keyboard, line by line, and says what differed and what was refused', async () => {
    const page = await browser.page({ allowed: /409|422/ });
    await logInAt(page, product.url, 'storekeeper', '/supply/items');
    const other = await makeItem(product, 10);
    await page.getByRole('link', { name: '盘点' }).click();
    await page.getByLabel('类别').selectOption('测试');
    await page.waitForURL(/category=/);
    const fields = page.locator('input.count');
    expect(await fields.count()).to.equal(2);
    const names = await Promise.all([0, 1].map((n) => fields.nth(n).getAttribute('aria-label')));
    const { code } = await product.db('item').where({ id: item }).first('code');
    const n = names.findIndex((name) => name!.includes(code));
    // Four are reserved of the first: two cannot be all that is there.
    await fields.nth(0).focus();
    for (const counted of n === 0 ? ['2', '9'] : ['9', '2']) {
      await page.keyboard.type(counted);
      await page.keyboard.press('Enter');
    }
    await page.getByRole('button', { name: '盘点 2 种' }).click();
    await page.getByText('已盘点 1 种：0 种相符，1 种有差额').waitFor();
    await page.getByText('1 种没有记入').waitFor();
    expect(await page.locator('tr.refused').textContent()).to.match(/预留 4/);
    expect((await stockOf(product, other)).onHand).to.equal(9);
    expect((await stockOf(product, item)).onHand).to.equal(47);
    await fields.nth(n).fill('47');
    await page.getByRole('button', { name: '盘点 1 种' }).click();
    await page.getByText('已盘点 1 种：1 种相符').waitFor();
    expect(await product.db('stock_movement').where({ kind: 'stock-take' }).whereIn('item_id', [item, other]).count()).to.deep.equal([{ count: 2 }]);
    await page.context().close();
  });

  it('has the count list on a phone, blind, without sideways scroll', async () => {
    const page = await browser.page({ width: 390, height: 844 });
    await logInAt(page, product.url, 'storekeeper', '/supply/stock-take?blind=true');
    await page.locator('input.count').first().waitFor();
    expect(await page.locator('.book').count()).to.equal(0);
    expect(await widthOf(page)).to.equal(390);
    await page.goto(`${product.url}/supply/items`);
    await page.getByRole('button', { name: /种低于最低库存/ }).click();
    await page.getByText(/缺 \d+/).first().waitFor();
    expect(await widthOf(page)).to.equal(390);
    await page.context().close();
  });

  it('breaks neither a script nor the content security policy on the way', () => {
    expect(browser.complaints).to.deep.equal([]);
  });
});
