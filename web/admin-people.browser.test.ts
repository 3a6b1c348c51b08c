import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { startProduct, type Product } from '../test/product.ts';

const NEW_PASSWORD = 'vier Kerzen am Fenster';

describe('An administrator’s day in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: TestBrowser;
  let admin: Page;
  let newcomer: Page;
  let oneTime: string;

  before(async () => {
    product = await startProduct();
    browser = await startBrowser();
    admin = await browser.page({ allowed: /status of 4(00|09|22)/ });
    await logInAt(admin, product.url, 'admin', '/admin/people');
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });
  afterEach(() => {
    expect(browser.complaints, 'errors in the console, breaches of the content security policy among them').to.deep.equal([]);
  });

  async function logIn(page: Page, username: string, password: string): Promise<void> {
    await page.getByLabel('用户名').fill(username);
    await page.getByLabel('密码').fill(password);
    await page.getByRole('button', { name: '登录', exact: true }).click();
  }

  it('finds people among all, with masked phones, and keeps the search in the address', async () => {
    await admin.getByText('共 66 人').waitFor();
    await admin.getByLabel('搜索人员').fill('杨光');
    await admin.getByText('共 1 人').waitFor();
    const row = admin.getByRole('row').filter({ hasText: '杨光' });
    expect(await row.textContent()).to.match(/storekeeper.*综合服务中心.*仓库管理员.*154\*{4}\d{4}/);
    expect(new URL(admin.url()).searchParams.get('q')).to.equal('杨光');
    await admin.reload();
    await admin.getByText('共 1 人').waitFor();
  });

  it('says beside the field what is wrong with a new person, then makes one with a role', async () => {
    await admin.getByRole('button', { name: '新增人员' }).click();
    const sheet = admin.getByRole('dialog', { name: '新增人员' });
    await sheet.getByLabel('姓名', { exact: true }).fill('白露');
    await sheet.getByLabel('用户名').fill('storekeeper');
    await sheet.getByRole('button', { name: '新增', exact: true }).click();
    expect(await sheet.locator('.hq-error').allTextContents()).to.deep.equal(['请填写。']);
    await sheet.getByLabel('部门').selectOption({ label: '综合服务中心' });
    await sheet.getByRole('checkbox', { name: '仓库管理员' }).check();
    await sheet.getByRole('button', { name: '新增', exact: true }).click();
    await sheet.getByText('已有人使用此用户名').waitFor();
    await sheet.getByLabel('用户名').fill('bai.lu');
    await sheet.getByRole('button', { name: '新增', exact: true }).click();
    await admin.getByText('已新增白露').waitFor();
  });

  it('is shown a one-time password, once', async () => {
    const sheet = admin.getByRole('dialog', { name: '白露' });
    await sheet.getByText('尚无密码，不能登录').waitFor();
    await sheet.getByRole('button', { name: '生成一次性密码' }).click();
    oneTime = (await sheet.locator('code').textContent()) ?? '';
    expect(oneTime).to.match(/^[a-z2-9]{4}(-[a-z2-9]{4}){2}$/);
    await admin.reload();
    await sheet.getByText('有一次性密码，尚未登录').waitFor();
    expect(await admin.content()).to.not.contain(oneTime);
  });

  it('lets the newcomer, on a phone, choose a password of their own before anything else', async () => {
    newcomer = await browser.page({ width: 390, height: 844, allowed: /status of 4(00|22)/ });
    await newcomer.goto(`${product.url}/supply/items`);
    await logIn(newcomer, 'bai.lu', oneTime);
    await newcomer.getByRole('heading', { name: '白露，请先设置自己的密码' }).waitFor();
    expect(await newcomer.getByRole('navigation').count()).to.equal(0);
    await newcomer.goto(`${product.url}/tasks`);
    await newcomer.getByLabel('一次性密码').fill(oneTime);
    await newcomer.getByLabel('新密码', { exact: true }).fill('password123');
    await newcomer.getByLabel('再次输入新密码').fill('password12');
    await newcomer.getByRole('button', { name: '修改密码' }).click();
    await newcomer.getByText('与新密码不一致。').waitFor();
    await newcomer.getByLabel('再次输入新密码').fill('password123');
    await newcomer.getByRole('button', { name: '修改密码' }).click();
    await newcomer.getByText('太容易猜到，请换一个。').waitFor();
    for (const label of ['新密码', '再次输入新密码']) await newcomer.getByLabel(label, { exact: true }).fill(NEW_PASSWORD);
    await newcomer.getByRole('button', { name: '修改密码' }).click();
    await newcomer.waitForURL(`${product.url}/tasks`);
    expect(await newcomer.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await newcomer.goto(`${product.url}/me`);
    await newcomer.locator('#page').getByRole('link', { name: '物资柜台' }).waitFor();
  });

  it('deactivates: the open page is logged out within five seconds, and nothing logs in again', async () => {
    await admin.reload();
    const sheet = admin.getByRole('dialog', { name: '白露' });
    await sheet.getByText('已设置自己的密码').waitFor();
    await sheet.getByRole('button', { name: '停用', exact: true }).click();
    await sheet.getByText('白露将立即退出登录', { exact: false }).waitFor();
    await sheet.getByRole('button', { name: '停用', exact: true }).click();
    await admin.getByText('已停用白露').waitFor();
    const dialog = newcomer.getByRole('dialog', { name: '登录已过期' });
    await dialog.waitFor({ timeout: 5_000 });
    await dialog.getByLabel('密码').fill(NEW_PASSWORD);
    await dialog.getByRole('button', { name: '登录' }).click();
    await dialog.getByText('用户名或密码不正确').waitFor();
    await newcomer.context().close();
  });

  it('cannot lock everybody out, and is told what to do instead', async () => {
    await admin.goto(`${product.url}/admin/people?q=admin`);
    await admin.getByRole('button', { name: '邓子涵' }).click();
    const sheet = admin.getByRole('dialog', { name: '邓子涵' });
    await sheet.getByRole('button', { name: '停用', exact: true }).click();
    await sheet.getByRole('button', { name: '停用', exact: true }).click();
    await sheet.getByRole('alert').filter({ hasText: '最后一名可登录的流程管理员' }).waitFor();
    await admin.keyboard.press('Escape');
    await sheet.waitFor({ state: 'hidden' });
  });

  it('sees the departments as a tree, marks the one without a leader, and gives it one', async () => {
    await admin.getByRole('link', { name: '部门', exact: true }).click();
    await admin.getByRole('button', { name: '新增部门' }).click();
    const sheet = admin.getByRole('dialog', { name: '新增部门' });
    await sheet.getByLabel('中文名称').fill('新能源部');
    await sheet.getByLabel('英文名称').fill('New Energy');
    await sheet.getByLabel('上级部门').selectOption({ label: '营销部' });
    await sheet.getByRole('button', { name: '保存' }).click();
    const row = admin.getByRole('listitem').filter({ hasText: '新能源部' });
    await row.getByText('无负责人').waitFor();
    await row.getByRole('button', { name: '修改新能源部' }).click();
    const change = admin.getByRole('dialog', { name: '修改部门' });
    await change.getByRole('combobox', { name: '负责人' }).fill('刘洋');
    await change.getByRole('option', { name: /刘洋/ }).click();
    await change.getByRole('button', { name: '保存' }).click();
    await row.getByText('刘洋').waitFor();
  });

  it('gives and takes a role; of the last holder it asks again', async () => {
    await admin.getByRole('link', { name: '角色', exact: true }).click();
    const card = admin.locator('.role').filter({ has: admin.getByRole('heading', { name: '仓库管理员' }) });
    await card.getByText('办公物品领用：柜台发放').waitFor();
    await card.getByRole('button', { name: '收回杨光的仓库管理员' }).click();
    await card.getByText('杨光是唯一的仓库管理员', { exact: false }).waitFor();
    await card.getByRole('button', { name: '取消' }).click();
    await card.getByRole('combobox', { name: '授予' }).fill('朱金花');
    await card.getByRole('option', { name: /朱金花/ }).click();
    await card.getByRole('button', { name: '授予', exact: true }).click();
    await card.getByRole('button', { name: '收回朱金花的仓库管理员' }).click();
    await admin.getByText('已收回朱金花的仓库管理员').waitFor();
  });

  it('publishes an announcement, which a requester reads on a phone, as words and not as markup', async () => {
    await admin.getByRole('link', { name: '公告', exact: true }).click();
    await admin.getByRole('button', { name: '起草公告' }).click();
    const sheet = admin.getByRole('dialog', { name: '起草公告' });
    await sheet.getByRole('button', { name: '发布', exact: true }).click();
    expect(await sheet.locator('.hq-error').count()).to.equal(2);
    await sheet.getByLabel('标题').fill('周六停水');
    await sheet.getByLabel('正文').fill('第一行\n<img src=x onerror=alert(1)>');
    await sheet.getByLabel('重要：排在最前').check();
    await sheet.getByRole('button', { name: '发布', exact: true }).click();
    await admin.getByText('已发布“周六停水”').waitFor();

    const requester = await browser.page({ width: 390, height: 844 });
    await logInAt(requester, product.url, 'requester', '/');
    const item = requester.locator('details.item').first();
    await item.getByText('周六停水').click();
    await item.getByText('<img src=x onerror=alert(1)>').waitFor();
    expect(await requester.locator('details.item img').count()).to.equal(0);
    expect(await requester.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await item.getByRole('link', { name: '单独打开' }).click();
    await requester.getByRole('heading', { level: 1, name: '周六停水' }).waitFor();
    await requester.goto(`${product.url}/announcements`);
    await requester.locator('details.item:not(.unread)').filter({ hasText: '周六停水' }).waitFor();
    await admin.getByRole('button', { name: '撤下' }).first().click();
    await admin.getByText('已撤下“周六停水”').waitFor();
    await requester.reload();
    await requester.getByText('共 3 条').waitFor();
    await requester.context().close();
  });

  it('has appearance and language follow to another device', async () => {
    await admin.goto(`${product.url}/me`);
    const main = admin.getByRole('main');
    await main.getByText('深色', { exact: true }).click();
    await main.getByRole('button', { name: 'English' }).click();
    await main.getByText('Change password').first().waitFor();
    const other = await browser.page();
    await logInAt(other, product.url, 'admin', '/');
    await other.getByRole('heading', { name: 'Announcements' }).waitFor();
    expect(await other.evaluate('document.documentElement.dataset.theme')).to.equal('dark');
    await other.context().close();
  });
});
