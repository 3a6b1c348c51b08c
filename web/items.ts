import { call, type Answer } from './client.ts';

export type Item = Answer<'get /supply/items'>['items'][number];

const MOST = 500;
const PAGE = 100;

/** The active items, at most 500, by code, and whether these are all. Throws CallError. */
export async function loadItems(): Promise<{ items: Item[]; complete: boolean }> {
  const items: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await call('get /supply/items', { query: { active: 'true', limit: PAGE, cursor } });
    items.push(...page.items);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined && items.length < MOST);
  return { items, complete: cursor === undefined };
}

/** Active items that `q` finds on the server, for a list that is longer than what was loaded. Throws CallError. */
export async function findItems(q: string): Promise<Item[]> {
  return (await call('get /supply/items', { query: { q, active: 'true', limit: 50 } })).items;
}

/** Those of the items that are still in use. */
export async function itemsById(ids: readonly string[]): Promise<Item[]> {
  const found = await Promise.all(ids.map((id) => call('get /supply/items/:id', { params: { id } }).catch(() => undefined)));
  return found.filter((item) => item !== undefined).filter(({ active }) => active);
}
