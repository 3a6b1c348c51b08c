import { expect } from 'chai';
import { eventually } from '../../test/person.ts';
import { startProduct, type Product } from '../../test/product.ts';
import { decide, ended, openTask, process } from '../../test/requisition.ts';
import { toldCode } from '../../test/visits.ts';

const DAY = 86_400_000;
const day = (offset: number): string => new Intl.DateTimeFormat('sv-SE', { timeZone: 'Asia/Shanghai' }).format(new Date(Date.now() + offset * DAY));

const form = {
  visitors: [
    { name: '马建军', phone: '15400008811', company: '中兴通信工程队', plate: '京C33D44' },
    { name: '马大海', phone: '15400008812', company: '中兴通信工程队', idNumber: '11010519491231002X', idConsent: true },
  ],
  days: { from: day(1), until: day(3) }, hours: { from: '08:30', until: '17:30' }, purpose: 'work', reason: '机房空调检修', place: '信息通信机房',
};

describe('visitor registration', function () {
  this.timeout(60_000);
  let product: Product;

  before(async () => {
    product = await startProduct({ sms: { HOUQIN_SMS: 'outbox' } });
  });
  after(async () => {
    await product?.stop();
  });

  async function register(more: object = {}): Promise<string> {
    const { status, body } = await (await product.as('requester')).post('/processes', { type: 'visitor-registration', form: { ...form, ...more } });
    expect(status, JSON.stringify(body)).to.equal(201);
    return body.id;
  }

  const visitsOf = (id: string): Promise<any[]> => product.db('visit').where({ registration_id: id }).orderBy('process_id');

  it('that is approved starts a visit for each visitor, with a window on each day and a code by SMS', async () => {
    const id = await register();
    await decide(product, id, 'department-leader', 'leader', 'approved');
    expect((await ended(product, id)).outcome).to.equal('approved');
    const visits = await visitsOf(id);
    expect(visits.map(({ visitor, host_id: host, way }) => [visitor, host, way])).to.eql([['马*', 'person-wang-wei', 'registration'], ['马*', 'person-wang-wei', 'registration']]);
    for (const { process_id: visit } of visits) {
      await openTask(product, visit, 'arrival');
      const { form: kept } = await process(product, visit);
      expect(kept.windows).to.have.length(3);
      expect(kept.windows[0]).to.eql({ from: new Date(`${day(1)}T08:30:00+08:00`).toISOString(), until: new Date(`${day(1)}T17:30:00+08:00`).toISOString() });
    }
    const codes = await Promise.all(visits.map(({ process_id: visit }) => toldCode(product, visit)));
    expect(codes.every(({ code }) => /^\d{6}$/.test(code))).to.equal(true);
    const phones = await product.db('sms').where({ template: 'visit-code' }).pluck('phone_sealed');
    expect(phones.map((sealed: Buffer) => product.sms.seal.open(sealed, 'sms.phone'))).to.have.members(['+8615400008811', '+8615400008812']);
  });

  it('that is returned keeps what is personal: rows that look alike, moved and removed', async () => {
    const id = await register();
    await decide(product, id, 'department-leader', 'leader', 'returned', { comment: '只来一人即可' });
    await openTask(product, id, 'revise');
    const { form: shown } = await process(product, id, 'requester');
    expect(shown.visitors).to.eql([
      { name: '马*', phone: '154****8811', company: '中兴通信工程队', plate: '京C***44' },
      { name: '马*', phone: '154****8812', company: '中兴通信工程队', idNumber: '110**************X', idConsent: true },
    ]);
    await decide(product, id, 'revise', 'requester', 'resubmitted', { data: { form: { ...shown, visitors: [shown.visitors[1]] } } });
    await decide(product, id, 'department-leader', 'leader', 'approved');
    await ended(product, id);
    const [visit] = await eventually('visits', async () => { const found = await visitsOf(id); return found.length > 0 && found; });
    const { body } = await (await product.as('requester')).post(`/processes/${visit.process_id}/reveal`, { reason: '核对' });
    expect(body.values).to.have.deep.members([
      { path: 'visitor.idNumber', kind: 'id-number', value: '11010519491231002X' },
      { path: 'visitor.name', kind: 'name', value: '马大海' },
      { path: 'visitor.phone', kind: 'phone', value: '15400008812' },
    ]);
    expect(JSON.stringify(await product.db('task').where({ process_id: id }))).to.not.match(/马大海|15400008812/);
  });

  it('that is rejected or withdrawn starts nothing', async () => {
    const rejected = await register();
    await decide(product, rejected, 'department-leader', 'leader', 'rejected', { comment: '改期再报' });
    expect((await ended(product, rejected)).outcome).to.equal('rejected');
    const withdrawn = await register();
    await openTask(product, withdrawn, 'department-leader');
    await (await product.as('requester')).post(`/processes/${withdrawn}/withdraw`, { reason: '不来了' });
    expect((await ended(product, withdrawn)).outcome).to.equal('withdrawn');
    expect([...await visitsOf(rejected), ...await visitsOf(withdrawn)]).to.eql([]);
  });

  it('refuses days and numbers that cannot be, an ID number without consent, and a visit started by the catalogue', async () => {
    const requester = await product.as('requester');
    const visitor = form.visitors[0]!;
    for (const [more, field] of [
      [{ days: { from: day(3), until: day(1) } }, 'form.days.until'], [{ days: { from: day(1), until: day(20) } }, 'form.days.until'],
      [{ hours: { from: '17:30', until: '08:30' } }, 'form.hours.until'], [{ visitors: [] }, 'form.visitors'],
      [{ visitors: [{ ...visitor, phone: '12345' }] }, 'form.visitors.0.phone'], [{ visitors: [{ ...visitor, plate: 'X' }] }, 'form.visitors.0.plate'],
      [{ visitors: [{ ...visitor, idNumber: '110105194912310021', idConsent: true }] }, 'form.visitors.0.idNumber'],
      [{ visitors: [{ ...visitor, idNumber: '11010519491231002X' }] }, 'form.visitors.0.idConsent'],
    ] as const) {
      const { status, body } = await requester.post('/processes', { type: 'visitor-registration', form: { ...form, ...more } });
      expect([status, body.errors?.[0]?.path], JSON.stringify(more)).to.eql([400, field]);
    }
    const elsewhere = await requester.post('/processes', { type: 'visit', form: {} });
    expect([elsewhere.status, elsewhere.body.code]).to.eql([422, 'started-elsewhere']);
  });
});
