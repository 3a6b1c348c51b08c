import { randomBytes } from 'node:crypto';
import type { Knex } from 'knex';
import type { Db } from '../connect.ts';
import { recordAudit, type Actor } from './audit.ts';

/** What a place can be, from the whole to its parts. */
export type PlaceKind = 'building' | 'floor' | 'room' | 'device';

/** A building, a floor, a room or a device. `active` is its own: below a place that is not in use, none is. */
export interface Place {
  id: string;
  parentId: string | null;
  kind: PlaceKind;
  name: string;
  /** Empty: the Chinese name stands in English texts, too. */
  nameEn: string;
  /** What its QR label carries. */
  code: string;
  /** In which order it stands beside its siblings. */
  position: number;
  active: boolean;
}

/** What is written of a place; kind and code stay. */
export type PlaceFields = Pick<Place, 'name' | 'nameEn' | 'parentId' | 'active'>;

/** A place as it is spoken of, with the building that it stands in. `active` tells whether all of its path is in use. */
export interface PlaceFound extends Pick<Place, 'id' | 'kind' | 'code' | 'active'> {
  /** 综合楼 3层 305室. */
  fullName: { zh: string; en: string };
  buildingId: string;
}

/** Why a place cannot be written so. */
export type PlaceRefusal = 'not-found' | 'no-parent' | 'wrong-parent' | 'name-taken';

const columns = {
  id: 'id', parentId: 'parent_id', kind: 'kind', name: 'name', nameEn: 'name_en', code: 'code', position: 'position', active: 'active',
};
const LETTERS = '23456789ABCDEFGHJKLMNPQRSTUVWXYZ';
const CODE_LENGTH = 6;

/** All places, or those in use, each after the one that it stands in and in the order of its siblings. */
export async function listPlaces(db: Db | Knex.Transaction, { activeOnly = false } = {}): Promise<Place[]> {
  const rows: Place[] = await db('place').select(columns).orderBy(['position', 'name', 'id']).modify((query) => {
    if (activeOnly) void query.whereIn('id', (path) => path.from('place_path').select('id').where('active', true));
  });
  const below = new Map<string | null, Place[]>();
  for (const row of rows) below.set(row.parentId, [...(below.get(row.parentId) ?? []), row]);
  const walk = (parent: string | null): Place[] => (below.get(parent) ?? []).flatMap((place) => [place, ...walk(place.id)]);
  return walk(null);
}

/** One place by its id or by the code on its label, in use or not. */
export async function findPlace(db: Db | Knex.Transaction, by: { id: string } | { code: string }): Promise<PlaceFound | undefined> {
  const row = await db('place_path').where(by).first('id', 'kind', 'code', 'active', 'full_name', 'full_name_en', 'building_id');
  return row && {
    id: row.id, kind: row.kind, code: row.code, active: row.active, fullName: { zh: row.full_name, en: row.full_name_en }, buildingId: row.building_id,
  };
}

/** A code that no place has had, for all that chance can say: 6 of 32 letters. */
export function newPlaceCode(): string {
  return Array.from(randomBytes(CODE_LENGTH), (byte) => LETTERS.charAt(byte % LETTERS.length)).join('');
}

/** Makes changes of the tree take turns until the transaction ends, so that names and order are judged by what stands. */
export async function lockPlaces(trx: Knex.Transaction): Promise<void> {
  await trx.raw('LOCK TABLE place IN SHARE ROW EXCLUSIVE MODE');
}

