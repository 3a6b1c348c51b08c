import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { toldCode } from '../test/visits.ts';

const HOUR_MS = 3_600_000;

describe('Visitors in a real browser', function () {
  this.timeout(60_000);
  let product: Product;
  let browser: TestBrowser;

  before(async () => {
    product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' } });
    browser = await startBrowser(product);
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });
  afterEach(() => {
    expect(browser.allComplaints(), 'errors in the console, breaches of the content security policy among them').to.deep.equal([]);
  });

  async function open(username: string, path: string, width: number, language?: 'en'): Promise<Page> {
    const page = await browser.page({ width, allowed: /status of 4\d\d/, ...(language && { language }) });
    await logInAt(page, product.url, username, path);
    return page;
  }

  async function boardState(id: string): Promise<string | undefined> {
    const { body } = await (await product.as('frontdesk')).get('/visits/board');
    return body.items.find((each: { id: string }) => each.id === id)?.state;
  }

  /** Invited by the requester for now, and expected already. */
  async function invite(name: string, phone: string): Promise<string> {
    const answer = await (await product.as('requester')).post('/visits', {
      visitor: { name, phone, company: '临江电缆有限公司' }, purpose: 'business', place: '3 号楼 501', party: 2,
      from: new Date().toISOString(), until: new Date(Date.now() + 2 * HOUR_MS).toISOString(),
    });
    if (answer.status !== 201) throw new Error(`invite: ${answer.status} ${JSON.stringify(answer.body)}`);
    await eventually('the visit', async () => await boardState(answer.body.id) === 'expected');
    return answer.body.id;
  }

  const card = (page: Page, id: string) => page.locator(`[data-visit="${id}"]`);
  const column = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
  const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth');

  describe('the menu', () => {
    const GROUP = ['访客管理', '报备单申请', '报备单审批', '来访审批', '报备单记录', '出入统计'];
    const entriesOf = (page: Page) => page.getByRole('group', { name: '出入管理' }).getByRole('link').allTextContents()
      .then((texts) => texts.map((each) => each.trim()));

    it('has the entries of each office in their order, and marks one place alone', async () => {
      const desk = await open('frontdesk', '/visitors', 1280);
      await desk.getByRole('heading', { level: 1, name: '访客管理' }).waitFor();
      expect(await entriesOf(desk)).to.deep.equal(GROUP.filter((each) => each !== '报备单审批'));
      await desk.context().close();
      const leader = await open('leader', '/', 1280);
      expect(await entriesOf(leader)).to.deep.equal(GROUP.filter((each) => !['访客管理', '出入统计'].includes(each)));
      for (const name of ['报备单申请', '报备单审批', '来访审批', '报备单记录']) {
        await leader.getByRole('group', { name: '出入管理' }).getByRole('link', { name }).click();
        await eventually(`${name} marked`, async () =>
          (await leader.locator('.rail [aria-current="page"]').allTextContents()).join().replaceAll(/\s/g, '') === name);
      }
      await leader.context().close();
    });

    it('keeps the desk from whoever has none', async () => {
      const page = await open('requester', '/visitors', 1280);
      await page.getByText('这一页属于其他岗位，您没有权限').waitFor();
      await page.context().close();
    });
  });

  describe('an invitation', () => {
    it('says beside each field what is missing, then what happens next, and keeps nobody in the browser', async () => {
      const page = await open('requester', '/', 1280);
      await page.getByRole('link', { name: /邀请访客/ }).click();
      await page.getByRole('button', { name: '邀请', exact: true }).click();
      expect(await page.locator('.invite .hq-error').allTextContents()).to.deep.equal(['请填写。', '请填写。', '请选择。', '请填写。']);
      await page.getByLabel('访客姓名').fill('郑成功');
      await page.getByLabel('手机号').fill('12');
      await page.getByText('面试', { exact: true }).click();
      await page.getByLabel('地点').fill('2 号楼 203');
      await page.getByRole('button', { name: '邀请', exact: true }).click();
      await page.locator('.invite .hq-error').first().waitFor();
      await eventually('the API’s word on the phone', async () => (await page.getByLabel('手机号').getAttribute('aria-invalid')) === 'true');
      await page.getByLabel('手机号').fill('13800138111');
      expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.to.contain('郑成功');
      await page.getByRole('button', { name: '邀请', exact: true }).click();
      await page.getByRole('heading', { name: /已邀请/ }).waitFor();
      await page.getByText('到访短信正在发给访客', { exact: false }).waitFor();
      await page.getByRole('link', { name: /^查看 LF/ }).click();
      await page.getByRole('button', { name: '改期' }).waitFor();
      await page.getByRole('button', { name: '取消来访' }).click();
      await page.getByLabel('原因').fill('会议改到下月');
      await page.locator('dialog').getByRole('button', { name: '取消来访' }).click();
      await page.locator('.chip').filter({ hasText: '已取消' }).waitFor();
      await page.context().close();
    }).timeout(90_000);
  });

  describe('the front desk’s day', () => {
    let page: Page;
    let id: string;

    before(async () => {
      id = await invite('张志远', '13800138001');
      page = await open('frontdesk', '/visitors', 1280);
      await card(page, id).waitFor();
    });
    after(() => page?.context().close());

    it('has the cursor in the scanner’s field, finds as one types, and shows nobody’s name in full', async () => {
      await eventually('the cursor', () => page.evaluate(() => document.activeElement?.id === 'visitors-scan'));
      expect(await card(page, id).textContent()).to.contain('张*').and.not.to.contain('张志远');
      await page.keyboard.press('/');
      await page.keyboard.type('没有这样的单位');
      await eventually('nothing found', async () => await card(page, id).count() === 0);
      await page.keyboard.press('Escape');
      await card(page, id).waitFor();
    });

    it('checks in by one key and takes it back', async () => {
      await page.locator('#visitors-scan').focus();
      await eventually('the selection', async () => {
        await page.keyboard.press('j');
        return (await card(page, id).getAttribute('class'))?.includes('selected');
      });
      await page.keyboard.press('Enter');
      await page.locator('[data-last]').filter({ hasText: '已签到：张*' }).waitFor();
      await column(page, '在访').locator(`[data-visit="${id}"]`).waitFor();
      await page.locator('[data-last]').getByRole('button', { name: /撤销/ }).click();
      await column(page, '今日预约').locator(`[data-visit="${id}"]`).waitFor();
      await eventually('expected again', async () => await boardState(id) === 'expected');
    });

    it('takes the code that a visitor says, with the last four of the phone', async () => {
      const other = await invite('钱多', '13800138002');
      const { code } = await toldCode(product, other);
      await page.locator('#visitors-scan').fill(code);
      await page.keyboard.press('Enter');
      const dialog = page.getByRole('dialog', { name: '凭到访码签到' });
      await eventually('the cursor', () => page.evaluate(() => document.activeElement?.matches('dialog input[maxlength="4"]')));
      await page.keyboard.press('Enter');
      await dialog.getByText('请输入手机号后四位数字。').waitFor();
      await page.keyboard.type('9999');
      await page.keyboard.press('Enter');
      await dialog.getByText('号码不正确，或不在有效时段').waitFor();
      await dialog.getByLabel('访客手机号后四位').fill('8002');
      await page.keyboard.press('Enter');
      await page.locator('[data-last]').filter({ hasText: '已签到：钱*' }).waitFor();
      await column(page, '在访').locator(`[data-visit="${other}"]`).waitFor();
      expect(await page.locator('[data-last]').getByRole('link', { name: '打印访客证' }).getAttribute('href')).to.contain(other);
    });

    it('reads the QR code of a pass, and checks out and back in', async () => {
      await card(page, id).getByRole('button', { name: '签到', exact: true }).click();
      await page.locator('[data-last]').filter({ hasText: '已签到' }).waitFor();
      await eventually('inside', async () => await boardState(id) === 'inside');
      const { body: { qr } } = await (await product.as('frontdesk')).get(`/visits/${id}/pass`);
      await page.locator('#visitors-scan').fill(qr);
      await page.keyboard.press('Enter');
      await page.getByText('访客证有效，在访').waitFor();
      await page.getByRole('region', { name: '扫描结果' }).or(page.locator('.scanned')).first().getByRole('button', { name: /签离/ }).click();
      await column(page, '已离开').locator(`[data-visit="${id}"]`).waitFor();
      await card(page, id).getByRole('button', { name: '撤销签离' }).click();
      await column(page, '在访').locator(`[data-visit="${id}"]`).waitFor();
      await page.locator('#visitors-scan').fill('HQP1.nobody.forged');
      await page.keyboard.press('Enter');
      await page.getByText('不是本单位签发的二维码').waitFor();
      await page.keyboard.press('Escape');
    });

    it('compares the last four and says yes or no', async () => {
      if (!(await card(page, id).getAttribute('class'))?.includes('selected')) await card(page, id).locator('.head').click();
      await card(page, id).getByRole('button', { name: '核对后四位' }).click();
      await page.getByLabel('手机号后四位').fill('9999');
      await page.keyboard.press('Enter');
      await page.getByText('不一致').waitFor();
      await page.getByLabel('手机号后四位').fill('8001');
      await page.keyboard.press('Enter');
      await page.getByText('一致', { exact: true }).waitFor();
      await page.keyboard.press('Escape');
    });

    it('prints a badge with the name, and neither phone nor ID number', async () => {
      await page.goto(`${product.url}/visitors/${id}/pass`);
      const badge = page.locator('.badge');
      await badge.getByText('张志远').waitFor();
      expect(await badge.textContent()).not.to.match(/138\d|\*{4}/);
      expect(await badge.locator('svg rect').count()).to.be.greaterThan(100);
      // The times that a kiosk prints, too: the window, and when the visitor came in.
      expect(await badge.textContent()).to.match(/有效\d{4}-\d\d-\d\d \d\d:\d\d–(\d{4}-\d\d-\d\d )?\d\d:\d\d/).and.to.match(/LF\S+ · \d{4}-\d\d-\d\d \d\d:\d\d 签到/);
      expect(await badge.evaluate((each) => [each.scrollHeight - each.clientHeight, getComputedStyle(each).getPropertyValue('page')])).to.eql([0, 'visitor-badge']);
      await page.emulateMedia({ media: 'print' });
      expect(await page.locator('#app').isVisible()).to.equal(false);
      await page.emulateMedia({ media: 'screen' });
      await page.getByRole('button', { name: '返回' }).click();
      await page.getByRole('heading', { level: 1, name: '访客管理' }).waitFor();
    });

    it('registers a walk-in whom the host agreed to on the phone, and has the visitor inside', async () => {
      await page.getByRole('button', { name: /现场登记/ }).click();
      await eventually('the cursor', () => page.evaluate(() => document.activeElement?.matches('dialog input')));
      await page.keyboard.type('吴刚');
      await page.keyboard.press('Tab');
      await page.keyboard.type('13800138007');
      await page.getByText('送货取件', { exact: true }).click();
      await page.getByLabel('地点').fill('1 号楼大厅');
      await page.getByRole('combobox', { name: '被访人' }).fill('王薇');
      await page.locator('dialog').getByRole('option', { name: /王薇/ }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByLabel(/已电话确认/).check();
      await page.getByRole('button', { name: '登记并签到' }).click();
      await page.locator('[data-last]').filter({ hasText: '已签到：吴*' }).waitFor();
      await page.getByRole('link', { name: '打印访客证' }).waitFor();
      await column(page, '在访').getByText('吴*').waitFor();
    });

    it('waits live for a host who is asked', async () => {
      await page.getByRole('button', { name: /现场登记/ }).click();
      await page.getByLabel('访客姓名').fill('何平');
      await page.getByLabel('手机号').fill('13800138008');
      await page.getByText('私人来访', { exact: true }).click();
      await page.getByLabel('地点').fill('1 号楼大厅');
      await page.getByRole('combobox', { name: '被访人' }).fill('王薇');
      await page.locator('dialog').getByRole('option', { name: /王薇/ }).first().waitFor();
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: '登记并请被访人确认' }).click();
      await page.getByText('已通知王薇，等待确认').waitFor();
      const requester = await product.as('requester');
      const task = await eventually('the question', async () => (await requester.get('/tasks?step=walk-in-review&limit=1')).body.items[0]?.id);
      const { status } = await requester.post(`/tasks/${task}/decision`, { outcome: 'approved' });
      expect(status).to.equal(200);
      await page.getByText('王薇已同意，请签到').waitFor();
      await page.locator('dialog').getByRole('button', { name: '签到' }).click();
      await column(page, '在访').getByText('何*').waitFor();
    });

    it('shows everybody inside in clear, by place, for a reason', async () => {
      await page.getByRole('link', { name: '疏散名单' }).click();
      await page.getByRole('button', { name: '显示名单' }).click();
      await page.getByText('请写明原因。').waitFor();
      await page.getByLabel('原因').fill('消防演练');
      await page.keyboard.press('Enter');
      await page.getByText('吴刚').waitFor();
      expect(await page.locator('.paper h3').allTextContents()).to.have.length.of.at.least(2);
      expect(await page.locator('.paper').textContent()).to.contain('13800138007');
    });

    it('puts a number on the block list and takes it off, with reasons', async () => {
      await page.getByRole('link', { name: '黑名单' }).click();
      await page.getByRole('button', { name: '列入黑名单' }).click();
      await page.locator('dialog').getByLabel('手机号').last().fill('13800138099');
      await page.locator('dialog').getByLabel('原因').fill('曾强行闯入');
      await page.locator('dialog').getByRole('button', { name: '列入黑名单' }).click();
      await page.getByText('曾强行闯入').waitFor();
      await page.getByRole('button', { name: /移出黑名单/ }).click();
      await page.locator('dialog').getByLabel('原因').fill('已澄清');
      await page.locator('dialog').getByRole('button', { name: '移出', exact: true }).click();
      await page.getByText('黑名单是空的').waitFor();
    });

    it('shows a kiosk’s code once', async () => {
      await page.getByRole('link', { name: '自助机' }).click();
      await page.getByRole('button', { name: '登记自助机' }).click();
      await page.getByLabel('名称').fill('K7');
      await page.getByLabel('位置').fill('Gate');
      await page.keyboard.press('Enter');
      expect((await page.locator('.code').textContent())?.replaceAll(/\s/g, '')).to.match(/^[A-Z2-9]{8}$/);
      await page.getByRole('button', { name: '已输入' }).click();
      await page.getByText('待启用').waitFor();
      await page.getByRole('button', { name: '停用 K7' }).click();
      await page.locator('dialog').getByRole('button', { name: '停用', exact: true }).click();
      await page.locator('.rows').getByText('已停用').waitFor();
    });
  });

  describe('in all guises', () => {
    const PAGES = [
      ['frontdesk', '/visitors'], ['frontdesk', '/visitors/blocked'], ['frontdesk', '/visitors/evacuation'], ['frontdesk', '/visitors/kiosks'], ['frontdesk', '/visitors/export'],
      ['requester', '/visitors/invite'], ['director', '/visitors/statistics'],
    ] as const;

    for (const [width, scheme, language] of [[1280, 'dark', 'zh-CN'], [390, 'light', 'en']] as const) {
      it(`has nothing to complain of at ${width} px, ${scheme}, ${language}`, async () => {
        for (const [who, path] of PAGES) {
          const page = await browser.page({ width, scheme, language, cookie: (await product.as(who)).cookie });
          await page.goto(`${product.url}${path}`);
          await browser.settled(page);
          await browser.check(page, `${path} ${width} ${scheme} ${language}`, { axe: true, focus: true });
          expect(await widthOf(page), path).to.equal(width);
          await page.context().close();
        }
      }).timeout(180_000);
    }
  });
});
