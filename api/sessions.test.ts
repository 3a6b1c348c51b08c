import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import { call, PASSWORD } from '../test/person.ts';
import { hashPassword, verifyPassword } from './passwords.ts';

describe('a session', function () {
  this.timeout(30_000);
  let api: TestApi;
  before(async () => { api = await startApi(); await api.addPerson('li-lei'); await api.addPerson('auditor', ['auditor']); });
  after(() => api.stop());

  const logIn = (username = 'li-lei', headers = {}) => call(api.url, 'POST', '/login', { username, password: PASSWORD }, headers);
  const cookieOf = (answer: { headers: Headers }) => answer.headers.getSetCookie().findLast((each) => /^(__Host-)?houqin_session=/.test(each))!;
  const pairOf = (answer: { headers: Headers }) => cookieOf(answer).split(';')[0]!;
  const me = (cookie: string) => call(api.url, 'GET', '/me', undefined, { cookie });
  const sessions = () => api.database.db('session');

  it('begins with a login that tells who one is', async () => {
    const answer = await logIn();
    expect(answer.status).to.equal(200);
    expect(answer.body.person).to.include({ id: 'person-li-lei', username: 'li-lei', locale: 'zh-CN' });
    expect(answer.body.person.department).to.deep.equal({ id: 'dept-test', name: '测试部', nameEn: 'Test department' });
    const mine = await me(pairOf(answer));
    expect(mine.status).to.equal(200);
    expect(mine.body).to.deep.equal(answer.body.person);
    expect(JSON.stringify(mine.body)).not.to.match(/scrypt|hash/i);
  });

  it('has a cookie that no script reads and no other site sends', async () => {
    expect(cookieOf(await logIn())).to.match(/^houqin_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/);
  });

  it('keeps only a keyed hash of the token in the database', async () => {
    const token = pairOf(await logIn()).split('=')[1]!;
    const rows = await sessions().select('token_hash');
    const { createHash } = await import('node:crypto');
    const plain = createHash('sha256').update(token).digest('hex');
    for (const { token_hash: hash } of rows as { token_hash: Buffer }[]) {
      expect(hash.length).to.equal(32);
      expect([hash.toString('hex'), hash.toString('base64url'), hash.toString('latin1')]).not.to.include.members([plain, token]);
    }
  });

  it('never takes a token that was there before the login (fixation)', async () => {
    const planted = `houqin_session=${'A'.repeat(43)}`;
    const first = pairOf(await logIn('li-lei', { cookie: planted }));
    expect(first).not.to.equal(planted);
    expect((await me(planted)).status).to.equal(401);
    const second = pairOf(await logIn('li-lei', { cookie: first }));
    expect(second).not.to.equal(first);
    expect((await me(first)).status).to.equal(401);
    expect((await me(second)).status).to.equal(200);
  });

  it('is refused when two cookies of its name come', async () => {
    const pair = pairOf(await logIn());
    expect((await me(`${pair}; houqin_session=${'B'.repeat(43)}`)).status).to.equal(401);
  });

  it('is worth nothing after the logout', async () => {
    const cookie = pairOf(await logIn());
    const answer = await call(api.url, 'POST', '/logout', {}, { cookie });
    expect(answer.status).to.equal(204);
    expect(cookieOf(answer)).to.match(/^houqin_session=; Path=\/; Expires=Thu, 01 Jan 1970/);
    const again = await me(cookie);
    expect(again.status).to.equal(401);
    expect(again.body).to.include({ code: 'not-logged-in', status: 401 });
  });

  it('ends after thirty idle minutes', async () => {
    const cookie = pairOf(await logIn());
    await sessions().update({ last_seen_at: api.database.db.raw(`now() - interval '29 minutes'`) });
    expect((await me(cookie)).status).to.equal(200);
    await sessions().update({ last_seen_at: api.database.db.raw(`now() - interval '31 minutes'`) });
    expect((await me(cookie)).status).to.equal(401);
  });

  it('ends after twelve hours, however busy', async () => {
    const cookie = pairOf(await logIn());
    const [row] = await sessions().orderBy('created_at', 'desc').limit(1).select(api.database.db.raw('extract(epoch from ends_at - created_at) AS s'));
    expect(Number((row as { s: string }).s)).to.be.closeTo(12 * 3600, 5);
    await sessions().update({ ends_at: api.database.db.raw(`now() - interval '1 second'`) });
    expect((await me(cookie)).status).to.equal(401);
  });

  it('writes down that it was used at most once a minute', async () => {
    const cookie = pairOf(await logIn());
    const seen = async () => (await sessions().max('last_seen_at as at').first()) as { at: Date };
    const before = await seen();
    await me(cookie);
    expect((await seen()).at).to.deep.equal(before.at);
    await sessions().update({ last_seen_at: api.database.db.raw(`now() - interval '2 minutes'`) });
    await me(cookie);
    expect((await seen()).at.getTime()).to.be.greaterThan(Date.now() - 30_000);
  });

  it('has the rights of now: a role that was taken away is gone at the next request', async () => {
    const admin = await api.as('boss', ['process-administrator']);
    expect((await admin.get('/admin/calendar')).status).to.equal(200);
    await api.database.db('person_role').where({ person_id: 'person-boss' }).delete();
    expect((await admin.get('/admin/calendar')).status).to.equal(403);
  });

  it('is refused at once when the person is no longer active', async () => {
    const leaver = await api.as('leaver');
    expect((await leaver.get('/me')).status).to.equal(200);
    await api.database.db('person').where({ username: 'leaver' }).update({ active: false });
    expect((await leaver.get('/me')).status).to.equal(401);
    const answer = await logIn('leaver');
    expect(answer.status).to.equal(401);
    expect(answer.body.code).to.equal('login-failed');
  });

  it('is `__Host-` and Secure outside of the demo', async () => {
    const secure = await startApi({ env: { HOUQIN_DEMO: '0', HOUQIN_PUBLIC_URL: 'https://houqin.example.cn' } });
    try {
      await secure.addPerson('li-lei');
      const answer = await call(secure.url, 'POST', '/login', { username: 'li-lei', password: PASSWORD }, { origin: 'https://houqin.example.cn' });
      expect(cookieOf(answer)).to.match(/^__Host-houqin_session=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/);
      expect(answer.headers.get('strict-transport-security')).to.equal('max-age=31536000; includeSubDomains');
    } finally {
      await secure.stop();
    }
  });

  it('is not learnt about by a wrong password: known and unknown names are answered alike', async () => {
    const attempt = (username: string) => call(api.url, 'POST', '/login', { username, password: 'wrong' });
    const [known, unknown] = [await attempt('li-lei'), await attempt('nobody-of-this-name')];
    for (const answer of [known, unknown]) { delete answer.body.instance; expect(answer.status).to.equal(401); }
    expect(known.body).to.deep.equal(unknown.body);
    expect(known.headers.getSetCookie()).to.deep.equal([]);
  });

  it('leaves an audit event for login, failed login, logout and a refused write', async () => {
    const person = await api.as('wang-fang');
    await call(api.url, 'POST', '/login', { username: 'wang-fang', password: 'wrong' });
    await call(api.url, 'POST', '/login', { username: 'typed-my-password-here', password: 'wrong' });
    await person.put('/admin/calendar', {});
    await person.post('/logout');
    const events = await api.database.db('audit_event').orderBy('seq').select('actor_kind', 'actor_id', 'action', 'object', 'refused', 'code');
    const last = events.slice(-5).map((event: Record<string, unknown>) => Object.values(event));
    expect(last).to.deep.equal([
      ['person', 'person-wang-fang', 'login', null, false, null],
      ['system', null, 'login', 'person:person-wang-fang', true, 'login-failed'],
      ['system', null, 'login', null, true, 'login-failed'],
      ['person', 'person-wang-fang', 'PUT /admin/calendar', null, true, 'forbidden'],
      ['person', 'person-wang-fang', 'logout', null, false, null],
    ]);
  });
});

