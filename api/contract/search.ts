import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { person, text } from './processes.ts';

/** Finding anything by a word. */
export const searchContract = {
  search: endpoint({
    method: 'get',
    path: '/search',
    access: 'session',
    summary: { zh: '全局搜索：流程、物品、人员，各最多 5 项', en: 'Finds processes, items and people by a word, five of each at most' },
    query: z.strictObject({ q: z.string().trim().min(2).max(100) }),
    response: z.object({
      processes: z.array(z.object({
        id: z.string(),
        number: z.string(),
        type: z.string(),
        typeTitle: text,
        title: z.string(),
        status: z.enum(['running', 'ended']),
        outcome: z.string().nullable(),
        requester: person,
      })),
      items: z.array(z.object({ id: z.string(), code: z.string(), name: z.string(), unit: z.string(), available: z.number().int() })),
      people: z.array(z.object({ id: z.string(), name: z.string(), department: z.string(), title: z.string() })),
    }),
  }),
};
