import { request, type Cast, type Request, type Requester } from './requisition.ts';
import type { Story } from './stories.ts';
import { tapPhoto } from './tap-photo.ts';

const HOUR_MS = 3_600_000;

const broken = {
  tap: { spot: '洗手池左侧', category: 'plumbing', description: '水龙头滴水，关不紧，地面有积水', times: ['morning', 'noon'] },
  light: { spot: '北侧靠窗', category: 'electrical', urgency: 'urgent', description: '灯管闪烁，晚上无法办公' },
  cooling: { category: 'air-conditioning', urgency: 'urgent', description: '空调不制冷，室内已经三十度' },
  lock: { spot: '门口', category: 'doors-windows', description: '门锁打不开，钥匙转不动', times: ['afternoon'] },
  chair: { category: 'furniture', description: '办公椅扶手断裂' },
  wall: { spot: '墙角', category: 'building', description: '雨后墙面渗水，墙皮脱落' },
  network: { category: 'network', description: '网口没有信号，换线也不行' },
  drain: { category: 'plumbing', description: '下水道堵塞，水漫出来', times: ['morning', 'afternoon'] },
  heater: { spot: '茶水间', category: 'electrical', description: '插座没电，热水壶用不了' },
  smoke: { category: 'electrical', urgency: 'emergency', description: '配电箱冒烟，有焦味' },
} as const satisfies Record<string, object>;
type Broken = keyof typeof broken;

/** What can happen to something broken: at every step, refused, withdrawn, declined, late, handed back, on hold, not fixed, rated well and badly. */
export const repairStories: readonly Story[] = [
  // Waiting for the leader, and for the dispatcher; an emergency asks no leader.
  async (cast, n) => { await report(cast, n, 'chair'); },
  async (cast, n) => { await approved(cast, n, 'cooling'); },
  async (cast, n) => { await approved(cast, n, 'wall', 'requester2'); },
  async (cast, n) => {
    const it = await report(cast, n, 'smoke');
    await it.waitFor(cast.service, 'dispatch');
  },
  // Refused by the leader and by the dispatcher, returned for its place, withdrawn.
  async (cast, n) => {
    const it = await report(cast, n, 'chair', 'requester2');
    await it.decide(it.leader, 'department-leader', 'rejected', { comment: '椅子已过保，请走物资申领。' });
  },
  async (cast, n) => {
    const it = await approved(cast, n, 'network');
    await it.decide(cast.service, 'dispatch', 'rejected', { comment: '网络故障请联系信息中心，电话 8600。' });
  },
  async (cast, n) => {
    const it = await approved(cast, n, 'wall');
    await it.decide(cast.service, 'dispatch', 'returned', { comment: '请写明哪一面墙，并补一张照片。', data: { toStep: 'revise' } });
    await it.waitFor(it.requester, 'revise');
  },
  async (cast, n) => {
    const it = await approved(cast, n, 'heater');
    await it.tell(it.requester, 'withdraw', { reason: '是插头松了，已经好了。' });
  },
  // Offered by one click, to one by name, and declined and offered to the next.
  async (cast, n) => {
    const it = await approved(cast, n, 'network', 'requester2');
    await it.decide(cast.service, 'dispatch', 'dispatched');
  },
  async (cast, n) => { await offered(cast, n, 'light'); },
  async (cast, n) => {
    const it = await approved(cast, n, 'tap', 'requester2');
    await it.decide(cast.service, 'dispatch', 'dispatched', { data: { repairers: [cast.repairer2.personId, cast.repairer.personId] } });
    await it.decide(cast.repairer2, 'accept', 'declined', { comment: '正在生产楼检修空调。' });
    await it.waitFor(cast.repairer, 'accept', 2);
  },
  // On the way, late, at work, handed back, on hold.
  async (cast, n) => { await coming(cast, n, 'drain', 1); },
  async (cast, n) => { await coming(cast, n, 'wall', 0.003); },
  async (cast, n) => { await atWork(cast, n, 'tap'); },
  async (cast, n) => {
    const it = await atWork(cast, n, 'lock', 'requester2');
    await it.decide(cast.repairer, 'work', 'handed-back', { comment: '锁芯已坏，需专业开锁。' });
  },
  async (cast, n) => {
    const it = await atWork(cast, n, 'drain');
    await it.decide(cast.repairer, 'work', 'held', { comment: '要疏通机，明天到货。', data: { until: inHours(24) } });
  },
  // Repaired: to rate; not fixed and at work again; rated badly and to be called, and called; rated well.
  async (cast, n) => { await repaired(cast, n, 'tap', { minutes: 30, item: 'item-valve-core' }); },
  async (cast, n) => {
    const it = await repaired(cast, n, 'light', { minutes: 20, item: 'item-led-tube', who: 'requester2' });
    await it.decide(it.requester, 'evaluation', 'not-fixed', { comment: '开了十分钟又闪了。' });
    await it.waitFor(cast.repairer, 'work', 2);
  },
  async (cast, n) => {
    const it = await repaired(cast, n, 'drain', { minutes: 90 });
    await it.decide(it.requester, 'evaluation', 'evaluated', { data: { stars: { quality: 2, speed: 1, service: 2 }, text: '等了一上午。' } });
    await it.waitFor(cast.service, 'call-back');
  },
  async (cast, n) => {
    const it = await repaired(cast, n, 'heater', { minutes: 45, item: 'item-socket', who: 'requester2' });
    await it.decide(it.requester, 'evaluation', 'evaluated', { data: { stars: { quality: 3, speed: 2, service: 3 }, text: '修好了，但没有提前打电话。' } });
    await it.decide(cast.service, 'call-back', 'called-back', { comment: '已致电道歉，提醒维修人员上门前先联系。' });
  },
  async (cast, n) => {
    const it = await repaired(cast, n, 'light', { minutes: 35, item: 'item-led-tube' });
    await it.decide(it.requester, 'evaluation', 'evaluated', { data: { stars: { quality: 5, speed: 5, service: 5 }, text: '来得很快，修得仔细。' } });
  },
  async (cast, n) => {
    const it = await repaired(cast, n, 'lock', { minutes: 40, item: 'item-lock-cylinder', who: 'requester2' });
    await it.decide(it.requester, 'evaluation', 'evaluated', { data: { stars: { quality: 5, speed: 4, service: 5 } } });
  },
  async ({ service }, n) => {
    const at = async (kind: string, part: string): Promise<string> => {
      const { items } = await service.call<{ items: { id: string; kind: string; name: string }[] }>('GET', '/places');
      return items.find((place) => place.kind === kind && place.name.includes(part))!.id;
    };
    const plans = [
      { title: '电梯月度保养', placeId: await at('device', '1号电梯'), category: 'other', description: '检查门机、限速器与对讲。', everyMonths: 1, everyDays: null, nextOn: dayIn(3) },
      { title: '空调滤网清洗', placeId: await at('room', '职工食堂'), category: 'air-conditioning', description: '拆洗滤网，检查冷凝水。', everyMonths: 3, everyDays: null, nextOn: dayIn(20) },
      { title: '应急照明测试', placeId: await at('device', '2号电梯'), category: 'electrical', description: '断电测试三十分钟。', everyMonths: null, everyDays: 90, nextOn: dayIn(45) },
    ];
    const [first] = await Promise.all(plans.map((plan, i) => service.call<{ id: string }>('POST', '/repairs/plans', plan, `demo-plan-${n}-${i}`)));
    await service.call('POST', `/repairs/plans/${first!.id}/open`, { dueOn: plans[0]!.nextOn }, `demo-plan-open-${n}`);
  },
];

