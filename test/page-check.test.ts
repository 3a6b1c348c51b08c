import { expect } from 'chai';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from './browser.ts';
import { faults } from './page-check.ts';

describe('what is looked at on every page', function () {
  this.timeout(30_000);
  let browser: Browser;
  let page: Page;
  const data = ['王薇', '打印纸 ×3 等 2 项', 'undefined 是一个词'];

  before(async () => {
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 390, height: 800 } });
  });
  after(() => browser?.close());

  async function foundIn(body: string, lang = 'zh-CN', more: { axe?: boolean; focus?: boolean } = {}): Promise<string> {
    await page.setContent(`<!doctype html><html lang="${lang}"><title>T</title><main><h1>T</h1>${body}</main>`);
    return (await faults(page, data, { axe: false, focus: false, ...more })).join('\n');
  }

  it('finds nothing where nothing is wrong', async () => {
    expect(await foundIn('<p>王薇 申请 打印纸</p><p>今天 14:30 · LY202611-0001 · ¥12.50</p><button>提交</button>', 'zh-CN', { axe: true, focus: true })).to.equal('');
    expect(await foundIn('<p>王薇 asks for 打印纸 ×3 等 2 项</p><p aria-hidden="true">王</p>', 'en')).to.equal('');
  });

  const inside: [string, string, RegExp][] = [
    ['a key of the table', '<p>tasks.empty</p>', /a key/],
    ['a key in an attribute', '<input aria-label="nothing.of.the-table">', /a key/],
    ['undefined', '<p>由 undefined 办理</p>', /undefined instead/],
    ['an object', '<p>[object Object]</p>', /an object/],
    ['no number', '<p>¥NaN</p>', /not a number/],
    ['a placeholder', '<p>共 {total} 项</p>', /placeholder/],
    ['a duration', '<p>期限 PT4H</p>', /ISO duration/],
    ['an instant', '<p>2026-11-24T08:00:00.000Z</p>', /ISO instant/],
    ['a person’s id', '<p>person-wang-wei</p>', /raw id/],
    ['a process’s id', '<p>supply-requisition-0193c1</p>', /raw id/],
    ['a code of a step', '<p>department-leader</p>', /a code/],
    ['JSON', '<p>{"outcome":"approved"}</p>', /JSON/],
  ];
  for (const [name, body, expected] of inside) {
    it(`finds ${name}`, async () => { expect(await foundIn(body)).to.match(expected); });
  }

  it('finds Chinese that nobody has written on an English page, and English of ours on a Chinese one', async () => {
    expect(await foundIn('<p>王薇 已同意</p>', 'en')).to.match(/Chinese on an English page/);
    expect(await foundIn('<button title="关闭">x</button>', 'en')).to.match(/Chinese on an English page at main > button\[title\]/);
    expect(await foundIn('<p>My requests</p>')).to.match(/English on a Chinese page/);
  });

  it('leaves to people what they have written, and what is not shown', async () => {
    expect(await foundIn('<p>undefined 是一个词</p><p hidden>undefined</p><script type="text/plain">tasks.empty</script>')).to.equal('');
  });

  it('finds what scrolls sideways, a second heading, a missing landmark', async () => {
    expect(await foundIn('<div style="width: 500px">宽</div>')).to.match(/scrolls sideways: \d+ of 390/);
    expect(await foundIn('<h1>又一个</h1>')).to.match(/2 first headings/);
    await page.setContent('<h1>T</h1>');
    expect((await faults(page, data, { axe: false, focus: false })).join()).to.match(/0 main landmarks/);
  });

  it('finds poor contrast, a field without a name, and focus that cannot be seen', async () => {
    expect(await foundIn('<p style="color: #bbb; background: #fff">很淡的字</p><input>', 'zh-CN', { axe: true })).to.match(/color-contrast[^]*label|label[^]*color-contrast/);
    expect(await foundIn('<button style="outline: none">看不见</button>', 'zh-CN', { focus: true })).to.match(/focus cannot be seen: main > button 看不见/);
  });
});
