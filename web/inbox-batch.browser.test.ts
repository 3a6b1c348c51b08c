import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { browserCookies, eventually } from '../test/person.ts';
import { putItem, putProcess, putTask } from '../test/prepared.ts';
import { startProduct, type Product } from '../test/product.ts';

const LEADER = 'department-leader';
const WANG = 'person-wang-wei';

describe('Many tasks, and the way to anything, in a real browser', function () {
  this.timeout(120_000);
  let product: Product;
  let browser: TestBrowser;
  let leader: Page;
  const scripts = new Map<string, number>();

  const row = (page: Page, title: string) => page.locator('.rows > li').filter({ hasText: title });
  const waiting = async (title: string) => putTask(product.db, await putProcess(product.db, WANG, title), LEADER);
  const stateOf = async (id: string) => product.db('task').where({ id }).first('state', 'outcome', 'comment');

  before(async () => {
    product = await startProduct();
    await putItem(product.db);
    browser = await startBrowser(product);
    // One task is taken out of the leader's sight while it is open.
    leader = await browser.page({ language: 'zh-CN', allowed: /404/ });
    leader.on('response', (response) => {
      if (!new URL(response.url()).pathname.endsWith('.js')) return;
      void response.body().then((body) => scripts.set(response.url(), gzipSync(body).length), () => undefined);
    });
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  it('loads at most 200 KB of JavaScript for the inbox, gzip', async () => {
    await waiting('订书机 ×1');
    await logInAt(leader, product.url, 'leader', '/tasks');
    await leader.getByRole('heading', { level: 2, name: /订书机/ }).waitFor();
    scripts.clear();
    await leader.reload();
    await leader.getByRole('button', { name: '同意', exact: true }).waitFor();
    await leader.waitForLoadState('networkidle', { timeout: 3_000 }).catch(() => undefined);
    const kilobytes = [...scripts.values()].reduce((sum, size) => sum + size, 0) / 1_024;
    console.log(`      ${Math.round(kilobytes)} KB in ${scripts.size} files`);
    expect(scripts.size).to.be.above(2);
    expect(kilobytes).to.be.below(200);
  });

  it('has how much waits and the page in the window’s title, and every key behind ?', async () => {
    await eventually('the count in the title', () => leader.evaluate(() => document.title === '(1) 待办 · 智慧后勤'));
    await leader.keyboard.press('?');
    const keys = leader.getByRole('dialog', { name: '键盘快捷键' });
    await keys.getByText('撤销（10 秒内，Ctrl Z 亦可）').waitFor();
    await leader.keyboard.press('Escape');
    await keys.waitFor({ state: 'hidden' });
  });

  it('selects by x, by a range and all, decides with one comment, and keeps what was refused with its reason', async () => {
    const titles = ['批量甲', '批量乙', '批量丙', '批量丁'];
    const ids: string[] = [];
    for (const title of titles) ids.push(await waiting(`${title} ×1`));
    await row(leader, '批量丁').waitFor();
    // Somebody becomes ineligible behind the page's back.
    await product.db('task').where({ id: ids[2] }).update({ excluded: [WANG, 'person-chen-jianhua'] });
    await row(leader, '批量甲').locator('button.row').click();
    await leader.getByRole('heading', { level: 2, name: /批量甲/ }).waitFor();
    await leader.keyboard.press('x');
    await leader.getByRole('heading', { name: '已选 1 项' }).waitFor();
    await row(leader, '批量丁').locator('button.row').click({ modifiers: ['Shift'] });
    await leader.getByRole('heading', { name: '已选 4 项' }).waitFor();
    await leader.getByLabel(/^意见/).fill('批量同意');
    await leader.getByRole('button', { name: '同意 4 项' }).click();
    await leader.getByText('已同意 3 项').waitFor();
    await leader.getByRole('heading', { name: '已选 1 项' }).waitFor();
    await row(leader, '批量丙').getByText(/不存在，或您无权查看/).waitFor();
    expect(await leader.getByRole('heading', { name: '未能办理' }).count()).to.equal(1);
    for (const [i, id] of ids.entries()) {
      expect(await stateOf(id)).to.deep.include(i === 2 ? { state: 'open' } : { state: 'decided', outcome: 'approved', comment: '批量同意' });
    }
    await leader.keyboard.press('Escape');
    await leader.getByRole('button', { name: '选择', exact: true }).waitFor();
    await product.db('task').where({ id: ids[2] }).update({ state: 'closed', closed_at: product.db.fn.now() });
  });

  it('does the same on a phone, in English and in the dark, and asks for the reason of a refusal', async () => {
    const ids = [await waiting('Stapler ×1'), await waiting('Tape ×2'), await waiting('Glue ×3')];
    const phone = await browser.page({ width: 390, height: 844, language: 'en', scheme: 'dark' });
    await logInAt(phone, product.url, 'leader', '/tasks');
    await browser.check(phone, 'inbox on a phone', { axe: true });
    await phone.getByRole('button', { name: 'Select', exact: true }).click();
    await row(phone, 'Stapler').locator('button.row').click();
    await row(phone, 'Tape').locator('button.row').click();
    await phone.getByRole('button', { name: 'Reject 2' }).click();
    await phone.getByRole('alert').filter({ hasText: 'Say why you reject' }).waitFor();
    await phone.getByLabel(/^Comment/).fill('Budget is used up');
    await browser.check(phone, 'a batch on a phone', { axe: true });
    await phone.getByRole('button', { name: 'Reject 2' }).click();
    await phone.getByText('Reject: 2 done').waitFor();
    expect((await stateOf(ids[0]!)).outcome).to.equal('rejected');
    expect((await stateOf(ids[2]!)).state).to.equal('open');
    await phone.getByRole('button', { name: 'Search', exact: true }).click();
    await phone.getByRole('combobox', { name: 'Search' }).fill('Glue');
    await phone.getByRole('option', { name: /Glue/ }).waitFor();
    await browser.check(phone, 'search on a phone', { axe: true });
    await phone.getByRole('option', { name: /Glue/ }).click();
    await phone.waitForURL(/\/processes\//);
    await browser.settled(phone);
    await phone.context().close();
  });

  it('finds by keys alone a case, a page and a colleague, and no case of a stranger', async () => {
    const id = await putProcess(product.db, 'person-zhao-lei', '机密投影仪 ×1');
    const mine = await waiting('会议投影仪 ×1');
    await putTask(product.db, id, LEADER);
    await leader.keyboard.press('Control+k');
    const box = leader.getByRole('combobox', { name: '搜索' });
    await box.fill('投影仪');
    await leader.getByRole('option', { name: /会议投影仪/ }).waitFor();
    expect(await leader.getByRole('option', { name: /机密/ }).count()).to.equal(0);
    await leader.keyboard.press('Enter');
    await leader.waitForURL(`**/processes/${mine.split('.')[0]}`);
    await leader.keyboard.press('Control+k');
    await box.fill('wdsq');
    await leader.getByRole('option', { name: '我的申请' }).waitFor();
    await leader.keyboard.press('Enter');
    await leader.waitForURL('**/processes');
    expect(await leader.evaluate('document.activeElement.id')).to.equal('page');
    await leader.keyboard.press('Control+k');
    await box.fill('王薇');
    await leader.getByRole('option', { name: /^王薇/ }).waitFor();
    await leader.getByRole('option', { name: /^王薇/ }).click();
    await leader.waitForURL(`**/tasks?requester=${WANG}**`);
    await leader.getByText('会议投影仪').first().waitFor();
    await leader.reload();
    await leader.getByRole('button', { name: '移除 王薇' }).click();
    await leader.waitForURL((address) => !address.searchParams.has('requester'));
  });

  it('is right again by itself after the API was away, and says that it was', async () => {
    const target = new URL(product.url);
    const sockets = new Set<Socket>();
    let proxy: Server | undefined;
    const listen = async (port: number): Promise<number> => {
      proxy = createServer((socket) => {
        const upstream = connect(Number(target.port), '127.0.0.1');
        for (const each of [socket, upstream]) {
          sockets.add(each);
          each.on('error', () => undefined).on('close', () => { socket.destroy(); upstream.destroy(); });
        }
        socket.pipe(upstream).pipe(socket);
      });
      await new Promise<void>((ready) => { proxy!.listen(port, '127.0.0.1', ready); });
      return (proxy.address() as AddressInfo).port;
    };
    const stop = async (): Promise<void> => {
      const closed = new Promise((done) => { proxy!.close(done); });
      for (const socket of sockets) socket.destroy();
      await closed;
    };
    const port = await listen(0);
    const page = await browser.page({ language: 'zh-CN', allowed: /ERR_|Failed to load/ });
    await page.context().addCookies(browserCookies((await product.as('leader')).cookie, `http://127.0.0.1:${port}`));
    await page.goto(`http://127.0.0.1:${port}/tasks`);
    await row(page, '会议投影仪').waitFor();
    await stop();
    await page.getByText('连接已断开，正在重新连接…').waitFor();
    await waiting('断线期间 ×1');
    await listen(port);
    await row(page, '断线期间').waitFor({ timeout: 30_000 });
    await page.getByText('连接已断开，正在重新连接…').waitFor({ state: 'hidden' });
    await page.context().close();
    await stop();
  });

  it('scrolls through 1,000 tasks with the right total, drawing what is in sight, and decides 200 at once', async () => {
    const before = (await (await product.as('leader')).get('/tasks?limit=1')).body.total as number;
    for (let i = 0; i < 1_000 - before; i += 20) {
      await Promise.all(Array.from({ length: Math.min(20, 1_000 - before - i) }, (_, j) => waiting(`长列表 ${i + j} ×1`)));
    }
    await leader.goto(`${product.url}/tasks`);
    await leader.getByText('共 1000 项').waitFor();
    const measured = await leader.evaluate(async () => {
      const list = document.querySelector('.list')!;
      const gaps: number[] = [];
      let last = performance.now();
      const end = last + 60_000;
      while (document.querySelectorAll('.rows button.row').length < 1_000 && performance.now() < end) {
        list.scrollTop += 400;
        await new Promise((drawn) => { requestAnimationFrame(drawn); });
        gaps.push(performance.now() - last);
        last = performance.now();
      }
      const sorted = gaps.toSorted((a, b) => a - b);
      return {
        rows: document.querySelectorAll('.rows button.row').length,
        height: Math.max(...Array.from(document.querySelectorAll('.rows button.row'), (each) => each.getBoundingClientRect().height)),
        nodes: document.querySelectorAll('*').length,
        frames: gaps.length,
        p50: Math.round(sorted[Math.floor(gaps.length / 2)]!),
        p95: Math.round(sorted[Math.floor(gaps.length * 0.95)]!),
      };
    });
    console.log(`      ${JSON.stringify(measured)}`);
    expect(measured.rows).to.equal(1_000);
    expect(measured.height).to.equal(56);

    await leader.goto(`${product.url}/tasks`);
    await leader.getByText('共 1000 项').waitFor();
    await eventually('two hundred rows', () => leader.evaluate(() => {
      document.querySelector('.list')!.scrollTop = 1e6;
      return document.querySelectorAll('.rows button.row').length >= 200;
    }));
    await leader.getByRole('button', { name: '选择', exact: true }).click();
    const all = leader.getByRole('button', { name: /^全选已显示的 \d+ 项/ });
    await all.click();
    const approve = leader.getByRole('button', { name: /^同意 \d+ 项/ });
    const count = Number(/\d+/.exec(await approve.textContent() ?? '')![0]);
    const begun = Date.now();
    await approve.click();
    await leader.getByText(`已同意 ${count} 项`).waitFor({ timeout: 30_000 });
    console.log(`      ${count} tasks in the page in ${Date.now() - begun} ms`);
    await leader.getByText(`共 ${1_000 - count} 项`).waitFor();
    await eventually('the server’s total', async () => (await (await product.as('leader')).get('/tasks?limit=1')).body.total === 1_000 - count);
  });

  it('has the counter in the bar of a storekeeper’s phone, and icons with names on a small desk', async () => {
    const phone = await browser.page({ width: 390, height: 844, language: 'zh-CN' });
    await logInAt(phone, product.url, 'storekeeper', '/tasks');
    await phone.locator('nav.bar').getByRole('link', { name: '物资柜台' }).waitFor();
    expect(await phone.locator('nav.bar a').count()).to.equal(4);
    await phone.setViewportSize({ width: 900, height: 700 });
    await phone.getByRole('link', { name: '物品库存' }).waitFor();
    expect((await phone.locator('aside.rail').boundingBox())!.width).to.be.below(80);
    expect(await phone.evaluate('document.documentElement.scrollWidth')).to.equal(900);
    await phone.context().close();
  });

  it('breaks neither a script nor the content security policy on the way', () => {
    expect(browser.allComplaints()).to.deep.equal([]);
  });
});