/** Makes a place, last among its siblings. */
export async function createPlace(
  trx: Knex.Transaction, place: Pick<Place, 'id' | 'kind' | 'parentId' | 'name' | 'nameEn'>, actor: Actor,
): Promise<Place | PlaceRefusal> {
  await lockPlaces(trx);
  const refusal = await refusalOf(trx, { ...place, active: true });
  if (refusal) return refusal;
  const siblings = await trx('place').whereRaw('parent_id IS NOT DISTINCT FROM ?', [place.parentId]).max('position as last').first();
  const made: Place = { ...place, code: newPlaceCode(), position: Number(siblings?.['last'] ?? -1) + 1, active: true };
  await trx('place').insert(toPlaceRow(made));
  const { id, ...fields } = made;
  await recordAudit(trx, { actor, action: 'place-created', object: `place:${id}`, detail: { fields } });
  return made;
}

/** Changes a place; `position` counts among its siblings, from 0. The audit event tells each changed field's old and new value. */
export async function updatePlace(
  trx: Knex.Transaction, id: string, { position, ...fields }: Partial<PlaceFields> & { position?: number | undefined }, actor: Actor,
): Promise<Place | PlaceRefusal> {
  await lockPlaces(trx);
  const before: Place | undefined = await trx('place').where({ id }).first(columns);
  if (!before) return 'not-found';
  const after = { ...before, ...withoutUndefined(fields) };
  const refusal = await refusalOf(trx, after);
  if (refusal) return refusal;
  const order = position === undefined && after.parentId === before.parentId ? undefined : await reordered(trx, after, position);
  if (order) after.position = order.indexOf(id);
  const changes = changedPlaceFields(before, after);
  if (Object.keys(changes).length === 0) return before;
  await trx('place').where({ id }).update({ ...toPlaceRow(after), updated_at: trx.fn.now() });
  for (const [i, each] of (order ?? []).entries()) await trx('place').where({ id: each }).whereNot({ position: i }).update({ position: i });
  await recordAudit(trx, { actor, action: 'place-changed', object: `place:${id}`, detail: { changes } });
  return after;
}

/** The siblings of a place in their new order, itself at `position`, else last. */
async function reordered(trx: Knex.Transaction, { id, parentId }: Place, position = Infinity): Promise<string[]> {
  const order: string[] = await trx('place').whereRaw('parent_id IS NOT DISTINCT FROM ?', [parentId]).whereNot({ id }).orderBy(['position', 'name', 'id']).pluck('id');
  order.splice(Math.min(position, order.length), 0, id);
  return order;
}

async function refusalOf(
  trx: Knex.Transaction, { id, kind, parentId, name, active }: Pick<Place, 'id' | 'kind' | 'parentId' | 'name' | 'active'>,
): Promise<PlaceRefusal | undefined> {
  const parent = parentId === null ? undefined : await trx('place').where({ id: parentId }).first('kind');
  if (parentId !== null && !parent) return 'no-parent';
  if (!mayStandIn(kind, parent?.kind)) return 'wrong-parent';
  const namesake = active && await trx('place').whereRaw('parent_id IS NOT DISTINCT FROM ?', [parentId]).where({ name, active: true }).whereNot({ id }).first('id');
  return namesake ? 'name-taken' : undefined;
}

/** Whether a place of one kind may stand in one of another, undefined for none; the table's trigger says the same. */
export function mayStandIn(kind: PlaceKind, parent: PlaceKind | undefined): boolean {
  return ({
    building: parent === undefined,
    floor: parent === 'building',
    room: parent === 'floor' || parent === 'building',
    device: parent !== undefined && parent !== 'device',
  })[kind];
}

/** What differs, with old and new values. */
export function changedPlaceFields(before: Place, after: Place): Record<string, { from: unknown; to: unknown }> {
  const names = ['name', 'nameEn', 'parentId', 'active', 'position'] as const;
  return Object.fromEntries(names.filter((name) => before[name] !== after[name]).map((name) => [name, { from: before[name], to: after[name] }]));
}

/** A place as columns. */
export function toPlaceRow({ id, parentId, kind, name, nameEn, code, position, active }: Place): Record<string, unknown> {
  return { id, parent_id: parentId, kind, name, name_en: nameEn, code, position, active };
}

function withoutUndefined<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
