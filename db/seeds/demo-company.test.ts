import { expect } from 'chai';
import { verifyPassword } from '../../api/passwords.ts';
import { createTestDatabase, type TestDatabase } from '../../test/database.ts';
import type { Db } from '../connect.ts';
import { DEMO_PASSWORD, seedDemoCompany } from './demo-company.ts';

describe('demo company', () => {
  let database: TestDatabase;
  let db: Db;

  before(async function () {
    this.timeout(60_000);
    database = await createTestDatabase();
    db = database.db;
    await Promise.all([seedDemoCompany(database.url), seedDemoCompany(database.url)]);
  });

  after(() => database.drop());

  it('has the same rows after a second and a third seed', async () => {
    const before = await everything();
    await seedDemoCompany(database.url);
    expect(await everything()).to.deep.equal(before);
  });

  it('is a branch of sixty-six people in departments with leaders of their own', async () => {
    expect(await db('person').where({ active: true }).count('* as n').first()).to.eql({ n: 66 });
    const departments = await db('department').leftJoin('person', 'person.id', 'department.leader_id')
      .select('department.id', 'parent_id', 'person.department_id AS leads_from').whereNot('department.id', 'dept-visitors');
    expect(departments).to.have.length(11);
    for (const { id, parent_id: parent, leads_from: home } of departments) {
      expect(home).to.equal(id);
      expect(parent).to.equal(id === 'dept-branch' ? null : 'dept-branch');
    }
  });

  it('has the demo accounts, each with the password and a salt of its own', async () => {
    const accounts = await db('person').whereNotNull('password_hash').orderBy('username');
    expect(accounts.map(({ username }) => username)).to.deep.equal([
      'admin', 'auditor', 'director', 'frontdesk', 'leader', 'leader2', 'repairer', 'repairer2', 'requester', 'requester2', 'sealkeeper',
      'security', 'service', 'storekeeper',
    ]);
    expect(new Set(accounts.map(({ password_hash: hash }) => hash))).to.have.property('size', 14);
    expect(await verifyPassword(DEMO_PASSWORD, accounts[0].password_hash)).to.equal(true);
  });

  it('lets leader lead requester, leader2 requester2, and the director the service centre', async () => {
    const leads = await db('person').join('department', 'department.id', 'person.department_id')
      .join({ leader: 'person' }, 'leader.id', 'department.leader_id')
      .whereIn('person.username', ['requester', 'requester2', 'storekeeper']).orderBy('person.username')
      .pluck('leader.username');
    expect(leads).to.deep.equal(['leader', 'leader2', 'director']);
  });

  it('has ninety items whose stock is what the ledger says, some low and a few gone', async () => {
    expect(await count('item')).to.equal(90);
    const moved = await db('stock_movement').groupBy('item_id').orderBy('item_id')
      .select({ id: 'item_id' }, db.raw('sum(quantity) AS on_hand'));
    const stocked = await db('item').where('on_hand', '>', 0).orderBy('id').select('id', 'on_hand');
    expect(moved).to.deep.equal(stocked);
    expect(90 - stocked.length).to.equal(3);
    expect(Number((await db('item').whereRaw('on_hand < minimum').count({ n: '*' }).first())!.n)).to.be.within(5, 15);
  });

  it('has three buildings with about 120 rooms and some devices, each with a name in both languages and a code of its own', async () => {
    const kinds = await db('place').groupBy('kind').orderBy('kind').select('kind', db.raw('count(*)::int AS n'));
    expect(kinds.map(({ kind }) => kind)).to.deep.equal(['building', 'device', 'floor', 'room']);
    expect(kinds.find(({ kind }) => kind === 'building').n).to.equal(3);
    expect(kinds.find(({ kind }) => kind === 'room').n).to.be.within(115, 125);
    expect(await db('place').where({ name_en: '' }).pluck('id')).to.deep.equal([]);
    expect(await db('place_path').where({ id: 'place-main-3-305' }).first('full_name', 'full_name_en', 'building_id', 'active'))
      .to.deep.equal({ full_name: '综合楼 3层 305室', full_name_en: 'Main Building Floor 3 Room 305', building_id: 'place-main', active: true });
  });

  async function count(table: string): Promise<number> {
    return Number((await db(table).count({ n: '*' }).first())!.n);
  }

  async function everything(): Promise<unknown[]> {
    return Promise.all([
      ...['setting', 'department', 'role', 'person', 'item', 'place'].map((table) => db(table).orderBy(1)),
      db('person_role').orderBy(['person_id', 'role_id']),
      db('stock_movement').orderBy('id'),
      db('audit_event').orderBy('seq'),
    ]);
  }
});
