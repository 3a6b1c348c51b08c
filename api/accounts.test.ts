import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import { call, login, PASSWORD, type Person } from '../test/person.ts';

const NEW = 'vier Kerzen am Fenster';

describe('One’s own account', function () {
  this.timeout(30_000);
  let api: TestApi;
  let admin: Person;

  before(async () => {
    api = await startApi();
    admin = await api.as('admin', ['process-administrator']);
  });
  after(() => api?.stop());

  const lastAudit = () => api.database.db('audit_event').orderBy('seq', 'desc').first();

  describe('has a password', () => {
    it('that its person changes; sessions on other devices end, this one goes on', async () => {
      const here = await api.as('li-lei');
      const there = await login(api.url, 'li-lei');
      const answer = await here.post('/me/password', { current: PASSWORD, password: NEW });
      expect(answer.status).to.equal(200);
      expect(answer.body).to.include({ username: 'li-lei', mustChangePassword: false });
      expect(await lastAudit()).to.deep.include({ actor_kind: 'person', actor_id: 'person-li-lei', action: 'password-changed', detail: {} });
      expect((await here.get('/me')).status).to.equal(200);
      expect((await there.get('/me')).status).to.equal(401);
      expect((await call(api.url, 'POST', '/login', { username: 'li-lei', password: PASSWORD })).status).to.equal(401);
      expect((await login(api.url, 'li-lei', NEW)).username).to.equal('li-lei');
    });

    it('that is refused beside its field when it is short, guessable, one’s name or number, or the same', async () => {
      const person = await api.as('wang.fang');
      await api.database.db('person').where({ username: 'wang.fang' }).update({ phone: '154 0000 9876' });
      const cases = [
        ['kurz-9 t', '至少 10 个字符'], ['password123', '太容易猜到'], ['1234567890', '太容易猜到'], ['Wang.Fang ist hier', '用户名'],
        ['ruf 15400009876 an', '手机号'], [PASSWORD, '与当前密码不同'],
      ] as const;
      for (const [password, words] of cases) {
        const { status, body } = await person.post('/me/password', { current: PASSWORD, password });
        expect(status, password).to.equal(400);
        expect(body.errors, password).to.have.length(1);
        expect(body.errors[0], password).to.include({ path: 'password', in: 'body' });
        expect(body.errors[0].message).to.contain(words);
        expect(JSON.stringify(body)).to.not.contain(password);
      }
      expect((await person.get('/me')).status).to.equal(200);
    });

    it('that an open session is no licence to guess: ten wrong tries, then a wait', async () => {
      const person = await api.as('guessed');
      for (let n = 0; n < 10; n += 1) {
        const { status, body } = await person.post('/me/password', { current: `falsch ${n}`, password: NEW });
        expect([status, body.code, body.errors[0].path]).to.deep.equal([422, 'password-wrong', 'current']);
      }
      expect((await person.post('/me/password', { current: PASSWORD, password: NEW })).body.code).to.equal('too-many-logins');
    });

    it('that stands in no log, in no audit event and with no idempotency key', async () => {
      const person = await api.as('secret');
      await person.post('/me/password', { current: PASSWORD, password: NEW }, { 'idempotency-key': 'k1' });
      const audit = JSON.stringify(await api.database.db('audit_event'));
      const keys = JSON.stringify(await api.database.db('idempotency'));
      for (const place of [api.log.join('\n'), audit, keys]) expect(place).to.not.contain(NEW).and.not.contain(PASSWORD);
      expect(await api.database.db('idempotency').where({ person_id: 'person-secret' })).to.deep.equal([]);
    });
  });

  describe('with a one-time password', () => {
    let one: string;

    beforeEach(async () => {
      const id = await api.addPerson(`new-${Math.random().toString(36).slice(2, 8)}`);
      const made = await admin.post(`/admin/people/${id}/password`);
      expect(made.status).to.equal(200);
      one = made.body.password;
    });

    const username = async () => (await api.database.db('person').orderBy('created_at', 'desc').first('username')).username as string;

    it('answers nothing but changing it, then everything', async () => {
      const person = await login(api.url, await username(), one);
      expect((await person.get('/me')).body.mustChangePassword).to.equal(true);
      for (const answer of [
        await person.get('/tasks'), await person.get('/supply/items'), await person.get('/events'), await person.get('/announcements'),
        await person.post('/notices/read'), await person.post('/processes', { type: 'supply-requisition', form: {} }),
      ]) {
        expect([answer.status, answer.body.code ?? 'stream']).to.deep.equal([403, 'password-change-needed']);
      }
      expect((await person.patch('/me', { locale: 'en' })).status).to.equal(200);
      expect((await person.post('/me/password', { current: one, password: one })).body.errors[0].path).to.equal('password');
      expect((await person.post('/me/password', { current: one, password: NEW })).status).to.equal(200);
      expect((await person.get('/tasks')).status).to.equal(200);
      expect((await person.get('/me')).body.mustChangePassword).to.equal(false);
    });

    it('may be left by logging out', async () => {
      const person = await login(api.url, await username(), one);
      expect((await person.post('/logout')).status).to.equal(204);
    });

    it('is too late after seven days', async () => {
      const name = await username();
      await api.database.db('person').where({ username: name }).update({ one_time_password_until: api.database.db.raw(`now() - interval '1 second'`) });
      const late = await call(api.url, 'POST', '/login', { username: name, password: one });
      expect([late.status, late.body.code]).to.deep.equal([403, 'one-time-password-expired']);
      // Whoever does not know it learns nothing of this.
      expect((await call(api.url, 'POST', '/login', { username: name, password: 'falsch' })).body.code).to.equal('login-failed');
    });
  });

  it('keeps language and appearance for every device', async () => {
    const here = await api.as('han-mei');
    expect((await here.get('/me')).body).to.include({ locale: 'zh-CN', theme: 'auto' });
    expect((await here.patch('/me', { theme: 'dark' })).body).to.include({ locale: 'zh-CN', theme: 'dark' });
    expect((await here.patch('/me', { locale: 'en' })).body).to.include({ locale: 'en', theme: 'dark' });
    expect((await (await login(api.url, 'han-mei')).get('/me')).body).to.include({ locale: 'en', theme: 'dark' });
    expect((await here.patch('/me', {})).status).to.equal(200);
    for (const body of [{ theme: 'neon' }, { name: '别人' }, { mustChangePassword: false }, { roles: [] }, { departmentId: 'dept-test' }]) {
      expect((await here.patch('/me', body)).status, JSON.stringify(body)).to.equal(400);
    }
  });
});
