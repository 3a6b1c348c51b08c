import { z } from 'zod';
import { photos, titled, worded, type ProcessType } from '../lib/form.ts';
import { contract } from './contract.ts';

const MOST_COPIES = 99;
const MOST_PHOTOS = 3;

const kinds = {
  contract: { zh: '合同协议', en: 'Contract' },
  letter: { zh: '公文函件', en: 'Letter' },
  authorisation: { zh: '授权委托书', en: 'Authorisation' },
  certificate: { zh: '证明', en: 'Certificate' },
  tender: { zh: '投标文件', en: 'Tender' },
  other: { zh: '其他', en: 'Other' },
};

const seals = {
  company: { zh: '公章', en: 'Company seal' },
  contract: { zh: '合同章', en: 'Contract seal' },
  finance: { zh: '财务章', en: 'Finance seal' },
  'legal-representative': { zh: '法人章', en: 'Legal representative’s seal' },
};

/** What the requester fills in. */
const form = z.strictObject({
  document: titled(z.string().trim().min(1).max(100), '文件名称', 'Document'),
  kind: titled(worded(z.enum(['contract', 'letter', 'authorisation', 'certificate', 'tender', 'other']), kinds), '文件类别', 'Kind of document'),
  seal: titled(worded(z.enum(['company', 'contract', 'finance', 'legal-representative']), seals), '印章', 'Seal'),
  copies: titled(z.int().min(1).max(MOST_COPIES), '份数', 'Copies'),
  reason: titled(z.string().trim().min(1).max(500), '用印事由', 'Reason'),
  neededOn: titled(z.iso.date(), '需用日期', 'Needed on'),
  outside: titled(z.strictObject({
    destination: titled(z.string().trim().min(1).max(100), '带往何处', 'Taken to'),
    returnOn: titled(z.iso.date(), '归还日期', 'Back on'),
  }).optional(), '印章外带', 'Seal taken outside'),
});

/** What the keeper did; nothing said means every copy. A photo shows the paper with its seal. */
const stamped = z.strictObject({
  copies: titled(z.int().min(1).max(MOST_COPIES), '用印份数', 'Copies stamped'),
  photos: titled(photos(MOST_PHOTOS).optional(), '盖章后照片', 'Photos of the stamped paper'),
}).optional();

/** Seal use as the API and the web know it. */
export const sealUse: ProcessType = {
  contract,
  workflow: 'sealUse',
  form,
  decisions: { stamp: { stamped } },
  references: {},
  title: ({ document, seal, copies }: z.output<typeof form>) => `${document}（${seals[seal].zh} ×${copies}）`,
};
