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
});
