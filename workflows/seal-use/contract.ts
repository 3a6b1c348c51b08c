import { approvalStep, outcomeTexts, reviseStep, type ProcessContract } from '../lib/contract.ts';

const formFacts = ['copies'] as const;

/** Seal use (用印申请): the leader's approval, then the keeper puts the seal to the document. */
export const contract = {
  type: 'seal-use',
  title: { zh: '用印申请', en: 'Seal use' },
  category: { zh: '综合事务', en: 'Office services' },
  about: { zh: '合同、证明、函件等加盖公司印章', en: 'Company seals on contracts, certificates and letters' },
  numberPrefix: 'YY',
  path: ['department-leader', 'stamp'],
  facts: formFacts,
  roles: { 'seal-keeper': { zh: '印章管理员', en: 'Seal keeper' } },
  steps: {
    'department-leader': approvalStep({ zh: '部门领导审批', en: 'Department leader' }, ['leader']),
    stamp: approvalStep({ zh: '用印', en: 'Stamping' }, ['role:seal-keeper'], {
      outcomes: {
        stamped: { zh: '盖章', en: 'Stamp' },
        rejected: { zh: '不予用印', en: 'Refuse' },
        returned: outcomeTexts.returned,
      },
      clockOutcomes: { expired: { zh: '逾期未用印', en: 'Expired' } },
      facts: ['toStep', 'copies'],
      timeouts: {
        clock: 'business',
        due: 'P2D',
        remind: { after: 'P1D', every: 'P2D', times: 3 },
        escalate: null,
        expire: { after: 'P10D', outcome: 'expired' },
      },
    }),
    revise: reviseStep(formFacts),
  },
  outcomes: {
    stamped: { title: { zh: '已用印', en: 'Stamped' }, fulfilled: true },
    rejected: { title: { zh: '已拒绝', en: 'Rejected' }, fulfilled: false },
    withdrawn: { title: { zh: '已撤回', en: 'Withdrawn' }, fulfilled: false },
    expired: { title: { zh: '逾期未用印', en: 'Expired' }, fulfilled: false },
  },
  notices: {
    'ready-to-stamp': { zh: '可以用印了，请带上文件', en: 'Ready to be stamped: bring the document' },
  },
  paper: {
    title: { zh: '用印申请单', en: 'Seal Use' },
    signs: [{ zh: '部门领导签字', en: 'Head of department' }, { zh: '印章管理员签字', en: 'Seal keeper' }, { zh: '经办人签字', en: 'Requester' }],
  },
} as const satisfies ProcessContract;

/** What Temporal knows of the request. */
export interface Facts {
  copies: number;
}
