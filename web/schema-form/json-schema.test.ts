import { expect } from 'chai';
import { z } from 'zod';
import { instant, inUnit, money, personal, photos, timeOfDay, titled, worded } from '../../workflows/lib/form.ts';
import { supplyRequisition } from '../../workflows/supply-requisition/form.ts';
import { jsonSchema } from '../../api/processes/present.ts';
import { photosOf, valueWords } from '../form-schema.ts';
import { emptyOf, filledIn, hasPersonal, kindOf, PENDING, withoutPersonal, withoutPhotos, type JsonSchema } from './json-schema.ts';
import { schemaErrors } from './schema-errors.ts';

const schema = jsonSchema(supplyRequisition.form) as JsonSchema;

/** One of everything that a form of a process type may be made of. */
const everything = z.strictObject({
  name: titled(z.string().trim().min(1).max(60), '名称', 'Name'),
  reason: titled(z.string().trim().max(500).optional(), '原因', 'Reason'),
  people: titled(z.int().min(1).max(20), '人数', 'People'),
  hours: titled(z.number().min(0.5).max(8).optional(), '小时', 'Hours'),
  budget: money(titled(z.int().min(100).max(1_000_00), '预算', 'Budget')),
  day: titled(z.iso.date(), '日期', 'Day'),
  at: titled(timeOfDay().default('09:00'), '时间', 'Time'),
  until: titled(z.iso.date().nullable(), '截止', 'Until'),
  room: worded(titled(z.enum(['big', 'small']), '会议室', 'Room'), { big: { zh: '大会议室', en: 'Big room' }, small: { zh: '小会议室', en: 'Small room' } }),
  needs: titled(z.array(worded(z.enum(['tea', 'screen']), { tea: { zh: '茶水', en: 'Tea' }, screen: { zh: '屏幕', en: 'Screen' } })).optional(), '需要', 'Needs'),
  remote: titled(z.boolean(), '线上', 'Remote'),
  guests: titled(z.array(z.string().min(1).max(40)).max(3).optional(), '来宾', 'Guests'),
  contact: titled(z.strictObject({ phone: titled(z.string().min(1).max(20), '电话', 'Phone') }).optional(), '联系人', 'Contact'),
  pictures: titled(photos(3).optional(), '照片', 'Photos'),
  visitors: titled(z.array(z.strictObject({
    name: titled(personal('name'), '姓名', 'Name'), company: titled(z.string().optional(), '单位', 'Company'),
    agrees: titled(z.boolean().optional(), '同意', 'Agrees'),
  })).optional(), '访客', 'Visitors'),
  placeId: titled(z.string().min(1).max(100).optional(), '地点', 'Place'),
  starts: titled(instant().optional(), '开始', 'Begins'),
  minutes: inUnit(titled(z.int().min(1).max(600).optional(), '时长', 'Length'), '分钟', 'min'),
  parts: titled(z.array(z.strictObject({
    itemId: titled(z.string().min(1), '物品', 'Item'), quantity: titled(z.int().min(1), '数量', 'Quantity'),
  })).optional(), '物品', 'Items'),
  dishes: titled(z.array(z.strictObject({
    dish: titled(z.string().min(1).max(40), '菜品', 'Dish'), price: money(titled(z.int().min(0), '单价', 'Price')),
  })).min(1), '菜单', 'Menu'),
});
const made = jsonSchema(everything, { placeId: 'place', 'parts.itemId': 'item', 'nowhere.itemId': 'item' }) as JsonSchema;
const fields = made.properties!;

