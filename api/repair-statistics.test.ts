import { expect } from 'chai';
import { startProduct, type Product } from '../test/product.ts';
import { inHours, report, someRoom } from '../test/repairs.ts';
import { decide, ended, makeItem, openTask } from '../test/requisition.ts';

const JIN = 'person-jin-zhiqiang';

describe('statistics of repairs that people played', function () {
  this.timeout(90_000);
  let product: Product;
  let first: string;
  let again: string;
  let other: string;

  before(async () => {
    product = await startProduct();
    const item = await makeItem(product, 5);
    const [room, elsewhere] = [await someRoom(product), await someRoom(product, 3)];
    first = await toWork({ placeId: room });
    await decide(product, first, 'work', 'repairer', 'completed', { data: { description: '更换阀芯', minutes: 25, parts: [{ itemId: item, quantity: 2 }] } });
    await decide(product, first, 'evaluation', 'requester', 'evaluated', { data: { stars: { quality: 5, speed: 4, service: 3 } } });
    await ended(product, first);
    again = await toWork({ placeId: room, urgency: 'urgent' });
    await decide(product, again, 'work', 'repairer', 'handed-back', { comment: '要专业工具' });
    await openTask(product, again, 'dispatch');
    other = await report(product, { placeId: elsewhere, category: 'electrical' });
    await decide(product, other, 'department-leader', 'leader', 'rejected', { comment: '重复报修' });
    await ended(product, other);
  });
  after(async () => {
    await product?.stop();
  });

  async function toWork(form: object): Promise<string> {
    const id = await report(product, form);
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await decide(product, id, 'dispatch', 'service', 'dispatched', { data: { repairers: [JIN] } });
    await decide(product, id, 'accept', 'repairer', 'accepted', { data: { eta: inHours(1) } });
    await decide(product, id, 'arrival', 'repairer', 'arrived');
    await openTask(product, id, 'work');
    return id;
  }

  const read = async (who: string) => (await product.as(who)).get('/repairs/statistics');

  it('counts orders, promises, parts, minutes and stars as they were decided, and the fault that came back', async () => {
    const { status, body } = await read('service');
    expect(status, JSON.stringify(body)).to.equal(200);
    expect(body.totals).to.deep.include({
      orders: 3, repaired: 1, running: 1, rejected: 1, withdrawn: 0, planned: 0, onTime: 1, clocked: 1, minutes: 25, partsFen: 200, repeats: 1, stars: 4,
    });
    expect(body.promises).to.eql({ kept: 2, broken: 0, moved: 0 });
    expect(body.aspects).to.have.deep.members([{ aspect: 'quality', mean: 5, rated: 1 }, { aspect: 'speed', mean: 4, rated: 1 }, { aspect: 'service', mean: 3, rated: 1 }]);
    expect(body.repairers).to.have.length(1);
    expect(body.repairers[0]).to.deep.include({ id: JIN, offered: 2, accepted: 2, completed: 1, handedBack: 1, kept: 2, broken: 0, onTime: 1, clocked: 1, minutes: 25, partsFen: 200, stars: 4 });
    expect(body.repeats.items.map(({ placeId, times, lastId }: any) => [placeId, times, lastId])).to.eql([[await someRoom(product), 1, again]]);
    expect(body.places.map(({ placeId, orders, repeats }: any) => [placeId, orders, repeats])).to.eql([[await someRoom(product), 2, 1], [await someRoom(product, 3), 1, 0]]);
    expect(body.heat.reduce((sum: number, { orders }: any) => sum + orders, 0)).to.equal(3);
    expect(body.heat.every(({ floorId, floor }: any) => floorId !== null && floor !== null)).to.equal(true);
    expect(body.steps.map(({ step, people }: any) => [step, people])).to.eql([
      ['department-leader', 3], ['dispatch', 2], ['accept', 2], ['arrival', 2], ['work', 2], ['evaluation', 1],
    ]);
    expect(body.whole.orders).to.equal(1);
  });

  it('are read by the service centre, its director, administrators and auditors, and by nobody else', async () => {
    for (const who of ['service', 'director', 'admin', 'auditor']) expect((await read(who)).status, who).to.equal(200);
    for (const who of ['requester', 'leader', 'repairer', 'storekeeper', 'frontdesk']) expect((await read(who)).status, who).to.equal(403);
  });

  it('are exported without whoever reported them', async () => {
    const service = await product.as('service');
    const csv = await (await fetch(`${product.url}/api/repairs/statistics.csv`, { headers: { cookie: service.cookie, 'accept-language': 'zh-CN' } })).text();
    const lines = csv.trim().split('\r\n');
    const numbers: string[] = await product.db('process').whereIn('id', [first, again, other]).orderBy(['started_at', 'id']).pluck('number');
    expect(lines.slice(1).map((line) => line.split(',')[0])).to.eql(numbers);
    expect(lines[1]).to.match(/,已修复,金志强,[^,]+,[^,]+,是,否,25,2\.00,4\.0$/);
    expect(lines[2]).to.match(/,加急[^,]*,否,进行中,/).and.to.match(/,是,0,0\.00,$/);
    const { name } = await product.db('person').where({ username: 'requester' }).first('name');
    expect(csv).to.not.contain(name);
  });
});
