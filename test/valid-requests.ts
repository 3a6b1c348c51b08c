import { defaultCalendar } from '../activities/deadlines/calendar-2026.ts';
import type { Staff, Thing, Who } from '../api/permissions-expected.ts';
import { processTypes } from '../workflows/contracts.ts';
import { photoForm, TINY_PNG } from './photos.ts';
import { PREPARED_ITEM } from './prepared.ts';

const TYPE = 'supply-requisition';
export const LEADER = 'department-leader';
export const DIRECTOR = 'service-centre-director';

/** The demo company's people who ask. */
export const idOf: Record<Staff, string> = {
  requester: 'person-wang-wei',
  colleague: 'person-li-na',
  leader: 'person-chen-jianhua',
  requester2: 'person-zhao-lei',
  leader2: 'person-sun-haitao',
  director: 'person-zhou-huimin',
  storekeeper: 'person-yang-guang',
  frontdesk: 'person-lei-ting',
  service: 'person-yao-dawei',
  repairer: 'person-jin-zhiqiang',
  admin: 'person-deng-zihan',
  auditor: 'person-wei-jing',
};
export const MANAGER = 'person-zheng-guodong';
export const BYSTANDER = 'person-lin-shuyuan';
/** Whom administrators change here; nobody logs in as this one. */
const CHANGED = 'person-yuan-meng';

/** Ids of what is always there, by the beginning of the path. */
export const keptIds: Readonly<Record<string, Readonly<Partial<Record<Thing, string>>>>> = {
  '/supply/': { item: PREPARED_ITEM, unknown: 'item-unknown' },
  '/admin/people': { person: CHANGED, unknown: 'person-unknown' },
  '/admin/departments': { department: 'dept-telecom', unknown: 'dept-unknown' },
  '/admin/roles': { role: 'auditor', unknown: 'no-such-role' },
  '/admin/places': { place: 'place-main-3-305', unknown: 'place-unknown' },
  '/announcements': { announcement: 'announcement-shown', draft: 'announcement-draft', unknown: 'announcement-unknown' },
  '/files/': {
    file: '00000000-0000-7000-8000-0000000000f1', attached: '00000000-0000-7000-8000-0000000000f2', unknown: '00000000-0000-7000-8000-000000000000',
  },
  '/repairs/repairers': { fitter: 'person-kang-wei', absence: 'person-kang-wei', unknown: 'person-none' },
  '/repairs/plans': { plan: 'repair-plan-kept', unknown: 'repair-plan-none' },
  '/visits/blocked': { blocked: 'blocked-kept', unknown: 'blocked-none' },
  '/visits/kiosks': { device: 'kiosk-kept', unknown: 'kiosk-none' },
  '/admin/announcements': { announcement: 'announcement-shown', draft: 'announcement-draft', unknown: 'announcement-unknown' },
};

let itemNumber = 0;
const visitor = { name: '欧阳明月', phone: '15400008888' };
const inTwoHours = (): string => new Date(Date.now() + 7_200_000).toISOString();
const asked = (): object => ({ visitor, purpose: 'business', place: '调度楼', party: 1, until: inTwoHours() });
const now = (): string => new Date().toISOString();
const link = { token: 'a-link-that-there-is-not' };
/** When the plan is due that is always there. */
export const KEPT_PLAN_DUE = '2036-06-15';
const plan = {
  title: '滤网清洗', placeId: 'place-main-3-305', category: 'air-conditioning', description: '拆下滤网清洗', everyMonths: 3, everyDays: null, nextOn: KEPT_PLAN_DUE,
};
const decisions: Partial<Record<Thing, object>> = {
  claimed: { outcome: 'issued' },
  returned: { outcome: 'resubmitted', data: { form: { purpose: '改后', lines: [{ itemId: PREPARED_ITEM, quantity: 1 }] } } },
};

