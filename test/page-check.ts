import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import type { Db } from '../db/connect.ts';
import { processTypes } from '../workflows/contracts.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const looks = readFileSync(new URL('in-page.js', import.meta.url), 'utf8');
const CHINESE = /\p{Script=Han}/u;

/** A text that a person or a screen reader meets, and where it stands. */
interface Shown {
  text: string;
  where: string;
}

/** What nobody should read: where the page shows its inside instead of words. */
const INSIDES: readonly [string, RegExp][] = [
  ['undefined', /\bundefined\b/],
  ['null', /^null$/],
  ['not a number', /\bNaN\b/],
  ['an object', /\[object \w+\]/],
  ['no date', /Invalid Date/],
  ['a placeholder', /\{\w+\}/],
  ['an ISO duration', /\bP(?=\d|T\d)(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?\b/],
  ['an ISO instant', /\d{4}-\d\d-\d\dT\d\d:\d\d/],
  ['a raw id', /\b(?:person|item|dept|role|policy)-[a-z][a-z0-9-]*|\bsupply-requisition\b|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}/],
  ['JSON', /[{[]"|":/],
  ['a cron line', /^(?:[\d*/,-]+ ){4}[\d*/,-]+$/],
];

/** Every text of the pages: the tables hold nothing but words, so no browser is needed to read them. */
export const texts: Record<string, { zh: string; en: string }> = {};
for (const file of readdirSync(new URL('../web/texts/', import.meta.url)).filter((name) => !name.includes('.test.'))) {
  for (const table of Object.values(await import(`../web/texts/${file}`))) Object.assign(texts, table);
}

const keys = new Set(Object.keys(texts));
const codes = new Set(Object.values(processTypes).flatMap(({ contract }) => [
  contract.type, ...Object.keys(contract.steps), ...Object.keys(contract.outcomes), ...Object.values(contract.steps).flatMap(({ outcomes }) => Object.keys(outcomes)),
]).filter((code) => code.includes('-')));
/** Chinese that stands in English texts on purpose, such as the name of the language. */
const chineseInEnglish = Object.values(texts).map(({ en }) => en).filter((en) => CHINESE.test(en));
/** English texts that are whole words of their own, so that they cannot be meant in Chinese. */
const english = new Set(Object.values(texts).filter(({ zh, en }) => zh !== en && /^[A-Z][a-z]+ [a-z ]+[a-z]$/.test(en)).map(({ en }) => en));

/**
 * Texts that are missing: keys, insides of the program, and on an English page Chinese that is none of `data`, on a Chinese page English of
 * the table. `data` are the words that people have written.
 */
export async function missingTexts(page: Page, data: readonly string[]): Promise<string[]> {
  const { language, shown } = await look<{ language: string; shown: Shown[] }>(page, 'texts');
  return shown.flatMap(({ text, where }) => {
    const found = faultOf(text, language === 'en', data);
    return found ? [`${found} at ${where}: ${text.slice(0, 120)}`] : [];
  });
}

function faultOf(text: string, isEnglish: boolean, data: readonly string[]): string | undefined {
  if (keys.has(text) || (/^[a-z]+(?:\.[a-z-]+)+$/.test(text) && !data.includes(text))) return 'a key instead of a text';
  if (codes.has(text)) return 'a code instead of a text';
  const inside = INSIDES.find(([, pattern]) => pattern.test(text));
  if (inside && !data.includes(text)) return `${inside[0]} instead of a text`;
  if (!isEnglish) return english.has(text) && !data.includes(text) ? 'English on a Chinese page' : undefined;
  if (!CHINESE.test(text) || [...text].length === 1) return undefined;
  let rest = text;
  for (const words of [...chineseInEnglish, ...data]) if (rest.includes(words)) rest = rest.replaceAll(words, '');
  // “×3 等 2 项” stands in titles, which are data.
  return CHINESE.test(rest) ? 'Chinese on an English page' : undefined;
}

/** Every word in Chinese, and every odd word, that stands in the database, the longest first: what people have written. */
export async function dataWords(db: Db): Promise<string[]> {
  const tables = ['person', 'department', 'item', 'process', 'process_form', 'task', 'audit_event', 'comment', 'announcement', 'stock_movement', 'kiosk', 'repair_plan', 'repair_rating', 'repairer_absence'];
  const words = new Set<string>();
  const walk = (value: unknown): void => {
    if (typeof value === 'string') words.add(value.replace(/\s+/g, ' ').trim());
    else if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === 'object' && value !== null && !(value instanceof Date) && !Buffer.isBuffer(value)) Object.values(value).forEach(walk);
  };
  for (const table of tables) if (await db.schema.hasTable(table)) (await db(table).select()).forEach(walk);
  // A user name such as cai.weiming looks like a key.
  return [...words].filter((each) => CHINESE.test(each) || /^[a-z]+(?:\.[a-z-]+)+$/.test(each)).sort((one, other) => other.length - one.length);
}

/** What a page shows now that it should not. The words in `data` are what people have written. */
export async function faults(
  page: Page, data: readonly string[], { axe: withAxe, focus }: { axe: boolean | 'contrast'; focus: boolean },
): Promise<string[]> {
  const found = [...await look<string[]>(page, 'sideways'), ...await look<string[]>(page, 'landmarks')];
  if (withAxe) {
    await page.evaluate(`if (!window.axe) { ${axe} }`);
    found.push(...await look<string[]>(page, 'axe', withAxe === 'contrast'));
  }
  if (focus) {
    await page.keyboard.press('Tab');
    found.push(...await look<string[]>(page, 'unseenFocus'));
  }
  return [...await missingTexts(page, data), ...found];
}

/** Calls one of the functions of in-page.js in the page. */
async function look<T>(page: Page, name: string, argument?: boolean): Promise<T> {
  await page.evaluate(`if (!window.houqinLook) { ${looks} }`);
  return await page.evaluate(`window.houqinLook.${name}(${argument ?? ''})`) as T;
}
