import { z } from 'zod';
import { timeOfDay, titled, worded, type ProcessType } from '../lib/form.ts';
import { purposes } from '../visit/contract.ts';
import { consented, MOST_WINDOWS, visitorFields } from '../visit/form.ts';
import { contract } from './contract.ts';

const MOST_VISITORS = 50;
const DAY_MS = 86_400_000;

const form = z.strictObject({
  visitors: titled(z.array(z.strictObject(visitorFields).superRefine(consented)).min(1).max(MOST_VISITORS), '访客名单', 'Visitors'),
  days: titled(z.strictObject({
    from: titled(z.iso.date(), '首日', 'First day'),
    until: titled(z.iso.date(), '末日', 'Last day'),
  }).superRefine(fewDays), '来访日期', 'Days'),
  hours: titled(z.strictObject({
    from: titled(timeOfDay().default('08:30'), '每日自', 'Daily from'),
    until: titled(timeOfDay().default('17:30'), '每日至', 'Daily until'),
  }).superRefine(inOrder), '每日时段', 'Hours'),
  purpose: titled(worded(z.enum(Object.keys(purposes) as [keyof typeof purposes]), purposes), '来访事由', 'Purpose'),
  reason: titled(z.string().trim().min(1).max(500), '说明', 'Details'),
  place: titled(z.string().trim().min(1).max(60), '地点', 'Place'),
});

function fewDays({ from, until }: { from: string; until: string }, context: z.RefinementCtx): void {
  const days = (Date.parse(until) - Date.parse(from)) / DAY_MS + 1;
  if (days < 1) context.addIssue({ code: 'custom', path: ['until'], message: 'visit.until-before-from' });
  if (days > MOST_WINDOWS) context.addIssue({ code: 'custom', path: ['until'], message: 'visit.too-many-days' });
}

function inOrder({ from, until }: { from: string; until: string }, context: z.RefinementCtx): void {
  if (until <= from) context.addIssue({ code: 'custom', path: ['until'], message: 'visit.until-before-from' });
}

/** A registration's form, as it is kept. */
export type RegistrationForm = z.output<typeof form>;

/** A registration as the API and the web know it. */
export const visitorRegistration: ProcessType = {
  contract,
  workflow: 'visitorRegistration',
  form,
  references: {},
  title: ({ visitors, days, place }: RegistrationForm) =>
    `${visitors[0]!.company ? `${visitors[0]!.company} ` : ''}${visitors[0]!.name}${visitors.length > 1 ? `等 ${visitors.length} 人` : ''} ${days.from}${days.until === days.from ? '' : ` 至 ${days.until}`} ${place}`,
};
