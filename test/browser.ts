import { accessSync, constants, existsSync } from 'node:fs';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';

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

/** A real Chromium, and what its pages complained of: script errors, console errors, breaches of the content security policy. */
export interface TestBrowser {
  readonly complaints: string[];
  /** A page of its own browser context, as of another person at another machine. */
  page(options?: { width?: number; height?: number; allowed?: RegExp }): Promise<Page>;
  close(): Promise<void>;
}

/** Starts Chromium on the pages that `npm test` has built. Throws with the remedy when something is missing. */
export async function startBrowser(): Promise<TestBrowser> {
  const executablePath = browserPath();
  if (!existsSync(new URL('../web/dist/index.html', import.meta.url))) throw new Error('There is no web/dist: npm test builds it.');
  const browser: Browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync',
    ],
  });
  const complaints: string[] = [];
  return {
    complaints,
    async page({ width = 1280, height = 800, allowed } = {}) {
      const context = await browser.newContext({ viewport: { width, height } });
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      page.on('pageerror', (error) => complaints.push(error.message));
      page.on('console', (message) => {
        // Being told to log in is an answer, which the browser reports all the same; so are the refusals that a test provokes.
        if (message.type() !== 'error' || /401/.test(message.text()) || allowed?.test(message.text())) return;
        complaints.push(message.text());
      });
      return page;
    },
    close: () => browser.close(),
  };
}

/** Logs a demo account in by one click on the login page, on the way to `path`. */
export async function logInAt(page: Page, url: string, username: string, path = '/'): Promise<void> {
  await page.goto(`${url}${path}`);
  await page.locator('.accounts').getByText(username, { exact: true }).click();
  await page.waitForURL((address) => address.pathname !== '/login');
}
