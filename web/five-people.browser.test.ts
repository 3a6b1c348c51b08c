import { expect } from 'chai';
import type { Page } from 'playwright-core';
import { logInAt, startBrowser, type TestBrowser } from '../test/browser.ts';
import { texts } from '../test/page-check.ts';
import { eventually } from '../test/person.ts';
import { startProduct, type Product } from '../test/product.ts';
import { makeItem, process, stockOf } from '../test/requisition.ts';
import { contract } from '../workflows/supply-requisition/contract.ts';

const RUNS = [
  { width: 1280, language: 'zh-CN', key: 'zh' },
  { width: 390, language: 'en', key: 'en' },
] as const;

describe('A whole requisition by five people in five browsers at once', function () {
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

  for (const { width, language, key } of RUNS) {
    describe(`at ${width} px, ${language}`, () => {
      const people: Record<string, Page> = {};
      const purpose = `五个人 ${width}`;
      let item: string;
      let name: string;
      let id: string;
      let number: string;

      const word = (text: string, values: Record<string, string> = {}): string =>
        texts[text]![key].replace(/\{(\w+):([^|}]*)\|([^}]*)\}/g, (_, each: string, one: string, many: string) => (values[each] === '1' ? one : many))
          .replace(/\{(\w+)\}/g, (whole, each: string) => values[each] ?? whole);
      const outcome = (step: keyof typeof contract.steps, of: string): string =>
        (contract.steps[step].outcomes as Record<string, { zh: string; en: string }>)[of]![key];
      const row = (page: Page) => page.locator('button.row').filter({ hasText: name });
      const button = (page: Page, called: string) => page.getByRole('button', { name: called, exact: true });
      const phone = width < 600;

      before(async () => {
        item = await makeItem(product, 20);
        ({ body: { name } } = await (await product.as('storekeeper')).get(`/supply/items/${item}`));
        const places = { requester: '/start', leader: '/tasks', director: '/tasks', storekeeper: '/supply/counter', auditor: '/processes' };
        await Promise.all(Object.entries(places).map(async ([who, path]) => {
          people[who] = await browser.page({ width, language });
          await logInAt(people[who], product.url, who, path);
          await browser.settled(people[who]);
        }));
      });
      after(() => Promise.all(Object.values(people).map((page) => page.context().close())));

      /** A decision may be held back for a few seconds so that it can be undone: then it is sent at once. */
      async function sendNow(page: Page): Promise<void> {
        await button(page, key === 'zh' ? '立即提交' : 'Submit now').click({ timeout: 1_500 }).catch(() => undefined);
      }

      async function decided(step: string): Promise<void> {
        await eventually(`${step} is decided`, async () => (await process(product, id)).steps.some((each: any) => each.step === step && each.outcome));
      }

      it('the requester asks for three, by clicking', async () => {
        const page = people.requester!;
        await page.getByRole('link', { name: new RegExp(contract.title[key]) }).click();
        await page.getByLabel(word('requisition.search.label')).fill(name);
        await button(page, word('requisition.add.item', { name })).click();
        const more = button(page, word('requisition.more', { name })).last();
        await more.click();
        await more.click();
        await page.getByLabel(key === 'zh' ? '用途' : 'Purpose').fill(purpose);
        await button(page, word('start.submit')).click();
        await page.waitForURL(/\/processes\/supply-requisition-/);
        id = new URL(page.url()).pathname.split('/').at(-1)!;
        ({ number } = await process(product, id));
        await page.getByText(contract.steps['department-leader'].title[key]).first().waitFor();
      });

      it('the leader’s open inbox shows it by itself; one key, or one tap, approves', async () => {
        const page = people.leader!;
        await row(page).waitFor();
        await row(page).click();
        await page.getByRole('heading', { name: new RegExp(`${name} ×3`) }).waitFor();
        await browser.check(page, `leader ${width}`);
        if (phone) await button(page, outcome('department-leader', 'approved')).click();
        else await page.keyboard.press('a');
        await sendNow(page);
        await decided('department-leader');
      });

      it('the director gives two of three, and says why', async () => {
        const page = people.director!;
        await row(page).waitFor();
        await row(page).click();
        await page.getByRole('heading', { name: new RegExp(`${name} ×3`) }).waitFor();
        await button(page, word('task.lines.fewer', { item: name })).click();
        await page.getByPlaceholder(word('task.lines.reason')).fill('先给两件');
        await button(page, outcome('service-centre-director', 'approved')).click();
        await sendNow(page);
        await decided('service-centre-director');
      });

      it('the requester’s page, never reloaded, has followed to the counter', async () => {
        const page = people.requester!;
        await page.getByText(contract.steps['hand-over'].title[key]).first().waitFor();
        await browser.check(page, `requester ${width}`);
      });

      it('the storekeeper scans the number and issues both', async () => {
        const page = people.storekeeper!;
        await page.locator('#counter-number').fill(number);
        await page.keyboard.press('Enter');
        await page.getByRole('article', { name: number }).getByText(name).first().waitFor();
        await browser.check(page, `storekeeper ${width}`);
        await page.keyboard.press('F9');
        await page.getByText(new RegExp(key === 'zh' ? `已发放 ${number}` : `${number} issued`)).waitFor();
        await eventually('the stock', async () => (await stockOf(product, item)).onHand === 18);
      });

      it('the requester sees the end and evaluates', async () => {
        const page = people.requester!;
        const end = contract.outcomes['partly-issued'].title[key];
        await page.getByText(new RegExp(`^(${contract.outcomes.issued.title[key]}|${end})$`)).first().waitFor();
        await page.getByRole('link', { name: word('process.decide') }).click();
        for (const aspect of Object.values(contract.evaluation)) {
          await page.getByRole('group', { name: aspect[key] }).getByText(word('task.stars', { n: '5' }), { exact: true }).click({ force: true });
        }
        await button(page, outcome('evaluation', 'evaluated')).click();
        await sendNow(page);
        await decided('evaluation');
      });

      it('the auditor reads all of it', async () => {
        const page = people.auditor!;
        await page.goto(`${product.url}/processes/${id}`);
        for (const who of ['王薇', '周慧敏', '杨光']) await page.getByText(who).first().waitFor();
        await browser.check(page, `auditor ${width}`);
        const { timeline } = await process(product, id);
        const actors = new Set(timeline.filter(({ actorKind }: any) => actorKind === 'person').map(({ actor }: any) => actor.name));
        expect(actors.size).to.equal(4);
      });

      it('and no browser has complained', () => {
        const found = browser.allComplaints();
        expect(found, found.join('\n')).to.deep.equal([]);
      });
    });
  }
});
