import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { makeCases } from '../test/cases.ts';
import { findThings, pageTable, type Things } from '../test/page-table.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { inHours, report, someRoom } from '../test/repairs.ts';
import { decide, ended, openTask, request } from '../test/requisition.ts';
import { payloads } from '../test/xss.ts';

describe('What people write is shown, never run (S18)', function () {
  this.timeout(120_000);
  let product: Product;
  let browser: TestBrowser;
  let things: Things;
  /** Payloads that were shown as the words that they are. */
  const shown = new Set<string>();
  const ran: string[] = [];
  let next = 0;

  /** Another payload each time, cut where a field is short: a cut one may still break out of an attribute. */
  function words(most = 200): string {
    next += 1;
    return [...payloads[next % payloads.length]!].slice(0, most).join('');
  }

  before(async () => {
    product = await startProduct();
    const { db } = product;
    await makeCases(product);
    // Names of people, departments and items, which no page writes as freely as this.
    const rename = async (table: string, columns: Record<string, number>): Promise<void> => {
      for (const { id } of await db(table).select('id')) {
        await db(table).where({ id }).update(Object.fromEntries(Object.entries(columns).map(([column, most]) => [column, words(most)])));
      }
    };
    const storekeeper = await product.as('storekeeper');
    const made = await Promise.all(payloads.map((payload, index) => storekeeper.post('/supply/items', {
      code: `X-${index}`, name: words(80).replace(/\p{Cc}/gu, ''), category: words(40).replace(/\p{Cc}/gu, ''), unit: words(10).replace(/\p{Cc}/gu, ''),
      specification: payload.slice(0, 200).replace(/\p{Cc}/gu, ''), location: words(80).replace(/\p{Cc}/gu, ''), priceFen: 100,
    })));
    expect(made.map(({ status }) => status).filter((status) => status !== 201)).to.deep.equal([]);
    const [item, other] = made.map(({ body }) => body.id as string);
    for (const id of [item!, other!]) await storekeeper.post(`/supply/items/${id}/receipts`, { quantity: 50, note: words() });
    await storekeeper.post(`/supply/items/${item}/stock-takes`, { counted: 49, note: words() });

    const lines = [{ itemId: item!, quantity: 2, note: words() }, { itemId: other!, quantity: 3, note: words() }];
    const requester = await product.as('requester');
    const director = (await (await product.as('director')).get('/me')).body.id;
    const waiting = await request(product, lines, { purpose: words(), cc: [director] });
    await openTask(product, waiting, 'department-leader');
    for (const payload of payloads) await requester.post(`/processes/${waiting}/comments`, { text: payload });
    const returned = await request(product, lines, { purpose: words() });
    await decide(product, returned, 'department-leader', 'leader', 'returned', { comment: words() });
    await openTask(product, returned, 'revise');
    const rejected = await request(product, lines, { purpose: words() });
    await decide(product, rejected, 'department-leader', 'leader', 'rejected', { comment: words() });
    const issued = await request(product, lines, { purpose: words() });
    await decide(product, issued, 'department-leader', 'leader', 'approved', { comment: words() });
    await decide(product, issued, 'service-centre-director', 'director', 'approved', {
      comment: words(), data: { lines: [{ itemId: item, quantity: 1, reason: words() }, { itemId: other, quantity: 3 }] },
    });
    await decide(product, issued, 'hand-over', 'storekeeper', 'issued', {
      data: { lines: [{ itemId: item, issued: 1 }, { itemId: other, issued: 3 }], receivedBy: words(60) },
    });
    await decide(product, issued, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 1, speed: 2, service: 3 }, text: words() } });
    const withdrawn = await request(product, lines, { purpose: words() });
    await openTask(product, withdrawn, 'department-leader');
    expect((await requester.post(`/processes/${withdrawn}/withdraw`, { reason: words() })).status).to.equal(200);
    const repaired = await makeRepairs();
    await rename('person', { name: 60, title: 60 });
    await rename('department', { name: 60, name_en: 60 });
    await rename('role', { name: 60, name_en: 60 });
    if (await db.schema.hasTable('announcement')) await db('announcement').update({ title: words(80), body: payloads.join('\n') });
    await eventually('the last end', async () => (await requester.get(`/processes/${withdrawn}`)).body.status === 'ended');

    things = { ...await findThings(async (who, path) => (await (await product.as(who)).get(path)).body), item: item!, running: waiting, returned, rejected, issued, repaired };
    browser = await startBrowser(product);
  });
  /** Repairs that are offered, on hold and rated, with words wherever somebody writes some; answers the rated one. */
  async function makeRepairs(): Promise<string> {
    const offered = async (): Promise<string> => {
      const id = await report(product, { description: words(), spot: words(40) });
      await decide(product, id, 'department-leader', 'leader', 'approved', { comment: words() });
      await decide(product, id, 'dispatch', 'service', 'dispatched', { comment: words(), data: { repairers: ['person-jin-zhiqiang'] } });
      await openTask(product, id, 'accept');
      return id;
    };
    const begun = async (): Promise<string> => {
      const id = await offered();
      await decide(product, id, 'accept', 'repairer', 'accepted', { comment: words(), data: { eta: inHours(1) } });
      await decide(product, id, 'arrival', 'repairer', 'arrived');
      return id;
    };
    await offered();
    await decide(product, await begun(), 'work', 'repairer', 'held', { comment: words(), data: { until: inHours(24) } });
    const id = await begun();
    await decide(product, id, 'work', 'repairer', 'completed', { data: { description: words(), minutes: 5 } });
    await decide(product, id, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 5, speed: 5, service: 5 }, text: words() } });
    await ended(product, id);
    const absence = { from: inHours(1), until: inHours(2), reason: words(50) };
    expect((await (await product.as('service')).post('/repairs/repairers/person-jin-zhiqiang/absences', absence)).status).to.be.below(300);
    await product.db('place').where({ id: await someRoom(product) }).update({ name: words(40), name_en: words(40) });
    return id;
  }

  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  async function look(page: Page, where: string): Promise<void> {
    await browser.settled(page);
    if (await page.evaluate('window.__xss !== undefined')) ran.push(where);
    const text = await page.evaluate('document.body.innerText') as string;
    for (const payload of payloads) if (text.includes(payload)) shown.add(payload);
  }

  for (const who of [...new Set(pageTable.map((each) => each.who))].filter((each) => each !== null)) {
    it(`not as ${who}`, async () => {
      const page = await browser.page({ cookie: (await product.as(who)).cookie, allowed: /status of 404/ });
      page.on('dialog', (dialog) => {
        ran.push(`a dialog at ${page.url()}`);
        void dialog.dismiss();
      });
      const mine = pageTable.filter((each) => each.who === who);
      for (const { name, path, act } of mine) {
        await page.goto(`${product.url}${path(things)}`);
        await look(page, name);
        // Names have other words here: not every dialog is found by its own.
        await act?.(page).catch(() => undefined);
        await look(page, name);
      }
      await page.goto(`${product.url}/processes/${things.issued}/print`);
      await page.emulateMedia({ media: 'print' });
      await look(page, 'print');
      await page.context().close();
      expect(ran).to.deep.equal([]);
    });
  }

  it('and every one of them stood there as words, with no report on the policy', () => {
    const unseen = payloads.filter((payload) => !shown.has(payload) && !/[\u2028\u2029\u202e\u200b]/.test(payload));
    expect(unseen).to.deep.equal([]);
    const found = browser.allComplaints();
    expect(found, found.join('\n')).to.deep.equal([]);
  });
});
