import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { instant, listOf, listQuery } from '../lists.ts';

// So that price and quantity stay far inside PostgreSQL's integer, and a line of a list stays a line.
const MOST_FEN = 1_000_000_000;
const MOST_ON_HAND = 1_000_000_000;
const MOST_PIECES = 1_000_000;

const line = (most: number, least = 0) => z.string().trim().min(least).max(most).regex(/^\P{Cc}*$/u, 'text.one-line');
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const id = z.string().regex(/^item-[a-z0-9-]{1,80}$/, 'item-id.invalid');
const note = z.string().trim().max(500);

/** What the storekeeper writes of an item. `priceFen` is integer fen, `photo` a file's id. */
export const itemFields = z.strictObject({
  code: line(40, 1),
  name: line(80, 1),
  category: line(40, 1),
  unit: line(10, 1),
  specification: line(200),
  priceFen: z.int().min(0).max(MOST_FEN),
  photo: z.string().regex(/^[A-Za-z0-9_-]{1,80}$/, 'file-id.invalid').nullable(),
  location: line(80),
  minimum: z.int().min(0).max(MOST_PIECES),
  active: z.boolean(),
});

/** A new item: what is left out is empty, zero or active. */
export const newItem = itemFields.extend({
  specification: itemFields.shape.specification.default(''),
  photo: itemFields.shape.photo.default(null),
  location: itemFields.shape.location.default(''),
  minimum: itemFields.shape.minimum.default(0),
  active: itemFields.shape.active.default(true),
});

/** A line of an import: columns that a file may leave out are optional. */
export const importedItem = itemFields.omit({ photo: true }).partial()
  .required({ code: true, name: true, category: true, unit: true, priceFen: true })
  .extend({ onHand: z.int().min(0).max(MOST_ON_HAND).optional() });

const item = z.object({
  id: z.string(),
  ...itemFields.shape,
  onHand: z.int(),
  reserved: z.int(),
  available: z.int(),
});

const movement = z.object({
  id: z.int(),
  kind: z.enum(['receipt', 'issue', 'stock-take', 'repair']),
  quantity: z.int(),
  balance: z.int(),
  processId: z.string().nullable(),
  processNumber: z.string().nullable(),
  person: z.object({ id: z.string(), name: z.string() }).nullable(),
  note: z.string(),
  at: instant,
});

const storekeeper = { roles: ['storekeeper'] } as const;
const overseers = { roles: ['storekeeper', 'auditor', 'process-administrator'] } as const;

/** Office items, their stock and its ledger. */
export const supplyContract = {
  listItems: endpoint({
    method: 'get',
    path: '/supply/items',
    access: 'session',
    summary: {
      zh: '办公物品一览：可按编码、名称、类别、规格搜索；low=true 为可用量低于最低库存',
      en: 'Office items; q searches code, name, category and specification; low=true: fewer available than the minimum',
    },
    query: listQuery({
      q: z.string().trim().max(100).optional(),
      category: z.string().max(40).optional(),
      active: flag.optional(),
      low: flag.optional(),
    }),
    response: listOf(item),
  }),
  listCategories: endpoint({
    method: 'get',
    path: '/supply/categories',
    access: 'session',
    summary: { zh: '在用的物品类别及物品数', en: 'The categories in use, with the number of active items in each' },
    response: z.object({ items: z.array(z.object({ name: z.string(), items: z.int() })) }),
  }),
  exportItems: endpoint({
    method: 'get',
    path: '/supply/items.csv',
    access: overseers,
    summary: { zh: '导出全部物品（CSV）', en: 'All items as CSV' },
    raw: true,
    produces: 'text/csv',
  }),
  importItems: endpoint({
    method: 'post',
    path: '/supply/items/import',
    access: storekeeper,
    summary: {
      zh: '按编码导入物品（CSV，全部成功或全部不导入）；只有新编码的“在库”作为期初库存入账；dryRun 只检查',
      en: 'Imports items by code, all or nothing; “On hand” opens the stock of new codes only; dryRun only checks',
    },
    idempotent: true,
    body: z.strictObject({ csv: z.string().min(1).max(250_000), dryRun: z.boolean().default(false) }),
    response: z.object({
      created: z.int(),
      updated: z.int(),
      unchanged: z.int(),
      dryRun: z.boolean(),
    }),
  }),
  getItem: endpoint({
    method: 'get',
    path: '/supply/items/:id',
    access: 'session',
    summary: { zh: '一种物品及其库存', en: 'One item with its stock' },
    params: z.strictObject({ id }),
    response: item,
  }),
  createItem: endpoint({
    method: 'post',
    path: '/supply/items',
    access: storekeeper,
    summary: { zh: '新增物品（无库存）', en: 'Makes an item, without stock' },
    status: 201,
    idempotent: true,
    body: newItem,
    response: item,
  }),
  updateItem: endpoint({
    method: 'patch',
    path: '/supply/items/:id',
    access: storekeeper,
    summary: { zh: '修改物品；停用后不能再申领', en: 'Changes an item; an inactive one cannot be asked for' },
    idempotent: true,
    params: z.strictObject({ id }),
    body: itemFields.partial(),
    response: item,
  }),
  listMovements: endpoint({
    method: 'get',
    path: '/supply/items/:id/movements',
    access: overseers,
    summary: { zh: '库存台账，新的在前，含每笔后的结存', en: 'The stock ledger, newest first, with the balance after each movement' },
    params: z.strictObject({ id }),
    query: listQuery({}),
    response: listOf(movement),
  }),
  receiveStock: endpoint({
    method: 'post',
    path: '/supply/items/:id/receipts',
    access: storekeeper,
    summary: { zh: '入库', en: 'Adds received stock' },
    status: 201,
    idempotent: true,
    params: z.strictObject({ id }),
    body: z.strictObject({ quantity: z.int().min(1).max(MOST_PIECES), note: note.default('') }),
    response: z.object({ movementId: z.int(), onHand: z.int() }),
  }),
  takeStock: endpoint({
    method: 'post',
    path: '/supply/items/:id/stock-takes',
    access: storekeeper,
    summary: {
      zh: '盘点：记入差额（可为 0）；少于已预留数量时拒绝并列出相关单据',
      en: 'Stock-take: enters the difference, 0 too; refused, naming the cases, when fewer than are reserved',
    },
    status: 201,
    idempotent: true,
    params: z.strictObject({ id }),
    body: z.strictObject({ counted: z.int().min(0).max(MOST_ON_HAND), note: note.default('') }),
    response: z.object({ movementId: z.int(), difference: z.int(), onHand: z.int() }),
  }),
};
