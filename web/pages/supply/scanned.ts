/** What came in at the counter: the whole number of a request, the end of one, or words to look for. */
export type Scanned = { number: string } | { ending: string } | { words: string };

/**
 * Reads a scan or what was typed: `LY261124-0004` with or without prefix, dash and zeros, in half or full width, or `4` for a number that
 * ends in it. Undefined for nothing at all.
 */
export function readScanned(input: string): Scanned | undefined {
  const text = input.normalize('NFKC').replace(/[\s\u2010-\u2015\u2212]/g, (gap) => (gap.trim() === '' ? '' : '-')).toUpperCase();
  if (text === '') return undefined;
  const whole = /^(?:LY)?(\d{6})-?(\d{1,6})$/.exec(text);
  if (whole) return { number: `LY${whole[1]}-${ordinal(whole[2]!)}` };
  if (/^-?\d{1,5}$/.test(text)) return { ending: `-${ordinal(text.replace('-', ''))}` };
  return { words: input.normalize('NFKC').trim() };
}

function ordinal(digits: string): string {
  return String(Number(digits)).padStart(4, '0');
}
