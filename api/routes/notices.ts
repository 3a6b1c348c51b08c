import { z } from 'zod';
import { countUnread, listNotices, markNoticesRead } from '../../db/queries/notices.ts';
import { noticesContract } from '../contract/notices.ts';
import type { Deps } from '../deps.ts';
import { handle, type Route } from '../endpoint.ts';
import { decodeCursor, pageOf } from '../lists.ts';

const cursorKeys = z.tuple([z.int().min(1)]);

/** My notices in the app. */
export function noticesRoutes({ db }: Deps): Route[] {
  return [
    handle(noticesContract.list, async ({ actor, query: { limit, cursor, unread } }) => {
      const [before] = decodeCursor(cursor, cursorKeys) ?? [];
      const found = await listNotices(db, actor.personId, {
        limit: limit + 1, before, unread: unread === undefined ? undefined : unread === 'true',
      });
      return { ...pageOf(found.rows, limit, found.total, ({ id }) => [id]), unread: found.unread };
    }),

    handle(noticesContract.read, async ({ actor, body: { ids } }) => {
      await markNoticesRead(db, actor.personId, ids);
      return { unread: await countUnread(db, actor.personId) };
    }),
  ];
}
