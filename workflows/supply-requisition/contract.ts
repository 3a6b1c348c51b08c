import { approvalStep, evaluationStep, reviseStep, type ProcessContract } from '../lib/contract.ts';

const formFacts = ['lines.itemId', 'lines.quantity'] as const;

/** Supply requisition (办公物品领用): two approvals, a reservation, the counter. */
export const contract = {
  type: 'supply-requisition',
  title: { zh: '办公物品领用', en: 'Supply requisition' },
  category: { zh: '物资服务', en: 'Supplies' },
  about: { zh: '笔、纸、耗材等办公物品，审批后到柜台领取', en: 'Pens, paper and other office items, collected at the counter once approved' },
  numberPrefix: 'LY',
  path: ['department-leader', 'service-centre-director', 'hand-over'],
  facts: formFacts,
  roles: {
    'service-centre-director': { zh: '综合服务中心主任', en: 'Service-centre director' },
    storekeeper: { zh: '仓库管理员', en: 'Storekeeper' },
  },
  steps: {
    'department-leader': approvalStep({ zh: '部门领导审批', en: 'Department leader' }, ['leader']),
    'service-centre-director': approvalStep(
      { zh: '综合服务中心主任审批', en: 'Service-centre director' },
      ['role:service-centre-director'],
      { facts: ['toStep', 'lines.itemId', 'lines.quantity'] },
    ),
    'hand-over': {
      title: { zh: '柜台发放', en: 'Hand-over at the counter' },
      candidates: ['role:storekeeper'],
      again: { zh: '部分已领', en: 'partly collected' },
      outcomes: { issued: { zh: '发放', en: 'Issue' }, rejected: { zh: '无法发放', en: 'Cannot issue' } },
      commentNeeded: ['rejected'],
      clockOutcomes: { expired: { zh: '逾期未领', en: 'Expired' } },
      facts: ['lines.itemId', 'lines.issued', 'rest'],
      expiryNeeded: true,
      timeouts: {
        clock: 'business',
        due: 'P2D',
        remind: { after: 'P3D', every: 'P2D', times: 2 },
        escalate: null,
        expire: { after: 'P7D', outcome: 'expired' },
      },
    },
    revise: reviseStep(formFacts),
    evaluation: evaluationStep(),
  },
  outcomes: {
    issued: { title: { zh: '已发放', en: 'Issued' }, fulfilled: true },
    'partly-issued': { title: { zh: '部分发放', en: 'Partly issued' }, fulfilled: true },
    rejected: { title: { zh: '已拒绝', en: 'Rejected' }, fulfilled: false },
    withdrawn: { title: { zh: '已撤回', en: 'Withdrawn' }, fulfilled: false },
    expired: { title: { zh: '逾期未领', en: 'Expired' }, fulfilled: false },
  },
  notes: {
    'nothing-in-stock': {
      zh: '所批物品均无库存，未能预留，请重新决定：可等到货后再同意，或退回、拒绝。',
      en: 'Nothing of what was approved is in stock, so nothing is reserved. Decide again: approve once goods have arrived, return or reject.',
    },
  },
  notices: {
    'ready-to-collect': { zh: '可以领取了', en: 'Ready to collect' },
    'nothing-in-stock': { zh: '所批物品均无库存', en: 'Nothing in stock' },
  },
  paper: {
    title: { zh: '物品领用申请单', en: 'Supply Requisition' },
    signs: [{ zh: '部门负责人签字', en: 'Head of department' }, { zh: '库管员签字', en: 'Storekeeper' }, { zh: '领用人签字', en: 'Received by' }],
  },
  evaluation: {
    quality: { zh: '物品质量', en: 'Quality' },
    speed: { zh: '办理速度', en: 'Speed' },
    service: { zh: '服务态度', en: 'Service' },
  },
} as const satisfies ProcessContract;

/** A requested or approved line. */
export interface Line {
  itemId: string;
  quantity: number;
}

/** What Temporal knows of a requisition's form. */
export interface Facts {
  lines: Line[];
}