describe('a password', () => {
  it('is stored as scrypt with its own salt and parameters', async () => {
    const [one, two] = await Promise.all([hashPassword('houqin'), hashPassword('houqin')]);
    expect(one).to.match(/^scrypt\$N=32768,r=8,p=3\$[\w-]{22}\$[\w-]{43}$/);
    expect(one).not.to.equal(two);
    expect(await verifyPassword('houqin', one)).to.equal(true);
    expect(await verifyPassword('Houqin', one)).to.equal(false);
  }).timeout(10_000);

  it('takes as long to refuse for an unknown person as for a known one', async () => {
    const hash = await hashPassword('houqin');
    const time = async (stored: string | null) => {
      const times: number[] = [];
      for (let n = 0; n < 5; n += 1) {
        const begun = process.cpuUsage();
        await verifyPassword('wrong', stored);
        const { user, system } = process.cpuUsage(begun);
        times.push(user + system);
      }
      return times.sort((a, b) => a - b)[2]!;
    };
    const [known, unknown] = [await time(hash), await time(null)];
    expect(unknown / known).to.be.within(0.6, 1.6);
  }).timeout(20_000);

  it('is never accepted without a stored one, nor by a malformed one', async () => {
    for (const stored of [null, undefined, '', 'scrypt$', 'plain', 'scrypt$N=1,r=1,p=1$$']) expect(await verifyPassword('', stored)).to.equal(false);
  }).timeout(10_000);
});
