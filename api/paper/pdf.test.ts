import { expect } from 'chai';
import { pdfPages } from '../../test/pdf-text.ts';
import { code128 } from './code-128.ts';
import type { Paper } from './content.ts';
import { paperPdf, type PrintMark, type Setting } from './pdf.ts';

const NUMBER = 'LY261124-0004';
const by = { name: '杨光' };
const first: PrintMark = { n: 1, at: '2026-11-24T09:00:00.000Z', by, first: { at: '2026-11-24T09:00:00.000Z', by } };
const third: PrintMark = { n: 3, at: '2026-11-25T01:00:00.000Z', by: { name: '王伟' }, first: first.first };

const purpose = (words: string): Paper['fields'] => [{ title: { zh: '用途', en: 'Purpose' }, value: { zh: words, en: words } }];

function paperWith(lines: number, more: Partial<Paper> = {}): Paper {
  const sums = { requested: 2 * lines, approved: 2 * lines, missing: 0, issued: lines, amountFen: 100 };
  return {
    number: NUMBER,
    title: { zh: '物品领用申请单', en: 'Supply Requisition' },
    status: 'ended',
    outcomeTitle: { zh: '部分发放', en: 'Partly issued' },
    requester: { id: 'person-wang-wei', name: '王伟' },
    department: '市场部',
    departmentEn: 'Marketing',
    startedAt: '2026-11-24T01:30:00.000Z',
    endedAt: '2026-11-24T08:30:00.000Z',
    fields: purpose('季度盘点用'),
    supply: {
      ...sums,
      lines: Array.from({ length: lines }, (_, i) => ({
        itemId: `item-${i}`, code: `K-${i}`, name: `复印纸${i}号`, specification: '70g 500张', unit: '包', priceFen: 100, available: 5, note: '', requested: 2,
        approved: 2, reason: null, missing: 0, issued: 1, amountFen: 200,
      })),
    },
    approvals: [{
      title: { zh: '部门领导审批', en: 'Department leader' }, state: 'done', outcome: { zh: '同意', en: 'Approve' },
      by: { id: 'person-chen', name: '陈建华' }, actorKind: 'person', at: '2026-11-24T02:30:00.000Z', comment: '同意，请尽快', data: [],
    }],
    signs: [{ zh: '领用人签字', en: 'Received by' }],
    qr: { size: 3, rows: ['101', '010', '111'] },
    barcode: code128(NUMBER),
    ...more,
  };
}

async function print(paper: Paper, setting: Partial<Setting> = {}): Promise<{ pdf: Buffer; pages: string[] }> {
  const pdf = await paperPdf(paper, {
    locale: 'zh-CN', timeZone: 'Asia/Shanghai', reader: '魏静', now: new Date('2026-11-24T09:00:00Z'), print: first, ...setting,
  });
  return { pdf, pages: pdfPages(pdf) };
}

describe('The printed requisition', function () {
  this.timeout(30_000);

  it('is one page for twenty lines, small, with text that can be searched', async () => {
    const { pdf, pages } = await print(paperWith(20));
    expect(pages).to.have.length(1);
    expect(pdf.length).to.be.below(200_000);
    const [page] = pages;
    for (const words of ['物品领用申请单', NUMBER, '王伟', '市场部', '2026-11-24 09:30', '2026-11-24 16:30 · 部分发放', '季度盘点用', '复印纸19号',
      '70g 500张', '合计 20 项', '部门领导审批', '同意', '陈建华', '意见：同意，请尽快', '领用人签字', '第 1/1 页',
      '智慧后勤 · LY261124-0004 · 第 1 次打印 · 2026-11-24 17:00 · 杨光']) expect(page).to.contain(words);
    expect(page).not.to.match(/重印|未办结|预览|\ufffd/);
  });

  it('goes on on further pages, each with the head and its number', async () => {
    const { pages } = await print(paperWith(45), { print: third });
    expect(pages).to.have.length(2);
    pages.forEach((page, i) => {
      for (const words of ['物品领用申请单', NUMBER, '实发数', '重印 · 第 3 次打印', `第 ${i + 1}/2 页`]) expect(page).to.contain(words);
      expect(page).to.contain('首次打印：2026-11-24 17:00 杨光');
    });
    expect(pages.join('').match(/复印纸\d+号/g)).to.have.length(45);
  });

  it('keeps every word of a comment of 2,000 characters', async () => {
    const words = (n: number) => Array.from({ length: n }, (_, i) => `意见第${String(i).padStart(3, '0')}条，请办。`).join('');
    const withComment = async (lines: number, comment: string) => {
      const paper = paperWith(lines);
      return (await print({ ...paper, approvals: [{ ...paper.approvals[0]!, comment }] })).pages;
    };
    expect((await withComment(1, words(100))).join('').replace(/\n/g, '')).to.contain(words(100));
    // Where it goes on on the next page, that one's head stands between.
    const pages = await withComment(25, words(200));
    expect(pages).to.have.length(2);
    expect(pages[0]).to.contain('意见第000条');
    expect(pages.join('').match(/条/g)).to.have.length(200);
  });

  it('says plainly that a case is not settled, and that a preview is no counted print, in English too', async () => {
    const { pages: [page] } = await print(paperWith(1, { status: 'running', outcomeTitle: null, endedAt: null }), { print: null, locale: 'en' });
    for (const words of ['Supply Requisition', 'Not settled yet', 'Preview', 'Marketing', 'Approve', 'Page 1/1']) expect(page).to.contain(words);
    expect(page).not.to.contain('市场部');
  });

  it('is drawn from any form: its fields, what was decided with them, who signs', async () => {
    const text = (zh: string, en: string) => ({ zh, en });
    const [approval] = paperWith(1).approvals;
    const seal = paperWith(1, {
      title: text('用印申请单', 'Seal Use'), supply: null, fields: [{ title: text('印章', 'Seal'), value: text('公章', 'Company seal') }],
      approvals: [{ ...approval!, data: [{ title: text('用印份数', 'Copies stamped'), value: text('2', '2') }] }],
      signs: [text('印章管理员签字', 'Seal keeper')],
    });
    const { pages: [zh] } = await print(seal);
    for (const words of ['用印申请单', '印章', '公章', '用印份数：2', '印章管理员签字']) expect(zh).to.contain(words);
    expect(zh).not.to.match(/物品|领用人/);
    const { pages: [en] } = await print(seal, { locale: 'en' });
    for (const words of ['Seal Use', 'Company seal', 'Copies stamped: 2', 'Seal keeper']) expect(en).to.contain(words);
  });

  it('draws a box for what the font cannot write, and drops what cannot be seen', async () => {
    const { pages: [page] } = await print(paperWith(1, { fields: purpose('要红色😀的👨‍👩‍👧，𠮷祥\u0007 end') }));
    expect(page).to.contain('要红色□的□，□祥 end');
  });
});