describe('A form drawn from a schema', () => {
  it('starts with the lines that it needs, or with none for a form that fills them itself', () => {
    expect(emptyOf(schema)).to.deep.equal({ purpose: '', lines: [{ itemId: '', quantity: null }] });
    expect(emptyOf(schema, false)).to.deep.equal({ purpose: '', lines: [] });
  });

  it('is sent trimmed, without what was left empty and may be', () => {
    const sent = filledIn(schema, { purpose: ' 日常 ', lines: [{ itemId: 'item-a', quantity: 2, note: ' ' }, { itemId: '', quantity: null }] });
    expect(sent).to.deep.equal({ purpose: '日常', lines: [{ itemId: 'item-a', quantity: 2 }, { itemId: '', quantity: null }] });
  });

  it('has a field for each kind of value that a form may be made of', () => {
    expect(Object.fromEntries(Object.entries(fields).map(([name, property]) => [name, kindOf(property)]))).to.deep.equal({
      name: 'text', reason: 'long-text', people: 'integer', hours: 'number', budget: 'money', day: 'date', at: 'time', until: 'date', room: 'choice',
      needs: 'choices', remote: 'yes-no', guests: 'texts', contact: 'group', pictures: 'photos', visitors: 'lines', placeId: 'place', starts: 'instant', minutes: 'integer', parts: 'lines', dishes: 'lines',
    });
    expect(kindOf(fields.parts!.items!.properties!.itemId!)).to.equal('item');
  });

  it('is valid for its zod schema once what is needed is filled in, however little else is', () => {
    const empty = emptyOf(made) as Record<string, unknown>;
    expect(Object.keys(schemaErrors(made, empty))).to.have.members(['name', 'people', 'budget', 'day', 'room', 'dishes.0.dish', 'dishes.0.price']);
    const filled = {
      ...empty, name: '周会', people: 6, budget: 50_000, day: '2026-11-30', room: 'big', dishes: [{ dish: '盒饭', price: 2_500 }],
    };
    expect(schemaErrors(made, filled)).to.deep.equal({});
    const sent = filledIn(made, filled);
    expect(everything.safeParse(sent).error?.issues ?? []).to.deep.equal([]);
    expect(sent).to.deep.equal({
      name: '周会', people: 6, budget: 50_000, day: '2026-11-30', at: '09:00', until: null, room: 'big', remote: false, dishes: [{ dish: '盒饭', price: 2_500 }],
    });
  });

  it('says beside each field what is wrong with it', () => {
    const wrong = {
      ...emptyOf(made) as object, name: 'x'.repeat(61), people: 2.5, hours: 'viel', budget: 99, guests: ['a', 'b', 'c', 'd'], contact: { phone: '' }, dishes: [],
    };
    expect(schemaErrors(made, wrong)).to.include({
      name: '最多 60 个字。', people: '请填写整数。', hours: '请填写数字。', budget: '至少 ¥1.00。', guests: '最多 3 项。', dishes: '至少 1 项。',
    });
    expect(['8:30', '', '08:30'].map((at) => schemaErrors(made, { ...wrong, at }).at)).to.eql(['请填写。', undefined, undefined]);
    expect(everything.shape.at.safeParse('24:00').success).to.equal(false);
    expect(schemaErrors(made, { ...wrong, budget: 'zehn' }).budget).to.equal('请填写金额，如 12.50。');
    expect(schemaErrors(made, wrong)).not.to.have.property('contact.phone');
  });

  it('waits for a photo that is on its way, and starts without those of the request that it copies', () => {
    const [id, other] = ['0192f000-0000-7000-8000-000000000001', '0192f000-0000-7000-8000-000000000002'];
    const filled = { ...emptyOf(made) as object, pictures: [id, `${PENDING}1`] };
    expect(schemaErrors(made, filled).pictures).to.equal('照片还没有上传好：请稍候，或重新上传、移除。');
    expect(schemaErrors(made, { ...filled, pictures: [id, other] })).not.to.have.property('pictures');
    expect(schemaErrors(made, { ...filled, pictures: [id, id, id, id] }).pictures).to.equal('最多 3 项。');
    const whole = { pictures: [id], dishes: [{ dish: '盒饭', price: 1 }] };
    expect(photosOf(made, whole)).to.deep.equal([id]);
    expect(withoutPhotos(made, whole)).to.deep.equal({ pictures: [], dishes: [{ dish: '盒饭', price: 1 }] });
  });

  it('keeps nothing personal in a browser, and takes masks as they are', () => {
    const filled = { name: '周会', visitors: [{ name: '王薇', company: '甲', agrees: true }] };
    expect([hasPersonal(made), hasPersonal(schema)]).to.eql([true, false]);
    expect(withoutPersonal(made, filled)).to.deep.equal({ name: '周会', visitors: [{ name: '', company: '甲', agrees: false }] });
    expect(schemaErrors(made, { visitors: [{ name: '王*' }] })).to.not.have.property('visitors.0.name');
    expect(schemaErrors(made, { visitors: [{ name: '' }] })).to.have.property('visitors.0.name');
  });

  it('says instants by the company’s clock, numbers with their unit, and what is referred to by its name', () => {
    const labels = { 'place-a': '综合楼 3层', 'item-a': '灯管' };
    const words = (name: string, value: unknown) => valueWords(fields[name]!, value, labels);
    expect([words('placeId', 'place-a'), words('minutes', 40), words('parts', [{ itemId: 'item-a', quantity: 2 }]), words('starts', '2020-03-01T16:05:00.000Z')])
      .to.deep.equal(['综合楼 3层', '40 分钟', '灯管 ×2', '2020年3月2日 00:05']);
    expect(schemaErrors(made, { placeId: '', parts: [{ itemId: '', quantity: 1 }] })).to.include({ 'parts.0.itemId': '请选择。' });
  });

  it('is read again in words', () => {
    const words = (name: string, value: unknown) => valueWords(fields[name]!, value);
    expect([words('budget', 50_000), words('room', 'big'), words('needs', ['tea', 'screen']), words('remote', false), words('guests', ['甲', '乙']),
      words('contact', { phone: '110' }), words('until', null), words('pictures', ['a', 'b'])]).to.deep.equal(['¥500.00', '大会议室', '茶水、屏幕', '否', '甲、乙', '电话 110', '', '2 张照片']);
  });
});
