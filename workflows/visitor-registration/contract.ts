import { approvalStep, reviseStep, type ProcessContract } from '../lib/contract.ts';

const formFacts = ['days.from', 'days.until'] as const;

/** 报备单: visitors of some days, announced by a department; its leader approves, and each of them gets a visit. */
export const contract = {
  type: 'visitor-registration',
  title: { zh: '访客报备', en: 'Visitor registration' },
  category: { zh: '出入管理', en: 'Visitors' },
  about: { zh: '施工、会议等多人多日来访，领导审批后各人收到到访码', en: 'Several visitors or days: once the leader approves, each gets a code' },
  numberPrefix: 'BB',
  path: ['department-leader'],
  facts: formFacts,
  roles: {},
  overseers: ['front-desk', 'security'],
  steps: {
    'department-leader': approvalStep({ zh: '部门领导审批', en: 'Department leader' }, ['leader']),
    revise: reviseStep(formFacts),
  },
  outcomes: {
    approved: { title: { zh: '已批准', en: 'Approved' }, fulfilled: true },
    rejected: { title: { zh: '已拒绝', en: 'Rejected' }, fulfilled: false },
    withdrawn: { title: { zh: '已撤回', en: 'Withdrawn' }, fulfilled: false },
  },
  paper: { title: { zh: '访客报备单', en: 'Visitor Registration' }, signs: [{ zh: '部门领导签字', en: 'Head of department' }, { zh: '报备人签字', en: 'Registered by' }] },
} as const satisfies ProcessContract;

/** What Temporal knows of a registration: its days, as dates. */
export interface Facts {
  days: { from: string; until: string };
}
