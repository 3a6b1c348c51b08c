import { expect } from 'chai';
import { enqueueSms, noteResult, noteTry } from '../db/queries/sms.ts';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { makeCases } from '../test/cases.ts';
import { findThings, pageTable, type Things } from '../test/page-table.ts';
import { startProduct, type Product } from '../test/product.ts';

const WIDTHS = [1280, 390] as const;
const LANGUAGES = ['zh-CN', 'en'] as const;

describe('Every page, at both widths, in both languages, in light and dark', function () {
  this.timeout(300_000);
  let product: Product;
  let browser: TestBrowser;
  let things: Things;

  before(async () => {
    product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' } });
    await makeCases(product);
    await tellLeader(product);
    things = await findThings(async (who, path) => (await (await product.as(who)).get(path)).body);
    browser = await startBrowser(product);
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  for (const width of WIDTHS) {
    for (const language of LANGUAGES) {
      it(`${width} px, ${language}: nothing missing, nothing cut off, nothing that axe finds serious`, async () => {
        const accounts = [...new Set(pageTable.map(({ who }) => who))];
        await Promise.all([0, 1, 2].map(async () => {
          for (let who = accounts.shift(); who !== undefined; who = accounts.shift()) await look(who, width, language);
        }));
        const found = browser.allComplaints();
        browser.complaints.length = 0;
        expect(found, found.join('\n')).to.deep.equal([]);
      });
    }
  }

  /** An SMS on the demo's phones, as it stands there once it has gone out. */
  async function tellLeader({ db, sms: { seal } }: Product): Promise<void> {
    await db.transaction((trx) => enqueueSms(trx, seal, {
      key: 'page', phone: '+8615400000036', personId: 'person-chen-jianhua', template: 'tasks-late', locale: 'zh-CN', params: {},
      notBefore: new Date(Date.now() + 3_600_000), expiresAt: new Date(Date.now() + 7_200_000),
    }));
    const { id } = await db('sms').where({ key: 'page' }).first('id');
    await noteResult(db, seal, await noteTry(db, id, 'outbox'), { result: 'accepted', carrierId: id, text: '2' });
  }

  /** Visits the pages of one account; the colours change under a page that is open. */
  async function look(who: string | null, width: number, language: 'zh-CN' | 'en'): Promise<void> {
    const person = who === null ? undefined : await product.as(who);
    // What the server says is in the language that the account has chosen.
    await person?.patch('/me', { locale: language });
    const cookie = person?.cookie;
    const page = await browser.page({ width, language, cookie, allowed: /status of 404/ });
    for (const { name, path, act } of pageTable.filter((each) => each.who === who)) {
      const where = `${name} ${width} ${language}`;
      const scheme = language === 'en' && width === 390 ? 'dark' : 'light';
      await page.emulateMedia({ colorScheme: scheme });
      await page.goto(`${product.url}${path(things)}`);
      await browser.settled(page);
      await act?.(page).catch((error: Error) => browser.complaints.push(`${where}: ${error.message.split('\n')[0]}`));
      // The language changes no colour and no structure: those are looked at in one of them.
      await browser.check(page, `${where} ${scheme}`, { axe: language === 'zh-CN' });
      if (language === 'en') continue;
      await page.emulateMedia({ colorScheme: 'dark' });
      await browser.check(page, `${where} dark`, { axe: 'contrast', focus: width === 1280 });
    }
    await page.context().close();
  }
});
