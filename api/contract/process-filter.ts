import { z } from 'zod';

const id = z.string().min(1).max(200);
const day = z.iso.date().refine((text) => text >= '1900-01-01', { error: 'date.too-early' });
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');

/** What narrows a list of processes, and its sort. Days are the company's, both ends included. */
export const processFilter = {
  type: z.string().max(60).optional(),
  status: z.enum(['running', 'ended']).optional(),
  outcome: z.string().max(60).optional(),
  /** Searched in number, title and requester's name. */
  q: z.string().trim().max(100).optional(),
  department: id.optional(),
  requester: id.optional(),
  /** A person who has an open task of it, or may claim one. */
  holder: id.optional(),
  /** A person who decided a task of it. */
  decidedBy: id.optional(),
  /** A step at which it is now. */
  step: z.string().max(60).optional(),
  overdue: flag.optional(),
  startedFrom: day.optional(),
  startedTo: day.optional(),
  endedFrom: day.optional(),
  endedTo: day.optional(),
  /** By start, or by the nearest due instant of what is open. */
  sort: z.enum(['newest', 'oldest', 'due']).default('newest'),
};
