import { inflateSync } from 'node:zlib';

/** A PDF as pdfkit writes it, read far enough to say what it says: each page's text, by the fonts' ToUnicode maps. */
export function pdfPages(pdf: Buffer): string[] {
  const source = pdf.toString('latin1');
  const objects = new Map([...source.matchAll(/(?:^|\n)(\d+) 0 obj\n([\s\S]*?)\nendobj/g)].map(([, id, body]) => [Number(id), body!]));
  const streamOf = (id: number): string => {
    const body = objects.get(id) ?? '';
    const begin = body.indexOf('stream\n') + 'stream\n'.length;
    const raw = Buffer.from(body.slice(begin, body.lastIndexOf('\nendstream')), 'latin1');
    return (body.includes('/FlateDecode') ? inflateSync(raw) : raw).toString('latin1');
  };
  const reference = (body: string, name: string): number => Number(new RegExp(`/${name} (\\d+) 0 R`).exec(body)?.[1]);
  const glyphs = new Map<string, Map<number, string>>();
  for (const body of objects.values()) {
    const fonts = /\/Font <<\n?([\s\S]*?)>>/.exec(body)?.[1] ?? '';
    for (const [, name, id] of fonts.matchAll(/\/(F\d+) (\d+) 0 R/g)) {
      glyphs.set(name!, glyphs.get(name!) ?? unicodeOf(streamOf(reference(objects.get(Number(id)) ?? '', 'ToUnicode'))));
    }
  }
  const pages = [...objects.values()].filter((body) => /\/Type \/Page\n/.test(body));
  return pages.map((page) => {
    let font = new Map<number, string>();
    const parts: string[] = [];
    for (const [, name, shown] of streamOf(reference(page, 'Contents')).matchAll(/\/(F\d+) [\d.]+ Tf|\[(.*?)\] TJ/g)) {
      if (name) font = glyphs.get(name)!;
      else parts.push([...shown!.matchAll(/<([0-9a-f]+)>/g)].map(([, hex]) => textOf(hex!, font)).join(''));
    }
    return parts.join('\n');
  });
}

function textOf(hex: string, font: ReadonlyMap<number, string>): string {
  return (hex.match(/.{4}/g) ?? []).map((code) => font.get(Number.parseInt(code, 16)) ?? '\ufffd').join('');
}

/** Glyph → text, from a CMap of one or more `beginbfrange`s whose right side is a list. */
function unicodeOf(cmap: string): Map<number, string> {
  const found = new Map<number, string>();
  for (const [, first, list] of cmap.matchAll(/<([0-9a-f]+)> <[0-9a-f]+> \[([^\]]*)\]/g)) {
    [...list!.matchAll(/<([0-9a-f]*)>/g)].forEach(([, units], i) => {
      found.set(Number.parseInt(first!, 16) + i, String.fromCharCode(...(units!.match(/.{4}/g) ?? []).map((unit) => Number.parseInt(unit, 16))));
    });
  }
  return found;
}
