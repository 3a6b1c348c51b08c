import type { ProcessContract, StepContract, Text } from '../lib/contract.ts';
import { pickFacts } from '../lib/facts.ts';

const review = {
  candidates: ['fact:hostId'],
  outcomes: { approved: { zh: '同意', en: 'Approve' }, rejected: { zh: '拒绝', en: 'Refuse' } },
  commentNeeded: ['rejected'],
  clockOutcomes: { 'no-answer': { zh: '无人答复', en: 'No answer' } },
  bySms: true,
  facts: [],
} as const satisfies Partial<StepContract>;

const atTheDesk = { candidates: ['role:front-desk', 'role:security', 'fact:hostId'], atDesk: true, work: true } as const satisfies Partial<StepContract>;

/** A visit (来访): the host agrees, the visitor gets a code, comes and leaves. */
export const contract = {
  type: 'visit',
  title: { zh: '来访', en: 'Visit' },
  category: { zh: '出入管理', en: 'Visitors' },
  about: { zh: '邀请访客，或答复来访申请', en: 'Invite a visitor, or answer a request to visit' },
  numberPrefix: 'LF',
  startsAt: '/visitors/invite',
  overseers: ['front-desk', 'security'],
  path: ['host-review', 'arrival', 'departure'],
  facts: ['hostId', 'way', 'windows.from', 'windows.until'],
  roles: {
    'front-desk': { zh: '访客前台', en: 'Front desk' },
    security: { zh: '门岗保卫', en: 'Security' },
  },
  steps: {
    'host-review': {
      title: { zh: '被访人确认', en: 'Host’s answer' },
      ...review,
      timeouts: {
        clock: 'business', due: 'PT2H', remind: { after: 'PT1H', every: 'PT1H', times: 2 }, escalate: { after: 'PT3H' },
        expire: { after: 'PT4H', outcome: 'no-answer' },
      },
    },
    'walk-in-review': {
      title: { zh: '被访人确认（访客在等候）', en: 'Host’s answer (visitor is waiting)' },
      ...review,
      timeouts: {
        clock: 'wall', due: 'PT5M', remind: { after: 'PT3M', every: 'PT3M', times: 1 }, escalate: { after: 'PT5M' },
        expire: { after: 'PT10M', outcome: 'no-answer' },
      },
    },
    'front-desk-review': {
      title: { zh: '前台代为确认', en: 'Front desk’s answer' },
      candidates: ['role:front-desk', 'role:security'],
      outcomes: review.outcomes,
      commentNeeded: ['rejected'],
      clockOutcomes: { expired: { zh: '无人处理，已过期', en: 'Expired' } },
      facts: [],
      work: true,
      timeouts: { clock: 'wall', due: 'PT10M', remind: { after: 'PT10M', every: 'PT30M', times: 3 }, escalate: null, expire: { after: 'P7D', outcome: 'expired' } },
    },
    arrival: {
      title: { zh: '签到', en: 'Arrival' },
      ...atTheDesk,
      outcomes: { arrived: { zh: '签到', en: 'Check in' }, moved: { zh: '改期', en: 'Move' } },
      clockOutcomes: { missed: { zh: '未到', en: 'No-show' } },
      facts: ['from', 'until'],
      expiryNeeded: true,
      timeouts: { clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'P1D', outcome: 'missed' } },
    },
    departure: {
      title: { zh: '签离', en: 'Departure' },
      ...atTheDesk,
      outcomes: { left: { zh: '签离', en: 'Check out' }, 'not-arrived': { zh: '撤销签到', en: 'Undo check-in' } },
      clockOutcomes: { 'left-unseen': { zh: '自动签离', en: 'Checked out by the clock' } },
      facts: [],
      timeouts: {
        clock: 'wall', due: 'PT15M', remind: { after: 'PT15M', every: 'PT30M', times: 4 }, escalate: null,
        expire: { after: 'PT4H', outcome: 'left-unseen' },
      },
    },
    left: {
      title: { zh: '已离开（可撤销）', en: 'Left (may be undone)' },
      ...atTheDesk,
      outcomes: { 'still-here': { zh: '撤销签离', en: 'Undo check-out' } },
      clockOutcomes: { gone: { zh: '已离开', en: 'Gone' } },
      facts: [],
      timeouts: { clock: 'wall', due: null, remind: null, escalate: null, expire: { after: 'PT15M', outcome: 'gone' } },
    },
  },
  outcomes: {
    visited: { title: { zh: '已来访', en: 'Visited' }, fulfilled: true },
    missed: { title: { zh: '未到访', en: 'No-show' }, fulfilled: false },
    rejected: { title: { zh: '未获同意', en: 'Refused' }, fulfilled: false },
    withdrawn: { title: { zh: '已取消', en: 'Cancelled' }, fulfilled: false },
    expired: { title: { zh: '无人处理，已过期', en: 'Expired' }, fulfilled: false },
  },
  notices: {
    'visitor-arrived': { zh: '您的访客已到', en: 'Your visitor has arrived' },
  },
  paper: { title: { zh: '来访单', en: 'Visit' }, signs: [{ zh: '被访人签字', en: 'Host' }] },
} as const satisfies ProcessContract;

