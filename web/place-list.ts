import { shallowRef } from 'vue';
import { call, type Answer } from './client.ts';
import { pinyinInitials } from './pinyin-initials.ts';
import { language } from './texts.ts';

/** A building, floor, room or device in use. */
export type Place = Answer<'get /places'>['items'][number];

/** The places in use, each after the one that it stands in; undefined until they are read. */
export const placeList = shallowRef<PlaceTree>();

/** Reads the places anew; meanwhile those read before stand. Throws CallError. */
export async function loadPlaces(): Promise<PlaceTree> {
  placeList.value = placeTree((await call('get /places')).items);
  return placeList.value;
}

/** Places by what they are looked for. */
export type PlaceTree = ReturnType<typeof placeTree>;

const MOST_FOUND = 8;

/** Looks into a list of places, each of which stands after the one that it stands in. */
export function placeTree(places: readonly Place[]) {
  const byId = new Map(places.map((place) => [place.id, place]));
  const below = new Map<string | null, Place[]>();
  for (const place of places) below.set(place.parentId, [...(below.get(place.parentId) ?? []), place]);

  /** From the building to the place itself. */
  const pathOf = (id: string | null): Place[] => {
    const place = id === null ? undefined : byId.get(id);
    return place ? [...pathOf(place.parentId), place] : [];
  };
  const fullIn = (place: Place, name: (each: Place) => string): string => pathOf(place.id).map(name).join(' ');
  const entries = places.map((place) => {
    const zh = fullIn(place, ({ name }) => name);
    return { place, own: normal(`${place.name} ${place.nameEn}`), text: normal(`${zh} ${fullIn(place, english)} ${place.code}`), initials: pinyinInitials(zh) };
  });

  return {
    byId,
    pathOf,
    childrenOf: (id: string | null): readonly Place[] => below.get(id) ?? [],
    byCode: (code: string): Place | undefined => places.find((each) => each.code === code.trim().toUpperCase()),
    /** 综合楼 3层 305室, in the page's language. */
    fullName: (place: Place): string => fullIn(place, placeWords),
    /**
     * The places that `q` means, the likeliest first: every word must be in the name, the English name, the code or the pinyin initials,
     * where letters may be left out (zhl305).
     */
    search(q: string): Place[] {
      const words = normal(q).split(/\s+/).filter(Boolean);
      if (words.length === 0) return [];
      return entries.flatMap(({ place, own, text, initials }) => {
        const ranks = words.map((word) => (own.includes(word) ? 0 : text.includes(word) ? 1 : initials.includes(word) ? 2 : isInOrder(word, initials) ? 3 : Infinity));
        const rank = Math.max(...ranks) * 10 + Math.min(...ranks);
        return Number.isFinite(rank) ? [{ place, rank }] : [];
      }).sort((a, b) => a.rank - b.rank).slice(0, MOST_FOUND).map(({ place }) => place);
    },
  };
}

/** A place's own name in the page's language. */
export function placeWords(place: Pick<Place, 'name' | 'nameEn'>): string {
  return language.value === 'en' ? english(place) : place.name;
}

function english({ name, nameEn }: Pick<Place, 'name' | 'nameEn'>): string {
  return nameEn || name;
}

function normal(text: string): string {
  return text.normalize('NFKC').toLowerCase();
}

/** Whether the letters stand in the text in their order, the first one first. */
function isInOrder(letters: string, text: string): boolean {
  if (letters.length < 3 || !text.startsWith(letters.charAt(0))) return false;
  let at = 0;
  for (const letter of letters) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return false;
  }
  return true;
}
