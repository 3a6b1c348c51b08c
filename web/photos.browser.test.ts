import { expect } from 'chai';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { phonePhoto } from '../test/photos.ts';
import { startProduct, type Product } from '../test/product.ts';
import { decide, ended, openTask, process } from '../test/requisition.ts';

const form = { kind: 'contract', seal: 'contract', copies: 2, reason: '年度合同', neededOn: '2026-12-01' };

describe('Photos in a real browser, from the stamp to the process page', function () {
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

  /** A paper that waits for its seal. */
  async function waiting(document: string): Promise<{ id: string; task: string }> {
    const { body } = await (await product.as('requester')).post('/processes', { type: 'seal-use', form: { ...form, document } });
    await decide(product, body.id, 'department-leader', 'leader', 'approved');
    return { id: body.id, task: await openTask(product, body.id, 'stamp') };
  }

  async function atStamp(document: string, options: Parameters<TestBrowser['page']>[0]): Promise<{ page: Page; id: string }> {
    const { id, task } = await waiting(document);
    const page = await browser.page({ allowed: /status of 4\d\d|ERR_/, ...options });
    await logInAt(page, product.url, 'sealkeeper', `/tasks?task=${task}`);
    await browser.settled(page);
    return { page, id };
  }

  const chooser = (page: Page) => page.locator('input[type=file]').last();
  const file = async (name: string, width = 3_000, height = 2_000, colour?: string) => ({ name, mimeType: 'image/jpeg', buffer: await phonePhoto(width, height, colour) });
  const enlarge = (page: Page, n: number) => page.getByRole('button', { name: `放大第 ${n} 张照片` });
  const uploaded = (page: Page, n: number) => page.locator(`.photos li:nth-child(${n}) img[src^="/api/files/"]`).waitFor();

  it('at 390 px: chosen, shrunk, seen, stamped, and seen by the requester', async () => {
    const { page, id } = await atStamp('保洁合同', { width: 390 });
    const sizes: number[] = [];
    page.on('request', (request) => { if (request.method() === 'POST' && request.url().endsWith('/api/files')) sizes.push(request.postDataBuffer()?.length ?? 0); });
    await chooser(page).setInputFiles([await file('one.jpg'), await file('two.jpg', 2_000, 3_000, '#b08040')]);
    await uploaded(page, 1);
    await uploaded(page, 2);
    await browser.check(page, 'stamp with photos, 390', { axe: true });
    expect(sizes).to.have.length(2);
    await enlarge(page, 2).click();
    await page.getByRole('dialog', { name: '照片 2/2' }).getByRole('img').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '盖章', exact: true }).click();
    expect((await ended(product, id)).outcome).to.equal('stamped');
    const { photos } = (await process(product, id)).steps.at(-1).data;
    const bytes = Buffer.from(await (await fetch(`${product.url}/api/files/${photos[0]}`, { headers: { cookie: (await product.as('requester')).cookie } })).arrayBuffer());
    // Turned upright by the browser already, and sent with no more than is kept.
    const { width, height, exif } = await sharp(bytes).metadata();
    expect([width, height, exif]).to.deep.equal([1_365, 2_048, undefined]);

    const reader = await browser.page({ width: 390 });
    await logInAt(reader, product.url, 'requester', `/processes/${id}`);
    await enlarge(reader, 2).waitFor();
    await browser.check(reader, 'process with photos, 390', { axe: true });
    await enlarge(reader, 1).click();
    const dialog = reader.getByRole('dialog', { name: '照片 1/2' });
    await dialog.getByRole('img').waitFor();
    await browser.check(reader, 'photo large, 390', { axe: true });
    await reader.keyboard.press('ArrowRight');
    await reader.getByRole('dialog', { name: '照片 2/2' }).waitFor();
    await reader.keyboard.press('ArrowRight');
    await reader.keyboard.press('ArrowLeft');
    await dialog.waitFor();
    await reader.keyboard.press('Escape');
    await reader.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await reader.evaluate('document.activeElement.getAttribute("aria-label")'), 'the focus is back').to.equal('放大第 1 张照片');
    await Promise.all([page, reader].map((each) => each.context().close()));
  });

  it('by the keyboard alone, in English and dark: enlarged, removed, at most three', async () => {
    const { page } = await atStamp('劳务合同', { width: 1280, language: 'en', scheme: 'dark' });
    const add = page.getByRole('button', { name: 'Choose photos' });
    await chooser(page).setInputFiles(await Promise.all(['#111111', '#222222', '#333333', '#444444'].map((colour) => file('x.jpg', 400, 300, colour))));
    await page.getByText('At most 3: the others were not added.').waitFor();
    await uploaded(page, 3);
    expect([await page.locator('.photos li').count(), await add.isDisabled()]).to.deep.equal([3, true]);
    await browser.check(page, 'three photos, dark, English', { axe: true, focus: true });
    await page.getByRole('button', { name: 'Enlarge photo 3' }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Photo 3 of 3' }).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.getByRole('dialog', { name: 'Photo 2 of 3' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remove photo 3' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.photos li:nth-child(3)').waitFor({ state: 'detached' });
    expect(await page.evaluate('document.activeElement.textContent.trim()'), 'the focus stays near').to.equal('Choose photos');
    // The same one can be chosen again.
    await chooser(page).setInputFiles(await file('x.jpg', 400, 300, '#333333'));
    await uploaded(page, 3);
    await page.context().close();
  });

  it('says what is wrong with one and what helps, sends it again after a failure, and stamps nothing before it is there', async () => {
    const { page, id } = await atStamp('授权书', { width: 390 });
    const stamp = page.getByRole('button', { name: '盖章', exact: true });
    await chooser(page).setInputFiles({ name: 'IMG_0001.HEIC', mimeType: 'image/heic', buffer: Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1') });
    await page.getByText(/兼容性最佳/).waitFor();
    await browser.check(page, 'refused photo, 390', { axe: true });
    await page.getByRole('button', { name: '移除第 1 张照片' }).click();

    await page.route('**/api/files', (route) => route.abort());
    await chooser(page).setInputFiles(await file('one.jpg'));
    await page.getByRole('button', { name: '重新上传' }).waitFor();
    await stamp.click();
    await page.getByText('照片还没有上传好：请稍候，或重新上传、移除。').waitFor();
    expect((await process(product, id)).status).to.equal('running');
    await page.unroute('**/api/files');
    await page.getByRole('button', { name: '重新上传' }).click();
    await uploaded(page, 1);
    await stamp.click();
    expect((await ended(product, id)).steps.at(-1).data.photos).to.have.length(1);
    await page.context().close();
  });

  it('go on while another task is looked at, and are there afterwards', async () => {
    const { page } = await atStamp('投标文件', { width: 1280 });
    const other = await waiting('介绍信');
    let go = (): void => undefined;
    const gate = new Promise<void>((resolve) => { go = resolve; });
    await page.route('**/api/files', async (route) => {
      await gate;
      await route.continue();
    });
    await chooser(page).setInputFiles(await file('one.jpg'));
    await page.getByRole('progressbar', { name: '第 1 张照片的上传进度' }).waitFor();
    await page.locator('button.row').filter({ hasText: '介绍信' }).first().click();
    await page.getByRole('heading', { name: /介绍信/ }).waitFor();
    expect(await page.locator('.photos li').count(), 'of another task').to.equal(0);
    go();
    await page.locator('button.row').filter({ hasText: '投标文件' }).first().click();
    await uploaded(page, 1);
    expect(other.id).to.match(/^seal-use-/);
    await page.context().close();
  });
});
