import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { openAccounts } from '../test/accounts.ts';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { phonePhoto, uploadPhoto } from '../test/photos.ts';
import { startProduct, type Product } from '../test/product.ts';
import { holderOf, inHours, report } from '../test/repairs.ts';
import { decide, ended, makeItem, openTask, stockOf } from '../test/requisition.ts';

describe('Repairs in a real browser', function () {
  this.timeout(120_000);
  let product: Product;
  let browser: TestBrowser;

  before(async () => {
    product = await startProduct();
    await openAccounts(product.db, await product.db('repairer').join('person', 'person.id', 'person_id').whereNull('password_hash').pluck('person_id'));
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

  /** Reported and approved: it waits for the dispatcher. */
  async function toDispatch(form: object = {}): Promise<string> {
    const id = await report(product, form);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await openTask(product, id, 'dispatch');
    return id;
  }

  /** On its way to 金志强 by hand. */
  async function offered(form: object = {}): Promise<string> {
    const id = await toDispatch(form);
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-jin-zhiqiang'] } });
    await openTask(product, id, 'accept');
    return id;
  }

  async function atWork(form: object = {}): Promise<string> {
    const id = await offered(form);
    await decide(product, id, 'accept', 'repairer', 'accepted', { data: { eta: inHours(1) } });
    await decide(product, id, 'arrival', 'repairer', 'arrived');
    await openTask(product, id, 'work');
    return id;
  }

  const card = (page: Page, id: string) => page.locator(`[data-order="${id}"]`);
  const inColumn = (page: Page, name: string, id: string) => page.getByRole('region', { name, exact: true }).locator(`[data-order="${id}"]`);
  const button = (page: Page, id: string, name: string) => card(page, id).getByRole('button', { name, exact: true });
  const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth');
  const stepOf = (page: Page, id: string, step: string) => page.locator(`[data-order="${id}"][data-step="${step}"]`);

  it('plays an order from the report to the stars: the board at a desk, the repairer and the requester on phones', async () => {
    const item = await makeItem(product, 5);
    const { code } = (await (await product.as('storekeeper')).get(`/supply/items/${item}`)).body;
    const photo = await uploadPhoto(await product.as('requester'));
    const id = await toDispatch({ spot: '洗手池左侧', times: ['morning'], photos: [photo], contact: '13812345678', description: '水龙头滴水，地面有积水' });

    const board = await open('service', '/repairs/board', 1280);
    await inColumn(board, '待派单', id).waitFor();
    await card(board, id).locator('.head').click();
    await card(board, id).getByText(/将先询问 .+（.+），可派 \d+ 人/).waitFor();
    expect(await card(board, id).textContent()).to.contain('洗手池左侧').and.contain('方便时间：上午').and.contain('修复时限');
    expect(await card(board, id).locator('.shot').count()).to.equal(1);
    await button(board, id, '一键派单').click();
    const asked = await holderOf(product, id, 'accept');
    const { name } = await product.db('person').where({ id: asked.id }).first('name');
    await board.locator(`[data-told="${id}"]`).getByText(new RegExp(`已询问 ${name}：.*手上 \\d+ 单（\\d+ 人中最合适）`)).waitFor();
    await inColumn(board, '待接单', id).waitFor();
    expect(await widthOf(board)).to.equal(1280);

    const phone = await open(asked.username, '/repairs/mine', 390);
    await card(phone, id).waitFor();
    expect(await card(phone, id).getByRole('timer').textContent()).to.match(/^还剩 .+ 应答$/);
    expect(await widthOf(phone)).to.equal(390);
    await button(phone, id, '接单').click();
    await card(phone, id).getByRole('button', { name: /^1 小时内/ }).click();
    await phone.getByText(/已接单，约.+ 到场/).waitFor();
    await stepOf(phone, id, 'arrival').waitFor();
    await inColumn(board, '待上门', id).getByText(/^约.+ 到场$/).waitFor({ timeout: 20_000 });

    await phone.evaluate(() => document.addEventListener('click', (event) => { if ((event.target as HTMLElement).matches('a[href^="tel:"]')) event.preventDefault(); }));
    await button(phone, id, '拨打').click();
    expect(await card(phone, id).locator('a.number').getAttribute('href')).to.equal('tel:13812345678');
    expect(await product.db('audit_event').where({ process_id: id, action: 'repair-contact-shown' }).pluck('actor_id')).to.eql([asked.id]);

    await button(phone, id, '改约').click();
    await card(phone, id).locator('.more').getByRole('button', { name: '改约', exact: true }).click();
    expect(await card(phone, id).locator('.hq-error').allTextContents()).to.have.members(['请选择时间', '请填写原因']);
    await card(phone, id).getByRole('button', { name: /^明天上午/ }).click();
    await card(phone, id).getByRole('button', { name: '前一单未完' }).click();
    await card(phone, id).locator('.more').getByRole('button', { name: '改约', exact: true }).click();
    await card(phone, id).getByText(/^约明天 11:30 到场$/).waitFor();
    await button(phone, id, '到场').click();
    await stepOf(phone, id, 'work').waitFor();

    await button(phone, id, '挂起').click();
    await card(phone, id).getByRole('button', { name: /^明天/ }).click();
    await card(phone, id).getByLabel('挂起的原因').fill('缺阀芯，下午到货');
    await card(phone, id).locator('.more').getByRole('button', { name: '挂起', exact: true }).click();
    await stepOf(phone, id, 'on-hold').getByText('暂停计时').waitFor();
    await inColumn(board, '挂起', id).waitFor({ timeout: 20_000 });
    await button(phone, id, '恢复').click();
    await stepOf(phone, id, 'work').waitFor();

    await button(phone, id, '完工').click();
    const sheet = phone.locator('dialog');
    await sheet.getByRole('button', { name: '完工', exact: true }).click();
    expect(await sheet.locator('.hq-error').allTextContents()).to.eql(['请填写。', '请填写。']);
    await sheet.getByLabel('维修情况').fill('更换阀芯，试水正常');
    await sheet.getByRole('button', { name: '30 分钟', exact: true }).click();
    await sheet.getByRole('button', { name: '添加配件' }).click();
    await sheet.getByRole('searchbox').fill(code);
    await sheet.locator('.hit').filter({ hasText: code }).getByText('库存 5 个').click();
    await sheet.getByRole('button', { name: `测试物品 ${code}加一` }).click();
    // A phone may forget the page behind its camera: what was filled in is there again.
    await phone.reload();
    await button(phone, id, '完工').click();
    expect(await sheet.getByLabel('维修情况').inputValue()).to.equal('更换阀芯，试水正常');
    expect(await widthOf(phone)).to.equal(390);
    await sheet.getByRole('button', { name: '完工', exact: true }).click();
    await sheet.waitFor({ state: 'detached' });
    await card(phone, id).waitFor({ state: 'detached' });
    await openTask(product, id, 'evaluation');
    expect(await stockOf(product, item)).to.include({ onHand: 3 });
    await phone.getByRole('button', { name: '历史' }).click();
    await phone.locator(`a[href="/processes/${id}"]`).getByText('洗手池左侧').waitFor();
    await inColumn(board, '待评价/回访', id).waitFor({ timeout: 20_000 });

    const requester = await open('requester', `/tasks?task=${await openTask(product, id, 'evaluation')}`, 390);
    for (const aspect of ['维修质量', '到场速度', '服务态度']) await requester.getByRole('group', { name: aspect }).getByRole('radio', { name: '5 星' }).press('Space');
    await requester.getByRole('button', { name: '评价', exact: true }).click();
    expect((await ended(product, id)).outcome).to.equal('repaired');
    await requester.goto(`${product.url}/processes/${id}`);
    const panel = requester.getByRole('region', { name: '维修', exact: true });
    await panel.getByText(`测试物品 ${code} ×2 个`).waitFor();
    expect(await panel.textContent()).to.contain(name).and.contain('30 分钟').and.contain('¥2.00').and.not.contain('派单经过');
    await panel.getByRole('button', { name: '再次评价' }).click();
    const rating = requester.locator('dialog');
    for (const aspect of ['维修质量', '到场速度', '服务态度']) await rating.getByRole('group', { name: aspect }).getByRole('radio', { name: '4 星' }).press('Space');
    await rating.getByLabel('评语').fill('两周后又有点松');
    await rating.getByRole('button', { name: '提交评价' }).click();
    await panel.getByText('两周后又有点松').waitFor();
    expect(await product.db('task').where({ process_id: id, step: 'evaluation' }).pluck('outcome')).to.eql(['evaluated']);
    expect(await widthOf(requester)).to.equal(390);

    await board.goto(`${product.url}/processes/${id}`);
    await board.getByText('派单经过（1 次）').click();
    await board.getByText(/系统挑选，\d+ 人中最合适/).waitFor();
    for (const page of [board, phone, requester]) await page.context().close();
  });

  it('is reported with a photo on a phone within a minute, followed live with its time, and back at work when it is not fixed', async () => {
    const phone = await open('requester', '/start/repair-order', 390);
    const began = Date.now();
    await phone.getByRole('button', { name: '综合楼', exact: true }).click();
    await phone.getByRole('button', { name: '3层', exact: true }).click();
    await phone.getByRole('button', { name: '305室', exact: true }).click();
    await phone.getByLabel('报修类别').selectOption({ label: '给排水' });
    await phone.getByLabel('紧急程度').selectOption({ label: '普通' });
    await phone.getByLabel('故障描述').fill('水龙头滴水，关不紧');
    await phone.locator('input[type=file]').last().setInputFiles({ name: 'tap.jpg', mimeType: 'image/jpeg', buffer: await phonePhoto(1_600, 1_200) });
    await phone.locator('.photos img[src^="/api/files/"]').waitFor();
    await phone.getByRole('button', { name: '提交' }).click();
    await phone.waitForURL(/\/processes\/repair-order-/);
    expect(Date.now() - began).to.be.below(60_000);
    const id = new URL(phone.url()).pathname.split('/').pop()!;
    expect(await widthOf(phone)).to.equal(390);

    // From here on the page is not loaded again: each step shows by itself.
    const holder = phone.locator('.holder');
    await holder.getByText('部门领导审批').waitFor();
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await holder.getByText('派单', { exact: false }).first().waitFor();
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-jin-zhiqiang'] } });
    await decide(product, id, 'accept', 'repairer', 'accepted', { data: { eta: inHours(1), contact: '13900001111' } });
    const panel = phone.getByRole('region', { name: '维修', exact: true });
    await panel.getByText(/^约.+ 到场$/).waitFor();
    expect(await panel.textContent()).to.contain('金志强');
    expect(await panel.locator('a[href^="tel:"]').getAttribute('href')).to.equal('tel:13900001111');
    await decide(product, id, 'arrival', 'repairer', 'arrived');
    await holder.getByText('维修 ·').waitFor();
    await decide(product, id, 'work', 'repairer', 'completed', { data: { description: '拧紧阀芯', minutes: 10, photos: [await uploadPhoto(await product.as('repairer'))] } });
    await phone.getByRole('link', { name: '去办理' }).click();
    await panel.getByText('拧紧阀芯').waitFor();
    await panel.locator('img[src^="/api/files/"]').waitFor();

    await phone.getByRole('button', { name: '未修好', exact: true }).click();
    await phone.getByRole('textbox').last().fill('两分钟后又滴水');
    await phone.getByRole('button', { name: '未修好', exact: true }).last().click();
    await openTask(product, id, 'work');
    const repairer = await open('repairer', '/repairs/mine?tab=work', 390);
    await card(repairer, id).getByText('报修人反映未修好，请返工。').waitFor();
    for (const page of [phone, repairer]) await page.context().close();
  });

  it('keeps what was typed when an offer is gone, and says who may not look', async () => {
    const id = await offered();
    const phone = await open('repairer', '/repairs/mine?tab=offers', 390);
    await button(phone, id, '谢绝').click();
    await card(phone, id).locator('.more').getByRole('button', { name: '谢绝', exact: true }).click();
    await card(phone, id).getByText('请填写原因').waitFor();
    await card(phone, id).getByRole('button', { name: '缺工具或配件' }).click();
    expect(await card(phone, id).getByLabel('谢绝的原因').inputValue()).to.equal('缺工具或配件');
    await card(phone, id).locator('.more').getByRole('button', { name: '谢绝', exact: true }).click();
    await card(phone, id).waitFor({ state: 'detached' });
    await openTask(product, id, 'dispatch');
    expect(await product.db('task').where({ process_id: id, step: 'accept' }).pluck('comment')).to.eql(['缺工具或配件']);
    await phone.goto(`${product.url}/repairs/board`);
    await phone.getByText('这一页属于其他岗位，您没有权限').waitFor();
    await phone.context().close();
  });

  it('dispatches by hand in order with another urgency, returns and declines with the reason', async () => {
    const [id, back, none] = [await toDispatch({ category: 'furniture' }), await toDispatch(), await toDispatch()];
    const board = await open('service', '/repairs/board', 390);
    await button(board, id, '手工派单…').click();
    const sheet = board.locator('dialog');
    await sheet.getByText('加急', { exact: true }).click();
    await sheet.getByRole('button', { name: /方建国.*不会家具/ }).click();
    await sheet.getByRole('button', { name: /^康伟/ }).click();
    expect(await widthOf(board)).to.equal(390);
    await sheet.getByRole('button', { name: '派给 方建国 → 康伟' }).click();
    await board.locator(`[data-told="${id}"]`).getByText('已询问 方建国：由派单员指定').waitFor();
    expect((await holderOf(product, id, 'accept')).id).to.equal('person-fang-jianguo');
    expect(await product.db('repair_order').where({ process_id: id }).first('urgency')).to.eql({ urgency: 'urgent' });

    await button(board, back, '手工派单…').click();
    await sheet.getByRole('button', { name: '退回报修人' }).click();
    await sheet.getByRole('button', { name: '退回', exact: true }).click();
    await sheet.getByText('请填写原因').waitFor();
    await sheet.getByRole('button', { name: '请写明具体位置' }).click();
    await sheet.getByRole('button', { name: '退回', exact: true }).click();
    await openTask(product, back, 'revise');
    await button(board, none, '手工派单…').click();
    await sheet.getByRole('button', { name: '不予受理' }).click();
    await sheet.getByLabel('不予受理的原因').fill('属物业公司维修');
    await sheet.getByRole('button', { name: '不予受理' }).last().click();
    expect((await ended(product, none)).outcome).to.equal('rejected');
    await board.context().close();
  });

  it('is refused by the leader and withdrawn by the requester on phones, and whoever is on the way hears of it', async () => {
    const refused = await report(product);
    const leader = await open('leader', `/tasks?task=${await openTask(product, refused, 'department-leader')}`, 390);
    await leader.getByRole('button', { name: '拒绝', exact: true }).click();
    await leader.getByLabel('拒绝的原因').fill('已报修过');
    await leader.getByRole('button', { name: '拒绝', exact: true }).click();
    await leader.getByRole('button', { name: '立即提交' }).click();
    expect((await ended(product, refused)).outcome).to.equal('rejected');
    await leader.context().close();

    const id = await offered();
    await decide(product, id, 'accept', 'repairer', 'accepted', { data: { eta: inHours(1) } });
    await openTask(product, id, 'arrival');
    const requester = await open('requester', `/processes/${id}`, 390);
    await requester.getByRole('button', { name: '撤回' }).click();
    const dialog = requester.getByRole('dialog', { name: '撤回申请' });
    await dialog.getByLabel('撤回的原因').fill('自己修好了');
    await dialog.getByRole('button', { name: '撤回' }).click();
    await requester.getByText('已撤回', { exact: true }).first().waitFor();
    expect(await widthOf(requester)).to.equal(390);
    await requester.context().close();
    expect((await ended(product, id)).outcome).to.equal('withdrawn');
    const notices = (await (await product.as('repairer')).get('/notices?limit=100')).body.items;
    expect(notices.filter((notice: any) => notice.processId === id && notice.kind === 'process-withdrawn')).to.have.length(1);
  });

  it('calls back whoever gave few stars, and finds an order as one types', async () => {
    const id = await atWork({ description: '热水器不热' });
    await decide(product, id, 'work', 'repairer', 'completed', { data: { description: '更换加热管', minutes: 25 } });
    await decide(product, id, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 1, speed: 2, service: 2 } } });
    await openTask(product, id, 'call-back');
    const board = await open('service', '/repairs/board', 1280);
    await board.getByLabel('查找工单').fill('热水器不热');
    await eventually('the others out of sight', async () => await board.locator('[data-order]').count() === 1);
    await inColumn(board, '待评价/回访', id).getByText('差评回访 · 1.7 星').waitFor();
    await button(board, id, '已回访').click();
    await card(board, id).getByRole('button', { name: '已致歉并说明' }).click();
    await card(board, id).locator('.words').getByRole('button', { name: '已回访', exact: true }).click();
    await card(board, id).waitFor({ state: 'detached' });
    expect((await ended(product, id)).outcome).to.equal('repaired');
    await board.context().close();
  });

  it('sets skills and duty, and notes an absence', async () => {
    const page = await open('service', '/repairs/repairers', 1280);
    const row = page.locator('[data-repairer="person-kang-wei"]');
    await row.getByRole('button', { name: '设置康伟' }).click();
    const sheet = page.locator('dialog');
    await sheet.getByText('网络与弱电', { exact: true }).click();
    await sheet.getByLabel('星期一 第 1 段开始').fill('9:5');
    await sheet.getByRole('button', { name: '保存' }).click();
    await eventually('what is wrong with the time', async () => (await sheet.getByLabel('星期一 第 1 段开始').getAttribute('aria-invalid')) === 'true');
    await sheet.getByLabel('星期一 第 1 段开始').fill('09:00');
    await sheet.getByRole('button', { name: '把星期一的班次用于星期二至五' }).click();
    await sheet.getByRole('button', { name: '保存' }).click();
    await sheet.waitFor({ state: 'detached' });
    await row.getByText('网络与弱电').waitFor();
    const { week, skills } = await product.db('repairer').where({ person_id: 'person-kang-wei' }).first('week', 'skills');
    expect([week['5'][0].from, skills.includes('network')]).to.eql(['09:00', true]);

    await row.getByRole('button', { name: '设置康伟' }).click();
    const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
    await sheet.getByLabel('开始').last().fill(`${today}T00:00`);
    await sheet.getByLabel('结束').last().fill(`${today}T00:00`);
    await sheet.getByRole('button', { name: '登记请假' }).click();
    await sheet.locator('.add .hq-error').waitFor();
    await sheet.getByLabel('结束').last().fill(`${today}T23:59`);
    await sheet.getByLabel(/^原因/).fill('体检');
    await sheet.getByRole('button', { name: '登记请假' }).click();
    await sheet.locator('.absences li').getByText('体检').waitFor();
    await sheet.getByRole('button', { name: '关闭' }).click();
    await row.locator('.presence').getByText('请假').waitFor();
    await page.context().close();
  });
});
