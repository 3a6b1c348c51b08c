import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { instant, listQuery, listOf } from '../lists.ts';

const notice = z.object({
  id: z.int(),
  kind: z.string(),
  processId: z.string().nullable(),
  /** Title and human number of the process, so that a list needs no second call. */
  process: z.object({ title: z.string(), number: z.string(), type: z.string() }).nullable(),
  taskId: z.string().nullable(),
  detail: z.record(z.string(), z.unknown()),
  at: instant,
  readAt: instant.nullable(),
});

export const noticesContract = {
  list: endpoint({
    method: 'get',
    path: '/notices',
    access: 'session',
    summary: { zh: '我的消息，新的在前', en: 'My notices, newest first' },
    query: listQuery({ unread: z.enum(['true', 'false']).optional() }),
    response: listOf(notice).extend({ unread: z.int() }),
  }),
  read: endpoint({
    method: 'post',
    path: '/notices/read',
    access: 'session',
    summary: { zh: '标为已读；不给 ids 则全部', en: 'Mark as read; all of them without ids' },
    body: z.strictObject({ ids: z.array(z.int().min(1)).max(500).optional() }),
    response: z.object({ unread: z.int() }),
  }),
};
