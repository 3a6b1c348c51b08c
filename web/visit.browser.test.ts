import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';

const ID_NUMBER = '11010519491231002X';

describe('A visitor’s own pages in a real browser', function () {
  this.timeout(90_000);
  let product: Product;
  let browser: TestBrowser;
  let page: Page;

  before(async () => {
    product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' } });
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

  /** The code that was sent to the phone last. */
  async function phoneCode(phone: string): Promise<string> {
    return eventually('code', async () => {
      for (const row of await product.db('sms').where({ template: 'phone-code' }).orderBy('created_at', 'desc')) {
        if (product.sms.seal.open(row.phone_sealed, 'sms.phone').endsWith(phone)) return JSON.parse(product.sms.seal.open(row.params_sealed, 'sms.params')).code;
      }
      return undefined;
    });
  }

  const next = (): Promise<void> => page.getByRole('button', { name: '下一步' }).click();

  async function who(phone: string, withId = false): Promise<void> {
    page = await browser.page({ width: 390, allowed: /status of 4\d\d/ });
    await page.goto(`${product.url}/visit`);
    await page.getByLabel('姓名', { exact: true }).fill('诸葛明');
    await page.getByLabel('手机号', { exact: true }).fill(phone);
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByText(/验证码已发到/).waitFor();
    await page.getByLabel('短信验证码').fill(await phoneCode(phone));
    if (withId) {
      await page.getByLabel(/我同意提供证件号码/).check();
      await page.getByLabel('证件号码', { exact: true }).fill(ID_NUMBER);
    }
    await next();
  }

  async function when(): Promise<void> {
    const { body: host } = await (await product.as('requester')).get('/me');
    await page.getByLabel('被访人姓名').fill(host.name);
    await page.getByLabel('被访人部门').fill(host.department.name);
    await page.getByText('业务洽谈').click();
    await next();
    await page.getByRole('button', { name: '发送申请' }).waitFor();
  }

  const agree = async (): Promise<void> => {
    const host = await product.as('requester');
    const task = await eventually('the host’s task', async () => (await host.get('/tasks?type=visit&limit=20')).body.items.find(({ title }: { title: string }) => title.startsWith('诸*')));
    expect((await host.post(`/tasks/${task.id}/decision`, { outcome: 'approved' })).status).to.equal(200);
  };

  it('says beside each field what is missing, at 390 px in both languages', async () => {
    for (const language of ['zh-CN', 'en'] as const) {
      page = await browser.page({ width: 390, language });
      await page.goto(`${product.url}/visit`);
      await browser.check(page, `visit ${language}`, { axe: true, focus: true });
      await page.getByRole('button', { name: language === 'en' ? 'Next' : '下一步' }).click();
      expect(await page.getByRole('alert').filter({ visible: true }).count()).to.equal(3);
      await browser.check(page, `visit errors ${language}`, { axe: true });
    }
  });

  it('asks for an ID number only behind a box of its own, which is not ticked, and forgets the number when it is unticked', async () => {
    page = await browser.page({ width: 390 });
    await page.goto(`${product.url}/visit`);
    const box = page.getByLabel(/只用于入门核验.*30 天后删除/);
    expect(await box.isChecked()).to.equal(false);
    expect(await page.getByLabel('证件号码', { exact: true }).count()).to.equal(0);
    await box.check();
    await page.getByLabel('证件号码', { exact: true }).fill(ID_NUMBER);
    await box.uncheck();
    await box.check();
    expect(await page.getByLabel('证件号码', { exact: true }).inputValue()).to.equal('');
  });

  it('goes a step back with the back button, and comes back to the code when that was wrong', async () => {
    await who('15411112222');
    await page.getByRole('heading', { name: /第 2 步/ }).waitFor();
    await page.goBack();
    await page.getByRole('heading', { name: /第 1 步/ }).waitFor();
    expect(await page.getByLabel('姓名', { exact: true }).inputValue()).to.equal('诸葛明');
    const right = await page.getByLabel('短信验证码').inputValue();
    await page.getByLabel('短信验证码').fill(right === '000000' ? '000001' : '000000');
    await next();
    await when();
    await page.getByRole('button', { name: '发送申请' }).click();
    await page.getByRole('heading', { name: /第 1 步/ }).waitFor();
    await page.getByRole('alert').filter({ hasText: '验证码不正确或已过期' }).waitFor();
    // Too early for another one: in words, with the time.
    await page.reload();
    await page.getByLabel('手机号', { exact: true }).fill('15411112222');
    await page.getByRole('button', { name: '获取验证码' }).click();
    await page.getByRole('alert').filter({ hasText: /请在.*\d\d:\d\d.*再试/ }).waitFor();
    await page.getByRole('button', { name: /秒后可重发/ }).waitFor();
  });

  it('asks, follows the visit live until it is agreed to, withdraws the consent, and cancels', async () => {
    await who('15411113333', true);
    await when();
    await browser.check(page, 'summary', { axe: true });
    await page.getByRole('button', { name: '发送申请' }).click();
    await page.waitForURL(/\/v\/[\w-]+$/);
    await page.getByRole('heading', { name: '等待确认' }).waitFor();
    const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]) + location.href + document.cookie') as string;
    for (const typed of ['诸葛明', '15411113333', ID_NUMBER]) expect(kept).to.not.include(typed);
    await page.getByText('被访人', { exact: true }).first().waitFor();
    await browser.check(page, 'waiting', { axe: true });
    await agree();
    await page.getByRole('heading', { name: '已同意，欢迎来访' }).waitFor({ timeout: 20_000 });
    await page.getByRole('img', { name: '到访二维码' }).waitFor({ timeout: 20_000 });
    await browser.check(page, 'agreed', { axe: true, focus: true });

    await page.getByRole('button', { name: '撤回证件号码的同意' }).click();
    await page.getByRole('button', { name: '撤回并删除' }).click();
    await page.getByText('证件号码已删除').waitFor();
    expect(await page.getByRole('button', { name: '撤回证件号码的同意' }).count()).to.equal(0);
    expect(await product.db('personal_value').where({ kind: 'id-number' }).whereNotNull('sealed')).to.eql([]);

    await page.getByRole('button', { name: '取消来访' }).click();
    await page.getByRole('button', { name: '不取消' }).click();
    await page.getByRole('button', { name: '取消来访' }).click();
    await page.getByRole('button', { name: '取消来访' }).click();
    await page.getByRole('heading', { name: '已取消' }).waitFor({ timeout: 20_000 });
    expect(await page.getByRole('img', { name: '到访二维码' }).count()).to.equal(0);
  });

  it('says in plain words that a link leads nowhere', async () => {
    page = await browser.page({ width: 390, allowed: /status of 4\d\d/ });
    for (const token of ['abcdefghijklmnopqrstuvwx', 'x']) {
      await page.goto(`${product.url}/v/${token}`);
      await page.getByRole('heading', { name: '找不到这次来访' }).waitFor();
    }
    await browser.check(page, 'unknown', { axe: true });
  });
});
