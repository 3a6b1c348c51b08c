import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium, type Browser, type Page, type Request } from 'playwright-core';
import { browserCookies } from './person.ts';
import { dataWords, faults, missingTexts } from './page-check.ts';
import type { Product } from './product.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome'];

/** HOUQIN_BROWSER, else a Chromium on the PATH. Throws with the remedy when there is none. */
function browserPath(): string {
  const given = process.env.HOUQIN_BROWSER;
  const found = given !== undefined ? [given] : (process.env.PATH ?? '').split(path.delimiter)
    .flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  const usable = found.find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
  if (usable !== undefined) return usable;
  throw new Error('The browser tests need Chromium: install it (apt-get install chromium fonts-wqy-zenhei),'
    + ' or set HOUQIN_BROWSER to its program.');
}

/** How a page is opened. */
export interface PageOptions {
  width?: number;
  height?: number;
  /** Console lines that a test provokes. */
  allowed?: RegExp;
  /** Chosen in this browser before; else the account's, which is Chinese. */
  language?: 'zh-CN' | 'en';
  scheme?: 'light' | 'dark';
  /** Logged in already, by a cookie of `Person`. */
  cookie?: string;
}

/** What is looked at beside the complaints. */
export interface CheckOptions {
  /** Contrast, names and roles by axe-core: half a second; `contrast` is that alone. */
  axe?: boolean | 'contrast';
  /** That focus can be seen on everything that takes it; leaves the page without focus. */
  focus?: boolean;
}

/** A real Chromium, and what its pages complained of. */
export interface TestBrowser {
  /** Script errors, console errors, breaches of the content security policy, answers of 5xx, and what `check` found. */
  readonly complaints: string[];
  /** A page of its own browser context, as of another person at another machine. */
  page(options?: PageOptions): Promise<Page>;
  /** Waits until the page has what it asked for and shows it. */
  settled(page: Page): Promise<void>;
  /** Looks at what the page shows now; what is wrong joins the complaints, said with `where`. Answers whether all is well. */
  check(page: Page, where: string, options?: CheckOptions): Promise<boolean>;
  /** The complaints, the server's count of reports among them. Closes nothing. */
  allComplaints(): string[];
  close(): Promise<void>;
}

/** Where the pages come from: with it, data can be told from texts, and the server's count of reports is looked at. */
type Served = Pick<Product, 'db' | 'cspReports' | 'url'>;

/** Starts Chromium on the pages that `npm test` has built. Throws with the remedy when something is missing. */
export async function startBrowser(served?: Served): Promise<TestBrowser> {
  if (!existsSync(new URL('../web/dist/index.html', import.meta.url))) throw new Error('There is no web/dist: npm test builds it.');
  const browser = await launchBrowser();
  const complaints: string[] = [];
  const asked = new WeakMap<Page, Set<Request>>();
  let data: string[] = [];

  const settled = async (page: Page): Promise<void> => {
    const pending = asked.get(page)!;
    const end = Date.now() + 10_000;
    let quiet = 0;
    while (quiet < 2) {
      const busy = pending.size > 0 || await page.locator('[aria-busy="true"]:visible, .hq-skeleton:visible').count() > 0;
      quiet = busy ? 0 : quiet + 1;
      if (Date.now() > end) {
        complaints.push(`${page.url()} does not come to rest: ${[...pending].map((each) => each.url()).join(' ') || 'something is busy'}`);
        return;
      }
      await delay(30);
    }
  };

  return {
    complaints,
    settled,
    async page({ width = 1280, height = width < 600 ? 844 : 800, allowed, language, scheme, cookie } = {}) {
      const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme ?? 'light', reducedMotion: 'reduce' });
      if (language) await context.addInitScript(`localStorage.setItem('houqin.language', '${language}')`);
      if (cookie && served) {
        await context.addCookies(browserCookies(cookie, served.url).map((each) => ({ ...each, httpOnly: true, sameSite: 'Lax' as const })));
      }
      const page = await context.newPage();
      const pending = new Set<Request>();
      asked.set(page, pending);
      page.setDefaultTimeout(10_000);
      page.on('request', (request) => { if (request.resourceType() !== 'eventsource') pending.add(request); });
      page.on('requestfinished', (request) => pending.delete(request));
      page.on('requestfailed', (request) => pending.delete(request));
      page.on('response', (response) => {
        if (response.status() >= 500) complaints.push(`${response.status()} of ${response.request().method()} ${response.url()}`);
      });
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // Being told to log in is an answer, which the browser reports all the same; so are the refusals that a test provokes.
        if (message.type() !== 'error' || /401/.test(message.text()) || allowed?.test(message.text())) return;
        complaints.push(message.text());
      });
      return page;
    },
    async check(page, where, { axe = false, focus = false } = {}) {
      await settled(page);
      // Somebody may have written something since.
      if (served && (await missingTexts(page, data)).length > 0) data = await dataWords(served.db);
      const found = await faults(page, data, { axe, focus });
      complaints.push(...found.map((each) => `${where}: ${each}`));
      return found.length === 0;
    },
    allComplaints: () => [...complaints, ...(served && served.cspReports() > 0 ? [`${served.cspReports()} reports on the policy`] : [])],
    close: () => browser.close(),
  };
}

/** Starts a Chromium of the machine; `more` are switches of its own. Throws with the remedy when there is none. */
export async function launchBrowser(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath(),
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', ...more,
    ],
  });
}

/** Logs a demo account in by one click on the login page, on the way to `path`. */
export async function logInAt(page: Page, url: string, username: string, path = '/'): Promise<void> {
  await page.goto(`${url}${path}`);
  await page.locator('.accounts').getByText(username, { exact: true }).click();
  await page.waitForURL((address) => address.pathname !== '/login');
}
