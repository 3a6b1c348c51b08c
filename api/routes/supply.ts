import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { importItems } from '../../db/queries/item-import.ts';
import { MOST_ON_HAND, receiveStock, takeStock } from '../../db/queries/stock.ts';
import {
  allItems, createItem, findItem, listCategories, listItems, listMovements, updateItem,
} from '../../db/queries/supply.ts';
import { itemFields, supplyContract } from '../contract/supply.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { decodeCursor, pageOf } from '../lists.ts';
import { itemsFromCsv, itemsToCsv } from '../supply/items-csv.ts';

/** Office items, their stock and its ledger. */
export function supplyRoutes({ db }: Deps): Route[] {
  return [
    handle(supplyContract.listItems, async ({ query: { limit, cursor, ...filter } }) => {
      const [after] = decodeCursor(cursor, z.tuple([itemFields.shape.code])) ?? [];
      const { items, total } = await listItems(db, filter, { limit: limit + 1, after });
      return pageOf(items, limit, total, ({ code }) => [code]);
    }),

    handle(supplyContract.listCategories, async () => ({ items: await listCategories(db) })),

    handle(supplyContract.exportItems, async ({ res, locale }) => {
      const csv = itemsToCsv(await allItems(db), locale);
      res.attachment('items.csv').type('text/csv; charset=utf-8').send(csv);
    }),

    handle(supplyContract.importItems, async (call) => {
      const { csv, dryRun } = call.body;
      const lines = itemsFromCsv(csv, call.locale);
      return transact(call, db, async (trx) => {
        const result = await importItems(trx, lines, { personId: call.actor.personId, dryRun });
        if (result === 'duplicate-code') throw codeTaken();
        return { ...result, dryRun };
      });
    }),

    handle(supplyContract.getItem, async ({ params }) => found(await findItem(db, params.id))),

    handle(supplyContract.createItem, (call) => transact(call, db, async (trx) => {
      const item = await createItem(trx, `item-${randomUUID()}`, call.body, call.actor.personId);
      if (item === 'duplicate-code') throw codeTaken();
      return item;
    })),

    handle(supplyContract.updateItem, (call) => transact(call, db, async (trx) => {
      const item = await updateItem(trx, call.params.id, call.body, call.actor.personId);
      if (item === 'not-found') throw new Problem('not-found');
      if (item === 'duplicate-code') throw codeTaken();
      return item;
    })),

    handle(supplyContract.listMovements, async ({ params, query: { limit, cursor } }) => {
      found(await findItem(db, params.id));
      const [before] = decodeCursor(cursor, z.tuple([z.int().min(0)])) ?? [];
      const { items, total } = await listMovements(db, params.id, { limit: limit + 1, before });
      return pageOf(items, limit, total, ({ id }) => [id]);
    }),

    handle(supplyContract.receiveStock, (call) => transact(call, db, async (trx) => {
      const receipt = await receiveStock(trx, { ...call.body, itemId: call.params.id, personId: call.actor.personId });
      if (receipt === 'not-found') throw new Problem('not-found');
      if (receipt === 'too-much') throw new Problem('stock-too-much', { most: MOST_ON_HAND });
      return receipt;
    })),

    handle(supplyContract.takeStock, (call) => transact(call, db, async (trx) => {
      const taken = await takeStock(trx, { ...call.body, itemId: call.params.id, personId: call.actor.personId });
      if (taken === 'not-found') throw new Problem('not-found');
      if (!('reservedBy' in taken)) return taken;
      const reserved = taken.reservedBy.reduce((sum, { quantity }) => sum + quantity, 0);
      throw new Problem('stock-take-below-reserved', { reserved, numbers: taken.reservedBy.map(({ number }) => number).join(', ') }, { cases: taken.reservedBy });
    })),
  ];
}

function found<T>(item: T | undefined): T {
  if (item === undefined) throw new Problem('not-found');
  return item;
}

function codeTaken(): Problem {
  const message = { zh: '已有物品使用此编码，请换一个。', en: 'another item has this code: choose another.' };
  return new Problem('item-code-taken', {}, {}, [{ in: 'body', path: 'code', message }]);
}
