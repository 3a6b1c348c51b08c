import { pinyinInitials } from './pinyin-initials.ts';
import type { Item } from './items.ts';

/** Finds items by name, code, category, specification or the pinyin initials of the name; every word must be found. */
export function itemSearch(items: readonly Item[]): (q: string, category: string | null) => Item[] {
  const entries = items.map((item) => ({
    item,
    text: `${item.name} ${item.code} ${item.category} ${item.specification}`.normalize('NFKC').toLowerCase(),
    initials: pinyinInitials(item.name),
  }));
  return (q, category) => {
    const words = q.normalize('NFKC').toLowerCase().split(/\s+/).filter(Boolean);
    return entries
      .filter(({ item, text, initials }) => (category === null || item.category === category)
        && words.every((word) => text.includes(word) || initials.includes(word)))
      .map(({ item }) => item);
  };
}
