/** Words on which the passwords stand that are guessed first; what surrounds them counts for nothing. */
const WORDS = [
  'password', 'passw0rd', 'p@ssword', 'p@ssw0rd', 'qwerty', 'qwertyuiop', 'asdfgh', 'asdfghjkl', 'zxcvbn', 'zxcvbnm', '1q2w3e4r', 'q1w2e3r4', '1qaz2wsx',
  'qazwsx', 'abc123', 'iloveyou', 'letmein', 'welcome', 'monkey', 'dragon', 'sunshine', 'princess', 'football', 'baseball', 'superman', 'master',
  'admin', 'administrator', 'root', 'guest', 'user', 'test', 'login', 'changeme', 'default', 'secret', 'woaini', 'wodemima', 'mima', 'houqin', 'houqin-demo',
  'zhihuihouqin', 'abcd', 'aa', '5201314', '1314520', '520', '1314', '888', '666',
];

/** Rows that fingers run along, in both directions. */
const ROWS = ['01234567890123456789', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm', '1qaz2wsx3edc4rfv5tgb6yhn7ujm', '1q2w3e4r5t6y7u8i9o0p'];
const DIFFERENT_AT_LEAST = 5;
const LEFT_AT_LEAST = 4;
/** As many as a request may send; NFKC makes up to eighteen characters of one. */
const MOST_LOOKED_AT = 200;
const LONGEST_ROW = Math.max(...ROWS.map(({ length }) => length));

/**
 * True for a password that guessers try early: few different characters, or nothing much left once known words, runs along the keyboard and
 * repeats are taken out. A short list of our own: the usual ones hold hundreds of thousands of shorter passwords, which the length rules out.
 */
export function isWeakPassword(password: string): boolean {
  let rest = password.normalize('NFKC').toLowerCase().slice(0, MOST_LOOKED_AT);
  if (new Set(rest).size < DIFFERENT_AT_LEAST) return true;
  for (const word of [...WORDS].sort((a, b) => b.length - a.length)) rest = rest.replaceAll(word, '');
  rest = withoutRuns(rest).replace(/(.)\1{2,}/gu, '').replace(/(19|20)\d\d/g, '').replace(/[\s!@#$%^&*._-]+/g, '');
  return rest.length < LEFT_AT_LEAST;
}

/** Without every stretch of four or more that stands in one of the rows, forwards or backwards. */
function withoutRuns(text: string): string {
  const rows = [...ROWS, ...ROWS.map((row) => [...row].reverse().join(''))];
  for (let length = Math.min(text.length, LONGEST_ROW); length >= 4; length -= 1) {
    for (let from = 0; from + length <= text.length; from += 1) {
      const stretch = text.slice(from, from + length);
      if (rows.some((row) => row.includes(stretch))) return withoutRuns(text.slice(0, from)) + withoutRuns(text.slice(from + length));
    }
  }
  return text;
}
