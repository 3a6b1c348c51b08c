import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import {
  countUnreadAnnouncements, findAnnouncement, findWritten, insertAnnouncement, listAnnouncements, listWritten, lockAnnouncement, markAnnouncementRead,
  setAnnouncementState, updateAnnouncement, type WrittenRow,
} from '../../db/queries/announcements.ts';
import { recordAudit } from '../../db/queries/audit.ts';
import { announcementContract } from '../contract/announcements.ts';
import type { Deps } from '../deps.ts';
import { handle, type Call, type Route } from '../endpoint.ts';
import { invalidField, Problem } from '../errors.ts';
import { transact } from '../idempotency.ts';
import { isInstant } from '../instant-cursor.ts';
import { decodeCursor, pageOf } from '../lists.ts';

const at = z.string().refine(isInstant);
const shownKeys = z.tuple([z.boolean(), at, z.string().min(1).max(200)]);
const writtenKeys = z.tuple([at, z.string().min(1).max(200)]);

/** Announcements (公告): written by administrators, read by everybody. */
export function announcementRoutes({ db }: Deps): Route[] {
  type Change = Call<typeof announcementContract.update | typeof announcementContract.publish | typeof announcementContract.withdraw>;

  /** Changes a locked announcement and answers it; `work` says what was done, or undefined for nothing. */
  async function change(
    call: Change, work: (trx: Parameters<typeof lockAnnouncement>[0], before: WrittenRow) => Promise<Record<string, unknown> | undefined>, action: string,
  ) {
    return transact(call, db, async (trx) => {
      const { id } = call.params;
      const before = await lockAnnouncement(trx, id);
      if (!before) throw new Problem('not-found');
      const detail = await work(trx, before);
      if (detail) {
        await recordAudit(trx, { actor: { kind: 'administrator', id: call.actor.personId }, action, object: id, detail });
      }
      return (await findWritten(trx, id))!;
    });
  }

  return [
    handle(announcementContract.list, async ({ actor, query: { limit, cursor } }) => {
      const { rows, total, unread } = await listAnnouncements(db, actor.personId, { limit: limit + 1, after: decodeCursor(cursor, shownKeys) });
      return { ...pageOf(rows, limit, total, (row) => [row.important, row.sortAt, row.id]), unread };
    }),

    handle(announcementContract.get, async ({ actor, params }) => found(await findAnnouncement(db, actor.personId, params.id))),

    handle(announcementContract.read, async ({ actor, params }) => {
      found(await findAnnouncement(db, actor.personId, params.id));
      await markAnnouncementRead(db, actor.personId, params.id);
      return { unread: await countUnreadAnnouncements(db, actor.personId) };
    }),

    handle(announcementContract.listWritten, async ({ query: { limit, cursor } }) => {
      const { rows, total } = await listWritten(db, { limit: limit + 1, after: decodeCursor(cursor, writtenKeys) });
      return pageOf(rows, limit, total, ({ sortAt, id }) => [sortAt, id]);
    }),

    handle(announcementContract.create, (call) => transact(call, db, async (trx) => {
      const id = `announcement-${randomUUID()}`;
      requireOrder(call.body.shownFrom, call.body.shownUntil);
      await insertAnnouncement(trx, id, call.body, call.actor.personId);
      await recordAudit(trx, { actor: { kind: 'administrator', id: call.actor.personId }, action: 'announcement-drafted', object: id });
      return (await findWritten(trx, id))!;
    })),

    handle(announcementContract.update, (call) => change(call, async (trx, before) => {
      const fields = Object.keys(call.body);
      if (fields.length === 0) return undefined;
      const { shownFrom = before.shownFrom, shownUntil = before.shownUntil } = call.body;
      requireOrder(shownFrom, shownUntil);
      await updateAnnouncement(trx, before.id, call.body);
      return { fields };
    }, 'announcement-changed')),

    handle(announcementContract.publish, (call) => change(call, async (trx, before) => {
      if (before.state === 'published') return undefined;
      if (before.shownUntil && before.shownUntil <= new Date()) throw invalidField('shownUntil', 'announcement.until');
      await setAnnouncementState(trx, before.id, 'published');
      return {};
    }, 'announcement-published')),

    handle(announcementContract.withdraw, (call) => change(call, async (trx, before) => {
      if (before.state === 'withdrawn') return undefined;
      if (before.state === 'draft') throw new Problem('announcement-not-published');
      await setAnnouncementState(trx, before.id, 'withdrawn');
      return {};
    }, 'announcement-withdrawn')),
  ];
}

function requireOrder(from: Date | string | null, until: Date | string | null): void {
  if (from !== null && until !== null && new Date(until) <= new Date(from)) throw invalidField('shownUntil', 'announcement.until');
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Problem('not-found');
  return value;
}
