import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import { openAccounts } from '../test/accounts.ts';
import { login, type Person } from '../test/person.ts';
import { putItem, putProcess, putTask } from '../test/prepared.ts';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';

describe('search', function () {
  this.timeout(60_000);
  let api: TestApi;
  let number: string;
  const people = new Map<string, Person>();

  before(async () => {
    api = await startApi();
    await seedDemoCompany(api.database.url);
    const { db } = api.database;
    await putItem(db);
    const [colleague] = await openAccounts(db, ['person-li-na']);
    const id = await putProcess(db, 'person-wang-wei', '会议室投影幕布 ×1');
    await putTask(db, id, 'department-leader');
    ({ number } = await db('process').where({ id }).first('number'));
    for (const name of ['requester', 'leader', 'leader2', 'director', 'storekeeper', 'admin', 'auditor', colleague!]) {
      people.set(name === colleague ? 'colleague' : name, await login(api.url, name));
    }
  });
  after(async () => {
    await api?.stop();
  });

  const find = async (who: string, q: string) => (await people.get(who)!.get(`/search?${new URLSearchParams({ q })}`)).body;

  it('finds a process by its number, its title and who asked, for those who may see it and for nobody else', async () => {
    for (const q of [number, number.slice(-4), '投影幕布', '会议室']) {
      for (const who of ['requester', 'leader', 'admin', 'auditor']) {
        expect((await find(who, q)).processes.map((each: any) => each.title), `${who} ${q}`).to.include('会议室投影幕布 ×1');
      }
      for (const who of ['colleague', 'leader2', 'director', 'storekeeper']) expect((await find(who, q)).processes, `${who} ${q}`).to.eql([]);
    }
    const [found] = (await find('leader', number)).processes;
    expect(found).to.deep.include({ number, type: 'supply-requisition', status: 'running', outcome: null, requester: { id: 'person-wang-wei', name: '王薇' } });
  });

  it('finds active items and active people, five of each at most', async () => {
    const { db } = api.database;
    const found = await find('colleague', '备用物品');
    expect(found.items.map(({ code }: any) => code)).to.eql(['P-001']);
    expect((await find('colleague', '陈建华')).people.map(({ name }: any) => name)).to.eql(['陈建华']);
    await db('item').where({ code: 'P-001' }).update({ active: false });
    await db('person').where({ name: '陈建华' }).update({ active: false });
    expect((await find('colleague', '备用物品')).items).to.eql([]);
    expect((await find('colleague', '陈建华')).people).to.eql([]);
    await db('item').where({ code: 'P-001' }).update({ active: true });
    await db('person').where({ name: '陈建华' }).update({ active: true });
    for (let i = 0; i < 7; i += 1) await putProcess(db, 'person-wang-wei', `幕布 ×${i + 2}`);
    const { processes } = await find('requester', '幕布');
    expect(processes.map(({ title }: any) => title)).to.eql(['幕布 ×8', '幕布 ×7', '幕布 ×6', '幕布 ×5', '幕布 ×4']);
  });

  it('takes % and _ for what they are, and refuses an empty, an endless and a one-letter question', async () => {
    expect((await find('auditor', '%%')).processes).to.eql([]);
    for (const q of ['', ' ', 'L', '王', 'x'.repeat(101)]) {
      const { status, body } = await people.get('auditor')!.get(`/search?${new URLSearchParams({ q })}`);
      expect([status, body.errors[0].path]).to.eql([400, 'q']);
    }
  });
});
