import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { findPlace } from '../db/queries/places.ts';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { startApi, type TestApi } from '../test/api.ts';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { addCheckUp, CHECK_UP } from '../test/check-up.ts';
import { eventually } from '../test/person.ts';
import { putTask } from '../test/prepared.ts';

const START = `/start/${CHECK_UP}`;
const ROOM = 'place-main-3-305';

describe('Places in a real browser', function () {
  this.timeout(60_000);
  let api: TestApi;
  let browser: TestBrowser;
  let removeCheckUp: () => void;

  before(async () => {
    removeCheckUp = addCheckUp();
    api = await startApi({ webRoot: new URL('dist', import.meta.url).pathname });
    await seedDemoCompany(api.database.url);
    browser = await startBrowser();
  });
  after(async () => {
    await browser?.close();
    removeCheckUp();
    await api?.stop();
  });
  afterEach(() => {
    expect(browser.allComplaints(), 'errors in the console, breaches of the content security policy among them').to.deep.equal([]);
  });

  async function open(username: string, path: string, width: number, language?: 'en'): Promise<Page> {
    const page = await browser.page({ width, allowed: /status of 4\d\d|ERR_INCOMPLETE_CHUNKED_ENCODING/, ...(language && { language }) });
    await logInAt(page, api.url, username, path);
    return page;
  }

  const place = (page: Page) => page.getByRole('group', { name: '地点', exact: true });
  const chip = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
  const widthOf = (page: Page) => page.evaluate('document.documentElement.scrollWidth');
  const codeOf = async (id: string): Promise<string> => (await findPlace(api.database.db, { id }))!.code;

  describe('the field that asks for one', () => {
    it('takes three taps on a phone, then one for the same place, and goes on to the device', async () => {
      const page = await open('requester', START, 390);
      for (const name of ['综合楼', '3层', '305室']) await chip(page, name).click();
      await place(page).getByText('综合楼 3层 305室').waitFor();
      expect(await widthOf(page)).to.equal(390);
      await chip(page, '空调').click();
      await place(page).getByText('综合楼 3层 305室 空调').waitFor();
      await page.getByLabel('情况').fill('不制冷');
      await chip(page, '明天').click();
      await chip(page, '提交').click();
      await page.waitForURL(/\/processes\//);
      const form = await api.database.db('process_form').orderBy('created_at', 'desc').first('form');
      expect(form.form.placeId).to.equal('place-main-3-305-ac');
      expect(form.form.at, 'tomorrow at nine, by the company’s clock').to.match(/T01:00:00\.000Z$/);
      await page.getByText('综合楼 3层 305室 空调').first().waitFor();
      await page.getByText(/明天 09:00/).first().waitFor();

      await page.goto(`${api.url}${START}`);
      await chip(page, '上次：综合楼 3层 305室 空调').click();
      await place(page).getByText('综合楼 3层 305室 空调').waitFor();
      await page.context().close();
    });

    it('is used by keyboard alone: pinyin initials, arrow keys, Enter, and Esc', async () => {
      const page = await open('requester', START, 1280);
      const box = page.getByRole('combobox');
      await box.focus();
      await page.keyboard.type('zhl305');
      await page.getByRole('option').first().waitFor();
      expect(await page.getByRole('option').first().textContent()).to.include('综合楼 3层 305室');
      await page.keyboard.press('Escape');
      expect(await page.getByRole('listbox').isVisible()).to.equal(false);
      await page.keyboard.press('ArrowDown');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Enter');
      await place(page).getByText('综合楼 3层 305室', { exact: true }).waitFor();
      expect(await page.evaluate('document.activeElement.textContent.trim()'), 'the focus is not lost').to.equal('更换');
      await page.keyboard.press('Enter');
      await box.waitFor();
      await page.keyboard.press('Shift+Tab');
      await page.getByRole('combobox').focus();
      await page.keyboard.type('没有这里');
      await page.getByText('没有找到“没有这里”').waitFor();
      await page.context().close();
    });

    it('says that it is needed, in English, too', async () => {
      const page = await open('requester', START, 390, 'en');
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.getByRole('group', { name: 'Place', exact: true }).getByText('Please choose.').waitFor();
      await page.getByRole('button', { name: 'Operations Building', exact: true }).click();
      await page.getByRole('button', { name: 'Floor 2', exact: true }).click();
      await page.getByRole('button', { name: 'Dispatching hall', exact: true }).click();
      await page.getByText('Operations Building Floor 2 Dispatching hall').waitFor();
      expect(await browser.check(page, 'the form in English', { axe: true })).to.equal(true);
      await page.context().close();
    });
  });

  describe('a QR code on the wall', () => {
    it('opens the form with the place, after the login', async () => {
      const page = await open('requester', `${START}?place=${await codeOf(ROOM)}`, 390);
      await page.getByText('地点：综合楼 3层 305室').waitFor();
      await place(page).getByText('综合楼 3层 305室').waitFor();
      await page.context().close();
    });

    it('that nobody knows says so, and leaves the choice', async () => {
      const page = await open('requester', `${START}?place=ZZZZZZ`, 390);
      await page.getByText('没有编码为 ZZZZZZ 的在用场所，请在下面选择地点。').waitFor();
      await chip(page, '综合楼').waitFor();
      await page.context().close();
    });

    it('at a form that asks for no place says that it was not used', async () => {
      const page = await open('requester', `/start/seal-use?place=${await codeOf(ROOM)}`, 390);
      await page.getByText('这种申请不问地点').waitFor();
      await page.context().close();
    });
  });

  it('a decision takes minutes, an instant and parts from the store, and shows them afterwards', async () => {
    const requester = await api.as('requester');
    const { id } = (await requester.post('/processes', { type: CHECK_UP, form: { placeId: ROOM, words: '灯不亮' } })).body;
    const task = await putTask(api.database.db, id, 'visit', 1, undefined, CHECK_UP);
    const page = await open('storekeeper', `/tasks?task=${task}`, 390);
    await page.getByLabel('用时（分钟）').fill('40');
    await chip(page, '现在').click();
    await chip(page, '添加一项').click();
    await page.getByRole('combobox', { name: '物品' }).fill('tmjd');
    await page.getByRole('option', { name: /透明胶带/ }).click();
    await page.getByRole('textbox', { name: '数量' }).fill('2');
    await chip(page, '完成').click();
    const data = await eventually('the decision', async () => (await api.database.db('task').where({ id: task }).first('data'))?.data, 30);
    expect(data).to.deep.include({ minutes: 40, parts: [{ itemId: 'item-clear-tape', quantity: 2 }] });
    expect(Math.abs(Date.now() - Date.parse(data.arrivedAt))).to.be.below(120_000);
    await page.goto(`${api.url}/processes/${id}`);
    await page.getByText('透明胶带 ×2').first().waitFor();
    await page.getByText('40 分钟').first().waitFor();
    await page.getByText(/到场时间.*今天/).first().waitFor();
    await page.context().close();
  });

  describe('the administrator’s page', () => {
    it('adds, renames, orders and takes out of use', async () => {
      const page = await open('admin', '/admin/places', 1280);
      await chip(page, '新增楼栋').click();
      await page.getByLabel('名称', { exact: true }).fill('培训楼');
      await chip(page, '保存').click();
      await chip(page, '在培训楼内新增').click();
      await page.getByLabel('名称', { exact: true }).fill('教学层');
      await chip(page, '保存').click();
      await chip(page, '修改教学层').click();
      await page.getByLabel('名称', { exact: true }).fill('一层');
      await page.getByLabel('英文名称').fill('Ground floor');
      await chip(page, '保存').click();
      await chip(page, '修改一层').waitFor();
      const rows = page.locator('[data-place]');
      await chip(page, '上移培训楼').click();
      await eventually('培训楼 before 宿舍楼', async () => {
        const names = await rows.locator('.name').allTextContents();
        return names.indexOf('培训楼') < names.indexOf('宿舍楼');
      });
      await chip(page, '修改培训楼').click();
      await chip(page, '停用').click();
      await rows.filter({ hasText: '培训楼' }).getByText('已停用').waitFor();
      const { items } = (await (await api.as('requester')).get('/places')).body;
      expect(items.map(({ name }: { name: string }) => name)).to.not.include('一层');
      await page.context().close();
    });

    for (const width of [390, 1280]) {
      it(`prints labels at ${width}, each with a code that opens its place, seven rows of three on A4`, async () => {
        const page = await open('admin', '/admin/places', width);
        await page.getByLabel('搜索场所').fill('综合楼 3层');
        await page.getByRole('checkbox', { name: /^选择综合楼 3层 301室/ }).check();
        await page.getByRole('checkbox', { name: /^选择综合楼 3层 302室/ }).check();
        await page.getByLabel('搜索场所').fill('');
        if (width === 1280) await page.locator('[data-place="place-dorm-2"]').getByRole('button', { name: '选中其中全部' }).click();
        await page.getByRole('button', { name: /^打印标签（/ }).click();
        const labels = page.locator('.label');
        await labels.first().waitFor();
        expect(await widthOf(page)).to.equal(width);
        const code = await codeOf('place-main-3-301');
        const label = page.locator(`.label[data-code="${code}"]`);
        expect((await label.innerText()).replaceAll(/\s+/g, ' ')).to.include('综合楼 3层 301室 Main Building Floor 3 Room 301').and.to.include(code).and.to.include('扫码物业报修');
        const link = await label.getByRole('img').getAttribute('aria-label');
        expect(link).to.equal(`${api.deps.config.publicUrl}/start/repair-order?place=${code}`);
        if (width === 1280) {
          // Eight rooms and the laundry of that floor, the washing machine and the boiler.
          expect(await labels.count()).to.equal(2 + 11);
          const pdf = await page.pdf({ preferCSSPageSize: true });
          expect(pdf.toString('latin1').match(/\/Type \/Page\b/g), 'one sheet').to.have.length(1);
          await page.goto(link!);
          await page.getByText('地点：综合楼 3层 301室').waitFor();
        }
        await page.context().close();
      });
    }

    it('imports a file, and says what is wrong with it by line and column', async () => {
      const page = await open('admin', '/admin/places', 1280);
      const choose = (csv: string) => page.locator('input[type="file"]').setInputFiles({ name: 'places.csv', mimeType: 'text/csv', buffer: Buffer.from(csv) });
      await chip(page, '导入').first().click();
      await choose('楼栋,编码\n甲,O00000\n');
      await page.getByText('第 2 行 · 编码').waitFor();
      await choose('楼栋,楼层,房间\n检修楼,1层,101室\n');
      await page.getByText('检查通过：新增 3').waitFor();
      await page.getByRole('dialog').getByRole('button', { name: '导入' }).click();
      await page.getByText('已导入：新增 3').waitFor();
      await chip(page, '修改检修楼').waitFor();
      await page.context().close();
    });

    it('is no page for the others', async () => {
      const page = await open('storekeeper', '/admin/places', 1280);
      await page.getByText('这一页属于其他岗位，您没有权限').waitFor();
      await page.context().close();
    });
  });
});
