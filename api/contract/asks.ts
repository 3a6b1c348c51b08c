import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { instant, text } from './processes.ts';

const token = z.string().min(1).max(100);

/** A task as whoever was asked by SMS sees it: what is needed to decide it, and nothing beyond it. */
const ask = z.object({
  /** `moved`: somebody else's by now. The fields are told while it is open alone. */
  state: z.enum(['open', 'decided', 'moved', 'ended']),
  number: z.string(),
  title: z.string(),
  typeTitle: text,
  stepTitle: text,
  requester: z.string(),
  /** Whom the SMS went to. */
  holder: z.string(),
  fields: z.array(z.object({ title: text, value: text })),
  /** Yes, then no. */
  outcomes: z.array(z.object({ outcome: z.string(), title: text, commentNeeded: z.boolean() })),
  /** Where it is decided: by whom (null: the clock), when, what. */
  decision: z.object({ by: z.string().nullable(), at: instant, outcome: z.string(), title: text }).nullable(),
  expiresAt: instant,
  /** Of the person who was asked. */
  locale: z.enum(['zh-CN', 'en']),
});

/** Deciding one task by the link of an SMS: whoever has the token is the person whom it was sent to, for this task alone. */
export const askContract = {
  look: endpoint({
    method: 'post',
    path: '/asks/look',
    access: 'public',
    summary: { zh: '短信链接：看一个待办（链接仅限此项）', en: 'The task of an SMS’s link, and nothing else' },
    body: z.strictObject({ token }),
    response: ask,
  }),
  decide: endpoint({
    method: 'post',
    path: '/asks/decide',
    access: 'public',
    summary: { zh: '短信链接：办理此待办', en: 'Decides the task of an SMS’s link' },
    body: z.strictObject({ token, outcome: z.string().min(1).max(60), comment: z.string().trim().max(500).optional() }),
    response: z.object({
      outcome: z.string(),
      title: text,
      decidedAt: instant,
      /** The step that is likely to be next; null when the case ends here. */
      next: text.nullable(),
    }),
  }),
};
