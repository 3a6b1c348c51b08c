import type { Locale } from '../actor.ts';
import type { Paper } from './content.ts';
import { typesetter, type Typesetter, type Weight } from './typesetter.ts';
import { speaker, type Speaker, type Word } from './words.ts';

/** Which print it is; none for a preview. */
export interface PrintMark {
  n: number;
  at: string;
  by: { name: string };
  first: { at: string; by: { name: string } };
}

/** Who gets the paper, when, in which language. */
export interface Setting {
  locale: Locale;
  timeZone: string;
  reader: string;
  now: Date;
  print: PrintMark | null;
}

const LEFT = 40;
const WIDTH = 515;
const TOP = 34;
const BOTTOM = 796;
const FOOT = 806;
const BODY = 9.5;
const SMALL = 8;
const PAD = 4;
/** The font's own line is 1.45 high. */
const leading = (size: number) => Math.round(size * 1.45 * 10) / 10;

interface Box {
  width: number;
  align: 'left' | 'right' | 'center';
}
interface Column extends Box {
  word: Word;
}
interface CellLine {
  text: string;
  size: number;
  weight?: Weight;
}

const LINE_COLUMNS: Column[] = [
  { word: 'line', width: 30, align: 'center' },
  { word: 'item', width: 190, align: 'left' },
  { word: 'specification', width: 103, align: 'left' },
  { word: 'unit', width: 38, align: 'center' },
  { word: 'requested', width: 48, align: 'right' },
  { word: 'approved', width: 58, align: 'right' },
  { word: 'issued', width: 48, align: 'right' },
];
const STEP_COLUMNS: Column[] = [
  { word: 'step', width: 165, align: 'left' },
  { word: 'outcome', width: 95, align: 'left' },
  { word: 'person', width: 145, align: 'left' },
  { word: 'time', width: 110, align: 'left' },
];

/** The paper as PDF: A4, black on white, every page with the head and its number. */
export async function paperPdf(paper: Paper, setting: Setting): Promise<Buffer> {
  const words = speaker(setting.locale, setting.timeZone);
  const set = await typesetter({ title: `${words.text(paper.title)} ${paper.number}`, language: setting.locale });
  const sheet = new Sheet(set, words, paper, setting);
  sheet.facts();
  sheet.lines();
  sheet.approvals();
  sheet.signatures();
  sheet.feet();
  return set.end();
}

/** Lays the paper out from the top down; what does not fit goes to the next page. */
class Sheet {
  private y = 0;
  private readonly set: Typesetter;
  private readonly words: Speaker;
  private readonly paper: Paper;
  private readonly setting: Setting;

  constructor(set: Typesetter, words: Speaker, paper: Paper, setting: Setting) {
    this.set = set;
    this.words = words;
    this.paper = paper;
    this.setting = setting;
    this.page();
  }

  facts(): void {
    const { words: { say, text, time }, paper, setting } = this;
    const status = paper.status === 'running' ? say('running') : text(paper.outcomeTitle);
    this.fact([[say('requester'), paper.requester.name], [say('department'), setting.locale === 'en' ? paper.departmentEn : paper.department]]);
    this.fact([[say('started'), time(paper.startedAt)], [say('ended'), paper.endedAt ? `${time(paper.endedAt)} · ${status}` : status]]);
    for (const { title, value } of paper.fields) this.fact([[text(title), text(value)]]);
    this.y += 10;
  }

