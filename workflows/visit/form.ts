import { z } from 'zod';
import { personal, titled, worded, type ProcessType } from '../lib/form.ts';
import { contract, purposes, visitTitle, ways, type Window } from './contract.ts';

/** So many come together at most; more are a registration. */
export const MOST_PARTY = 20;
/** So many windows at most, one a day. */
export const MOST_WINDOWS = 14;

/** What is known of a visitor. An ID number only with its own consent (PIPL 29). */
export const visitorFields = {
  name: titled(personal('name'), '访客姓名', 'Visitor'),
  phone: titled(personal('phone'), '手机号', 'Phone'),
  company: titled(z.string().trim().max(60).optional(), '单位', 'Company'),
  plate: titled(personal('plate').optional(), '车牌号', 'Plate'),
  idNumber: titled(personal('id-number').optional(), '证件号码', 'ID number'),
  idConsent: titled(z.boolean().optional(), '同意收集证件号码，用于入门核验', 'Agrees that the ID number is used at the gate'),
};

const visitor = z.strictObject(visitorFields);

/** A visitor, in clear. */
export type Visitor = z.output<typeof visitor>;

/** A visitor whose ID number nobody agreed to is refused. */
export function consented(visitor: { idNumber?: string; idConsent?: boolean }, context: z.RefinementCtx): void {
  if (visitor.idNumber !== undefined && visitor.idConsent !== true) {
    context.addIssue({ code: 'custom', path: ['idConsent'], message: 'visit.consent' });
  }
}

const form = z.strictObject({
  visitor: titled(visitor, '访客', 'Visitor'),
  party: titled(z.int().min(1).max(MOST_PARTY), '人数', 'People'),
  purpose: titled(worded(z.enum(Object.keys(purposes) as [keyof typeof purposes]), purposes), '来访事由', 'Purpose'),
  reason: titled(z.string().trim().max(200).optional(), '说明', 'Details'),
  place: titled(z.string().trim().min(1).max(60), '地点', 'Place'),
  windows: titled(z.array(z.strictObject({
    from: titled(z.iso.datetime(), '到访时间', 'From'),
    until: titled(z.iso.datetime(), '离开时间', 'Until'),
  })).min(1).max(MOST_WINDOWS), '时段', 'Times'),
  hostId: titled(z.string().min(1).max(100).optional(), '被访人', 'Host'),
  hostNamed: titled(z.string().trim().max(140).optional(), '访客所写的被访人', 'Host as the visitor wrote it'),
  way: titled(worded(z.enum(Object.keys(ways) as [keyof typeof ways]), ways), '来源', 'Way'),
});

/** A visit's form, as it is kept. */
export type VisitForm = z.output<typeof form>;

/** A visit as the API and the web know it. */
export const visit: ProcessType = {
  contract,
  workflow: 'visit',
  form,
  references: { hostId: 'person' },
  title: ({ visitor, party, windows }: VisitForm) => visitTitle(visitor.name, visitor.company, party, windows[0] as Window),
};