/** A valid body for every write, so that only the right is missing where it is refused. */
export const bodies: Readonly<Record<string, (thing: Thing, who: Who) => object>> = {
  'POST /entry/:app': () => ({ ticket: 'e30.e30.e30' }),
  'POST /login': () => ({ username: 'requester', password: 'houqin-demo' }),
  'POST /logout': () => ({}),
  'PATCH /me': () => ({ locale: 'zh-CN' }),
  'POST /me/password': () => ({ current: 'houqin-demo', password: 'vier Kerzen am Fenster' }),
  'POST /csp-reports': () => ({}),
  'POST /sms/twilio/status': () => new URLSearchParams({ MessageSid: 'SM1', MessageStatus: 'delivered' }),
  'POST /sms/aliyun/receipts': () => [{ biz_id: '1', success: true }],
  'POST /sms/twilio/replies': () => new URLSearchParams({ MessageSid: 'SM2', From: '+8613812345678', Body: '11' }),
  'POST /sms/aliyun/replies': () => [{ sequence_id: 1, phone_number: '13812345678', content: '11' }],
  'POST /demo/phones/replies': () => ({ phone: '13812345678', text: '11' }),
  // A token that is nobody's would soon be refused by its limits, and a phone that gets codes, too.
  'POST /asks/look': () => ({ token: '' }),
  'POST /asks/decide': () => ({ token: '', outcome: 'approved' }),
  'POST /visit/phone-codes': () => ({ phone: '+4915112345678' }),
  'POST /processes': () => ({ type: TYPE, form: { purpose: '权限', lines: [{ itemId: PREPARED_ITEM, quantity: 1 }] } }),
  'POST /processes/:id/withdraw': () => ({ reason: '不需要了' }),
  'POST /processes/:id/remind': () => ({}),
  'POST /processes/:id/comments': () => ({ text: '请尽快' }),
  'POST /processes/:id/reveal': () => ({ reason: '核对身份' }),
  'PUT /admin/retention': () => ({ idNumberDays: 30, otherDays: 90 }),
  'POST /processes/:id/prints': () => ({}),
  'POST /tasks/decisions': () => ({ ids: ['supply-requisition-none.department-leader.1'], outcome: 'approved' }),
  'POST /tasks/:id/decision': (thing) => decisions[thing] ?? { outcome: 'approved' },
  'POST /tasks/:id/claim': () => ({}),
  'POST /tasks/:id/release': () => ({}),
  'POST /tasks/:id/transfer': () => ({ to: BYSTANDER, comment: '外出' }),
  'POST /audit/processes/:id/replay': () => ({}),
  'POST /notices/read': () => ({}),
  'POST /files': () => photoForm(TINY_PNG),
  'POST /supply/items/import': () => ({ csv: '编码,名称,类别,单位,单价（元）\nP-900,导入物品,测试,个,1.00\n', dryRun: true }),
  'POST /supply/items': () => {
    itemNumber += 1;
    return { code: `P-1${itemNumber}`, name: '新物品', category: '测试', unit: '个', priceFen: 100 };
  },
  'PATCH /supply/items/:id': () => ({ name: '备用物品' }),
  'POST /supply/items/:id/receipts': () => ({ quantity: 1 }),
  'POST /supply/items/:id/stock-takes': () => ({ counted: 5 }),
  'POST /admin/operations/processes/:id/redeliver': () => ({}),
  'POST /admin/timeout-policies/:type/:step/preview': () => ({ policy: processTypes[TYPE]!.contract.steps[LEADER]!.timeouts }),
  'POST /admin/people': () => {
    itemNumber += 1;
    return { username: `neu-${itemNumber}`, name: '新人', departmentId: 'dept-telecom', roles: [] };
  },
  'PATCH /admin/people/:id': () => ({ title: '通信运维员', roles: [] }),
  'POST /admin/people/:id/deactivate': () => ({}),
  'POST /admin/people/:id/reactivate': () => ({}),
  'POST /admin/people/:id/password': () => ({}),
  'POST /admin/departments': () => ({ name: '新部门', nameEn: 'New department', parentId: 'dept-branch', leaderId: null }),
  'PATCH /admin/departments/:id': () => ({ nameEn: 'Information and Telecommunication' }),
  'PATCH /admin/roles/:id': () => ({ add: [], remove: [BYSTANDER] }),
  'POST /admin/places': () => {
    itemNumber += 1;
    return { kind: 'building', parentId: null, name: `新楼 ${itemNumber}` };
  },
  'POST /admin/places/import': () => ({ csv: '楼栋,楼层,房间\n综合楼,3层,399室\n', dryRun: true }),
  'PATCH /admin/places/:id': () => ({ nameEn: 'Room 305' }),
  'POST /announcements/:id/read': () => ({}),
  'POST /admin/announcements': () => ({ title: '停水通知', body: '周六停水。' }),
  'PATCH /admin/announcements/:id': () => ({ title: '停水通知（改）' }),
  'POST /admin/announcements/:id/publish': () => ({}),
  'POST /admin/announcements/:id/withdraw': () => ({}),
  'POST /visits': () => ({ ...asked(), from: now() }),
  'POST /visits/:id/move': () => ({ from: now(), until: inTwoHours() }),
  'POST /visits/:id/cancel': () => ({ reason: '出差' }),
  'POST /visits/:id/resend': () => ({}),
  'POST /visits/:id/check-in': () => ({}),
  'POST /visits/check-ins': () => ({ code: '123456', phoneTail: '8888' }),
  'POST /visits/:id/check-out': () => ({}),
  'POST /visits/:id/undo-check-in': () => ({}),
  'POST /visits/:id/undo-check-out': () => ({}),
  'POST /visits/:id/verify': () => ({ of: 'phone', tail: '8888' }),
  'POST /visits/walk-ins': () => ({ ...asked(), hostId: BYSTANDER, confirmed: true }),
  'POST /visits/passes': () => ({ qr: 'HQP1.none.none' }),
  'POST /visits/evacuation': () => ({ reason: '演练' }),
  'POST /visits/blocked': () => ({ kind: 'phone', value: '15400006666', reason: '屡次闹事' }),
  'POST /visits/blocked/:id/removal': () => ({ reason: '已和解' }),
  'POST /visits/kiosks': () => ({ name: '一号机', place: '大厅' }),
  'POST /visits/kiosks/:id/revoke': () => ({}),
  'POST /visit/requests': () => ({ ...asked(), from: now(), code: '123456', host: { name: '王薇', department: '营销部' } }),
  'POST /visit/look': () => link,
  'POST /visit/cancel': () => link,
  'POST /visit/consent-withdrawal': () => link,
  'PUT /repairs/repairers/:id': () => ({ skills: ['furniture'], buildingIds: [], week: { 1: [{ from: '08:30', to: '17:30' }] }, onCall: false, active: true }),
  'POST /repairs/repairers/:id/absences': () => ({ from: now(), until: inTwoHours(), reason: '培训' }),
  'POST /repairs/repairers/:id/absences/:absenceId/removal': () => ({}),
  'POST /repairs/plans': () => plan,
  'PUT /repairs/plans/:id': () => plan,
  'POST /repairs/plans/:id/pause': () => ({}),
  'POST /repairs/plans/:id/resume': () => ({}),
  'POST /repairs/plans/:id/open': () => ({ dueOn: KEPT_PLAN_DUE }),
  'POST /repairs/:id/contact': () => ({}),
  'POST /repairs/:id/ratings': () => ({ stars: { quality: 5, speed: 4, service: 5 }, words: '很快' }),
  'POST /kiosk/enrolment': () => ({ code: 'ABCDEFGH' }),
  'POST /kiosk/check-ins': () => ({ code: '123456', phoneTail: '8888' }),
  'POST /kiosk/check-outs': () => ({ code: '123456', phoneTail: '8888' }),
  'POST /kiosk/requests': () => ({ visitor, host: { name: '王薇', department: '营销部' }, purpose: 'business', party: 1, hours: 1 }),
  'POST /kiosk/requests/look': () => link,
  'POST /kiosk/requests/enter': () => link,
  'PUT /admin/timeout-policies/:type/:step': () => ({ ...processTypes[TYPE]!.contract.steps[LEADER]!.timeouts }),
  'PUT /admin/calendar': () => {
    const { timeZone, week, holidays, workdays } = defaultCalendar;
    return { timeZone, week, holidays, workdays };
  },
};
