import { approvalStep, evaluationStep, outcomeTexts, reviseStep, type ProcessContract, type StepContract, type Text } from '../lib/contract.ts';

const formFacts = ['urgency'] as const;

const offered = {
  candidates: ['holder'],
  work: true,
  transfers: 'nobody',
  outcomes: { accepted: { zh: '接单', en: 'Accept' }, declined: { zh: '谢绝', en: 'Decline' } },
  commentNeeded: ['declined'],
  clockOutcomes: { 'no-answer': { zh: '未响应', en: 'No answer' } },
  facts: ['eta'],
  expiryNeeded: true,
} as const satisfies Partial<StepContract>;

const handedBack = { zh: '退回派单', en: 'Hand back' } as const satisfies Text;

/** Repair (物业报修): the leader approves, the service centre dispatches, a repairer accepts, comes, repairs; the requester rates. */
export const contract = {
  type: 'repair-order',
  title: { zh: '物业报修', en: 'Repair' },
  category: { zh: '物业服务', en: 'Building services' },
  about: { zh: '水、电、空调、门窗、家具等，拍张照片即可报修', en: 'Water, power, air conditioning, doors, furniture: a photo will do' },
  numberPrefix: 'BX',
  overseers: ['dispatcher'],
  path: ['department-leader', 'dispatch', 'accept', 'arrival', 'work', 'evaluation'],
  facts: formFacts,
  roles: {
    dispatcher: { zh: '派单员', en: 'Dispatcher' },
    repairer: { zh: '维修人员', en: 'Repairer' },
  },
  clock: {
    title: { zh: '修复时限', en: 'Time to repair' },
    runsAt: ['dispatch', 'accept', 'accept-emergency', 'arrival', 'work'],
    warns: ['role:dispatcher'],
    policies: {
      emergency: {
        title: { zh: '修复时限（紧急）', en: 'Time to repair (emergency)' },
        timeouts: { clock: 'wall', due: 'PT4H', remind: { after: 'PT3H', every: 'PT1H', times: 1 }, escalate: { after: 'PT5H' }, expire: null },
      },
      urgent: {
        title: { zh: '修复时限（加急）', en: 'Time to repair (urgent)' },
        timeouts: { clock: 'business', due: 'P1D', remind: { after: 'PT5H', every: 'PT1H', times: 1 }, escalate: { after: 'P2D' }, expire: null },
      },
      normal: {
        title: { zh: '修复时限（普通）', en: 'Time to repair (normal)' },
        timeouts: { clock: 'business', due: 'P3D', remind: { after: 'P2D', every: 'P1D', times: 1 }, escalate: { after: 'P5D' }, expire: null },
      },
    },
  },
  steps: {
    'department-leader': approvalStep({ zh: '部门领导审批', en: 'Department leader' }, ['leader']),
    dispatch: {
      title: { zh: '派单', en: 'Dispatch' },
      candidates: ['role:dispatcher'],
      work: true,
      outcomes: { dispatched: { zh: '派单', en: 'Dispatch' }, rejected: { zh: '不予受理', en: 'Decline the order' }, returned: outcomeTexts.returned },
      commentNeeded: ['rejected', 'returned'],
      facts: ['toStep', 'repairers', 'urgency'],
      again: { zh: '重新派单', en: 'once more' },
      timeouts: { clock: 'business', due: 'PT1H', remind: { after: 'PT30M', every: 'PT1H', times: 3 }, escalate: { after: 'PT4H' }, expire: null },
    },
    accept: {
      title: { zh: '接单', en: 'Accept' },
      ...offered,
      timeouts: { clock: 'business', due: 'PT20M', remind: { after: 'PT20M', every: 'PT20M', times: 1 }, escalate: null, expire: { after: 'PT30M', outcome: 'no-answer' } },
    },
    'accept-emergency': {
      title: { zh: '接单（紧急）', en: 'Accept (emergency)' },
      ...offered,
      standsFor: 'accept',
      timeouts: { clock: 'wall', due: 'PT3M', remind: { after: 'PT2M', every: 'PT2M', times: 1 }, escalate: null, expire: { after: 'PT5M', outcome: 'no-answer' } },
    },
    arrival: {
      title: { zh: '上门', en: 'On the way' },
      candidates: ['holder'],
      work: true,
      transfers: 'office',
      outcomes: { arrived: { zh: '到场', en: 'Arrived' }, 'eta-changed': { zh: '改约', en: 'Change the time' }, 'handed-back': handedBack },
      commentNeeded: ['eta-changed', 'handed-back'],
      facts: ['eta'],
      again: { zh: '已改约', en: 'time changed' },
      timeouts: { clock: 'wall', due: null, remind: { after: 'PT15M', every: 'PT1H', times: 2 }, escalate: { after: 'PT2H' }, expire: null },
    },
    work: {
      title: { zh: '维修', en: 'Work' },
      candidates: ['holder'],
      work: true,
      transfers: 'office',
      outcomes: { completed: { zh: '完工', en: 'Complete' }, held: { zh: '挂起', en: 'Put on hold' }, 'handed-back': handedBack },
      commentNeeded: ['held', 'handed-back'],
      facts: ['until', 'parts.itemId', 'parts.quantity', 'minutes'],
      again: { zh: '继续', en: 'going on' },
      timeouts: { clock: 'business', due: 'PT4H', remind: { after: 'PT4H', every: 'P1D', times: 3 }, escalate: { after: 'P2D' }, expire: null },
    },
    'on-hold': {
      title: { zh: '挂起', en: 'On hold' },
      candidates: ['holder', 'role:dispatcher'],
      work: true,
      transfers: 'office',
      outcomes: { resumed: { zh: '恢复', en: 'Resume' }, 'handed-back': handedBack },
      commentNeeded: ['handed-back'],
      clockOutcomes: { 'hold-over': { zh: '挂起到期', en: 'Hold is over' } },
      facts: [],
      expiryNeeded: true,
      timeouts: { clock: 'business', due: null, remind: null, escalate: null, expire: { after: 'P5D', outcome: 'hold-over' } },
    },
    evaluation: {
      ...evaluationStep(),
      outcomes: { evaluated: outcomeTexts.evaluated, 'not-fixed': { zh: '未修好', en: 'Not fixed' } },
      commentNeeded: ['not-fixed'],
      facts: ['stars'],
    },
    'call-back': {
      title: { zh: '差评回访', en: 'Call back' },
      candidates: ['role:dispatcher'],
      work: true,
      outcomes: { 'called-back': { zh: '已回访', en: 'Called back' }, 'not-fixed': { zh: '未修好，返工', en: 'Not fixed: rework' } },
      commentNeeded: ['called-back', 'not-fixed'],
      facts: [],
      timeouts: { clock: 'business', due: 'P1D', remind: { after: 'P1D', every: 'P1D', times: 3 }, escalate: { after: 'P3D' }, expire: null },
    },
    revise: reviseStep(formFacts),
  },
  outcomes: {
    repaired: { title: { zh: '已修复', en: 'Repaired' }, fulfilled: true },
    rejected: { title: { zh: '未受理', en: 'Declined' }, fulfilled: false },
    withdrawn: { title: { zh: '已撤回', en: 'Withdrawn' }, fulfilled: false },
  },
  notes: {
    'nobody-left': { zh: '可派的维修人员均未接单，请重新派单。', en: 'Nobody who could be asked has accepted: dispatch it again.' },
    'handed-back': { zh: '维修人员退回了此单，原因见进展记录。', en: 'The repairer handed it back; why is in the timeline.' },
    'not-fixed': { zh: '报修人反映未修好，请返工。', en: 'The requester says that it is not fixed.' },
  },
  notices: {
    'repairer-coming': { zh: '维修人员已接单', en: 'A repairer is coming' },
    'repairer-moved': { zh: '维修人员改约了到场时间', en: 'The repairer comes at another time' },
    'repairer-there': { zh: '维修人员已到场', en: 'The repairer is there' },
    'eta-broken': { zh: '抱歉，维修人员未能按约定时间到场，已通知服务中心', en: 'Sorry: the repairer is not there at the promised time. The service centre knows' },
    'clock-late': { zh: '抱歉，维修已超过时限，服务中心正在跟进', en: 'Sorry: the repair takes longer than promised. The service centre knows' },
    'on-hold': { zh: '维修已挂起，原因见进展', en: 'The repair is on hold; why is in the timeline' },
    completed: { zh: '已完工，请评价', en: 'Repaired: please rate it' },
  },
  paper: {
    title: { zh: '维修工单', en: 'Work Order' },
    signs: [{ zh: '维修人员签字', en: 'Repairer' }, { zh: '报修人签字', en: 'Requester' }],
  },
  evaluation: {
    quality: { zh: '维修质量', en: 'Quality' },
    speed: { zh: '到场速度', en: 'Speed' },
    service: { zh: '服务态度', en: 'Service' },
  },
} as const satisfies ProcessContract;