  lines(): void {
    const { words: { say }, paper: { supply } } = this;
    if (!supply) return;
    const header = () => this.tableHead(LINE_COLUMNS);
    header();
    supply.lines.forEach((line, i) => {
      const [, item, specification] = LINE_COLUMNS as [Column, Column, Column];
      const named = this.cell(line.name, item.width);
      if (line.note) named.push(...this.cell(say('note', { text: inOneLine(line.note) }), item.width, SMALL));
      if (line.reason) named.push(...this.cell(say('reason', { text: inOneLine(line.reason) }), item.width, SMALL));
      this.row(LINE_COLUMNS, [
        this.cell(String(i + 1), 30), named, this.cell(line.specification, specification.width), this.cell(line.unit, 38),
        ...[line.requested, line.approved, line.issued].map((amount) => this.cell(amount === null ? '' : String(amount), 60)),
      ], header);
    });
    const bold = (text: string, width: number) => this.cell(text, width, BODY, 'bold');
    this.row(LINE_COLUMNS, [
      [], bold(say('sum', { n: supply.lines.length }), 190), [], [],
      ...[supply.requested, supply.approved, supply.issued].map((amount) => bold(amount === null ? '' : String(amount), 60)),
    ], header);
    this.y += 10;
  }

  approvals(): void {
    const { words: { say, text, time }, setting } = this;
    this.need(60);
    this.set.write(say('approvals'), LEFT, this.y, { size: 11, weight: 'bold' });
    this.y += 19;
    const header = () => this.tableHead(STEP_COLUMNS);
    header();
    for (const step of this.paper.approvals) {
      const values = [
        text(step.title),
        step.outcome ? text(step.outcome) : say(step.state),
        step.by?.name ?? (step.actorKind === 'clock' ? say('clock') : ''),
        step.at ? time(step.at) : '',
      ];
      this.row(STEP_COLUMNS, values.map((value, i) => this.cell(value, STEP_COLUMNS[i]!.width)), header);
      const data = step.data.map(({ title, value }) => say('field', { title: text(title), value: text(value) }));
      if (data.length > 0) this.comment(data.join(setting.locale === 'en' ? '; ' : '；'), header);
      if (step.comment) this.comment(say('comment', { text: step.comment }), header);
    }
    this.y += 12;
  }

  signatures(): void {
    const height = 58;
    this.need(height);
    const { set, words: { say, text }, paper: { signs } } = this;
    signs.forEach((who, i) => {
      const width = WIDTH / signs.length;
      const x = LEFT + i * width;
      set.doc.rect(x, this.y, width, height).stroke();
      set.write(text(who), x + PAD, this.y + 3, { size: BODY, weight: 'bold' });
      set.write(say('date'), x + PAD, this.y + height - 17, { size: BODY });
    });
    this.y += height;
  }

  /** When and by whom it was printed, and page n of m, once m is known. */
  feet(): void {
    const { set, words: { say, time }, setting: { print, now, reader }, paper } = this;
    const printed = print
      ? say('printed', { n: print.n, time: time(print.at), name: print.by.name })
      : say('seen', { time: time(now), name: reader });
    const { count } = set.doc.bufferedPageRange();
    for (let i = 0; i < count; i += 1) {
      set.doc.switchToPage(i);
      const [line] = set.wrap(`${say('product')} · ${paper.number} · ${printed}`, WIDTH - 70, SMALL);
      set.write(line!, LEFT, FOOT, { size: SMALL });
      set.write(say('page', { n: i + 1, of: count }), LEFT, FOOT, { size: SMALL, width: WIDTH, align: 'right' });
    }
  }

