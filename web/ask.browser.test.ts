import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { call, eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, ended, openTask } from '../test/requisition.ts';

const form = { kind: 'contract', seal: 'contract', copies: 2, reason: '年度合同', neededOn: '2026-12-01' };

describe('A task by the link of an SMS, on a phone, without a login', function () {
  this.timeout(90_000);
  let product: Product;
  let browser: TestBrowser;

  before(async () => {
    product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' }, asks: (type, step) => type === 'seal-use' && step === 'department-leader' });
    browser = await startBrowser(product);
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });
  afterEach(() => {
    const found = browser.allComplaints();
    browser.complaints.length = 0;
    expect(found, found.join('\n')).to.deep.equal([]);
  });

  /** A request whose leader was told by SMS; answers the process, its task, and the path of the link. */
  async function asked(document: string): Promise<{ id: string; task: string; path: string }> {
    const { body } = await (await product.as('requester')).post('/processes', { type: 'seal-use', form: { ...form, document } });
    const task = await openTask(product, body.id, 'department-leader');
    const text = await eventually('the SMS', async () => (await call(product.url, 'GET', '/demo/phones')).body.items
      .find((each: { text: string }) => each.text.includes(document))?.text as string | undefined, 30);
    return { id: body.id, task, path: new URL(/https:\S+/.exec(text)![0]).pathname };
  }

  async function at(path: string, options: Parameters<TestBrowser['page']>[0] = {}): Promise<Page> {
    const page = await browser.page({ width: 390, allowed: /status of 4\d\d/, ...options });
    await page.goto(`${product.url}${path}`);
    await browser.settled(page);
    return page;
  }

  const press = (page: Page, name: string) => page.getByRole('button', { name, exact: true }).click();
  const isShown = (page: Page, text: string) => page.getByText(text).first().waitFor();

  it('is one card and two big buttons; after 同意 it says what comes next, and keeps nothing in the browser', async () => {
    const { path, task } = await asked('采购合同');
    const page = await at(path);
    const referrers: string[] = [];
    page.on('request', (request) => { if (request.headers().referer) referrers.push(request.url()); });
    await isShown(page, '采购合同（合同章 ×2）');
    await browser.check(page, 'ask, open', { axe: true, focus: true });
    for (const name of ['同意', '拒绝']) {
      const box = (await page.getByRole('button', { name, exact: true }).boundingBox())!;
      expect(box.height, name).to.be.at.least(52);
      expect(box.y + box.height, name).to.be.below(844);
    }
    await press(page, '同意');
    await isShown(page, '已转到下一步“用印”');
    await browser.check(page, 'ask, done', { axe: true });
    expect((await product.db('task').where({ id: task }).first('outcome')).outcome).to.equal('approved');
    // The appearance, and where the router had scrolled to, as on every page; nothing of the task.
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]));
    expect(stored).to.equal('[{"houqin.theme":"auto"},{"vue-router:scroll":"{}"},""]');
    expect(referrers).to.eql([]);

    await page.reload();
    await isShown(page, '此事已办理');
    await isShown(page, '陈建华已于');
    expect(await page.getByRole('button', { name: '同意' }).count()).to.equal(0);
    await browser.check(page, 'ask, decided', { axe: true });
    await page.context().close();
  });

  it('asks for the reason of a refusal', async () => {
    const { path, id, task } = await asked('赠与合同');
    const page = await at(path);
    await press(page, '拒绝');
    await press(page, '确认拒绝');
    await isShown(page, '请说明原因，申请人会看到。');
    await browser.check(page, 'ask, refusing', { axe: true });
    await press(page, '返回');
    await press(page, '拒绝');
    await page.getByLabel('拒绝的原因').fill('请先法务审核');
    await press(page, '确认拒绝');
    await isShown(page, '已通知申请人');
    await ended(product, id);
    expect((await product.db('task').where({ id: task }).first('comment')).comment).to.equal('请先法务审核');
    await page.context().close();
  });

  it('in English, in the dark; and says so when somebody else was first', async () => {
    const { path, id } = await asked('租赁合同');
    const page = await at(path, { language: 'en', scheme: 'dark' });
    await browser.check(page, 'ask, open, en', { axe: true });
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await press(page, 'Approve');
    await isShown(page, 'Decided already');
    await isShown(page, '陈建华 decided it at');
    await browser.check(page, 'ask, decided, en', { axe: true });
    await page.context().close();
  });

  it('speaks the language of whoever was asked', async () => {
    await product.db('person').where({ id: 'person-chen-jianhua' }).update({ locale: 'en' });
    try {
      const { path } = await asked('英文合同');
      const page = await at(path);
      await page.getByRole('button', { name: 'Approve', exact: true }).waitFor();
      await page.context().close();
    } finally {
      await product.db('person').where({ id: 'person-chen-jianhua' }).update({ locale: 'zh-CN' });
    }
  });

  it('says that a link is wrong or out of date, that the task moved on, that the request has ended', async () => {
    const gone = await at('/a/AAAAAAAAAAAAAAAAAAAAAA');
    await isShown(gone, '链接已失效');
    await browser.check(gone, 'ask, gone', { axe: true });
    await gone.context().close();

    const { path, id, task } = await asked('转办合同');
    await (await product.as('leader')).post(`/tasks/${task}/transfer`, { to: 'person-zhou-huimin', comment: '外出' });
    const page = await at(path);
    await isShown(page, '此事已转由他人办理');
    await browser.check(page, 'ask, moved', { axe: true });
    await (await product.as('requester')).post(`/processes/${id}/withdraw`, { reason: '不需要了' });
    await page.reload();
    await isShown(page, '申请已撤回或已结束');
    await browser.check(page, 'ask, ended', { axe: true });
    await page.context().close();
  });

  it('is opened from the demo’s phones, which reply, too', async () => {
    const { task } = await asked('演示合同');
    const page = await at('/demo/phones');
    await page.getByRole('link', { name: /\/a\// }).last().waitFor();
    await browser.check(page, 'phones with a reply', { axe: true });
    const mine = page.locator('li.phone', { hasText: '演示合同' });
    const digit = /回复(\d)1同意/.exec((await mine.locator('.text').filter({ hasText: '演示合同' }).textContent())!)![1]!;
    await mine.getByRole('textbox').fill(`${digit}1好`);
    await mine.getByRole('button', { name: '发送' }).click();
    await isShown(page, `已回复：${digit}1好`);
    expect((await product.db('task').where({ id: task }).first('outcome')).outcome).to.equal('approved');
    await page.context().close();
  });
});
