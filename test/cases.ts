import { phonePhoto, uploadPhoto } from './photos.ts';
import type { Product } from './product.ts';
import { dayFromNow, inHours, report, someRoom } from './repairs.ts';
import { approve, decide, ended, openTask, request } from './requisition.ts';

const A4 = 'item-paper-a4';
const NOTES = 'item-sticky-notes';

/** Makes requests in varied states, as `pageTable` needs them: waiting at each step, returned, issued, stamped, rejected, copied, evaluated; repairs in every column, preventive plans in use and paused. */
export async function makeCases(product: Product): Promise<void> {
  const requester = await product.as('requester');
  const director = (await (await product.as('director')).get('/me')).body.id;
  const rest = { comment: '同意，请尽快发放。' };
  const handedOver = async (purpose: string): Promise<string> => {
    const id = await request(product, [{ itemId: NOTES, quantity: 2, note: '黄色' }], { purpose });
    await approve(product, id);
    const lines = [{ itemId: NOTES, issued: 2 }];
    await decide(product, id, 'hand-over', 'storekeeper', 'issued', { data: { lines, receivedBy: '王薇' } });
    return id;
  };
  const sealed = async (document: string): Promise<string> => {
    const outside = { destination: '市政务服务中心', returnOn: '2026-12-02' };
    const form = { document, kind: 'contract', seal: 'company', copies: 2, reason: '签订年度合同', neededOn: '2026-12-01', outside };
    const id = (await requester.post('/processes', { type: 'seal-use', form })).body.id;
    await decide(product, id, 'department-leader', 'leader', 'approved');
    return id;
  };
  const broken = async (form: object, until: 'dispatch' | 'accept' | 'arrival' | 'work' | 'on-hold' | 'call-back' | 'end'): Promise<void> => {
    const steps = ['dispatch', 'accept', 'arrival', 'work', 'on-hold', 'call-back', 'end'];
    const reaches = (step: string): boolean => steps.indexOf(until) >= steps.indexOf(step);
    const id = await report(product, form);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    if (reaches('accept')) await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: ['person-jin-zhiqiang'] } });
    if (reaches('arrival')) await decide(product, id, 'accept', 'repairer', 'accepted', { data: { eta: inHours(1) } });
    if (reaches('work')) await decide(product, id, 'arrival', 'repairer', 'arrived');
    if (until === 'on-hold') await decide(product, id, 'work', 'repairer', 'held', { comment: '缺阀芯，已订货', data: { until: inHours(24) } });
    if (reaches('call-back')) {
      const stars = until === 'end' ? { quality: 5, speed: 4, service: 5 } : { quality: 2, speed: 1, service: 2 };
      const parts = [{ itemId: NOTES, quantity: 1 }];
      await decide(product, id, 'work', 'repairer', 'completed', { data: { description: '更换阀芯，试水正常', minutes: 25, parts } });
      await decide(product, id, 'evaluation', 'requester', 'evaluated', { data: { stars } });
    }
    if (until === 'end') await ended(product, id);
    else await openTask(product, id, until);
  };
  await Promise.all([
    (async () => {
      const photos = [await uploadPhoto(requester, await phonePhoto(800, 600, '#7b8f6a'))];
      await broken({ spot: '洗手池左侧', photos, times: ['morning'], urgency: 'urgent' }, 'dispatch');
    })(),
    (async () => {
      const service = await product.as('service');
      const [placeId, other] = [await someRoom(product), await someRoom(product, 2)];
      const add = async (fields: object): Promise<{ id: string; nextOn: string }> => {
        const { status, body } = await service.post('/repairs/plans', { category: 'other', description: '按清单逐项检查', everyMonths: 3, everyDays: null, placeId, ...fields });
        if (status !== 201) throw new Error(`plan: ${status} ${JSON.stringify(body)}`);
        return body;
      };
      const filters = await add({ title: '空调滤网清洗', category: 'air-conditioning', description: '拆下滤网清洗，检查冷凝水', nextOn: dayFromNow(9) });
      const { status, body } = await service.post(`/repairs/plans/${filters.id}/open`, { dueOn: filters.nextOn });
      if (status !== 201) throw new Error(`open: ${status} ${JSON.stringify(body)}`);
      await add({ title: '配电箱红外测温', category: 'electrical', placeId: other, everyMonths: 1, nextOn: dayFromNow(4) });
      const paused = await add({ title: '饮水机滤芯更换', category: 'plumbing', everyMonths: null, everyDays: 45, nextOn: dayFromNow(20) });
      await service.post(`/repairs/plans/${paused.id}/pause`);
    })(),
    broken({ spot: '北侧窗边', times: ['noon', 'evening'] }, 'accept'),
    broken({ category: 'electrical', description: '会议室灯管闪烁' }, 'arrival'),
    broken({ description: '坐便器一直流水' }, 'work'),
    broken({ description: '水管接头漏水' }, 'on-hold'),
    broken({ description: '热水器不热' }, 'call-back'),
    broken({ description: '水龙头松动' }, 'end'),
    (async () => {
      const id = await request(product, [{ itemId: A4, quantity: 4 }, { itemId: NOTES, quantity: 6 }], { cc: [director] });
      await openTask(product, id, 'department-leader');
      await requester.post(`/processes/${id}/remind`);
      await requester.post(`/processes/${id}/comments`, { text: '本周五前需要。' });
    })(),
    (async () => {
      await openTask(product, await request(product, [{ itemId: A4, quantity: 1 }], { purpose: '打印培训资料' }), 'department-leader');
    })(),
    (async () => {
      const id = await request(product, [{ itemId: A4, quantity: 3 }]);
      await decide(product, id, 'department-leader', 'leader', 'approved', rest);
      await openTask(product, id, 'service-centre-director');
    })(),
    (async () => {
      const id = await request(product, [{ itemId: A4, quantity: 2 }, { itemId: NOTES, quantity: 3 }]);
      await approve(product, id);
      await openTask(product, id, 'hand-over');
    })(),
    (async () => {
      const id = await request(product, [{ itemId: A4, quantity: 9 }]);
      await decide(product, id, 'department-leader', 'leader', 'returned', { comment: '数量偏多，请核减。' });
      await openTask(product, id, 'revise');
    })(),
    (async () => {
      const id = await request(product, [{ itemId: A4, quantity: 8 }]);
      await decide(product, id, 'department-leader', 'leader', 'rejected', { comment: '本季度已领用。' });
      await ended(product, id);
    })(),
    (async () => {
      await openTask(product, await sealed('投标文件'), 'stamp');
    })(),
    (async () => {
      const id = await sealed('劳务合同');
      const keeper = await product.as('sealkeeper');
      const photos = [await uploadPhoto(keeper, await phonePhoto(800, 600, '#c9b79c')), await uploadPhoto(keeper, await phonePhoto(600, 800, '#8fa3b8'))];
      await decide(product, id, 'stamp', 'sealkeeper', 'stamped', { data: { copies: 1, photos }, comment: '一份有涂改，未盖。' });
      await ended(product, id);
    })(),
    (async () => {
      await openTask(product, await handedOver('新同事入职'), 'evaluation');
    })(),
    (async () => {
      const id = await handedOver('部门例会');
      await decide(product, id, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 5, speed: 4, service: 5 }, text: '很快。' } });
    })(),
  ]);
}
