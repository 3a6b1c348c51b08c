import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { pdfPages } from '../test/pdf-text.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, ended, makeItem, openTask, process, request } from '../test/requisition.ts';

describe('The process page and the printed form in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: TestBrowser;
  let page: Page;
  let id: string;
  let items: string[];

  const open = async (username: string, path: string, size: { width: number; height?: number }) => {
    // A connection that a test cuts is told of in the console.
    const opened = await browser.page({ ...size, allowed: /status of 4\d\d|ERR_(CONNECTION|INCOMPLETE|EMPTY|SOCKET|NETWORK)/ });
    await logInAt(opened, product.url, username, path);
    return opened;
  };
  const rail = (on: Page, step: string) => on.getByRole('list', { name: '进度' }).getByRole('listitem').filter({ hasText: step });

  before(async () => {
    product = await startProduct();
    browser = await startBrowser();
    items = [await makeItem(product, 3), await makeItem(product, 100)];
    id = await request(product, [{ itemId: items[0]!, quantity: 5 }, { itemId: items[1]!, quantity: 4, note: '要蓝色的' }]);
    await openTask(product, id, 'department-leader');
    page = await open('requester', `/processes/${id}`, { width: 1280 });
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });
  afterEach(() => {
    expect(browser.complaints, 'errors in the console, breaches of the content security policy among them').to.deep.equal([]);
  });

  it('shows who has it, by when, and when each planned step is expected', async () => {
    await page.getByText('营销部领导（陈建华）').first().waitFor();
    expect(await rail(page, '综合服务中心主任审批').textContent()).to.match(/预计 .+ 前/);
    expect(await rail(page, '柜台发放').textContent()).to.match(/预计 .+ 前/);
    await page.getByText('期限与依据').click();
    await page.getByText('超时策略第 1 版 · 工作日历第 1 版').waitFor();
    expect(await page.getByRole('table').textContent()).to.contain('¥9.00');
  });

  it('tells the requester of each step as it happens, without a look from the page itself', async () => {
    await decide(product, id, 'department-leader', 'leader', 'approved', { comment: '确有需要' });
    await rail(page, '部门领导审批').getByText('同意 · 陈建华').waitFor({ timeout: 5_000 });
    await page.getByText('确有需要').waitFor();
    await openTask(product, id, 'service-centre-director');
    const line = { itemId: items[1], quantity: 2, reason: '先发一半' };
    await decide(product, id, 'service-centre-director', 'director', 'approved', { data: { lines: [line] } });
    await rail(page, '柜台发放').getByText('仓库管理员（杨光）').waitFor({ timeout: 5_000 });
    await page.getByText('减少原因：先发一半').waitFor();
    await page.getByText('缺 2').first().waitFor();
    await page.getByText(/减为 2（先发一半）/).waitFor();
    await page.getByText(/未办理：逾期未领/).waitFor();
  });

  it('is right again after the API was away, whatever happened meanwhile', async () => {
    const comment = '断线时的留言';
    await product.restartApi(async () => {
      await product.db.transaction(async (trx) => {
        const [{ id: commentId }] = await trx('comment').insert({ process_id: id, author_id: 'person-chen-jianhua', text: comment }, ['id']);
        await trx('audit_event').insert({
          actor_kind: 'person', actor_id: 'person-chen-jianhua', action: 'commented', process_id: id, detail: JSON.stringify({ commentId }),
        });
      });
    });
    await page.getByText(comment).waitFor({ timeout: 15_000 });
  });

  it('says that the next step is being arranged while no worker runs, and goes on by itself', async () => {
    const waiting = await request(product, [{ itemId: items[1]!, quantity: 1 }]);
    await openTask(product, waiting, 'department-leader');
    const other = await open('requester', `/processes/${waiting}`, { width: 390, height: 844 });
    await other.getByText('部门领导审批').first().waitFor();
    await product.stopWorker();
    try {
      await decide(product, waiting, 'department-leader', 'leader', 'approved');
      await other.getByText('下一步正在安排').waitFor({ timeout: 5_000 });
    } finally {
      await product.startWorker();
    }
    await other.getByText('仓库管理员').or(other.getByText('综合服务中心主任（周慧敏）')).first().waitFor({ timeout: 15_000 });
    expect(await other.getByText('下一步正在安排').count()).to.equal(0);
    expect(await other.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await other.context().close();
  });

  it('lets an administrator reassign, with the reason beside its field and in the story', async () => {
    const admin = await open('admin', `/processes/${id}`, { width: 1280 });
    await admin.getByRole('button', { name: '改派' }).click();
    const dialog = admin.getByRole('dialog', { name: '改派“柜台发放”' });
    await dialog.getByRole('button', { name: '改派' }).click();
    await dialog.getByText('请选择一位同事').waitFor();
    await dialog.getByText('请填写改派的原因').waitFor();
    await dialog.getByRole('combobox', { name: '改派给' }).fill('周慧敏');
    await dialog.getByRole('option', { name: /周慧敏/ }).click();
    await dialog.getByLabel('改派的原因').fill('库管员外出');
    await dialog.getByRole('button', { name: '改派' }).click();
    await dialog.getByRole('alert').filter({ hasText: '前面步骤的审批人不能办理' }).waitFor();
    await dialog.getByRole('button', { name: '移除 周慧敏' }).click();
    await dialog.getByRole('combobox', { name: '改派给' }).fill('郑国栋');
    await dialog.getByRole('option', { name: /郑国栋/ }).click();
    await dialog.getByRole('button', { name: '改派' }).click();
    await admin.getByText(/^已改派给郑国栋/).waitFor();
    await page.getByText('把“柜台发放”改派给 郑国栋').waitFor({ timeout: 5_000 });
    await page.getByText('库管员外出').waitFor();
    expect(await rail(page, '柜台发放').textContent()).to.contain('郑国栋');
    await admin.context().close();
  });

  it('counts what is printed: the second print and the PDF say that they are reprints', async () => {
    await page.addInitScript(() => {
      const shown = window as unknown as { papers: string[] };
      shown.papers = [];
      window.print = () => { shown.papers.push(document.querySelector<HTMLElement>('.print-view .sheet')!.innerText); };
    });
    await page.goto(`${product.url}/processes/${id}`);
    await page.getByRole('link', { name: '打印', exact: true }).click();
    await page.getByText('预览件 · 未登记打印').waitFor();
    await page.getByRole('img', { name: '单号二维码' }).waitFor();
    const papers = () => page.evaluate(() => (window as unknown as { papers: string[] }).papers);
    await page.getByRole('button', { name: '打印' }).dblclick();
    await page.getByText(/第 1 次打印/).waitFor();
    const [first, ...others] = await papers();
    expect(first).to.match(/未办结/).and.not.to.match(/重印|预览/);
    expect(others).to.deep.equal([]);
    await page.getByRole('button', { name: '打印' }).click();
    await page.getByText('重印 · 第 2 次打印').waitFor();
    expect((await papers()).at(-1)).to.match(/首次打印：\d{4}-\d\d-\d\d \d\d:\d\d 王薇/);

    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: '下载 PDF' }).click()]);
    expect(download.suggestedFilename()).to.match(/^LY\d{6}-\d{4}\.pdf$/);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    expect(pdfPages(Buffer.concat(chunks)).join('')).to.match(/重印 · 第 3 次打印/).and.to.match(/减少原因：先发一半/);
    const { timeline } = await process(product, id);
    expect(timeline.filter(({ action }: { action: string }) => action === 'process-printed')).to.have.length(3);
  });

  it('speaks English on a phone: the department, what was handed to whom, the stars, and the paper', async () => {
    const taskId = await openTask(product, id, 'hand-over');
    // Back to the storekeeper, who has an account in the demo.
    await (await product.as('admin')).post(`/tasks/${taskId}/transfer`, { to: 'storekeeper', comment: '已回' });
    await decide(product, id, 'hand-over', 'storekeeper', 'issued', {
      data: { lines: [{ itemId: items[0], issued: 3 }, { itemId: items[1], issued: 2 }], receivedBy: '李娜' },
    });
    await ended(product, id);
    await decide(product, id, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 4, speed: 5, service: 5 }, text: '很快' } });
    const phone = await open('requester', `/processes/${id}`, { width: 390, height: 844 });
    await phone.evaluate(() => localStorage.setItem('houqin.language', 'en'));
    await phone.reload();
    await phone.getByText('王薇 · Customer Service and Sales').waitFor();
    await phone.getByText('Received by: 李娜').waitFor();
    await phone.getByText('Quality ★★★★☆ (4 of 5)').waitFor();
    expect(await phone.getByRole('contentinfo').or(phone.locator('.actions')).first().isVisible()).to.equal(true);
    expect(await phone.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await phone.getByRole('link', { name: 'Print' }).click();
    await phone.getByRole('heading', { name: 'Supply Requisition' }).waitFor();
    await phone.getByText(/Partly issued/).first().waitFor();
    expect(await phone.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await phone.context().close();
  });
});
