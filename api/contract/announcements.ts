import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { instant, listOf, listQuery } from '../lists.ts';

const id = z.string().regex(/^announcement-[a-z0-9-]{1,80}$/, 'announcement-id.invalid');
const administrator = { roles: ['process-administrator'] } as const;
const one = z.strictObject({ id });
const bound = z.iso.datetime({ offset: true }).refine((at) => /^(20|21)\d\d-/.test(at), 'instant.out-of-range').nullable();

const fields = z.strictObject({
  title: z.string().trim().min(1).max(80).regex(/^\P{Cc}*$/u, 'text.one-line'),
  /** Plain text; line breaks are kept, nothing in it is markup. */
  body: z.string().trim().min(1).max(5_000),
  important: z.boolean(),
  /** Shown from here on; null: from its publication. */
  shownFrom: bound,
  /** No longer shown from here on; null: until it is withdrawn. */
  shownUntil: bound,
});

const announcement = z.object({
  id: z.string(),
  title: z.string(),
  body: z.string(),
  important: z.boolean(),
  at: instant,
  readAt: instant.nullable(),
});

const written = z.object({
  id: z.string(),
  title: z.string(),
  body: z.string(),
  important: z.boolean(),
  state: z.enum(['draft', 'published', 'withdrawn']),
  shownFrom: instant.nullable(),
  shownUntil: instant.nullable(),
  author: z.object({ id: z.string(), name: z.string() }).nullable(),
  changedAt: instant,
  publishedAt: instant.nullable(),
  /** How many people have read it. */
  readers: z.int(),
});

/** Announcements (公告), which administrators publish. */
export const announcementContract = {
  list: endpoint({
    method: 'get',
    path: '/announcements',
    access: 'session',
    summary: { zh: '公告：重要的在前，新的在前', en: 'Announcements, the important first, then the newest' },
    query: listQuery({}),
    response: listOf(announcement).extend({ unread: z.int() }),
  }),
  get: endpoint({
    method: 'get',
    path: '/announcements/:id',
    access: 'session',
    summary: { zh: '一条公告', en: 'One announcement' },
    params: one,
    response: announcement,
  }),
  read: endpoint({
    method: 'post',
    path: '/announcements/:id/read',
    access: 'session',
    summary: { zh: '标为已读', en: 'Mark as read' },
    params: one,
    response: z.object({ unread: z.int() }),
  }),
  listWritten: endpoint({
    method: 'get',
    path: '/admin/announcements',
    access: administrator,
    summary: { zh: '全部公告，含草稿与已撤下的', en: 'All announcements, drafts and withdrawn ones too' },
    query: listQuery({}),
    response: listOf(written),
  }),
  create: endpoint({
    method: 'post',
    path: '/admin/announcements',
    access: administrator,
    summary: { zh: '起草公告', en: 'Drafts an announcement' },
    status: 201,
    idempotent: true,
    body: fields.extend({
      important: fields.shape.important.default(false),
      shownFrom: fields.shape.shownFrom.default(null),
      shownUntil: fields.shape.shownUntil.default(null),
    }),
    response: written,
  }),
  update: endpoint({
    method: 'patch',
    path: '/admin/announcements/:id',
    access: administrator,
    summary: { zh: '修改公告', en: 'Changes an announcement' },
    idempotent: true,
    params: one,
    body: fields.partial(),
    response: written,
  }),
  publish: endpoint({
    method: 'post',
    path: '/admin/announcements/:id/publish',
    access: administrator,
    summary: { zh: '发布公告，所有人可见', en: 'Publishes an announcement to everybody' },
    idempotent: true,
    params: one,
    response: written,
  }),
  withdraw: endpoint({
    method: 'post',
    path: '/admin/announcements/:id/withdraw',
    access: administrator,
    summary: { zh: '撤下公告，不再显示', en: 'Withdraws an announcement from everybody’s sight' },
    idempotent: true,
    params: one,
    response: written,
  }),
};