/** How a visit came about. Those of WAITING stand at the gate; those of AGREED need no answer any more. */
export const ways = {
  page: { zh: '网上申请', en: 'Public page' },
  colleague: { zh: '系统内同事', en: 'Colleague of another branch' },
  kiosk: { zh: '自助机', en: 'Kiosk' },
  desk: { zh: '前台登记', en: 'Front desk' },
  'desk-confirmed': { zh: '前台电话确认', en: 'Front desk, confirmed by phone' },
  invitation: { zh: '邀请', en: 'Invitation' },
  registration: { zh: '报备', en: 'Registration' },
} as const satisfies Record<string, Text>;

export type Way = keyof typeof ways;

export const WAITING: readonly Way[] = ['kiosk', 'desk'];
export const AGREED: readonly Way[] = ['desk-confirmed', 'invitation', 'registration'];

/** What a visit is for. */
export const purposes = {
  business: { zh: '业务洽谈', en: 'Business' },
  work: { zh: '施工作业', en: 'Work on site' },
  delivery: { zh: '送货取件', en: 'Delivery' },
  inspection: { zh: '检查调研', en: 'Inspection' },
  interview: { zh: '面试', en: 'Interview' },
  private: { zh: '私人来访', en: 'Private' },
  other: { zh: '其他', en: 'Other' },
} as const satisfies Record<string, Text>;

export type Purpose = keyof typeof purposes;

/** From when until when somebody may come in: instants in ISO 8601. */
export interface Window {
  from: string;
  until: string;
}

/** What Temporal knows of a visit. */
export interface Facts {
  /** Missing when nobody of that name was found: then the front desk answers. */
  hostId?: string;
  way: Way;
  windows: Window[];
}

/** A visit in a line: where from, who (masked), when. `from` is an instant. */
export function visitTitle(visitor: string, company: string | undefined, party: number, { from }: Window): string {
  const at = new Intl.DateTimeFormat('zh-CN', { timeZone: 'Asia/Shanghai', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hour12: false })
    .format(new Date(from));
  return `${company ? `${company} ` : ''}${visitor}${party > 1 ? `等 ${party} 人` : ''}来访（${at}）`;
}

/** A visit's form, its personal values masked. */
export interface MaskedVisit {
  visitor: { name: string; phone: string; company?: string | undefined };
  party: number;
  purpose: string;
  reason?: string | undefined;
  place: string;
  windows: Window[];
  hostId?: string | undefined;
  way: Way;
}

/** What starts the process of a visit, whoever asks for it. */
export function visitProcess(form: MaskedVisit, by: { requesterId: string; departmentId: string }) {
  const { visitor, party, windows } = form;
  return {
    type: contract.type, numberPrefix: contract.numberPrefix, workflow: 'visit', form, facts: pickFacts(form, contract.facts),
    title: visitTitle(visitor.name, visitor.company, party, windows[0]!), ...by,
  };
}
