import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { startProduct, type Product } from '../test/product.ts';
import { makeItem, openTask, request } from '../test/requisition.ts';

const ZH = '应在 2 个工作日内办理；3 小时后提醒，之后每 2 个工作日提醒一次，共 4 次；5 个工作日后通知上级';
const EN = 'Due within 2 working days; a reminder after 3 working hours, then every 2 working days, 4 in all; the superior is told after 5 working days';

describe('The administrator’s timeouts, calendar and operations in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: TestBrowser;
  let admin: Page;
  let item: string;

  before(async () => {
    product = await startProduct();
    browser = await startBrowser();
    item = await makeItem(product, 100);
    admin = await browser.page({ allowed: /409|400/ });
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  it('opens on what is stuck, and says that all is well, with the numbers', async () => {
    await logInAt(admin, product.url, 'admin', '/admin');
    await admin.getByText('一切正常', { exact: true }).waitFor();
    expect(new URL(admin.url()).pathname).to.equal('/admin/operations');
  });

  it('changes a policy, is told what it means while typing, and the next task gets it while the open one keeps its own', async () => {
    const open = await openTask(product, await request(product, [{ itemId: item, quantity: 1 }]), 'department-leader');
    const before = await product.db('task').where({ id: open }).first();
    await admin.getByRole('link', { name: '超时策略' }).click();
    const row = admin.getByRole('table', { name: '办公物品领用' }).getByRole('row').filter({ hasText: '部门领导审批' });
    await row.getByText('应在 1 个工作日内办理；4 小时后提醒，之后每个工作日提醒一次，共 3 次；3 个工作日后通知上级').waitFor();
    await admin.getByRole('button', { name: '修改“办公物品领用 · 部门领导审批”' }).click();
    const sheet = admin.getByRole('dialog');
    await sheet.getByText('目前有 1 个任务停在此步骤，它们保持打开时算好的期限').waitFor();
    await sheet.getByText(/周五 16:00 打开的任务将于/).waitFor();
    await sheet.getByLabel('多久之内', { exact: true }).fill('2');
    await sheet.getByLabel('首次提醒在', { exact: true }).fill('');
    await sheet.getByText('请填写大于 0 的整数').waitFor();
    await sheet.getByLabel('首次提醒在', { exact: true }).fill('3');
    await sheet.getByLabel('之后每隔', { exact: true }).fill('2');
    await sheet.getByLabel('共提醒几次').fill('4');
    await sheet.getByLabel('通知上级在', { exact: true }).fill('1');
    await sheet.getByText('早于办理期限就通知上级').waitFor();
    await sheet.getByLabel('通知上级在', { exact: true }).fill('5');
    await sheet.getByText(ZH, { exact: true }).waitFor();
    // A Friday's 16:00 and three hours of work: an hour and a half is left, Monday opens at 08:30.
    await sheet.locator('.samples').getByText(/周一 10:00.*提醒/).first().waitFor();
    expect(await sheet.textContent()).not.to.match(/P\d*D|PT\d/);
    await sheet.getByRole('button', { name: '保存' }).click();
    await admin.getByText('已保存“部门领导审批”的超时策略，第 2 版').waitFor();
    await row.getByText(ZH).waitFor();

    expect(await product.db('task').where({ id: open }).first()).to.deep.equal(before);
    const next = await openTask(product, await request(product, [{ itemId: item, quantity: 2 }]), 'department-leader');
    const { policy_version: version, deadlines } = await product.db('task').where({ id: next }).first();
    expect(version).to.equal(2);
    expect(deadlines.map(({ kind }: { kind: string }) => kind)).to.deep.equal(['remind', 'remind', 'remind', 'escalate', 'remind']);
  });

  it('says the same in English, on a phone, without sideways scrolling', async () => {
    const phone = await browser.page({ width: 390, height: 844 });
    await logInAt(phone, product.url, 'admin', '/admin/timeouts');
    await phone.evaluate('localStorage.setItem("houqin.language", "en")');
    await phone.reload();
    await phone.getByText(EN).waitFor();
    expect(await phone.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await phone.getByRole('button', { name: 'Change “Supply requisition · Department leader”' }).click();
    await phone.getByText(/A task opened (next )?Friday .*16:00:/).waitFor();
    await phone.goto(`${product.url}/admin/calendar?year=2026`);
    await phone.getByText('Spring Festival').first().waitFor();
    expect(await phone.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await phone.context().close();
  });

  it('tells the second of two administrators who was first; an earlier version comes back by one click', async () => {
    await admin.getByRole('button', { name: '修改“办公物品领用 · 综合服务中心主任审批”' }).click();
    const sheet = admin.getByRole('dialog');
    await sheet.getByLabel('多久之内', { exact: true }).fill('6');
    const other = await product.as('admin');
    const { items } = (await other.get('/admin/timeout-policies')).body;
    const { policy } = items.find(({ step }: { step: string }) => step === 'service-centre-director');
    await other.put('/admin/timeout-policies/supply-requisition/service-centre-director', { ...policy, due: 'P4D', remind: null });
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByRole('alert').filter({ hasText: /邓子涵已于 .* 发布了第 2 版/ }).waitFor();
    await sheet.getByRole('button', { name: '查看新版本' }).click();
    await sheet.getByText('应在 4 个工作日内办理；3 个工作日后通知上级', { exact: true }).waitFor();
    await sheet.getByRole('tab', { name: '历史版本' }).click();
    await sheet.getByText('应在 1 个工作日内办理 → 应在 4 个工作日内办理').waitFor();
    await sheet.getByRole('button', { name: '恢复此版本' }).click();
    await admin.getByText('已恢复第 1 版，成为第 3 版').waitFor();
  });

  it('makes a day a holiday by one click, and stands by the field with what is wrong', async () => {
    await admin.getByRole('link', { name: '工作日历' }).click();
    await admin.goto(`${product.url}/admin/calendar?year=2027`);
    await admin.getByRole('button', { name: /^2月8日星期一 · 工作日/ }).click();
    await admin.getByLabel('星期一 第 1 段结束').fill('07:00');
    await admin.getByRole('button', { name: '保存' }).click();
    await admin.getByText('须晚于开始时间 08:30').waitFor();
    await admin.getByLabel('星期一 第 1 段结束').fill('12:00');
    await admin.getByRole('button', { name: '保存' }).click();
    await admin.getByText('已保存工作日历，第 2 版').waitFor();
    const { calendar } = (await (await product.as('admin')).get('/admin/calendar')).body;
    expect(calendar.holidays).to.include('2027-02-08');
    expect(calendar.week['1'][0]).to.deep.equal({ from: '08:30', to: '12:00' });
  });

  it('names the process that a stopped worker leaves without a next step, why and what to do, and is well again by itself', async () => {
    await product.stopWorker();
    const id = await request(product, [{ itemId: item, quantity: 9 }]);
    await product.db('process').where({ id }).update({ started_at: new Date(Date.now() - 90_000) });
    await admin.getByRole('link', { name: '运行状况' }).click();
    const row = admin.getByRole('listitem').filter({ hasText: '×9' });
    await row.getByText(/下一步正在安排，已 1 分钟/).waitFor();
    await row.getByText(/等候工作进程领取|没有工作进程/).waitFor({ timeout: 25_000 });
    await row.getByRole('link').click();
    await admin.getByText('下一步正在安排', { exact: true }).waitFor();
    await admin.goBack();
    await product.startWorker();
    await openTask(product, id, 'department-leader');
    await admin.getByText('一切正常', { exact: true }).waitFor({ timeout: 30_000 });
  });

  it('lets the administrator reassign the task of somebody who has left', async () => {
    const task = await openTask(product, await request(product, [{ itemId: item, quantity: 8 }]), 'department-leader');
    await product.db('task').where({ id: task }).update({ assignee_id: 'person-li-na' });
    await product.db('person').where({ id: 'person-li-na' }).update({ active: false });
    await admin.reload();
    await admin.getByRole('listitem').filter({ hasText: '×8' }).getByRole('button', { name: '改派' }).click();
    const dialog = admin.getByRole('dialog');
    await dialog.getByRole('button', { name: '改派' }).click();
    await dialog.getByText('请选择一位同事').waitFor();
    await dialog.getByRole('combobox', { name: '改派给' }).fill('郑国栋');
    await dialog.getByRole('option', { name: /郑国栋/ }).click();
    await dialog.getByLabel('改派的原因').fill('原办理人已离职');
    await dialog.getByRole('button', { name: '改派' }).click();
    await admin.getByText('已改派给郑国栋').waitFor();
    await admin.getByText('一切正常', { exact: true }).waitFor();
    expect((await product.db('task').where({ id: task }).first()).assignee_id).to.equal('person-zheng-guodong');
  });

  it('breaks neither a script nor the content security policy on the way', () => {
    expect(browser.complaints).to.deep.equal([]);
  });
});
