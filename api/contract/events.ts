import { endpoint } from '../endpoint.ts';

/** What a page that stays open hears. */
export const eventContract = {
  events: endpoint({
    method: 'get',
    path: '/events',
    access: 'session',
    summary: {
      zh: '服务器推送：inbox 事件 {open, overdue, ids}，process 事件 {ids}（与我有关且有进展的流程），notice 事件 {unread}',
      en: 'Server-sent events: inbox {open, overdue, ids of changed tasks} and notice {unread}, at once and at each change; process {ids} of mine that moved',
    },
    raw: true,
    produces: 'text/event-stream',
  }),
};
