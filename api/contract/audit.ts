import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { id, timelineEntry } from './processes.ts';

const access = { roles: ['auditor', 'process-administrator'] } as const;
const params = z.strictObject({ id });

/** What the auditor reads beside the lists that everyone has. */
export const auditContract = {
  processEvents: endpoint({
    method: 'get',
    path: '/audit/processes/:id/events',
    access,
    summary: { zh: '全部审计事件，含被拒绝的操作', en: 'Every audit event of a process, refused attempts included' },
    params,
    response: z.object({ items: z.array(timelineEntry.extend({ refused: z.boolean(), code: z.string().nullable() })) }),
  }),
  processHistory: endpoint({
    method: 'get',
    path: '/audit/processes/:id/history',
    access,
    summary: { zh: '原始流程历史（JSON），可用 npm run replay 重放', en: 'The raw Temporal history, which npm run replay takes' },
    params,
    raw: true,
    produces: 'application/json',
  }),
};