/** Each story breaks something in another room. */
async function room({ requester }: Cast, n: number): Promise<string> {
  const { items } = await requester.call<{ items: { id: string; kind: string }[] }>('GET', '/places');
  const rooms = items.filter(({ kind }) => kind === 'room');
  return rooms[(n * 7) % rooms.length]!.id;
}

async function report(cast: Cast, n: number, what: Broken, who: Requester = 'requester'): Promise<Request> {
  const photos = what === 'tap' ? { photos: [await cast[who].upload(await tapPhoto(true))] } : {};
  return request(cast, n, who, { type: 'repair-order', form: { placeId: await room(cast, n), urgency: 'normal', ...broken[what], ...photos } });
}

async function approved(cast: Cast, n: number, what: Broken, who?: Requester): Promise<Request> {
  const it = await report(cast, n, what, who);
  await it.decide(it.leader, 'department-leader', 'approved');
  await it.waitFor(cast.service, 'dispatch');
  return it;
}

async function offered(cast: Cast, n: number, what: Broken, who?: Requester): Promise<Request> {
  const it = await approved(cast, n, what, who);
  await it.decide(cast.service, 'dispatch', 'dispatched', { data: { repairers: [cast.repairer.personId] } });
  await it.waitFor(cast.repairer, 'accept');
  return it;
}

async function coming(cast: Cast, n: number, what: Broken, hours: number, who?: Requester): Promise<Request> {
  const it = await offered(cast, n, what, who);
  await it.decide(cast.repairer, 'accept', 'accepted', { data: { eta: inHours(hours) } });
  await it.waitFor(cast.repairer, 'arrival');
  return it;
}

async function atWork(cast: Cast, n: number, what: Broken, who?: Requester): Promise<Request> {
  const it = await coming(cast, n, what, 1, who);
  await it.decide(cast.repairer, 'arrival', 'arrived');
  await it.waitFor(cast.repairer, 'work');
  return it;
}

async function repaired(cast: Cast, n: number, what: Broken, { minutes, item, who }: { minutes: number; item?: string; who?: Requester }): Promise<Request> {
  const it = await atWork(cast, n, what, who);
  const done = {
    description: item ? '更换配件，试用正常。' : '疏通管道，试水正常。',
    minutes,
    ...(item && { parts: [{ itemId: item, quantity: 1 }] }),
    ...(what === 'tap' && { photos: [await cast.repairer.upload(await tapPhoto(false))] }),
  };
  await it.decide(cast.repairer, 'work', 'completed', { data: done });
  await it.waitFor(it.requester, 'evaluation');
  return it;
}

function inHours(hours: number): string {
  return new Date(Date.now() + hours * HOUR_MS).toISOString();
}

/** A day so many days from today, by the company's calendar. */
function dayIn(days: number): string {
  return new Date(Date.now() + days * 24 * HOUR_MS).toLocaleDateString('sv-SE', { timeZone: 'Asia/Shanghai' });
}
