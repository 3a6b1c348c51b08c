import { request, type Cast, type Request, type Requester } from './requisition.ts';
import type { Story } from './stories.ts';

const HOUR_MS = 3_600_000;

const broken = [
  { spot: '洗手池左侧', category: 'plumbing', description: '水龙头滴水，关不紧，地面有积水', times: ['morning', 'noon'] },
  { spot: '北侧靠窗', category: 'electrical', urgency: 'urgent', description: '灯管闪烁，晚上无法办公' },
  { category: 'air-conditioning', urgency: 'urgent', description: '空调不制冷，室内已经三十度' },
  { spot: '门口', category: 'doors-windows', description: '门锁打不开，钥匙转不动', times: ['afternoon'] },
  { category: 'furniture', description: '办公椅扶手断裂' },
  { spot: '墙角', category: 'building', description: '雨后墙面渗水，墙皮脱落' },
  { category: 'network', description: '网口没有信号，换线也不行' },
  { category: 'plumbing', description: '下水道堵塞，水漫出来' },
] as const;

/** What can happen to something broken: at every step, handed back, on hold, with parts, rated well and badly. */
export const repairStories: readonly Story[] = [
  // Waiting for the leader, and for the dispatcher; an emergency asks no leader.
  async (cast, n) => { await report(cast, n, 0); },
  async (cast, n) => { await approved(cast, n, 2); },
  async (cast, n) => { await approved(cast, n, 5, 'requester2'); },
  async (cast, n) => {
    const form = { placeId: await room(cast, n), category: 'electrical', urgency: 'emergency', description: '配电箱冒烟，有焦味' };
    const it = await request(cast, n, 'requester', { type: 'repair-order', form });
    await it.waitFor(cast.service, 'dispatch');
  },
  // Offered; declined and offered to the next.
  async (cast, n) => { await offered(cast, n, 1); },
  async (cast, n) => {
    const it = await approved(cast, n, 0);
    await it.decide(cast.service, 'dispatch', 'dispatched', { data: { repairers: [cast.repairer2.personId, cast.repairer.personId] } });
    await it.decide(cast.repairer2, 'accept', 'declined', { comment: '正在生产楼检修空调。' });
    await it.waitFor(cast.repairer, 'accept', 2);
  },
  // On the way, late, at work, handed back, on hold.
  async (cast, n) => { await coming(cast, n, 7, 1); },
  async (cast, n) => { await coming(cast, n, 5, 0.01); },
  async (cast, n) => { await atWork(cast, n, 0); },
  async (cast, n) => {
    const it = await atWork(cast, n, 3, 'requester2');
    await it.decide(cast.repairer, 'work', 'handed-back', { comment: '锁芯已坏，需专业开锁。' });
  },
  async (cast, n) => {
    const it = await atWork(cast, n, 7);
    await it.decide(cast.repairer, 'work', 'held', { comment: '缺阀芯，已订货。', data: { until: inHours(24) } });
  },
  // Repaired: to rate, rated badly and to be called, rated well.
  async (cast, n) => { await repaired(cast, n, 0, 'requester2'); },
  async (cast, n) => {
    const it = await repaired(cast, n, 7);
    await it.decide(it.requester, 'evaluation', 'evaluated', { data: { stars: { quality: 2, speed: 1, service: 2 }, text: '等了一上午。' } });
  },
  async (cast, n) => {
    const it = await repaired(cast, n, 1);
    await it.decide(it.requester, 'evaluation', 'evaluated', { data: { stars: { quality: 5, speed: 5, service: 5 }, text: '来得很快，修得仔细。' } });
  },
];

async function room({ requester }: Cast, n: number): Promise<string> {
  const { items } = await requester.call<{ items: { id: string; kind: string }[] }>('GET', '/places');
  const rooms = items.filter(({ kind }) => kind === 'room');
  return rooms[(n * 7) % rooms.length]!.id;
}

async function report(cast: Cast, n: number, what: number, who: Requester = 'requester'): Promise<Request> {
  return request(cast, n, who, { type: 'repair-order', form: { placeId: await room(cast, n), urgency: 'normal', ...broken[what] } });
}

async function approved(cast: Cast, n: number, what: number, who?: Requester): Promise<Request> {
  const it = await report(cast, n, what, who);
  await it.decide(it.leader, 'department-leader', 'approved');
  await it.waitFor(cast.service, 'dispatch');
  return it;
}

async function offered(cast: Cast, n: number, what: number, who?: Requester): Promise<Request> {
  const it = await approved(cast, n, what, who);
  await it.decide(cast.service, 'dispatch', 'dispatched', { data: { repairers: [cast.repairer.personId] } });
  await it.waitFor(cast.repairer, 'accept');
  return it;
}

async function coming(cast: Cast, n: number, what: number, hours: number, who?: Requester): Promise<Request> {
  const it = await offered(cast, n, what, who);
  await it.decide(cast.repairer, 'accept', 'accepted', { data: { eta: inHours(hours) } });
  await it.waitFor(cast.repairer, 'arrival');
  return it;
}

async function atWork(cast: Cast, n: number, what: number, who?: Requester): Promise<Request> {
  const it = await coming(cast, n, what, 1, who);
  await it.decide(cast.repairer, 'arrival', 'arrived');
  await it.waitFor(cast.repairer, 'work');
  return it;
}

async function repaired(cast: Cast, n: number, what: number, who?: Requester): Promise<Request> {
  const it = await atWork(cast, n, what, who);
  const parts = [{ itemId: 'item-batteries-aa', quantity: 2 }];
  await it.decide(cast.repairer, 'work', 'completed', { data: { description: '更换零件，试用正常。', minutes: 35, parts } });
  return it;
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * HOUR_MS).toISOString();
}
