// What a spreadsheet takes for a formula, in full width too; quotes before it are ours or would be taken for ours.
const looksLikeFormula = /^'*[=+\-@＝＋－＠\t\r]/;

/** A cell's text, marked with a quote when a spreadsheet would run it as a formula. */
export function harmlessCell(text: string): string {
  return looksLikeFormula.test(text) ? `'${text}` : text;
}
