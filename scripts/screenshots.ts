import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launchBrowser } from '../test/browser.ts';
import { findThings, pageTable } from '../test/page-table.ts';
import { browserCookies, login } from '../test/person.ts';

// npm run screenshots -- FOLDER [--en] [--dark] [NAME …]: every page of the table, or those whose name begins with NAME, at both widths,
// of the demo that runs at HOUQIN_URL.

const words = process.argv.slice(2);
const options = new Set(words.filter((word) => word.startsWith('--')));
const [folder, ...names] = words.filter((word) => !word.startsWith('--'));
const url = (process.env.HOUQIN_URL ?? 'http://127.0.0.1:8100').replace(/\/$/, '');
if (folder === undefined) {
  console.error('usage: npm run screenshots -- FOLDER [--en] [--dark] [NAME …]');
  process.exit(2);
}
mkdirSync(folder, { recursive: true });

const people = new Map<string, Awaited<ReturnType<typeof login>>>();
async function as(who: string): Promise<Awaited<ReturnType<typeof login>>> {
  const known = people.get(who) ?? await login(url, who);
  people.set(who, known);
  return known;
}

const things = await findThings(async (who, at) => (await (await as(who)).get(at)).body);
const wanted = pageTable.filter(({ name }) => names.length === 0 || names.some((each) => name.startsWith(each)));
const browser = await launchBrowser();
for (const width of [1280, 390]) {
  for (const who of new Set(wanted.map((each) => each.who))) {
    const context = await browser.newContext({
      viewport: { width, height: width < 600 ? 844 : 800 }, colorScheme: options.has('--dark') ? 'dark' : 'light', reducedMotion: 'reduce',
      deviceScaleFactor: width < 600 ? 2 : 1,
    });
    if (options.has('--en')) await context.addInitScript(`localStorage.setItem('houqin.language', 'en')`);
    if (who !== null) {
      await context.addCookies(browserCookies((await as(who)).cookie, url));
    }
    const page = await context.newPage();
    for (const { name, path: at, act } of wanted.filter((each) => each.who === who)) {
      await page.goto(`${url}${at(things)}`);
      await page.waitForTimeout(700);
      await act?.(page).catch((error: Error) => console.error(`${name}: ${error.message.split('\n')[0]}`));
      await page.waitForTimeout(300);
      await page.screenshot({ path: path.join(folder, `${name}-${width}.png`) });
    }
    await context.close();
  }
}
await browser.close();
console.log(`${wanted.length * 2} screenshots in ${folder}`);
