/** What an SMS answers: which of the phone's tasks, and yes or no. */
export interface Reply {
  digit: number;
  approves: boolean;
}

/** Words that say the contrary of the digit make the answer no answer. */
const NO = /不|拒|否|别|勿|\b(no|not|don.?t|reject|refuse|den(y|ied))\b/iu;
const YES = /(?<!不)(同意|批准|通过|可以|行|好)|\b(yes|ok(ay)?|approve[ds]?|agree)\b/iu;

/**
 * Reads `31`, `３ 1`, `31 好`, `【30】拒绝`: two digits, of which the first is the task's, in whatever width, with spaces and punctuation round them
 * and words after them. Undefined for anything else, such as a date, a second number, or words that contradict the digit: whoever is not
 * understood has decided nothing.
 */
export function parseReply(text: string): Reply | undefined {
  const found = /^[\p{P}\p{S}\p{Z}\s]*([1-9])[\p{Z}\s]*([01])(?!\d)(.*)$/su.exec(text.normalize('NFKC'));
  if (!found) return undefined;
  const [, digit, answer, words = ''] = found;
  const approves = answer === '1';
  if (/\p{Nd}/u.test(words) || (approves ? NO : YES).test(words)) return undefined;
  return { digit: Number(digit), approves };
}