/** Trades: what a repairer knows, and what is broken. */
export const categories = {
  plumbing: { zh: '给排水', en: 'Plumbing' },
  electrical: { zh: '电气照明', en: 'Electrical' },
  'air-conditioning': { zh: '空调暖通', en: 'Air conditioning' },
  'doors-windows': { zh: '门窗锁具', en: 'Doors and windows' },
  furniture: { zh: '家具', en: 'Furniture' },
  building: { zh: '墙地面与屋顶', en: 'Walls, floors, roof' },
  network: { zh: '网络与弱电', en: 'Network' },
  other: { zh: '其他', en: 'Other' },
} as const satisfies Record<string, Text>;

export type Category = keyof typeof categories;

/** How soon it must be done. An emergency does not wait for the department's leader. */
export const urgencies = {
  normal: { zh: '普通', en: 'Normal' },
  urgent: { zh: '加急（影响工作）', en: 'Urgent (work is held up)' },
  emergency: { zh: '紧急（有危险或正在受损）', en: 'Emergency (danger or damage)' },
} as const satisfies Record<string, Text>;

export type Urgency = keyof typeof urgencies;

/** When it suits whoever reports it. */
export const times = {
  morning: { zh: '上午', en: 'Morning' },
  noon: { zh: '午休', en: 'Lunch break' },
  afternoon: { zh: '下午', en: 'Afternoon' },
  evening: { zh: '下班后', en: 'After work' },
} as const satisfies Record<string, Text>;

/** A mean of stars below this is called back. */
export const LOW_STARS = 3;

/** What Temporal knows of an order. */
export interface Facts {
  urgency: Urgency;
  /** Opened by a preventive plan: the service centre asks itself, so no leader is asked. */
  planned?: true;
}
