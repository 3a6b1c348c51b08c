import { z } from 'zod';
import { personal, titled, worded } from '../../workflows/lib/form.ts';
import { purposes, ways } from '../../workflows/visit/contract.ts';
import { MOST_PARTY, visitorFields } from '../../workflows/visit/form.ts';
import { endpoint } from '../endpoint.ts';
import { instant } from '../lists.ts';
import { id, processSummary } from './processes.ts';

const desk = { roles: ['front-desk', 'security'] } as const;
const readers = { roles: ['front-desk', 'security', 'service-centre-director', 'process-administrator', 'auditor'] } as const;

const purpose = titled(worded(z.enum(Object.keys(purposes) as [keyof typeof purposes]), purposes), '来访事由', 'Purpose');
const reason = titled(z.string().trim().max(200).optional(), '说明', 'Details');
const place = titled(z.string().trim().min(1).max(60), '地点', 'Place');
const party = titled(z.int().min(1).max(MOST_PARTY), '人数', 'People');
const from = titled(z.iso.datetime(), '到访时间', 'From');
const until = titled(z.iso.datetime(), '离开时间', 'Until');
const day = z.iso.date();
/** Both included; the last thirty without. */
const days = z.strictObject({ from: day.optional(), until: day.optional() });
const words = titled(z.string().trim().min(1).max(200), '原因', 'Reason');
/** Made up by the page when its form opens, 128 bits at least: the same key is one visit. */
const requestKey = z.string().regex(/^[\w-]{22,64}$/).optional();
const token = z.string().regex(/^[\w-]{22,64}$/);
/** Six digits, and the last four of the phone: the code alone could be guessed. */
const code = titled(z.string().regex(/^\d{6}$/, 'visit.code'), '到访码', 'Code');
const phoneTail = titled(z.string().regex(/^\d{4}$/, 'visit.phone-tail'), '手机号后四位', 'Last four digits of the phone');
/** Of a visitor's page, or of a printed pass. */
const qr = z.string().max(200);

/** The host as a visitor knows one: nobody is listed, and a wrong name is answered alike. */
const host = z.strictObject({
  name: titled(z.string().trim().min(2).max(40), '被访人姓名', 'Host’s full name'),
  department: titled(z.string().trim().max(60).optional(), '被访人部门', 'Host’s department'),
  phone: titled(z.string().trim().max(20).optional(), '被访人电话', 'Host’s phone'),
});

/** Who asks to visit: whoever has a proof from another app is named by it alone. */
const asker = z.strictObject({
  ...visitorFields,
  name: titled(visitorFields.name.optional(), '访客姓名', 'Visitor'),
  phone: titled(visitorFields.phone.optional(), '手机号', 'Phone'),
});

function provenOnce({ code, proof, visitor }: { code?: string | undefined; proof?: string | undefined; visitor: z.output<typeof asker> }, context: z.RefinementCtx): void {
  if ((code === undefined) === (proof === undefined)) {
    context.addIssue({ code: 'custom', path: ['code'], message: 'visit.code-or-proof' });
    return;
  }
  for (const field of ['name', 'phone'] as const) {
    if ((visitor[field] === undefined) !== (proof === undefined)) continue;
    context.addIssue({ code: 'custom', path: ['visitor', field], message: proof === undefined ? 'visit.who' : 'visit.who-proven' });
  }
}

/** A visit as the front desk sees it; personal data masked. */
export const visitItem = z.object({
  id: z.string(),
  number: z.string(),
  /** `asked`: waits for an answer; `held`: nobody is here yet and there is no step, it is just being arranged. */
  state: z.enum(['asked', 'expected', 'inside', 'left', 'missed', 'refused', 'cancelled', 'held']),
  /** Who has to answer, while it is asked. */
  step: z.string().nullable(),
  since: instant.nullable(),
  way: z.enum(Object.keys(ways) as [keyof typeof ways]),
  purpose: z.enum(Object.keys(purposes) as [keyof typeof purposes]),
  reason: z.string().nullable(),
  visitor: z.string(),
  company: z.string().nullable(),
  phone: z.string(),
  plate: z.string().nullable(),
  hasIdNumber: z.boolean(),
  party: z.int(),
  place: z.string(),
  host: z.object({ id: z.string(), name: z.string(), department: z.string(), departmentEn: z.string(), phone: z.string().nullable() }).nullable(),
  /** As the visitor wrote it, where nobody of that name was found. */
  hostNamed: z.string().nullable(),
  from: instant,
  until: instant,
  arrivedAt: instant.nullable(),
  leftAt: instant.nullable(),
  /** Checked out by the clock, so that nobody saw the visitor leave. */
  leftUnseen: z.boolean(),
  /** Inside beyond the window. */
  overstays: z.boolean(),
  /** On the block list: why is said at its page. */
  blocked: z.boolean(),
  registrationId: z.string().nullable(),
});

