import { inflateRawSync } from 'node:zlib';

/** The files of a ZIP archive, such as an Excel workbook, as text. */
export function unzip(archive: Buffer): Map<string, string> {
  const end = archive.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  if (end === -1) throw new Error('This is no ZIP archive.');
  const files = new Map<string, string>();
  let at = archive.readUInt32LE(end + 16);
  for (let n = archive.readUInt16LE(end + 10); n > 0; n -= 1) {
    const [method, size, nameLength, extra, comment, local] = [
      archive.readUInt16LE(at + 10), archive.readUInt32LE(at + 20), archive.readUInt16LE(at + 28), archive.readUInt16LE(at + 30),
      archive.readUInt16LE(at + 32), archive.readUInt32LE(at + 42),
    ] as const;
    const name = archive.toString('utf8', at + 46, at + 46 + nameLength);
    const begin = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
    const content = archive.subarray(begin, begin + size);
    files.set(name, (method === 8 ? inflateRawSync(content) : content).toString('utf8'));
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

/** A cell of a sheet as it is stored: a text, a number (dates are numbers), or undefined. */
export type SheetCell = string | number | undefined;

/** The sheets of an Excel workbook by name, and the XML that they were. */
export function readWorkbook(archive: Buffer): { sheets: Map<string, SheetCell[][]>; xml: string } {
  const files = unzip(archive);
  const strings = [...(files.get('xl/sharedStrings.xml') ?? '').matchAll(/<si>(.*?)<\/si>/gs)].map(([, inside]) => textOf(inside!));
  const names = [...(files.get('xl/workbook.xml') ?? '').matchAll(/<sheet [^>]*name="([^"]*)"/g)].map(([, name]) => name!);
  const sheets = new Map<string, SheetCell[][]>();
  let xml = '';
  names.forEach((name, index) => {
    const sheet = files.get(`xl/worksheets/sheet${index + 1}.xml`)!;
    xml += sheet;
    sheets.set(name, [...sheet.matchAll(/<row [^>]*?(?:\/>|>(.*?)<\/row>)/gs)].map(([, row = '']) => cellsOf(row, strings)));
  });
  return { sheets, xml };
}

function cellsOf(row: string, strings: readonly string[]): SheetCell[] {
  const cells: SheetCell[] = [];
  for (const [, attributes, inside = ''] of row.matchAll(/<c ([^>]*?)(?:\/>|>(.*?)<\/c>)/gs)) {
    const letters = /r="([A-Z]+)/.exec(attributes!)![1]!;
    const column = [...letters].reduce((sum, letter) => sum * 26 + letter.charCodeAt(0) - 64, 0) - 1;
    const type = /t="(\w+)"/.exec(attributes!)?.[1];
    const value = /<v>(.*?)<\/v>/s.exec(inside)?.[1];
    if (type === 's') cells[column] = strings[Number(value)];
    else if (type === 'inlineStr') cells[column] = textOf(inside);
    else if (value !== undefined) cells[column] = Number(value);
  }
  return cells;
}

function textOf(xml: string): string {
  return [...xml.matchAll(/<t[^>]*>(.*?)<\/t>/gs)].map(([, words]) => words!).join('')
    .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&quot;/g, '"').replace(/&apos;|&#39;/g, "'").replace(/&amp;/g, '&');
}
