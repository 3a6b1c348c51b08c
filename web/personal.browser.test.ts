import { expect } from 'chai';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, openTask, process as processOf } from '../test/requisition.ts';

const guest = { name: '慕容紫薇', phone: '15400003141', plate: '京K27Q18' };
const tomorrow = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() + 86_400_000));

describe('Personal data in a real browser', function () {
  this.timeout(90_000);
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
    const found = browser.allComplaints();
    browser.complaints.length = 0;
    expect(found, found.join('\n')).to.deep.equal([]);
  });

  it('are in no draft and no copy, masked once they are sent, and shown for a reason until the page is left', async () => {
    const page = await browser.page({ width: 390 });
    await logInAt(page, product.url, 'requester', '/start/visitor-registration');
    await page.getByText('不保存在草稿中').waitFor();
    const box = (label: string) => page.getByLabel(label).last();
    expect([await box('手机号').getAttribute('inputmode'), await box('手机号').getAttribute('autocomplete')]).to.eql(['tel', 'off']);
    const fillGuest = async (): Promise<void> => {
      await box('访客姓名').fill(guest.name);
      await box('手机号').fill(guest.phone);
      await box('车牌号').fill(guest.plate);
    };
    await fillGuest();
    await box('单位').fill('甲公司');
    await box('首日').fill(tomorrow);
    await box('末日').fill(tomorrow);
    for (const [label, given, wanted] of [['每日自', '08:30', '09:15'], ['每日至', '17:30', '16:45']] as const) {
      const time = box(label);
      expect([await time.getAttribute('type'), await time.inputValue()], label).to.eql(['time', given]);
      expect((await time.boundingBox())!.height, 'for a thumb').to.be.at.least(44);
      await time.fill(wanted);
    }
    expect(await page.evaluate('document.documentElement.scrollWidth')).to.equal(390);
    await box('来访事由').selectOption({ index: 1 });
    await box('说明').fill('检修');
    await box('地点').fill('机房');

    const stored = (): Promise<string> => page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])');
    const draft = await eventually('a draft', async () => ((await stored()).includes('机房') ? stored() : undefined));
    for (const value of Object.values(guest)) expect(draft).to.not.include(value);
    await page.reload();
    await page.getByText('的草稿').waitFor();
    expect([await box('地点').inputValue(), await box('单位').inputValue(), await box('访客姓名').inputValue(), await box('手机号').inputValue()])
      .to.eql(['机房', '甲公司', '', '']);
    await fillGuest();
    await page.getByRole('button', { name: '提交', exact: true }).click();
    await page.waitForURL(/\/processes\/visitor-registration/);
    const id = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!);
    await openTask(product, id, 'department-leader');
    expect((await processOf(product, id)).form.hours).to.eql({ from: '09:15', until: '16:45' });

    await page.getByText('154****3141').first().waitFor();
    expect(await page.locator('body').innerText()).to.not.include(guest.phone);
    await page.getByRole('button', { name: '查看个人信息' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: '查看个人信息' }).click();
    await page.getByText('请填写原因').waitFor();
    await browser.check(page, 'reveal', { axe: true });
    await dialog.getByLabel('原因').fill('核对来访人身份');
    await dialog.getByRole('button', { name: '查看个人信息' }).click();
    await page.getByText(guest.phone).first().waitFor();
    expect(await page.locator('main').innerText()).to.include(guest.name);
    await browser.check(page, 'personal data shown', { axe: true });
    expect(await stored()).to.not.include(guest.phone);
    await page.reload();
    await page.getByText('154****3141').first().waitFor();
    expect(await page.locator('body').innerText()).to.not.include(guest.phone);
    expect((await processOf(product, id)).timeline.some(({ text }: any) => text === '核对来访人身份')).to.equal(true);

    await page.goto(`${product.url}/start/visitor-registration?copy=${id}`);
    await page.getByText('请核对').waitFor();
    expect([await box('地点').inputValue(), await box('访客姓名').inputValue(), await box('手机号').inputValue()]).to.eql(['机房', '', '']);
    expect(await eventually('the copy’s draft', async () => ((await stored()).includes('机房') ? stored() : undefined))).to.not.match(/154\*|慕/);

    // Returned, it is sent again with its masks as they are.
    await decide(product, id, 'department-leader', 'leader', 'returned', { comment: '请写明楼层' });
    const revise = await openTask(product, id, 'revise');
    await page.goto(`${product.url}/tasks?task=${revise}`);
    await page.getByText('带 * 的个人信息不用重填').waitFor();
    expect(await box('手机号').inputValue()).to.equal('154****3141');
    await box('地点').fill('机房三层');
    await page.getByRole('button', { name: /重新提交/ }).click();
    await openTask(product, id, 'department-leader');
    const { body } = await (await product.as('requester')).post(`/processes/${id}/reveal`, { reason: '核对' });
    expect(body.values.map(({ value }: any) => value)).to.have.members(Object.values(guest));
    await page.context().close();
  });

  it('are no use of an auditor’s, whom nothing offers them', async () => {
    const { body: { items } } = await (await product.as('requester')).get('/processes');
    const page = await browser.page();
    await logInAt(page, product.url, 'auditor', `/processes/${items[0].id}`);
    await page.getByText('154****3141').first().waitFor();
    expect(await page.getByRole('button', { name: '查看个人信息' }).count()).to.equal(0);
    await page.context().close();
  });

  it('have days, set by an administrator in words', async () => {
    const page = await browser.page({ width: 390 });
    await logInAt(page, product.url, 'admin', '/admin/retention');
    await page.getByText('尚未清理过').waitFor();
    await page.getByText(/目前保存 \d+ 项个人信息/).waitFor();
    await page.getByLabel('证件号码（天）').fill('29');
    await browser.check(page, 'retention', { axe: true });
    await page.getByRole('button', { name: '保存', exact: true }).click();
    await page.getByText('已保存，下次清理时生效').waitFor();
    expect((await (await product.as('admin')).get('/admin/retention')).body).to.include({ idNumberDays: 29, otherDays: 90 });
    await page.context().close();
  });
});
