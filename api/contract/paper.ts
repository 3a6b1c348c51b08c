import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { id, instant, person, supplyLines, text } from './processes.ts';

const params = z.strictObject({ id });

/** The n-th time that a process was printed, and the first time, which a reprint (重印) names. */
const print = z.object({
  n: z.int(),
  at: instant,
  by: person,
  first: z.object({ at: instant, by: person }),
});

/** A field in words. */
const field = z.object({ title: text, value: text });

/** What stands on the paper. Codes are black on white: `rows` of `1` and `0`, and bars as places and widths, in modules. */
export const paper = z.object({
  number: z.string(),
  title: text,
  status: z.enum(['running', 'ended']),
  outcomeTitle: text.nullable(),
  requester: person,
  department: z.string(),
  departmentEn: z.string(),
  startedAt: instant,
  endedAt: instant.nullable(),
  /** What was filled in, less the lines that `supply` has. */
  fields: z.array(field),
  supply: supplyLines.nullable(),
  approvals: z.array(z.object({
    title: text,
    state: z.enum(['done', 'current', 'planned', 'closed']),
    outcome: text.nullable(),
    by: person.nullable(),
    actorKind: z.enum(['person', 'clock', 'system', 'administrator']).nullable(),
    at: instant.nullable(),
    comment: z.string().nullable(),
    data: z.array(field),
  })),
  /** Who signs by hand. */
  signs: z.array(text),
  qr: z.object({ size: z.int(), rows: z.array(z.string()) }),
  barcode: z.object({ width: z.int(), bars: z.array(z.object({ x: z.int(), width: z.int() })) }),
});

/** A process on paper. */
export const paperContract = {
  getPaper: endpoint({
    method: 'get',
    path: '/processes/:id/paper',
    access: 'session',
    summary: { zh: '打印单的内容', en: 'What stands on the printed form' },
    params,
    response: paper,
  }),
  recordPrint: endpoint({
    method: 'post',
    path: '/processes/:id/prints',
    access: 'session',
    summary: { zh: '登记一次打印；第二次起为重印', en: 'Counts one print; from the second on, the paper says that it is a reprint' },
    status: 201,
    idempotent: true,
    params,
    response: print,
  }),
  getPaperPdf: endpoint({
    method: 'get',
    path: '/processes/:id/paper.pdf',
    access: 'session',
    summary: {
      zh: '打印单（PDF）；print 为本人登记过的打印次序，不给则为预览件',
      en: 'The printed form as PDF; print: the number of a print that one has counted oneself, without it the paper says that it is a preview',
    },
    params,
    query: z.strictObject({ print: z.coerce.number().int().min(1).max(1_000_000).optional() }),
    raw: true,
    produces: 'application/pdf',
  }),
};
