import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { startProduct, type Product } from '../test/product.ts';
import { dayFromNow, inHours, report, someRoom } from '../test/repairs.ts';
import { decide, ended, makeItem, openTask } from '../test/requisition.ts';

describe('Preventive plans and statistics of repairs in a real browser', function () {
  this.timeout(120_000);
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

  async function open(username: string, path: string, width: number): Promise<Page> {
    const page = await browser.page({ width, allowed: /status of 4\d\d/, cookie: (await product.as(username)).cookie });
    await page.goto(`${product.url}${path}`);
    return page;
  }
  const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth');
  const plans = async () => (await (await product.as('service')).get('/repairs/plans')).body.items as any[];

  it('adds a plan, opens it before its day, changes it, pauses and resumes it', async () => {
    const page = await open('service', '/repairs/board', 1280);
    await page.getByRole('link', { name: '保养计划', exact: true }).click();
    await page.getByText('还没有保养计划').waitFor();
    await page.getByRole('button', { name: '新增计划' }).click();
    const sheet = page.locator('dialog');
    await sheet.getByRole('button', { name: '保存' }).click();
    expect(await sheet.locator('.hq-error').count()).to.equal(5);
    await sheet.getByLabel('保养内容').fill('空调滤网清洗');
    const room = await someRoom(product);
    const { code, name } = await product.db('place').where({ id: room }).first('code', 'name');
    await sheet.getByRole('combobox', { name: '地点' }).fill(code);
    await sheet.getByRole('option').first().click();
    await sheet.getByLabel('类别').selectOption('air-conditioning');
    await sheet.getByLabel('保养说明').fill('拆下滤网清洗，检查冷凝水');
    await sheet.getByLabel('周期').fill('70');
    await sheet.getByLabel('下次日期').fill(dayFromNow(12));
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByText('请填写 1 到 60 的整数。').waitFor();
    await sheet.getByLabel('周期').fill('6');
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.waitFor({ state: 'detached' });
    const [plan] = await plans();
    expect(plan).to.include({ title: '空调滤网清洗', placeId: room, category: 'air-conditioning', everyMonths: 6, everyDays: null, nextOn: dayFromNow(12), active: true });
    const row = page.locator(`[data-plan="${plan.id}"]`);
    expect(await row.textContent()).to.contain('每 6 个月').and.contain('12 天后').and.contain(name).and.contain('还没有开过单');

    await row.getByRole('button', { name: '立即开单：空调滤网清洗' }).click();
    await sheet.getByText(/^现在就开 .+ 的保养单？$/).waitFor();
    await sheet.getByRole('button', { name: '立即开单', exact: true }).click();
    await sheet.waitFor({ state: 'detached' });
    const opened = await product.db('repair_plan_order').where({ plan_id: plan.id });
    expect(opened).to.have.length(1);
    const { number } = await product.db('process').where({ id: opened[0].process_id }).first('number');
    await row.getByRole('link', { name: number }).waitFor();
    await openTask(product, opened[0].process_id, 'dispatch');
    expect((await plans())[0].nextOn).to.equal(plan.nextTimes[1]);

    await row.getByRole('button', { name: '修改空调滤网清洗' }).click();
    await page.waitForURL(/plan=repair-plan-/);
    await sheet.getByRole('region', { name: '开过的工单' }).getByRole('link', { name: number }).waitFor();
    await sheet.getByLabel('单位').selectOption('days');
    await sheet.getByLabel('周期').fill('90');
    await sheet.getByLabel('下次日期').fill(dayFromNow(12));
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.getByText('该日的保养单已开，请另选日期。').waitFor();
    await sheet.getByLabel('下次日期').fill(dayFromNow(15));
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.waitFor({ state: 'detached' });
    await row.getByText('每 90 天').waitFor();

    await row.getByRole('button', { name: '暂停空调滤网清洗' }).click();
    await page.getByRole('region', { name: '已暂停' }).locator(`[data-plan="${plan.id}"]`).waitFor();
    expect(await row.getByRole('button', { name: /立即开单/ }).count()).to.equal(0);
    await row.getByRole('button', { name: '恢复空调滤网清洗' }).click();
    await page.getByRole('region', { name: '执行中' }).locator(`[data-plan="${plan.id}"]`).waitFor();
    expect((await plans())[0]).to.include({ active: true, everyDays: 90, everyMonths: null, nextOn: dayFromNow(15) });
    expect(await widthOf(page)).to.equal(1280);
    await page.context().close();
  });

  it('says when somebody else was first, and opens what stands there now', async () => {
    const [plan] = await plans();
    const page = await open('service', '/repairs/plans', 390);
    await page.locator(`[data-plan="${plan.id}"]`).getByRole('button', { name: /^立即开单/ }).click();
    await (await product.as('service')).post(`/repairs/plans/${plan.id}/open`, { dueOn: plan.nextOn });
    const dialog = page.locator('dialog');
    await dialog.getByRole('button', { name: '立即开单', exact: true }).click();
    await dialog.getByRole('alert').waitFor();
    expect(await product.db('repair_plan_order').where({ plan_id: plan.id }).count()).to.eql([{ count: 2 }]);
    await dialog.getByRole('button', { name: '立即开单', exact: true }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(await product.db('repair_plan_order').where({ plan_id: plan.id }).count()).to.eql([{ count: 3 }]);
    expect(await widthOf(page)).to.equal(390);
    await page.context().close();
  });

  it('keeps plans to the dispatchers', async () => {
    const page = await open('director', '/repairs/plans', 1280);
    await page.getByText('这一页属于其他岗位，您没有权限').waitFor();
    expect(await page.getByRole('link', { name: '保养计划', exact: true }).count()).to.equal(0);
    await page.context().close();
  });

  it('shows how many, how quick, how good, at which cost and where; as pictures and as tables, and as CSV', async () => {
    const item = await makeItem(product, 5);
    const room = await someRoom(product);
    const toWork = async (): Promise<string> => {
      const id = await report(product, { placeId: room });
      await decide(product, id, 'department-leader', 'leader', 'approved');
      await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-jin-zhiqiang'] } });
      await decide(product, id, 'accept', 'repairer', 'accepted', { data: { eta: inHours(1) } });
      await decide(product, id, 'arrival', 'repairer', 'arrived');
      return id;
    };
    const first = await toWork();
    await decide(product, first, 'work', 'repairer', 'completed', { data: { description: '更换阀芯', minutes: 90, parts: [{ itemId: item, quantity: 2 }] } });
    await decide(product, first, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 5, speed: 4, service: 3 } } });
    await ended(product, first);
    const again = await toWork();
    await openTask(product, again, 'work');

    const page = await open('director', '/', 1280);
    await page.getByRole('link', { name: '维修统计' }).click();
    const tile = (name: string) => page.locator('.tile').filter({ hasText: name });
    // Two were reported, three the plan opened.
    await tile('报修').first().getByText('5', { exact: true }).waitFor();
    expect(await tile('报修').first().textContent()).to.contain('在办 4，保养 3');
    expect(await tile('时限内修复').textContent()).to.contain('100%').and.contain('1/1');
    expect(await tile('满意度').textContent()).to.contain('4.0 星');
    expect(await tile('按约到场').textContent()).to.contain('守约 2');
    expect(await tile('重复故障').textContent()).to.contain('1');
    expect(await tile('成本').textContent()).to.contain('¥2.00').and.contain('1.5 小时');
    await page.locator('.drawing svg').first().waitFor();
    expect(await page.locator('.drawing svg').count()).to.equal(7);
    const figure = (title: string) => page.locator('figure').filter({ hasText: title });
    await figure('按类别').getByText('表', { exact: true }).click();
    const line = (cells: readonly string[]) => cells.map((cell) => cell.trim());
    expect(line(await figure('按类别').locator('tbody tr').filter({ hasText: '给排水' }).locator('th, td').allTextContents()))
      .to.eql(['给排水', '2', '1', '100%', '1', '1.5 小时', '¥2.00', '4.0']);
    expect(line(await page.getByRole('region', { name: '维修人员' }).locator('tbody tr').locator('th, td').allTextContents()))
      .to.eql(['金志强', '2', '2', '1', '0', '100%', '100%', '1.5 小时', '¥2.00', '4.0']);
    await page.locator('tr').filter({ hasText: '给排水' }).getByRole('link').first().waitFor();
    const { number } = await product.db('process').where({ id: again }).first('number');
    await page.getByRole('link', { name: number }).waitFor();

    await page.getByRole('button', { name: /：5 单$/ }).click();
    await page.getByRole('heading', { name: /的房间$/ }).waitFor();
    expect(line(await page.locator('.places tbody tr').locator('td').allTextContents())).to.eql(['5', '1']);

    await page.getByLabel('重复故障').selectOption('7');
    await page.waitForURL(/repeatDays=7/);
    await page.getByText(/7 天内再次报修；.*共 1 次/).waitFor();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '导出 CSV' }).click()]);
    expect(download.suggestedFilename()).to.match(/^repairs-\d{4}-\d\d-\d\d-\d{4}-\d\d-\d\d\.csv$/);
    expect((await readFile(await download.path(), 'utf8')).trim().split('\r\n')).to.have.length(6);
    await page.getByLabel('期间').selectOption('last-year');
    await page.getByText('这段时间没有报修').first().waitFor();
    expect(await widthOf(page)).to.equal(1280);
    await page.context().close();
  });

  it('is legible for an auditor on a phone, in English and in the dark', async () => {
    const page = await browser.page({ width: 390, height: 844, cookie: (await product.as('auditor')).cookie });
    await page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' });
    await page.addInitScript("localStorage.setItem('houqin.language', 'en')");
    await page.goto(`${product.url}/repairs/statistics`);
    await page.getByRole('heading', { level: 1, name: 'Statistics of repairs' }).waitFor();
    await page.locator('.drawing svg').first().waitFor();
    expect(await widthOf(page)).to.equal(390);
    const fill = await page.locator('.drawing svg text').first().evaluate((text) => (text as unknown as { getAttribute(name: string): string }).getAttribute('fill'));
    expect(fill!.match(/\d+/g)!.map(Number).every((channel) => channel > 120), fill).to.equal(true);
    await page.context().close();
  });
});
