import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { invite, toldCode, until, VISITOR } from '../test/visits.ts';

/** What leads out of a kiosk, or lets one visitor find another. */
const WAYS_OUT = 'a, area, iframe, object, embed, select, datalist, input[type=file], input[type=date], input[type=time], form[action], [target], [contenteditable]';

const digits = async (page: Page, typed: string): Promise<void> => {
  for (const digit of typed) await page.getByRole('button', { name: digit, exact: true }).click();
};
/** As a scanner types: fast, with Enter at the end. */
const scan = async (page: Page, text: string): Promise<void> => {
  await page.keyboard.type(text);
  await page.keyboard.press('Enter');
};
const atStart = (page: Page) => page.getByRole('heading', { name: '您好，欢迎来访' }).waitFor();

describe('The kiosk in a real browser', function () {
  this.timeout(90_000);
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
    const found = browser.allComplaints();
    browser.complaints.length = 0;
    expect(found, found.join('\n')).to.deep.equal([]);
  });

  /** A kiosk that somebody enrols on its own screen. `clock`: the test moves the time. */
  async function kiosk({ width = 1280, height = 800, clock = false } = {}): Promise<Page> {
    const { body } = await (await product.as('frontdesk')).post('/visits/kiosks', { name: '大厅一号机', place: '调度楼大厅' });
    const page = await browser.page({ width, height, allowed: /status of 4\d\d|ERR_/ });
    await page.addInitScript('window.printed = []; window.print = () => { window.printed.push(document.querySelector(".kiosk-badge").innerText || document.querySelector(".kiosk-badge").textContent); };');
    page.on('dialog', () => browser.complaints.push('a dialog'));
    page.on('popup', () => browser.complaints.push('another window'));
    if (clock) await page.clock.install();
    await page.goto(`${product.url}/kiosk`);
    await page.getByLabel('启用码').fill(body.enrolmentCode);
    await page.getByRole('button', { name: '启用', exact: true }).click();
    await atStart(page);
    return page;
  }

  const printed = (page: Page) => page.evaluate('window.printed') as Promise<string[]>;

  /** Answers the walk-in of the visitor with this name as its host. */
  async function answer(visitorsFirst: string, decision: object): Promise<string> {
    const host = await product.as('requester');
    const task = await eventually('the host’s task', async () =>
      (await host.get('/tasks?type=visit&limit=20')).body.items.find(({ title }: { title: string }) => title.startsWith(visitorsFirst)));
    const { status } = await host.post(`/tasks/${task.id}/decision`, decision);
    expect(status).to.equal(200);
    return task.processId;
  }

  async function askAt(page: Page, { name = '司徒远', phone = '15400007777' } = {}, answered?: string): Promise<void> {
    const { body: host } = await (await product.as('requester')).get('/me');
    await page.getByRole('button', { name: /没有预约/ }).click();
    await page.getByRole('textbox').fill(name);
    await page.keyboard.press('Enter');
    await digits(page, phone);
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('button', { name: '没有，跳过' }).click();
    await page.getByRole('textbox').fill(host.name);
    await page.keyboard.press('Enter');
    await page.getByRole('textbox').fill(host.department.name);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: '面试' }).click();
    await page.getByRole('button', { name: '下一步' }).click();
    await page.getByRole('button', { name: '2 小时' }).click();
    await page.getByRole('button', { name: '对，请通知被访人' }).click();
    await page.getByRole('heading', { name: answered ?? new RegExp(`已通知${host.name.slice(0, 1)}\\*，请稍候`) }).waitFor();
  }

  it('is a kiosk only after the staff enrolled it, and not any more once it is revoked', async () => {
    const page = await browser.page({ allowed: /status of 4\d\d/ });
    await page.goto(`${product.url}/kiosk`);
    await page.getByRole('heading', { name: '启用本机' }).waitFor();
    await page.getByLabel('启用码').fill('NOTACODE');
    await page.getByRole('button', { name: '启用', exact: true }).click();
    await page.getByRole('alert').filter({ hasText: '启用码不正确或已过期' }).waitFor();
    const enrolled = await kiosk();
    const desk = await product.as('frontdesk');
    for (const { id } of (await desk.get('/visits/kiosks')).body.items) await desk.post(`/visits/kiosks/${id}/revoke`);
    await enrolled.getByRole('button', { name: /我有到访码/ }).click();
    await digits(enrolled, '1234560000');
    await enrolled.getByRole('heading', { name: '启用本机' }).waitFor();
  });

  it('sends a visitor to the front desk when it has taken 30 walk-ins within the hour', async () => {
    const page = await kiosk();
    await askAt(page, { name: '端木青' });
    // As if 29 others had asked here.
    const link = await product.db('visit_link').whereNotNull('kiosk_id').orderBy('created_at', 'desc').first();
    await product.db.raw(`INSERT INTO process (id, number, type, title, requester_id, department_id, status, outcome, ended_at, form_version)
      SELECT id || '.' || n, number || '-' || n, type, title, requester_id, department_id, 'ended', 'expired', now(), form_version FROM process, generate_series(1, 29) AS n WHERE id = ?`, [link.process_id]);
    await product.db.raw(`INSERT INTO visit (process_id, way, purpose, place, party, visitor, phone_tail_index, from_at, until_at)
      SELECT process_id || '.' || n, way, purpose, place, party, visitor, phone_tail_index, from_at, until_at FROM visit, generate_series(1, 29) AS n WHERE process_id = ?`, [link.process_id]);
    await product.db.raw(`INSERT INTO visit_link (token_hash, process_id, kiosk_id)
      SELECT sha256(n::text::bytea), :id || '.' || n, :kiosk FROM generate_series(1, 29) AS n`, { id: link.process_id, kiosk: link.kiosk_id });
    await page.getByRole('button', { name: '不在这里等了' }).click();
    await page.getByRole('button', { name: '完成' }).click();
    await askAt(page, { name: '端木青' }, '请到前台办理');
    await page.getByText('本机一小时最多登记 30 次来访').waitFor();
    expect(await product.db('visit').where({ way: 'kiosk' })).to.have.length(30);
    await browser.check(page, 'too many walk-ins', { axe: true });
    await page.getByRole('button', { name: '完成' }).click();
    await atStart(page);
  });

  for (const [width, height] of [[1280, 800], [1080, 1920]] as const) {
    it(`at ${width} × ${height}: is read and pressed with ease in both languages, and no screen leads out`, async () => {
      const page = await kiosk({ width, height });
      for (const language of ['zh-CN', 'en']) {
        const look = async (name: string): Promise<void> => {
          await browser.check(page, `${name} ${language}`, { axe: true });
          expect(await page.locator(WAYS_OUT).count(), name).to.equal(0);
          expect(await page.evaluate('[...document.querySelectorAll("input")].filter((each) => each.autocomplete !== "off" || each.name).length'), name).to.equal(0);
          expect(await page.evaluate(`[...document.querySelectorAll('.kiosk button, .kiosk input')].filter((each) => each.checkVisibility()).map((each) => [each.textContent, each.getBoundingClientRect()])
            .filter(([, { width, height }]) => width < 60 || height < 60).map(([text]) => text)`), `${name}: too small to press`).to.eql([]);
          expect(await page.evaluate(`[...document.querySelectorAll('.kiosk *')].filter((each) => each.checkVisibility() && [...each.childNodes].some((node) => node.nodeType === 3 && node.nodeValue.trim() !== ''))
            .filter((each) => parseFloat(getComputedStyle(each).fontSize) < 24).map((each) => each.textContent)`), `${name}: too small to read`).to.eql([]);
          expect(await page.evaluate(`[...document.querySelectorAll('.k-screen')].map((each) => each.scrollHeight - each.clientHeight)`), `${name}: scrolls`).to.eql([0]);
        };
        const home = (): Promise<void> => page.getByRole('button', { name: /^(返回首页|Start over)$/ }).click();
        const speak = async (): Promise<void> => { if (language === 'en') await page.getByRole('button', { name: 'English' }).click(); };
        await speak();
        await look('start');
        for (const choice of [/^(我有到访码|I have a code)/, /^(签离|I am leaving)/, /^(没有预约|No appointment)/]) {
          await page.getByRole('button', { name: choice }).click();
          await look(String(choice));
          if (String(choice).includes('没有预约')) {
            await page.getByRole('textbox').fill('司徒远');
            await page.keyboard.press('Enter');
            await look('phone');
          }
          await home();
          await speak();
        }
        await page.reload();
        await atStart(page);
      }
    });
  }

  it('opens no menu, selects nothing, and takes no key that leads out', async () => {
    const page = await kiosk();
    const prevented = (name: string, options = '') => page.evaluate(`!document.querySelector('.kiosk h1').dispatchEvent(new ${name}(${options}))`);
    for (const event of ['contextmenu', 'selectstart', 'dragstart', 'copy', 'paste', 'auxclick']) {
      expect(await prevented('Event', `'${event}', { bubbles: true, cancelable: true }`), event).to.equal(true);
    }
    for (const key of [`key: 'p', ctrlKey: true`, `key: 'o', ctrlKey: true`, `key: 'ArrowLeft', altKey: true`, `key: 'F1'`, `key: 'F12'`, `key: 'ContextMenu'`]) {
      expect(await prevented('KeyboardEvent', `'keydown', { bubbles: true, cancelable: true, ${key} }`), key).to.equal(true);
    }
    await page.locator('h1').dblclick();
    expect(await page.evaluate('getSelection().toString()')).to.equal('');
  });

  it('stays at the start when the back button is pressed, with nothing of what was typed', async () => {
    const page = await kiosk();
    await page.getByRole('button', { name: /没有预约/ }).click();
    await page.getByRole('textbox').fill('司徒远');
    for (let n = 0; n < 3; n += 1) {
      await page.evaluate('history.back()');
      await atStart(page);
      expect(new URL(page.url()).pathname).to.equal('/kiosk');
      await page.getByRole('button', { name: /没有预约/ }).click();
      expect(await page.getByRole('textbox').inputValue()).to.equal('');
    }
  });

  it('asks after 20 s whether somebody is there, and after 30 s forgets everything', async () => {
    const page = await kiosk({ clock: true });
    await page.getByRole('button', { name: 'English' }).click();
    await page.getByRole('button', { name: /No appointment/ }).click();
    await page.getByRole('textbox').fill('Situ Yuan');
    await page.keyboard.press('Enter');
    await digits(page, '15400007777');
    await page.clock.runFor(19_000);
    expect(await page.getByText('Still there?').count()).to.equal(0);
    await page.clock.runFor(2_000);
    await page.getByText('Still there?').waitFor();
    // Whoever answers keeps what is typed.
    await page.getByRole('button', { name: 'I am here' }).click();
    await page.getByText('Still there?').waitFor({ state: 'hidden' });
    await page.getByRole('button', { name: 'Next', exact: true }).click();
    await page.getByRole('heading', { name: /company/ }).waitFor();
    await page.clock.runFor(31_000);
    await atStart(page);
    const kept = await page.evaluate(`document.documentElement.outerHTML + JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]) + location.href + document.cookie`) as string;
    for (const typed of ['Situ Yuan', '15400007777', '7777']) expect(kept).to.not.include(typed);
    expect(await page.evaluate('document.activeElement === document.body && getSelection().toString() === ""')).to.equal(true);
    expect(await page.evaluate('Object.keys({ ...localStorage, ...sessionStorage }).filter((key) => !["houqin.theme", "vue-router:scroll"].includes(key))')).to.eql([]);
    await page.getByRole('button', { name: /没有预约/ }).click();
    expect(await page.getByRole('textbox').inputValue()).to.equal('');
  });

  it('lets in by code and phone once, prints a pass without phone and ID number, and lets out by the pass', async () => {
    const id = await invite(product, { visitor: { idNumber: '11010519491231002X', idConsent: true } });
    const { code } = await toldCode(product, id);
    await until(product, id, 'expected');
    const page = await kiosk();
    await page.getByRole('button', { name: /我有到访码/ }).click();
    await digits(page, `${code}0000`);
    const wrong = await page.getByRole('alert').textContent();
    await digits(page, `${String((Number(code) + 1) % 1_000_000).padStart(6, '0')}${VISITOR.phone.slice(-4)}`);
    await page.getByRole('heading', { name: '请输入六位到访码' }).waitFor();
    expect(await page.getByRole('alert').textContent()).to.equal(wrong);
    await digits(page, `${code}${VISITOR.phone.slice(-4)}`);
    await page.getByRole('heading', { name: '欢迎，欧*' }).waitFor();
    const [badge, ...more] = await printed(page);
    expect(more).to.eql([]);
    expect(badge).to.include(VISITOR.name).and.include(VISITOR.company);
    expect(badge).to.match(/有效\s*\d{4}-\d\d-\d\d \d\d:\d\d–(\d{4}-\d\d-\d\d )?\d\d:\d\d/).and.match(/LF\S+ · \d{4}-\d\d-\d\d \d\d:\d\d 签到/);
    for (const secret of [VISITOR.phone, VISITOR.phone.slice(-4), '11010519491231002X', VISITOR.plate]) expect(badge).to.not.include(secret);
    expect(await page.locator('.kiosk').textContent()).to.not.include(VISITOR.name);
    await page.getByRole('button', { name: '完成' }).click();
    await atStart(page);
    expect(await page.content()).to.not.include(VISITOR.name);
    const { body: { qr } } = await (await product.as('frontdesk')).get(`/visits/${id}/pass`);
    await scan(page, qr);
    await page.getByRole('heading', { name: '再见，欧*' }).waitFor();
    await until(product, id, 'left');
  });

  it('takes an ID card that is scanned at the start, and says what it does not know', async () => {
    const id = await invite(product, { visitor: { name: '端木青', phone: '15400006666', idNumber: '11010519491231002X', idConsent: true } });
    await toldCode(product, id);
    await until(product, id, 'expected');
    const page = await kiosk();
    await scan(page, '6901234567892');
    await page.getByText(/没有认出这个码/).waitFor();
    await scan(page, '11010519491231002X');
    await page.getByRole('heading', { name: '欢迎，端*' }).waitFor();
    expect(await printed(page)).to.have.length(1);
  });

  it('asks the host for a visitor without an appointment, waits beyond 30 s, and prints when it is agreed to', async () => {
    const page = await kiosk({ clock: true });
    await page.clock.resume();
    await askAt(page);
    await page.clock.fastForward(40_000);
    expect(await page.getByRole('heading', { name: /已通知.\*，请稍候/ }).count()).to.equal(1);
    const id = await answer('司*', { outcome: 'approved' });
    await page.getByRole('button', { name: '签到并打印访客证' }).click({ timeout: 20_000 });
    await page.getByRole('heading', { name: '欢迎，司*' }).waitFor();
    expect((await printed(page))[0]).to.include('司徒远').and.not.include('7777');
    await until(product, id, 'inside');
  });

  it('says in kind words that it does not suit, and forgets it within a minute', async () => {
    const page = await kiosk({ clock: true });
    await page.clock.resume();
    await askAt(page, { name: '公孙策', phone: '15400005555' });
    await answer('公*', { outcome: 'rejected', comment: '在外地' });
    await page.getByRole('heading', { name: /很抱歉/ }).waitFor({ timeout: 20_000 });
    expect(await page.content()).to.not.include('在外地');
    await page.clock.fastForward(61_000);
    await atStart(page);
    expect(await page.content()).to.not.include('公');
  });

  it('says when the server is away, and goes on by itself when it is back', async () => {
    const id = await invite(product, { visitor: { name: '令狐安', phone: '15400004444' } });
    const { code } = await toldCode(product, id);
    await until(product, id, 'expected');
    const page = await kiosk();
    await page.context().route('**/api/kiosk/**', (route) => route.abort());
    await page.getByRole('button', { name: /我有到访码/ }).click();
    await digits(page, `${code}4444`);
    await page.getByRole('status').filter({ hasText: '暂时连不上服务器，正在重试' }).waitFor();
    await page.context().unroute('**/api/kiosk/**');
    await page.getByRole('heading', { name: '欢迎，令*' }).waitFor();
    expect(await printed(page)).to.have.length(1);
  });
});
