// The first character, in the order of their sounds, of each letter that a Chinese syllable starts with.
const FIRST = '阿八嚓哒婀发旮哈讥咔垃妈拿噢趴七蚺仨他挖夕丫匝';
const LETTERS = 'abcdefghjklmnopqrstwxyz';
const HAN = /\p{Script=Han}/u;

const bySound = new Intl.Collator('zh-CN-u-co-pinyin');

/**
 * The initials that people type for a Chinese name: `A4 复印纸` is `a4fyz`. Taken from the browser's own order of Chinese characters, so
 * a character with several readings has its commonest one only.
 */
export function pinyinInitials(name: string): string {
  return Array.from(name.normalize('NFKC').toLowerCase(), (character) => {
    if (!HAN.test(character)) return /[a-z0-9]/.test(character) ? character : '';
    let letter = '';
    for (let i = 0; i < FIRST.length && bySound.compare(character, FIRST.charAt(i)) >= 0; i += 1) letter = LETTERS.charAt(i);
    return letter;
  }).join('');
}
