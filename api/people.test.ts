import { expect } from 'chai';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { startApi, type TestApi } from '../test/api.ts';
import { call, login, type Person } from '../test/person.ts';
import { putItem, putProcess, putTask } from '../test/prepared.ts';
import { walk } from '../test/walk.ts';

const NEW = 'vier Kerzen am Fenster';
const ADMIN = 'person-deng-zihan';
const STOREKEEPER = 'person-yang-guang';

describe('People, departments and roles', function () {
  this.timeout(60_000);
  let api: TestApi;
  let admin: Person;

  before(async () => {
    api = await startApi();
    await seedDemoCompany(api.database.url);
    await putItem(api.database.db);
    admin = await login(api.url, 'admin');
  });
  after(() => api?.stop());

  const audits = (action: string) => api.database.db('audit_event').where({ action }).orderBy('seq', 'desc');
  let last = 0;
  async function make(more: object = {}): Promise<any> {
    last += 1;
    const answer = await admin.post('/admin/people', { username: `neu.${last}`, name: '新同事', departmentId: 'dept-telecom', phone: '15400001234', ...more });
    expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
    return answer.body;
  }

  describe('of a list', () => {
    it('are found by name, user name, department, role and whether they are active, with an exact total', async () => {
      const find = async (query: string) => (await admin.get(`/admin/people?limit=100&${query}`)).body;
      expect((await find('')).total).to.equal(66);
      expect((await find(`q=${encodeURIComponent('杨')}`)).items.map(({ name }: any) => name)).to.include('杨光');
      expect((await find('q=storekeeper')).items.map(({ id }: any) => id)).to.deep.equal([STOREKEEPER]);
      expect((await find('q=%25')).total).to.equal(0);
      const inTelecom = await find('department=dept-telecom');
      expect([inTelecom.total, inTelecom.items.length]).to.deep.equal([5, 5]);
      expect((await find('role=auditor')).items.map(({ username }: any) => username)).to.deep.equal(['auditor']);
      expect((await find('active=false')).total).to.equal(0);
    });

    it('come page by page, by user name, each once', async () => {
      const { rows, totals } = await walk(admin, '/admin/people?limit=7');
      const names = rows.map(({ username }) => username);
      expect(names).to.deep.equal([...new Set(names)].sort());
      expect(names).to.have.length(totals[0]!);
    });

    it('show no whole phone number, no hash; the form alone has the number', async () => {
      const answer = await admin.get('/admin/people?q=storekeeper');
      expect(answer.body.items[0].phone).to.match(/^154\*{4}\d{4}$/);
      expect(Object.keys(answer.body.items[0]).sort()).to.deep.equal(
        ['active', 'department', 'id', 'leads', 'name', 'password', 'phone', 'roles', 'title', 'username'],
      );
      const one = await admin.get(`/admin/people/${STOREKEEPER}`);
      expect(one.body.phone).to.match(/^154\d{8}$/);
      expect(JSON.stringify([answer.body, one.body])).to.not.match(/scrypt|hash/);
    });

    it('stay among administrators: colleagues see no user name, no phone, no roles of others', async () => {
      const requester = await login(api.url, 'requester');
      const { body } = await requester.get('/people?q=%E6%9D%A8');
      expect(Object.keys(body.items[0]).sort()).to.deep.equal(['department', 'departmentEn', 'id', 'name', 'title']);
      for (const path of ['/admin/people', `/admin/people/${STOREKEEPER}`, '/admin/departments', '/admin/roles']) {
        for (const who of ['requester', 'leader', 'director', 'storekeeper', 'auditor']) {
          expect((await (await login(api.url, who)).get(path)).status, `${who} ${path}`).to.equal(403);
        }
      }
    });
  });

  describe('that are made', () => {
    it('get a one-time password, once, with which they choose their own', async () => {
      const made = await make({ roles: ['storekeeper'] });
      expect(made).to.include({ password: 'none', active: true });
      expect(made.roles.map(({ id }: any) => id)).to.deep.equal(['storekeeper']);
      const { body } = await admin.post(`/admin/people/${made.id}/password`);
      expect(new Date(body.until).getTime() - Date.now()).to.be.within(6.9 * 86_400_000, 7.1 * 86_400_000);
      const person = await login(api.url, made.username, body.password);
      expect((await person.post('/me/password', { current: body.password, password: NEW })).status).to.equal(200);
      expect((await person.get('/tasks')).status).to.equal(200);
      expect((await admin.get(`/admin/people/${made.id}`)).body.password).to.equal('own');
    });

    it('are audited by an administrator, with ids and names of fields, never a name, a number or a password', async () => {
      const made = await make({ name: '秘密姓名', phone: '15499998888' });
      await admin.patch(`/admin/people/${made.id}`, { phone: '15477776666', name: '另一姓名', roles: ['auditor'] });
      const { body: { password } } = await admin.post(`/admin/people/${made.id}/password`);
      const events = await api.database.db('audit_event').where({ object: `person:${made.id}` }).orderBy('seq');
      expect(events.map(({ action, actor_kind: kind, actor_id: by }) => [action, kind, by])).to.deep.equal(
        ['person-created', 'person-changed', 'password-reset'].map((action) => [action, 'administrator', ADMIN]),
      );
      expect(events[1].detail).to.deep.equal({ fields: ['name', 'phone'], add: ['auditor'], remove: [] });
      const everywhere = JSON.stringify(events) + api.log.join('\n');
      for (const secret of ['秘密姓名', '另一姓名', '15499998888', '15477776666', password]) expect(everywhere).to.not.contain(secret);
      await admin.patch(`/admin/people/${made.id}`, { roles: [] });
    });

    it('are made once for one idempotency key', async () => {
      const body = { username: 'einmal', name: '一次', departmentId: 'dept-hr' };
      const headers = { 'idempotency-key': 'make-einmal' };
      const [one, two] = [await admin.post('/admin/people', body, headers), await admin.post('/admin/people', body, headers)];
      expect([one.status, two.status, two.body.id]).to.deep.equal([201, 201, one.body.id]);
    });

    it('are refused beside the field: taken or odd user name, unknown department or role, a number that is none', async () => {
      const good = { username: 'gut', name: '好', departmentId: 'dept-hr' };
      const cases: [object, number, string][] = [
        [{ username: 'storekeeper' }, 409, 'username'], [{ username: 'Mit Leerzeichen' }, 400, 'username'], [{ name: '' }, 400, 'name'],
        [{ departmentId: 'dept-nowhere' }, 400, 'departmentId'], [{ roles: ['no-such-role'] }, 400, 'roles'], [{ phone: 'ruf an' }, 400, 'phone'],
        [{ name: '两\n行' }, 400, 'name'],
      ];
      for (const [wrong, status, field] of cases) {
        const answer = await admin.post('/admin/people', { ...good, ...wrong });
        expect([answer.status, answer.body.errors[0].path], JSON.stringify(wrong)).to.deep.equal([status, field]);
        expect(answer.body.errors[0].message).to.match(/\p{Script=Han}/u);
      }
      expect((await admin.get('/admin/people?q=gut')).body.total).to.equal(0);
    });

    it('take no field that is not theirs to set (S3)', async () => {
      const more = { id: 'person-x', active: false, passwordHash: 'x', password: 'x', mustChangePassword: false, locale: 'en', leads: [], created_at: 'x', leaderId: 'x' };
      for (const [field, value] of Object.entries(more)) {
        for (const answer of [
          await admin.post('/admin/people', { username: 'zuviel', name: '多', departmentId: 'dept-hr', [field]: value }),
          await admin.patch(`/admin/people/${STOREKEEPER}`, { title: '库管员', [field]: value }),
        ]) {
          expect(answer.status, field).to.equal(400);
          expect(answer.body.errors.map(({ path }: any) => path)).to.deep.equal([field]);
        }
      }
      for (const [path, body] of [['/admin/departments/dept-hr', { members: 3 }], ['/admin/roles/auditor', { name: '别名' }]] as const) {
        expect((await admin.patch(path, body)).status).to.equal(400);
      }
    });
  });

  describe('that leave', () => {
    it('are out at once: every open session is refused, no login, no task; and come back with the same password', async () => {
      const made = await make();
      const { body: { password } } = await admin.post(`/admin/people/${made.id}/password`);
      const person = await login(api.url, made.username, password);
      await person.post('/me/password', { current: password, password: NEW });
      const other = await login(api.url, made.username, NEW);
      expect((await person.get('/tasks')).status).to.equal(200);

      const answer = await admin.post(`/admin/people/${made.id}/deactivate`);
      expect([answer.status, answer.body.active]).to.deep.equal([200, false]);
      for (const session of [person, other]) expect((await session.get('/tasks')).status).to.equal(401);
      expect(await api.database.db('session').where({ person_id: made.id })).to.deep.equal([]);
      expect((await call(api.url, 'POST', '/login', { username: made.username, password: NEW })).body.code).to.equal('login-failed');
      expect((await admin.post(`/admin/people/${made.id}/password`)).body.code).to.equal('person-inactive');
      expect((await admin.get('/people?q=新同事')).body.items.map(({ id }: any) => id)).to.not.include(made.id);

      expect((await admin.post(`/admin/people/${made.id}/reactivate`)).body.active).to.equal(true);
      expect((await person.get('/tasks')).status).to.equal(401);
      expect((await (await login(api.url, made.username, NEW)).get('/tasks')).status).to.equal(200);
      expect(await audits('person-deactivated').first()).to.include({ actor_kind: 'administrator', object: `person:${made.id}` });
    });

    it('show what they have in hand: open tasks, roles that nobody else has, departments', async () => {
      const { db } = api.database;
      const process = await putProcess(db, 'person-wang-wei');
      const task = await putTask(db, process, 'hand-over');
      await db('task').where({ id: task }).update({ assignee_id: STOREKEEPER });
      await api.database.db('person_role').where({ role_id: 'storekeeper' }).whereNot({ person_id: STOREKEEPER }).delete();
      const { body } = await admin.get(`/admin/people/${STOREKEEPER}`);
      expect(body.openTasks.total).to.equal(1);
      expect(body.openTasks.items[0]).to.deep.include({ id: task, processId: process, stepTitle: { zh: '柜台发放', en: 'Hand-over at the counter' } });
      expect(body.soleRoles.map(({ id }: any) => id)).to.deep.equal(['storekeeper']);
      expect((await admin.get('/admin/people/person-chen-jianhua')).body.leads.map(({ id }: any) => id)).to.deep.equal(['dept-marketing']);
      expect((await admin.get('/admin/people/person-wei-jing')).body.soleRoles, 'no process needs an auditor').to.deep.equal([]);
    });

    it('end a session when the password is reset, too; one’s own is changed elsewhere', async () => {
      const requester = await login(api.url, 'requester2');
      expect((await admin.post('/admin/people/person-zhao-lei/password')).status).to.equal(200);
      expect((await requester.get('/me')).status).to.equal(401);
      const own = await admin.post(`/admin/people/${ADMIN}/password`);
      expect([own.status, own.body.code]).to.deep.equal([409, 'password-own']);
    });
  });

  describe('that administer', () => {
    const refusedAsLast = async (answer: Promise<any>) => {
      const { status, body } = await answer;
      expect([status, body.code]).to.deep.equal([409, 'last-administrator']);
      expect((await admin.get('/admin/roles')).status).to.equal(200);
    };

    it('never leave the company without one who can log in, whichever way it is tried', async () => {
      await refusedAsLast(admin.post(`/admin/people/${ADMIN}/deactivate`));
      await refusedAsLast(admin.patch(`/admin/people/${ADMIN}`, { roles: [] }));
      await refusedAsLast(admin.patch('/admin/roles/process-administrator', { remove: [ADMIN] }));
      // One without a password is none.
      const second = await make({ roles: ['process-administrator'] });
      await refusedAsLast(admin.post(`/admin/people/${ADMIN}/deactivate`));
      await admin.post(`/admin/people/${second.id}/password`);
      expect((await admin.patch(`/admin/people/${second.id}`, { roles: [] })).status).to.equal(200);
      await refusedAsLast(admin.patch(`/admin/people/${ADMIN}`, { roles: ['auditor'] }));
    });

    it('never both at once: two who strip each other leave one', async () => {
      for (let round = 0; round < 5; round += 1) {
        const second = await make({ roles: ['process-administrator'] });
        const { body: { password } } = await admin.post(`/admin/people/${second.id}/password`);
        const other = await login(api.url, second.username, password);
        await other.post('/me/password', { current: password, password: NEW });
        const answers = await Promise.all([
          other.patch(`/admin/people/${ADMIN}`, { roles: [] }), admin.patch(`/admin/people/${second.id}`, { roles: [] }),
        ]);
        const winners = answers.filter(({ status }) => status === 200);
        expect(winners, JSON.stringify(answers.map(({ status }) => status))).to.have.length(1);
        const left = await api.database.db('person_role').where({ role_id: 'process-administrator' }).pluck('person_id');
        expect(left).to.have.length(1);
        if (left[0] !== ADMIN) {
          expect((await other.patch('/admin/roles/process-administrator', { add: [ADMIN], remove: [second.id] })).status).to.equal(200);
        }
      }
    });

    it('give and take roles, which hold at the next request', async () => {
      const requester = await login(api.url, 'requester');
      expect((await requester.get('/supply/items.csv')).status).to.equal(403);
      const given = await admin.patch('/admin/roles/storekeeper', { add: ['person-wang-wei'] });
      expect(given.body.people.map(({ id }: any) => id)).to.include('person-wang-wei');
      expect(given.body.neededBy).to.deep.equal([{
        type: 'supply-requisition', title: { zh: '办公物品领用', en: 'Supply requisition' }, steps: [{ zh: '柜台发放', en: 'Hand-over at the counter' }],
      }]);
      expect((await requester.get('/supply/items.csv')).status).to.equal(200);
      await admin.patch('/admin/roles/storekeeper', { remove: ['person-wang-wei'] });
      expect((await requester.get('/supply/items.csv')).status).to.equal(403);
      expect((await audits('role-changed').first()).detail).to.deep.equal({ add: [], remove: ['person-wang-wei'] });
      expect((await admin.patch('/admin/roles/storekeeper', { add: ['person-nobody'] })).body.errors[0].path).to.equal('add');
    });
  });

  describe('in departments', () => {
    const department = async (id: string) => (await admin.get('/admin/departments')).body.items.find((each: any) => each.id === id);

    it('are a tree with leaders and members, which can be changed', async () => {
      expect(await department('dept-telecom')).to.deep.include({ name: '信息通信分公司', parentId: 'dept-branch' });
      const made = await admin.post('/admin/departments', { name: '新能源部', nameEn: 'New Energy', parentId: 'dept-branch', leaderId: null });
      expect(made.body).to.deep.include({ leader: null, members: 0 });
      const led = await admin.patch(`/admin/departments/${made.body.id}`, { leaderId: 'person-gao-xiang' });
      expect(led.body.leader).to.deep.equal({ id: 'person-gao-xiang', name: '高翔', active: true });
      expect((await audits('department-changed').first()).detail).to.deep.equal({ fields: ['leaderId'], leader: 'person-gao-xiang' });
      const emptied = await admin.patch(`/admin/departments/${made.body.id}`, { leaderId: null, name: '新能源事业部' });
      expect(emptied.body).to.deep.include({ leader: null, name: '新能源事业部' });
    });

    it('are never a circle, nor under nothing, nor led by nobody', async () => {
      const child = (await admin.post('/admin/departments', { name: '班组', nameEn: 'Team', parentId: 'dept-telecom', leaderId: null })).body.id;
      for (const [id, parentId] of [['dept-telecom', child], ['dept-telecom', 'dept-telecom'], ['dept-branch', child]]) {
        const { status, body } = await admin.patch(`/admin/departments/${id}`, { parentId });
        expect([status, body.code, body.errors[0].path]).to.deep.equal([409, 'department-cycle', 'parentId']);
      }
      expect((await admin.patch(`/admin/departments/${child}`, { parentId: 'dept-nowhere' })).body.errors[0].path).to.equal('parentId');
      const left = await make();
      await admin.post(`/admin/people/${left.id}/deactivate`);
      expect((await admin.patch(`/admin/departments/${child}`, { leaderId: left.id })).body.errors[0].path).to.equal('leaderId');
    });

    it('are never a circle that two make at once', async () => {
      const make = async (name: string) => (await admin.post('/admin/departments', { name, nameEn: name, parentId: 'dept-branch', leaderId: null })).body.id;
      const [a, b] = [await make('甲'), await make('乙')];
      const answers = await Promise.all([
        admin.patch(`/admin/departments/${a}`, { parentId: b }), admin.patch(`/admin/departments/${b}`, { parentId: a }),
      ]);
      expect(answers.map(({ status }) => status).sort()).to.deep.equal([200, 409]);
    });
  });
});
