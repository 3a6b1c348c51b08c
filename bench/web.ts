import { cpus, loadavg } from 'node:os';
import type { Browser } from 'playwright-core';
import { launchBrowser } from '../test/browser.ts';
import { browserCookies, login } from '../test/person.ts';
import { round } from './measure.ts';

// The inbox as a phone on a good 4G line meets it for the first time: cold cache, 9 Mbit/s, 85 ms round trip, a processor four times slower
// than this one. Medians of ROUNDS loads of the demo that runs at HOUQIN_URL; nothing is decided: the decisions are answered here.
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);
const KEYS = 8;
const url = (process.env.HOUQIN_URL ?? 'http://127.0.0.1:8100').replace(/\/$/, '');
const LINE = { offline: false, latency: 85, downloadThroughput: 9_000_000 / 8, uploadThroughput: 1_500_000 / 8 };
const SLOWER = 4;

/** One load. Milliseconds since the navigation began, kilobytes as they went over the line. */
interface Load {
  firstPaint: number;
  largestPaint: number;
  firstRow: number;
  usable: number;
  jsKb: number;
  totalKb: number;
  requests: number;
  layoutShift: number;
  moveKey: number;
  approveKey: number;
}

/** In the page, before anything of it runs. */
const observe = `
  window.seen = { firstPaint: 0, largestPaint: 0, firstRow: 0, usable: 0, layoutShift: 0, answers: [] };
  const watch = (type, look) => new PerformanceObserver((list) => list.getEntries().forEach(look)).observe({ type, buffered: true });
  watch('paint', ({ name, startTime }) => { if (name === 'first-contentful-paint') seen.firstPaint = startTime; });
  watch('largest-contentful-paint', ({ startTime }) => { seen.largestPaint = startTime; });
  watch('layout-shift', ({ value, hadRecentInput }) => { if (!hadRecentInput) seen.layoutShift += value; });
  const state = () => document.querySelectorAll('button.row').length + '|' + document.querySelector('.row[aria-current="true"]')?.textContent;
  const lookForRow = () => {
    const row = document.querySelector('button.row');
    const box = row?.getBoundingClientRect();
    if (row && row.contains(document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2))) seen.firstRow = performance.now();
    else requestAnimationFrame(lookForRow);
  };
  requestAnimationFrame(lookForRow);
  addEventListener('keydown', ({ timeStamp }) => {
    const before = state();
    const answered = () => {
      if (state() === before) return requestAnimationFrame(answered);
      seen.usable ||= performance.now();
      seen.answers.push(performance.now() - timeStamp);
    };
    requestAnimationFrame(answered);
  }, true);
`;

const { cookie } = await login(url, 'leader');
const browser = await launchBrowser();
const version = browser.version();
const loads: Load[] = [];
for (let i = 0; i < ROUNDS; i += 1) loads.push(await load(browser));
await browser.close();

const figures = Object.fromEntries(Object.keys(loads[0]!).map((name) => {
  const value = median(loads.map((each) => each[name as keyof Load]));
  return [name, name === 'layoutShift' ? Math.round(value * 10_000) / 10_000 : round(value)];
}));
console.table(figures);
console.log(JSON.stringify({
  host: { cores: cpus().length, load: loadavg().map(round), node: process.version, chromium: version },
  settings: { ROUNDS, mbit: 9, roundTripMs: 85, cpuSlower: SLOWER, page: '/tasks' },
  medians: figures, loads,
}, null, 2));

async function load(browser: Browser): Promise<Load> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  await context.addCookies(browserCookies(cookie, url));
  await context.addInitScript(observe);
  const page = await context.newPage();
  await page.route('**/api/tasks/*/decision', (route) => route.fulfill({ status: 200, json: {} }));
  const devtools = await context.newCDPSession(page);
  await devtools.send('Network.enable');
  await devtools.send('Network.emulateNetworkConditions', LINE);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER });
  const types = new Map<string, string>();
  const bytes = { js: 0, all: 0 };
  devtools.on('Network.responseReceived', ({ requestId, type }) => types.set(requestId, type));
  devtools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    bytes.all += encodedDataLength;
    if (types.get(requestId) === 'Script') bytes.js += encodedDataLength;
  });

  await page.goto(`${url}/tasks`, { waitUntil: 'commit' });
  await page.waitForFunction(() => (globalThis as any).seen.firstRow > 0, undefined, { polling: 50, timeout: 60_000 });
  await page.keyboard.press('j');
  await page.waitForFunction(() => (globalThis as any).seen.answers.length > 0, undefined, { polling: 20, timeout: 60_000 });
  await page.waitForTimeout(2_000);
  const first = await page.evaluate('({ ...window.seen, requests: performance.getEntriesByType("resource").length + 1 })') as Record<string, any>;
  const sent = { ...bytes };
  for (let i = 0; i < KEYS; i += 1) {
    await page.keyboard.press(i % 2 === 0 ? 'k' : 'j');
    await page.waitForTimeout(600);
  }
  const { answers } = await page.evaluate('window.seen') as { answers: number[] };
  await page.evaluate('window.seen.answers = []');
  await page.keyboard.press('a');
  await page.waitForFunction(() => (globalThis as any).seen.answers.length > 0, undefined, { polling: 20, timeout: 60_000 });
  const approve = await page.evaluate('window.seen.answers[0]') as number;
  await context.close();
  return {
    firstPaint: first.firstPaint, largestPaint: first.largestPaint, firstRow: first.firstRow, usable: first.usable,
    jsKb: sent.js / 1024, totalKb: sent.all / 1024, requests: first.requests, layoutShift: first.layoutShift,
    moveKey: median(answers.slice(1)), approveKey: approve,
  };
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)]!;
}
