import { z } from 'zod';
import { endpoint } from '../endpoint.ts';

const line = (most: number, least = 0) => z.string().trim().min(least).max(most).regex(/^\P{Cc}*$/u, 'text.one-line');
const placeId = z.string().regex(/^place-[a-z0-9-]{1,80}$/, 'place-id.invalid');
const kind = z.enum(['building', 'floor', 'room', 'device']);

/** What a label's code looks like: no 0, O, 1, I. */
export const placeCode = z.string().trim().toUpperCase().regex(/^[2-9A-HJ-NP-Z]{6}$/, 'place.code');
/** A place's own name, and its English one, which may be empty. */
export const placeName = line(60, 1);
export const placeNameEn = line(80);

const placeFields = z.strictObject({
  name: placeName,
  nameEn: placeNameEn,
  /** The place that it stands in; null for a building. */
  parentId: placeId.nullable(),
  active: z.boolean(),
  /** Where it stands among its siblings, from 0. */
  position: z.int().min(0).max(10_000),
});

const listed = z.object({
  id: z.string(),
  parentId: z.string().nullable(),
  kind,
  name: z.string(),
  /** Empty: the Chinese name stands in English texts, too. */
  nameEn: z.string(),
  /** What its QR label carries. */
  code: z.string(),
});
const place = listed.extend({ position: z.int(), active: z.boolean() });

/** Who keeps the places: administrators, and dispatchers once a process has such a role. */
const keepers = { roles: ['process-administrator', 'dispatcher'] } as const;

/** Buildings, floors, rooms and devices, to which forms refer. */
export const placeContract = {
  listPlaces: endpoint({
    method: 'get',
    path: '/places',
    access: 'session',
    summary: { zh: '在用的场所，自上而下：楼栋、楼层、房间、设备', en: 'The places in use, each after the one that it stands in' },
    response: z.object({ items: z.array(listed) }),
  }),
  listAllPlaces: endpoint({
    method: 'get',
    path: '/admin/places',
    access: keepers,
    summary: { zh: '全部场所，含已停用的；publicUrl 为标签二维码所用的地址', en: 'All places, those out of use too; publicUrl is the address in the labels’ QR codes' },
    response: z.object({ items: z.array(place), publicUrl: z.string() }),
  }),
  exportPlaces: endpoint({
    method: 'get',
    path: '/admin/places.csv',
    access: keepers,
    summary: { zh: '导出全部场所（CSV），格式与导入相同', en: 'All places as CSV, as an import reads it' },
    raw: true,
    produces: 'text/csv',
  }),
  importPlaces: endpoint({
    method: 'post',
    path: '/admin/places/import',
    access: keepers,
    summary: {
      zh: '导入场所（CSV，全部成功或全部不导入）：有编码的按编码，否则按所在位置；缺少的上级一并新增；dryRun 只检查',
      en: 'Imports places, all or nothing: by code, else by where they stand, with what is missing above them; dryRun only checks',
    },
    idempotent: true,
    body: z.strictObject({ csv: z.string().min(1).max(250_000), dryRun: z.boolean().default(false) }),
    response: z.object({ created: z.int(), updated: z.int(), unchanged: z.int(), dryRun: z.boolean() }),
  }),
  createPlace: endpoint({
    method: 'post',
    path: '/admin/places',
    access: keepers,
    summary: { zh: '新增场所，排在同级末尾，编码自动生成', en: 'Makes a place, last among its siblings, with a code of its own' },
    status: 201,
    idempotent: true,
    body: placeFields.omit({ active: true, position: true }).extend({ kind, nameEn: placeNameEn.default('') }),
    response: place,
  }),
  updatePlace: endpoint({
    method: 'patch',
    path: '/admin/places/:id',
    access: keepers,
    summary: { zh: '修改场所：名称、位置、次序、停用；编码和类型不变', en: 'Changes a place: names, where it stands, order, in use or not; kind and code stay' },
    idempotent: true,
    params: z.strictObject({ id: placeId }),
    body: placeFields.partial(),
    response: place,
  }),
};