/** What is printed: no phone, no ID number. */
export const pass = z.object({
  number: z.string(),
  visitor: z.string(),
  company: z.string().nullable(),
  party: z.int(),
  host: z.string().nullable(),
  hostDepartment: z.string().nullable(),
  place: z.string(),
  from: instant,
  until: instant,
  arrivedAt: instant,
  /** Signed: the gate checks it. */
  qr: z.string(),
});

/** A visit as its visitor sees it, by the link. */
const ownVisit = z.object({
  number: z.string(),
  state: z.enum(['waiting', 'approved', 'inside', 'left', 'missed', 'refused', 'cancelled', 'expired']),
  /** Who is to answer while it waits. */
  heldBy: z.enum(['host', 'substitute', 'front-desk']).nullable(),
  since: instant,
  visitor: z.string(),
  host: z.string().nullable(),
  hostDepartment: z.string().nullable(),
  place: z.string(),
  purpose: z.enum(Object.keys(purposes) as [keyof typeof purposes]),
  party: z.int(),
  from: instant,
  until: instant,
  /** For the kiosk's scanner, while it lets in. */
  qr: z.string().nullable(),
  /** The doors open for it so early. */
  validFrom: instant.nullable(),
  mayCancel: z.boolean(),
  hasIdNumber: z.boolean(),
});

const counted = z.object({ key: z.string(), name: z.string(), nameEn: z.string(), visits: z.int(), people: z.int() });
const text = z.string().nullable();

