import { endpoint } from '../endpoint.ts';

/** What a page that stays open hears. */
export const eventContract = {
  events: endpoint({
    method: 'get',
    path: '/events',
    access: 'session',
    summary: {
      zh: '服务器推送：inbox 事件 {open, overdue, ids}，notice 事件 {unread}',
      en: 'Server-sent events: inbox {open, overdue, ids of changed tasks} and notice {unread}, at once and at each change',
    },
    raw: true,
    produces: 'text/event-stream',
  }),
};