  /** A new page with the head: title, number in words and codes, and what must be seen at once. */
  private page(): void {
    const { set, words: { say, text, time }, paper, setting: { print } } = this;
    set.doc.addPage();
    set.doc.lineWidth(0.8).strokeColor('black').fillColor('black');
    const qrSize = 63;
    const barcode = 165;
    const qrX = LEFT + WIDTH - qrSize;
    this.qr(qrX, TOP, qrSize);
    const codeX = qrX - 14 - barcode;
    this.bars(codeX, TOP, barcode, 34);
    set.write(paper.number, codeX, TOP + 37, { size: 14, weight: 'bold', width: barcode, align: 'center' });
    set.write(text(paper.title), LEFT, TOP - 4, { size: 21, weight: 'bold' });
    let x = LEFT;
    const stamps = [
      paper.status === 'running' ? say('running') : null,
      print === null ? say('preview') : print.n > 1 ? say('reprint', { n: print.n }) : null,
    ].filter((stamp) => stamp !== null);
    for (const stamp of stamps) {
      const width = set.width(stamp, 11, 'bold') + 10;
      set.doc.lineWidth(1.4).rect(x, TOP + 31, width, 18).stroke().lineWidth(0.8);
      set.write(stamp, x + 5, TOP + 32, { size: 11, weight: 'bold' });
      x += width + 6;
    }
    if (print && print.n > 1) {
      const [first] = set.wrap(say('first', { time: time(print.first.at), name: print.first.by.name }), codeX - LEFT - 8, SMALL);
      set.write(first!, LEFT, TOP + 53, { size: SMALL });
    }
    this.y = TOP + qrSize + 10;
  }

  private need(height: number, header?: () => void): void {
    if (this.y + height <= BOTTOM) return;
    this.page();
    header?.();
  }

  private cell(text: string, width: number, size = BODY, weight: Weight = 'regular'): CellLine[] {
    return text === '' ? [] : this.set.wrap(text, width - 2 * PAD, size, weight).map((line) => ({ text: line, size, weight }));
  }

  private fact(pairs: [string, string][]): void {
    const label = 72;
    const room = WIDTH / pairs.length - label;
    const columns = pairs.flatMap((): Box[] => [{ width: label, align: 'left' }, { width: room, align: 'left' }]);
    this.row(columns, pairs.flatMap(([name, value]) => [this.cell(name, label, BODY, 'bold'), this.cell(inOneLine(value), room)]));
  }

  private tableHead(columns: readonly Column[]): void {
    this.row(columns, columns.map(({ word, width }) => this.cell(this.words.say(word), width, BODY, 'bold')));
  }

  private row(columns: readonly Box[], cells: readonly CellLine[][], header?: () => void): void {
    const heights = cells.map((lines) => lines.reduce((sum, { size }) => sum + leading(size), 0));
    const height = Math.max(leading(BODY), ...heights) + 3;
    this.need(height, header);
    let x = LEFT;
    columns.forEach(({ width, align }, i) => {
      this.set.doc.rect(x, this.y, width, height).stroke();
      let y = this.y + 2;
      for (const { text, size, weight } of cells[i] ?? []) {
        this.set.write(text, x + PAD, y, { size, weight, width: width - 2 * PAD, align });
        y += leading(size);
      }
      x += width;
    });
    this.y += height;
  }

  /** Words over the whole width, which may go on on the next page. */
  private comment(text: string, header: () => void): void {
    let lines = this.cell(text, WIDTH);
    while (lines.length > 0) {
      this.need(leading(BODY) + 3, header);
      const fit = Math.floor((BOTTOM - this.y - 3) / leading(BODY));
      this.row([{ width: WIDTH, align: 'left' }], [lines.slice(0, fit)]);
      lines = lines.slice(fit);
    }
  }

  private qr(x: number, y: number, size: number): void {
    const module = size / this.paper.qr.size;
    this.paper.qr.rows.forEach((row, j) => {
      // Neighbours as one rectangle: between two there would be a hairline.
      for (const { index, 0: run } of row.matchAll(/1+/g)) this.set.doc.rect(x + index * module, y + j * module, run.length * module, module);
    });
    this.set.doc.fill('black');
  }

  private bars(x: number, y: number, width: number, height: number): void {
    const module = width / this.paper.barcode.width;
    for (const bar of this.paper.barcode.bars) this.set.doc.rect(x + bar.x * module, y, bar.width * module, height);
    this.set.doc.fill('black');
  }
}

/** A row does not go over two pages, so a cell has no breaks of its own. */
function inOneLine(text: string): string {
  return text.replace(/\s*[\r\n]\s*/g, ' ');
}
