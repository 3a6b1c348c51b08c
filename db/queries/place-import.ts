import { randomUUID } from 'node:crypto';
import type { Knex } from 'knex';
import { recordAudits, type Actor } from './audit.ts';
import type { ImportResult } from './item-import.ts';
import { changedPlaceFields, listPlaces, lockPlaces, mayStandIn, newPlaceCode, toPlaceRow, type Place, type PlaceKind } from './places.ts';

/** One line of an import: a place by its path from the building on, and by its code where the file has one. */
export interface PlaceLine {
  /** Where the file has it, for errors. */
  line: number;
  path: { kind: PlaceKind; name: string }[];
  code?: string | undefined;
  nameEn?: string | undefined;
  active?: boolean | undefined;
}

/** Why a line cannot be imported. */
export interface PlaceLineError {
  line: number;
  kind: PlaceKind;
  reason: 'name-taken' | 'other-code' | 'other-kind';
  code?: string;
}

/**
 * Makes the places that are missing, those above them too, and changes the others: by code, else by path. With `dryRun` it only counts.
 * Answers what is wrong when anything is: the caller rolls back.
 */
export async function importPlaces(
  trx: Knex.Transaction, lines: readonly PlaceLine[], { actor, dryRun }: { actor: Actor; dryRun: boolean },
): Promise<ImportResult | PlaceLineError[]> {
  await lockPlaces(trx);
  const before = new Map((await listPlaces(trx)).map((place) => [place.id, place]));
  const tree = new Tree([...before.values()]);
  const errors: PlaceLineError[] = [];
  const named: Place[] = [];
  // From the whole to its parts, so that a building renamed by one line is found under its new name by the next.
  for (const line of lines.toSorted((a, b) => a.path.length - b.path.length)) {
    const put = tree.put(line);
    if ('reason' in put) errors.push({ ...put, line: line.line });
    else named.push(put);
  }
  if (errors.length > 0) return errors.sort((a, b) => a.line - b.line);
  const created = tree.places().filter(({ id }) => !before.has(id));
  const changed = tree.places().flatMap((place) => {
    const was = before.get(place.id);
    const changes = was ? changedPlaceFields(was, place) : {};
    return Object.keys(changes).length > 0 ? [{ place, changes }] : [];
  });
  const touched = new Set([...created.map(({ id }) => id), ...changed.map(({ place }) => place.id)]);
  const result = { created: created.length, updated: changed.length, unchanged: named.filter(({ id }) => !touched.has(id)).length };
  if (dryRun || created.length + changed.length === 0) return result;

  // One may get the name that another has given up: all give theirs up first.
  await trx('place').whereIn('id', changed.map(({ place }) => place.id)).update({ name: trx.ref('id') });
  // One may move to where a new one is.
  for (const place of created) await trx('place').insert(toPlaceRow(place));
  for (const { place } of changed) {
    await trx('place').where({ id: place.id }).update({ ...toPlaceRow(place), updated_at: trx.fn.now() });
  }
  await recordAudits(trx, [
    { actor, action: 'places-imported', detail: { ...result } },
    ...created.map(({ id, ...fields }) => ({ actor, action: 'place-created', object: `place:${id}`, detail: { fields } })),
    ...changed.map(({ place, changes }) => ({ actor, action: 'place-changed', object: `place:${place.id}`, detail: { changes } })),
  ]);
  return result;
}

/** The places as they will be. */
class Tree {
  readonly #byId: Map<string, Place>;

  constructor(places: readonly Place[]) {
    this.#byId = new Map(places.map((place) => [place.id, { ...place }]));
  }

  /** All of them, each after the one that it stands in as far as they are new. */
  places(): Place[] {
    return [...this.#byId.values()];
  }

  /** The place that a line is of, as the line wants it. */
  put({ path, code, nameEn, active }: PlaceLine): Place | Omit<PlaceLineError, 'line'> {
    const above = path.slice(0, -1);
    const { kind, name } = path.at(-1)!;
    let parent: Place | undefined;
    for (const step of above) {
      const found = this.#named(parent?.id ?? null, step.name);
      if (found && found.kind !== step.kind) return { kind: step.kind, reason: 'name-taken' };
      parent = found ?? this.#add({ ...step, parentId: parent?.id ?? null });
    }
    const parentId = parent?.id ?? null;
    const there = this.#named(parentId, name);
    const place = code === undefined ? there : this.#coded(code);
    // Without a code of its own in the file the line means whoever has the name; a new code under a name in use is a slip.
    if (!place && there?.active) return { kind, reason: 'other-code', code: there.code };
    if (!place) return this.#add({ kind, name, parentId, ...(code !== undefined && { code }), nameEn, active });
    if (place.kind !== kind || !mayStandIn(kind, parent?.kind)) return { kind, reason: 'other-kind', code: place.code };
    if (there && there.id !== place.id && there.active && active !== false) return { kind, reason: 'name-taken' };
    Object.assign(place, { name, parentId, ...(nameEn !== undefined && { nameEn }), ...(active !== undefined && { active }) });
    return place;
  }

  #add({ kind, name, parentId, code = newPlaceCode(), nameEn = '', active = true }: {
    kind: PlaceKind; name: string; parentId: string | null; code?: string; nameEn?: string | undefined; active?: boolean | undefined;
  }): Place {
    const last = Math.max(-1, ...this.places().filter((each) => each.parentId === parentId).map(({ position }) => position));
    const place = { id: `place-${randomUUID()}`, kind, name, parentId, code, nameEn, active, position: last + 1 };
    this.#byId.set(place.id, place);
    return place;
  }

  #coded(code: string): Place | undefined {
    return this.places().find((each) => each.code === code);
  }

  /** Who has the name there: one in use, if there is one. */
  #named(parentId: string | null, name: string): Place | undefined {
    const found = this.places().filter((each) => each.parentId === parentId && each.name === name);
    return found.find(({ active }) => active) ?? found[0];
  }
}
