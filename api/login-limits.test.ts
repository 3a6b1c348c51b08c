import { randomBytes, scryptSync } from 'node:crypto';
import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import { call, PASSWORD } from '../test/person.ts';

describe('guessing passwords', function () {
  this.timeout(60_000);
  let api: TestApi;
  beforeEach(async () => { api = await startApi(); await api.addPerson('li-lei'); await api.addPerson('wang-fang'); });
  afterEach(() => api.stop());

  const logIn = (username: string, password: string, headers = {}) => call(api.url, 'POST', '/login', { username, password }, headers);
  const age = (minutes: number) => api.database.db('login_attempt')
    .update({ at: api.database.db.raw(`now() - make_interval(mins => ?)`, [minutes]) });
  const failures = (rows: { status: number }[]) => rows.filter(({ status }) => status === 401).length;

  it('ends after ten tries in fifteen minutes, even with the right password, and says when to come again', async () => {
    for (let n = 0; n < 10; n += 1) expect((await logIn('li-lei', 'wrong')).status).to.equal(401);
    const answer = await logIn('li-lei', PASSWORD);
    expect(answer.status).to.equal(429);
    expect(answer.body.code).to.equal('too-many-logins');
    expect(Number(answer.headers.get('retry-after'))).to.be.within(800, 900);
    expect(answer.body.detail).to.include('15');

    expect((await logIn('wang-fang', PASSWORD)).status).to.equal(200);
    await age(16);
    expect((await logIn('li-lei', PASSWORD)).status).to.equal(200);
  });

  it('is no quicker with fifty tries at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => logIn('li-lei', 'wrong')));
    expect(failures(answers)).to.equal(10);
    expect(answers.filter(({ status }) => status === 429)).to.have.length(40);
  });

  it('is counted for names that do not exist, too, so that a limit tells nothing', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => logIn('nobody', 'wrong')));
    expect(failures(answers)).to.equal(10);
  });

  it('is limited by address over many names', async () => {
    const { db } = api.database;
    await db('login_attempt').insert(Array.from({ length: 49 }, (_, n) => ({ username: `name-${n}`, address: '127.0.0.1', succeeded: false })));
    expect((await logIn('name-x', 'wrong')).status).to.equal(401);
    expect((await logIn('li-lei', PASSWORD)).status).to.equal(429);
  });

  it('gains nothing from X-Forwarded-For', async () => {
    for (let n = 0; n < 10; n += 1) await logIn(`name-${n}`, 'wrong', { 'x-forwarded-for': `10.0.0.${n}` });
    const addresses = await api.database.db('login_attempt').distinct('address');
    expect(addresses).to.deep.equal([{ address: '127.0.0.1' }]);
  });

  it('is counted by the address that the one trusted proxy saw', async () => {
    const behind = await startApi({ env: { HOUQIN_TRUST_PROXY: '1' } });
    try {
      await call(behind.url, 'POST', '/login', { username: 'x', password: 'y' }, { 'x-forwarded-for': '6.6.6.6, 203.0.113.9' });
      expect(await behind.database.db('login_attempt').pluck('address')).to.deep.equal(['203.0.113.9']);
    } finally {
      await behind.stop();
    }
  });

  it('is not counted against who gets it right', async () => {
    for (let n = 0; n < 12; n += 1) expect((await logIn('li-lei', PASSWORD)).status).to.equal(200);
  });

  describe('a thousand times (S9)', function () {
    this.timeout(100_000);
    const TRIES = 1_000;
    const AT_ONCE = 20;

    // A real password's work four times over: if the refused tries were looked at, too, these tests would take minutes and end by their limit.
    beforeEach(async () => {
      const salt = randomBytes(16);
      const key = scryptSync(PASSWORD, salt, 32, { N: 2 ** 17, r: 8, p: 3, maxmem: 2 ** 28 });
      const hash = `scrypt$N=${2 ** 17},r=8,p=3$${salt.toString('base64url')}$${key.toString('base64url')}`;
      await api.database.db('person').where({ username: 'li-lei' }).update({ password_hash: hash });
    });

    async function attack(url: string, headersOf: (n: number) => Record<string, string>): Promise<number[]> {
      const began = Date.now();
      const statuses: number[] = [];
      for (let n = 0; n < TRIES; n += AT_ONCE) {
        const some = Array.from({ length: AT_ONCE }, (_, i) => call(url, 'POST', '/login', { username: 'li-lei', password: `guess ${n + i}` }, headersOf(n + i)));
        statuses.push(...(await Promise.all(some)).map(({ status }) => status));
      }
      console.log(`        ${TRIES} tries answered in ${((Date.now() - began) / 1_000).toFixed(1)} s`);
      return statuses;
    }

    function tenLooks(statuses: readonly number[]): void {
      expect(statuses.filter((status) => status === 401), 'looked at').to.have.length(10);
      expect(statuses.filter((status) => status === 429), 'refused').to.have.length(TRIES - 10);
    }

    it('costs ten looks at a password from one address, and the operations log names the person once', async () => {
      tenLooks(await attack(api.url, () => ({})));
      const admin = await api.as('boss', ['process-administrator']);
      const { body } = await admin.get('/audit/events?refused=true&action=login&limit=100');
      const blocked = body.items.filter(({ code }: { code: string }) => code === 'too-many-logins');
      expect(blocked).to.have.length(1);
      expect(blocked[0]).to.deep.include({ object: { zh: '人 li-lei', en: '人 li-lei' }, refusal: { zh: '尝试次数过多', en: 'Too many attempts' } });
      expect(body.total, 'lines for a thousand tries').to.equal(11);
    });

    it('costs ten looks from fifty addresses that only a header claims', async () => {
      tenLooks(await attack(api.url, (n) => ({ 'x-forwarded-for': `203.0.113.${n % 50}`, 'x-real-ip': `203.0.113.${n % 50}`, forwarded: `for=203.0.113.${n % 50}` })));
      expect(await api.database.db('login_attempt').distinct('address').pluck('address')).to.deep.equal(['127.0.0.1']);
    });

    it('costs ten looks from fifty real addresses, too, which a trusted proxy names', async () => {
      const behind = await startApi({ env: { HOUQIN_TRUST_PROXY: '1' } });
      try {
        await behind.addPerson('li-lei');
        tenLooks(await attack(behind.url, (n) => ({ 'x-forwarded-for': `203.0.113.${n % 50}` })));
        expect(await behind.database.db('login_attempt').distinct('address')).to.have.length.within(2, 10);
      } finally {
        await behind.stop();
      }
    });
  });

  describe('of somebody else', () => {
    const cookiesOf = (answer: { headers: Headers }) => answer.headers.getSetCookie().map((each) => each.split(';')[0]!);
    const browserOf = (answer: { headers: Headers }) => cookiesOf(answer).find((each) => each.startsWith('houqin_browser='))!;

    it('does not keep the person out of a browser in which that person has logged in before', async () => {
      const browser = browserOf(await logIn('li-lei', PASSWORD));
      for (let n = 0; n < 60; n += 1) await logIn(n < 12 ? 'li-lei' : `name-${n}`, 'wrong');
      expect((await logIn('li-lei', PASSWORD)).status, 'elsewhere').to.equal(429);
      expect((await logIn('li-lei', PASSWORD, { cookie: browser })).status, 'in the browser').to.equal(200);
    });

    it('gains nothing from a known browser: ten tries there, too, and none for another name or with a cookie of one’s own making', async () => {
      const browser = browserOf(await logIn('li-lei', PASSWORD));
      const tries = [];
      for (let n = 0; n < 12; n += 1) tries.push((await logIn('li-lei', 'wrong', { cookie: browser })).status);
      expect(tries.filter((status) => status === 401)).to.have.length(10);
      expect((await logIn('li-lei', PASSWORD, { cookie: browser })).status).to.equal(429);
      // The tries of that browser are its own: elsewhere the person may still log in.
      expect((await logIn('li-lei', PASSWORD)).status).to.equal(200);

      for (let n = 0; n < 10; n += 1) await logIn('wang-fang', 'wrong');
      const [id] = browser.split('=')[1]!.split('.');
      for (const cookie of [browser, `houqin_browser=${id}.${'A'.repeat(43)}`, `${browser}; ${browser}`, 'houqin_browser=', `houqin_browser=${id}`]) {
        expect((await logIn('wang-fang', PASSWORD, { cookie })).status, cookie).to.equal(429);
      }
    });

    it('is no session: the browser’s cookie alone opens nothing, is out of scripts’ reach and names nobody', async () => {
      const answer = await logIn('li-lei', PASSWORD);
      const line = answer.headers.getSetCookie().find((each) => each.startsWith('houqin_browser='))!;
      expect(line).to.match(/^houqin_browser=[\w-]{22}\.[\w-]{43}; Max-Age=15552000; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/);
      expect((await call(api.url, 'GET', '/me', undefined, { cookie: browserOf(answer) })).status).to.equal(401);
    });

    it('keeps a person from changing the password no longer than from logging in', async () => {
      const cookies = cookiesOf(await logIn('li-lei', PASSWORD));
      for (let n = 0; n < 10; n += 1) await logIn('li-lei', 'wrong');
      const change = { current: PASSWORD, password: 'vier Kerzen am Fenster' };
      expect((await call(api.url, 'POST', '/me/password', change, { cookie: cookies.join('; ') })).status).to.equal(200);
    });
  });
});
