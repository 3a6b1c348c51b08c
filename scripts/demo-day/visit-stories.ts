import { setTimeout as sleep } from 'node:timers/promises';
import type { Account } from './accounts.ts';
import { request, type Cast } from './requisition.ts';
import type { Story } from './stories.ts';

const HOUR_MS = 3_600_000;
const PATIENCE_MS = 60_000;

const visitors = [
  { name: '欧阳明月', phone: '15400008801', company: '华科电力设计院', plate: '京A12B88' },
  { name: '赵小川', phone: '15400008802', company: '顺达快递' },
  { name: '钱学安', phone: '15400008803', company: '城南消防大队', plate: '京B55C01' },
  { name: '孙丽华', phone: '15400008804' },
  { name: '李国强', phone: '15400008805', company: '宏远电缆厂', plate: '冀A77K12' },
  { name: '周子墨', phone: '15400008806', company: '临江日报社' },
  { name: '吴秀英', phone: '15400008807', company: '绿洲园艺' },
  { name: '郑海波', phone: '15400008808', company: '安信保险' },
] as const;

/** What can happen to visitors: expected, inside, gone, too late, not come, refused, cancelled; registered for days. */
export const visitStories: readonly Story[] = [
  // Expected today and tomorrow.
  async (cast, n) => { await invite(cast.requester, n, 0, { from: 1, until: 3 }); },
  async (cast, n) => { await invite(cast.requester2, n, 4, { from: 2, until: 4, purpose: 'inspection' }); },
  async (cast, n) => { await invite(cast.leader, n, 5, { from: 24, until: 26, purpose: 'interview' }); },
  // Inside, with a party of three.
  async (cast, n) => {
    const id = await invite(cast.requester, n, 2, { from: 0, until: 2, purpose: 'inspection', party: 3 });
    await at(cast.frontdesk, n, id, 'expected', 'check-in');
  },
  // Inside beyond the time.
  async (cast, n) => {
    const id = await invite(cast.requester2, n, 7, { from: 0, until: 0.003 });
    await at(cast.frontdesk, n, id, 'expected', 'check-in');
  },
  // Gone again.
  async (cast, n) => {
    const id = await invite(cast.requester, n, 6, { from: 0, until: 2, purpose: 'work' });
    await at(cast.frontdesk, n, id, 'expected', 'check-in');
    await at(cast.frontdesk, n, id, 'inside', 'check-out');
  },
  // Nobody came; cancelled by the host.
  async (cast, n) => { await invite(cast.requester2, n, 3, { from: 0, until: 0.001, purpose: 'private' }); },
  async (cast, n) => {
    const id = await invite(cast.requester, n, 1, { from: 3, until: 4, purpose: 'delivery' });
    await at(cast.requester, n, id, 'expected', 'cancel', { reason: '改为线上沟通。' });
  },
  // A walk-in whose host is asked, and one whose host agreed on the phone.
  async (cast, n) => { await walkIn(cast, n, 5, false); },
  async (cast, n) => {
    const id = await walkIn(cast, n, 1, true);
    await at(cast.frontdesk, n, id, 'expected', 'check-in');
  },
  // Registered by a department: waiting for the leader, and approved for two days.
  async (cast, n) => { await register(cast, n, 1); },
  async (cast, n) => {
    const it = await register(cast, n, 2);
    await it.decide(it.leader, 'department-leader', 'approved', { comment: '请做好安全交底。' });
  },
];

async function invite(
  host: Account, n: number, who: number, { from, until, purpose = 'business', party = 1 }: { from: number; until: number; purpose?: string; party?: number },
): Promise<string> {
  const { id } = await host.call<{ id: string }>('POST', '/visits', {
    visitor: visitors[who], purpose, place: '调度楼 3 层会议室', party, ...times(from, until),
  }, `demo-${n}-invite`);
  return id;
}

async function walkIn({ frontdesk }: Cast, n: number, who: number, confirmed: boolean): Promise<string> {
  const { id } = await frontdesk.call<{ id: string }>('POST', '/visits/walk-ins', {
    visitor: visitors[who], purpose: confirmed ? 'delivery' : 'business', place: '调度楼大厅', party: 1, hostId: 'person-wang-wei', until: times(0, 2).until, confirmed,
  }, `demo-${n}-walk-in`);
  return id;
}

function register(cast: Cast, n: number, days: number) {
  const day = (offset: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() + offset * 24 * HOUR_MS));
  return request(cast, n, 'requester', {
    type: 'visitor-registration',
    form: {
      visitors: [
        { name: '马建军', phone: '15400008811', company: '中兴通信工程队', plate: '京C33D44' },
        { name: '胡大海', phone: '15400008812', company: '中兴通信工程队' },
      ],
      days: { from: day(1), until: day(days) }, hours: { from: '08:30', until: '17:30' }, purpose: 'work', reason: '机房空调检修，须进入二层设备间。', place: '信息通信机房',
    },
  });
}

/** The same times each time that a story is told again in one run: the key of its start holds the form. */
function times(from: number, until: number): { from: string; until: string } {
  const now = Math.floor(Date.now() / 1_000) * 1_000;
  return { from: new Date(now + from * HOUR_MS).toISOString(), until: new Date(now + until * HOUR_MS).toISOString() };
}

/** Waits until the front desk has the visit in this state, then does something to it. */
async function at(who: Account, n: number, id: string, state: string, action: string, body: object = {}): Promise<void> {
  const patienceEnds = Date.now() + PATIENCE_MS;
  while ((await who.find<{ openTasks: { step: string }[] }>(`/processes/${id}`))?.openTasks[0]?.step !== { expected: 'arrival', inside: 'departure' }[state]) {
    if (Date.now() > patienceEnds) throw new Error(`${id} was never ${state}`);
    await sleep(200);
  }
  await who.call('POST', `/visits/${id}/${action}`, body, `demo-${n}-${action}`);
}
