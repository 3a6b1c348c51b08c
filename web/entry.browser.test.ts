import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT } from 'jose';
import type { Page } from 'playwright-core';
import { startBrowser, type TestBrowser } from '../test/browser.ts';
import { startProduct, type Product } from '../test/product.ts';
import { nextPlace } from './pages/entry/next.ts';

const SECRET = 'k8Jx02mQpLzVb71nRt5YwGh3cDs9FeAu';

describe('Entering from another app in a real browser', function () {
  this.timeout(90_000);
  let product: Product;
  let browser: TestBrowser;

  before(async () => {
    product = await startProduct({
      sms: {
        HOUQIN_SMS: 'outbox', HOUQIN_ENTRY_APPS: 'igw', HOUQIN_ENTRY_IGW_KEY: SECRET, HOUQIN_ENTRY_IGW_ISSUER: 'igw', HOUQIN_ENTRY_IGW_TITLE_ZH: 'I国网',
        HOUQIN_ENTRY_IGW_TITLE_EN: 'I-SG',
      },
    });
    browser = await startBrowser(product);
  });
  after(async () => {
    await browser?.close();
    await product?.stop();
  });

  const ticketOf = (claims: object): Promise<string> => new SignJWT({ iss: 'igw', aud: 'houqin', jti: randomUUID(), ...claims })
    .setProtectedHeader({ alg: 'HS256' }).setIssuedAt().setExpirationTime('2m').sign(Buffer.from(SECRET));
  const open = async (address: string): Promise<Page> => {
    const page = await browser.page({ width: 390, allowed: /status of 4\d\d/ });
    await page.goto(`${product.url}${address}`);
    return page;
  };

  it('lets staff in, to pages of ours only, and keeps the ticket nowhere', async () => {
    for (const [next, place] of [['/tasks', '/tasks'], ['//evil.test/x', '/'], ['https://evil.test', '/'], ['/\\evil.test', '/']] as const) {
      const ticket = await ticketOf({ sub: 'requester' });
      const page = await open(`/entry/igw?ticket=${ticket}&next=${encodeURIComponent(next)}`);
      await page.waitForURL((url) => url.pathname === place);
      expect(new URL(page.url()).origin).to.equal(product.url);
      const kept = await page.evaluate('JSON.stringify([{ ...localStorage }, { ...sessionStorage }, history.state]) + location.href') as string;
      expect(kept).not.to.include(ticket);
    }
  });

  it('brings a colleague to the request for a visit, known and without a code', async () => {
    const page = await open(`/entry/igw#ticket=${await ticketOf({ sub: 'P0099', name: '诸葛明', phone: '15411113333', branch: '朝阳供电公司' })}`);
    await page.waitForURL(/\/visit$/);
    await page.getByText('由您的应用提供，不需要短信验证码。').waitFor();
    expect(await page.getByLabel('短信验证码').count()).to.equal(0);
    expect(await page.getByLabel('单位').inputValue()).to.equal('朝阳供电公司');
    await browser.check(page, 'colleague', { axe: true });
  });

  it('says what to do when the ticket is not taken', async () => {
    const page = await open('/entry/igw?ticket=x');
    await page.getByText('请回到“I国网”，重新打开后勤服务。').waitFor();
    expect(page.url()).to.equal(`${product.url}/entry/igw`);
    await browser.check(page, 'entry refused', { axe: true });
  });

  it('knows which places are ours', () => {
    for (const other of ['//evil.test', '/\\evil.test', 'https://evil.test', 'javascript:alert(1)', '/entry/igw?ticket=x', '', undefined, ['/tasks']]) {
      expect(nextPlace(other), String(other)).to.equal('/');
    }
    expect(nextPlace('/tasks?type=visit')).to.equal('/tasks?type=visit');
  });
});