/** Visits: asked for by outsiders, invited by staff, let in at the kiosk or the front desk. */
export const visitContract = {
  // Staff
  inviteVisitor: endpoint({
    method: 'post', path: '/visits', access: 'session', status: 201, idempotent: true,
    summary: { zh: '邀请访客（本人为被访人，无需审批）', en: 'Invite a visitor; the caller is the host' },
    body: z.strictObject({ visitor: z.strictObject(visitorFields), purpose, reason, place, party, from, until }),
    response: processSummary,
  }),
  moveVisit: endpoint({
    method: 'post', path: '/visits/:id/move', access: 'session', idempotent: true,
    summary: { zh: '改期（被访人、邀请人或前台）：原到访码立即失效，另发新码', en: 'Move a visit: its code is dead at once, another one goes out' },
    params: z.strictObject({ id }), body: z.strictObject({ from, until }), response: visitItem,
  }),
  cancelVisit: endpoint({
    method: 'post', path: '/visits/:id/cancel', access: 'session', idempotent: true,
    summary: { zh: '取消来访（被访人、邀请人或前台）：到访码立即失效', en: 'Cancel a visit: its code is dead at once' },
    params: z.strictObject({ id }), body: z.strictObject({ reason: words }), response: visitItem,
  }),
  resendCode: endpoint({
    method: 'post', path: '/visits/:id/resend', access: 'session',
    summary: { zh: '重发到访短信（同一个码）', en: 'Send the same code again' },
    params: z.strictObject({ id }), body: z.strictObject({}),
  }),

  // Front desk
  visitBoard: endpoint({
    method: 'get', path: '/visits/board', access: desk,
    summary: { zh: '访客前台：某日的预约、在访、离开、未到，以及待确认', en: 'The front desk’s day; whoever is inside is always on it' },
    query: z.strictObject({ day: day.optional(), q: z.string().trim().max(60).optional() }),
    response: z.object({
      day, items: z.array(visitItem),
      // How many were found beyond the 500 that `items` has at most.
      omitted: z.int(),
      inside: z.object({ visits: z.int(), people: z.int() }), failuresLastHour: z.int(), alarm: z.boolean(),
    }),
  }),
  checkIn: endpoint({
    method: 'post', path: '/visits/:id/check-in', access: desk, idempotent: true,
    summary: { zh: '前台签到', en: 'Check in at the front desk' },
    params: z.strictObject({ id }), body: z.strictObject({}), response: z.object({ visit: visitItem, pass }),
  }),
  checkInByCode: endpoint({
    method: 'post', path: '/visits/check-ins', access: desk,
    summary: { zh: '前台签到：访客的到访码加手机后四位（与自助机相同）', en: 'Check in at the front desk by code and phone, as at the kiosk' },
    body: z.strictObject({ code, phoneTail }), response: z.object({ visit: visitItem, pass }),
  }),
  checkOut: endpoint({
    method: 'post', path: '/visits/:id/check-out', access: desk, idempotent: true,
    summary: { zh: '前台签离', en: 'Check out at the front desk' },
    params: z.strictObject({ id }), body: z.strictObject({}), response: visitItem,
  }),
  undoCheckIn: endpoint({
    method: 'post', path: '/visits/:id/undo-check-in', access: desk, idempotent: true,
    summary: { zh: '撤销签到：另发新码', en: 'Undo a check-in; another code goes out' },
    params: z.strictObject({ id }), body: z.strictObject({}), response: visitItem,
  }),
  undoCheckOut: endpoint({
    method: 'post', path: '/visits/:id/undo-check-out', access: desk, idempotent: true,
    summary: { zh: '撤销签离（15 分钟内）', en: 'Undo a check-out, within 15 minutes' },
    params: z.strictObject({ id }), body: z.strictObject({}), response: visitItem,
  }),
  printPass: endpoint({
    method: 'get', path: '/visits/:id/pass', access: desk,
    summary: { zh: '补打访客证', en: 'The pass of somebody inside, to be printed again' },
    params: z.strictObject({ id }), response: pass,
  }),
  verifyVisitor: endpoint({
    method: 'post', path: '/visits/:id/verify', access: desk,
    summary: { zh: '核对证件或手机后四位：只答是否一致，五次为限', en: 'Whether the last four of card or phone match: yes or no, five times' },
    params: z.strictObject({ id }), body: z.strictObject({ of: z.enum(['phone', 'id-number']), tail: z.string().regex(/^[\dXx]{4}$/) }),
    response: z.object({ matches: z.boolean(), triesLeft: z.int() }),
  }),
  registerWalkIn: endpoint({
    method: 'post', path: '/visits/walk-ins', access: desk, status: 201, idempotent: true,
    summary: { zh: '现场登记；confirmed 表示已电话确认', en: 'A walk-in; confirmed: the host agreed on the phone' },
    body: z.strictObject({
      visitor: z.strictObject(visitorFields), purpose, reason, place, party,
      hostId: titled(z.string().min(1).max(100), '被访人', 'Host'),
      until, confirmed: titled(z.boolean(), '已电话确认', 'Confirmed by phone'),
    }),
    response: processSummary,
  }),
  checkPass: endpoint({
    method: 'post', path: '/visits/passes', access: desk,
    summary: { zh: '查验访客证二维码', en: 'Whether a pass is genuine and good now' },
    body: z.strictObject({ qr }), response: z.object({ state: z.enum(['inside', 'expected', 'left', 'over', 'forged']), visit: visitItem.nullable() }),
  }),
  evacuationList: endpoint({
    method: 'post', path: '/visits/evacuation', access: desk,
    summary: { zh: '疏散名单：在访人员（显示姓名与电话，须说明原因并留痕）', en: 'Everybody inside, in clear, for a reason that is recorded' },
    body: z.strictObject({ reason: words }),
    response: z.object({
      at: instant, people: z.int(),
      items: z.array(z.object({ id: z.string(), visitor: z.string(), phone: z.string(), company: text, party: z.int(), host: text, hostDepartment: text, place: z.string(), arrivedAt: instant })),
    }),
  }),
  exportVisits: endpoint({
    method: 'get', path: '/visits/export', access: readers, raw: true, produces: 'text/csv',
    summary: { zh: '导出出入记录（个人信息已脱敏）', en: 'Visits as CSV; personal data masked' },
    query: days,
  }),
  visitStatistics: endpoint({
    method: 'get', path: '/visits/statistics', access: readers,
    summary: { zh: '出入统计：按日、部门、事由、来源，以及等候时间', en: 'Visits by day, department, purpose and way, and how long they waited' },
    query: days,
    response: z.object({
      from: day, until: day,
      totals: z.object({ visits: z.int(), people: z.int(), visited: z.int(), missed: z.int(), refused: z.int(), cancelled: z.int(), unseen: z.int() }),
      days: z.array(z.object({ day, visits: z.int(), people: z.int(), visited: z.int(), missed: z.int() })),
      departments: z.array(counted), purposes: z.array(counted), ways: z.array(counted),
      /** Seconds from the request to the answer, by who answered. */
      waits: z.array(z.object({ step: z.string(), answered: z.int(), byClock: z.int(), p50: z.number().nullable(), p90: z.number().nullable() })),
      /** Seconds inside, of those whom somebody saw leave. */
      stay: z.object({ p50: z.number().nullable(), p90: z.number().nullable() }),
      /** Arrivals by hour of the company's day, 0 to 23. */
      hours: z.array(z.int()),
    }),
  }),

  // Block list
  listBlocked: endpoint({
    method: 'get', path: '/visits/blocked', access: desk,
    summary: { zh: '黑名单', en: 'The block list' },
    response: z.object({
      items: z.array(z.object({
        id: z.string(), kind: z.enum(['phone', 'id-number', 'plate']), masked: z.string(), reason: z.string(), until: day.nullable(), by: z.string(), at: instant,
        removedAt: instant.nullable(), removedBy: text, removalReason: text,
      })),
    }),
  }),
  blockVisitor: endpoint({
    method: 'post', path: '/visits/blocked', access: desk, status: 201,
    summary: { zh: '列入黑名单', en: 'Put somebody on the block list' },
    body: z.strictObject({ kind: z.enum(['phone', 'id-number', 'plate']), value: titled(z.string().trim().min(4).max(30), '号码', 'Number'), reason: words, until: day.optional() }),
    response: z.object({ id: z.string() }),
  }),
  unblockVisitor: endpoint({
    method: 'post', path: '/visits/blocked/:id/removal', access: desk,
    summary: { zh: '移出黑名单', en: 'Take somebody off the block list' },
    params: z.strictObject({ id }), body: z.strictObject({ reason: words }),
  }),

  // Kiosks, by the front desk
  listKiosks: endpoint({
    method: 'get', path: '/visits/kiosks', access: desk,
    summary: { zh: '自助机', en: 'Kiosks' },
    response: z.object({
      items: z.array(z.object({ id: z.string(), name: z.string(), place: z.string(), enrolledAt: instant.nullable(), lastSeenAt: instant.nullable(), revokedAt: instant.nullable(), failuresLastHour: z.int() })),
    }),
  }),
  addKiosk: endpoint({
    method: 'post', path: '/visits/kiosks', access: desk, status: 201,
    summary: { zh: '登记自助机，得到一次性启用码（10 分钟有效）', en: 'Register a kiosk: answers a code that enrols one device, within 10 minutes' },
    body: z.strictObject({ name: titled(z.string().trim().min(1).max(40), '名称', 'Name'), place: titled(z.string().trim().min(1).max(60), '位置', 'Place') }),
    response: z.object({ id: z.string(), enrolmentCode: z.string() }),
  }),
  revokeKiosk: endpoint({
    method: 'post', path: '/visits/kiosks/:id/revoke', access: desk,
    summary: { zh: '停用自助机', en: 'Revoke a kiosk' },
    params: z.strictObject({ id }), body: z.strictObject({}),
  }),

  // Outsiders
  requestVisit: endpoint({
    method: 'post', path: '/visit/requests', access: 'public', status: 201,
    summary: {
      zh: '申请来访（手机须以短信验证码证明，或凭从应用进入所得的凭据；被访人有无，答复相同）',
      en: 'Ask to visit; the phone is proven by a code, or by the proof of an app that one came from; a wrong host is answered alike',
    },
    body: z.strictObject({
      visitor: asker, code: titled(code.optional(), '短信验证码', 'Code'), proof: titled(z.string().regex(/^[\w-]{43}$/, 'visit.code-or-proof').optional(), '凭据', 'Proof'),
      host, purpose, reason, place: place.optional(), party, from, until, requestKey,
    }).superRefine(provenOnce),
    response: z.object({ token: z.string() }),
  }),
  ownVisit: endpoint({
    method: 'post', path: '/visit/look', access: 'public',
    summary: { zh: '访客查看自己的来访', en: 'A visit, for whoever has its link' },
    body: z.strictObject({ token }), response: ownVisit,
  }),
  cancelOwnVisit: endpoint({
    method: 'post', path: '/visit/cancel', access: 'public',
    summary: { zh: '访客取消来访', en: 'The visitor cancels' },
    body: z.strictObject({ token }), response: ownVisit,
  }),
  withdrawConsent: endpoint({
    method: 'post', path: '/visit/consent-withdrawal', access: 'public',
    summary: { zh: '撤回对证件号码的同意：立即删除', en: 'Withdraw the consent to the ID number: it is deleted' },
    body: z.strictObject({ token }), response: ownVisit,
  }),

  // The kiosk: one device, no list, no search
  enrolKiosk: endpoint({
    method: 'post', path: '/kiosk/enrolment', access: 'public',
    summary: { zh: '启用自助机', en: 'Enrol this device as a kiosk' },
    body: z.strictObject({ code: z.string().trim().min(6).max(20) }), response: z.object({ name: z.string(), place: z.string() }),
  }),
  kiosk: endpoint({
    method: 'get', path: '/kiosk', access: 'kiosk',
    summary: { zh: '本自助机', en: 'This kiosk' },
    response: z.object({ name: z.string(), place: z.string() }),
  }),
  kioskCheckIn: endpoint({
    method: 'post', path: '/kiosk/check-ins', access: 'kiosk',
    summary: { zh: '自助签到：到访码加手机后四位，或二维码，或证件号码', en: 'Check in by code and phone, QR, or ID card' },
    body: z.strictObject({ code: code.optional(), phoneTail: phoneTail.optional(), qr: qr.optional(), idNumber: titled(personal('id-number').optional(), '证件号码', 'ID number') }),
    response: pass,
  }),
  kioskCheckOut: endpoint({
    method: 'post', path: '/kiosk/check-outs', access: 'kiosk',
    summary: { zh: '自助签离：访客证二维码，或到访码加手机后四位', en: 'Check out by the pass, or by code and phone' },
    body: z.strictObject({ code: code.optional(), phoneTail: phoneTail.optional(), qr: qr.optional() }),
    response: z.object({ visitor: z.string(), arrivedAt: instant, leftAt: instant }),
  }),
  kioskRequest: endpoint({
    method: 'post', path: '/kiosk/requests', access: 'kiosk', status: 201,
    summary: { zh: '自助机上申请来访', en: 'A walk-in at the kiosk' },
    body: z.strictObject({ visitor: z.strictObject(visitorFields), host, purpose, party, hours: titled(z.int().min(1).max(8), '停留小时', 'Hours'), requestKey }),
    response: z.object({ token: z.string() }),
  }),
  kioskLook: endpoint({
    method: 'post', path: '/kiosk/requests/look', access: 'kiosk',
    summary: { zh: '等候中的来访', en: 'How the walk-in stands' },
    body: z.strictObject({ token }), response: ownVisit,
  }),
  kioskEnter: endpoint({
    method: 'post', path: '/kiosk/requests/enter', access: 'kiosk',
    summary: { zh: '已同意：在本机签到并打印访客证', en: 'Agreed: check in here and print the pass' },
    body: z.strictObject({ token }), response: pass,
  }),
};
