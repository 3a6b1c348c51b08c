import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import PDFDocument from 'pdfkit';

export type Weight = 'regular' | 'bold';

/** Stands for what the font cannot write: an emoji, a rare character. */
const MISSING = '□';
// A line does not begin with these.
const CLOSING = /^[，。、；：？！）》」』】”’…,.;:?!)\]}%·]/;

let loading: Promise<Record<Weight, Buffer>> | undefined;

/** The Chinese font, 8 MB a weight: read at the first paper, kept from then on; a PDF takes the glyphs that it uses. */
async function fonts(): Promise<Record<Weight, Buffer>> {
  const folder = path.join(path.dirname(createRequire(import.meta.url).resolve('@embedpdf/fonts-sc')), '../fonts');
  loading ??= Promise.all(['Regular', 'Bold'].map((weight) => readFile(path.join(folder, `NotoSansHans-${weight}.otf`))))
    .then(([regular, bold]) => ({ regular: regular!, bold: bold! }));
  return loading.catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
}

/** A PDF that is written line by line, so that whoever lays it out knows where each line stands. Points, from the top left. */
export interface Typesetter {
  readonly doc: PDFKit.PDFDocument;
  width(text: string, size: number, weight?: Weight): number;
  /** The text in lines no wider than `width`, each of which `write` can write. */
  wrap(text: string, width: number, size: number, weight?: Weight): string[];
  /** One line with its top at `y`; `align` is within `width`. */
  write(line: string, x: number, y: number, options: { size: number; weight?: Weight; width?: number; align?: 'left' | 'right' | 'center' }): void;
  /** The finished file. */
  end(): Promise<Buffer>;
}

/** Begins an A4 document. */
export async function typesetter(info: { title: string; language: string }): Promise<Typesetter> {
  const faces = await fonts();
  const doc = new PDFDocument({
    size: 'A4', margin: 0, bufferPages: true, autoFirstPage: false, lang: info.language,
    info: { Title: info.title, Creator: 'Houqin', Producer: 'Houqin' },
  });
  const chunks: Buffer[] = [];
  doc.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<Buffer>((resolve, reject) => {
    doc.on('end', () => resolve(Buffer.concat(chunks)));
    doc.on('error', reject);
  });
  for (const weight of ['regular', 'bold'] as const) doc.registerFont(weight, faces[weight]);
  const widths = new Map<string, number>();
  const graphemes = new Intl.Segmenter('zh', { granularity: 'grapheme' });

  /** Whether the font that is set has every part of the character. */
  function canWrite(character: string): boolean {
    const { font } = (doc as unknown as { _font: { font: { hasGlyphForCodePoint(point: number): boolean } } })._font;
    return Array.from(character).every((each) => font.hasGlyphForCodePoint(each.codePointAt(0)!));
  }

  function writable(text: string, weight: Weight): string[] {
    doc.font(weight);
    const plain = text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (control) => (control === '\t' ? ' ' : control === '\u200d' ? control : ''));
    return Array.from(graphemes.segment(plain), ({ segment }) => (canWrite(segment) ? segment : MISSING));
  }

  function widthOf(character: string, weight: Weight): number {
    const key = `${weight}${character}`;
    let width = widths.get(key);
    if (width === undefined) {
      width = doc.font(weight).fontSize(1_000).widthOfString(character) / 1_000;
      widths.set(key, width);
    }
    return width;
  }

  const width = (text: string, size: number, weight: Weight = 'regular') =>
    writable(text, weight).reduce((sum, each) => sum + widthOf(each, weight) * size, 0);

  function wrapParagraph(text: string, most: number, size: number, weight: Weight): string[] {
    const lines: string[] = [];
    let line = '';
    let used = 0;
    const push = (word: string, wide: number) => {
      if (used + wide > most && line !== '') {
        lines.push(line.trimEnd());
        line = '';
        used = 0;
        if (word.trim() === '') return;
      }
      line += word;
      used += wide;
    };
    for (const word of wordsOf(writable(text, weight))) {
      const wide = word.reduce((sum, each) => sum + widthOf(each, weight) * size, 0);
      if (wide <= most) push(word.join(''), wide);
      else for (const each of word) push(each, widthOf(each, weight) * size);
    }
    lines.push(line.trimEnd());
    return lines;
  }

  return {
    doc,
    width,
    wrap: (text, most, size, weight = 'regular') =>
      text.split(/\r\n|[\r\n]/).flatMap((paragraph) => wrapParagraph(paragraph, most, size, weight)),
    write(line, x, y, { size, weight = 'regular', width: room = 0, align = 'left' }) {
      const text = writable(line, weight).join('');
      const free = align === 'left' ? 0 : room - width(line, size, weight);
      doc.font(weight).fontSize(size).text(text, x + (align === 'center' ? free / 2 : free), y, { lineBreak: false });
    },
    async end() {
      doc.end();
      return done;
    },
  };
}

/** What stays together: a word of letters and digits, a Chinese character with the closing marks after it. */
function wordsOf(characters: readonly string[]): string[][] {
  const words: string[][] = [];
  let last = '';
  for (const each of characters) {
    const joins = (isLetter(last) && isLetter(each)) || (CLOSING.test(each) && last !== '' && last !== ' ');
    if (joins) words.at(-1)!.push(each);
    else words.push([each]);
    last = each;
  }
  return words;
}

function isLetter(character: string): boolean {
  return /^[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\p{Nd}_@#&+/'-]/u.test(character);
}
