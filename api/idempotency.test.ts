import { createHash, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { deleteOldIdempotencyKeys } from '../db/queries/idempotency.ts';
import { startApi, type TestApi } from '../test/api.ts';
import { call, PASSWORD, type Answer } from '../test/person.ts';

describe('an Idempotency-Key', function () {
  this.timeout(30_000);
  let api: TestApi;
  let cookie: string;

  before(async () => {
    api = await startApi();
    cookie = await cookieOf('boss');
  });
  after(() => api.stop());

  const cookieOf = async (username: string): Promise<string> => {
    await api.addPerson(username, ['process-administrator']);
    const answer = await call(api.url, 'POST', '/login', { username, password: PASSWORD });
    return answer.headers.getSetCookie()[0]!.split(';')[0]!;
  };
  const policy = (due: string) => ({ clock: 'business', due, remind: null, escalate: { after: 'P20D' }, expire: null });
  const put = (key: string, due: string, step = 'department-leader', as = cookie): Promise<Answer> =>
    call(api.url, 'PUT', `/admin/timeout-policies/supply-requisition/${step}`, policy(due), { cookie: as, 'idempotency-key': key });
  const versions = async () => Number((await api.database.db('timeout_policy').count('* as n').first())?.n);

  it('gives one effect and fifty equal answers to fifty requests at once', async () => {
    const before = await versions();
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => put(key, 'P2D')));
    expect(await versions()).to.equal(before + 1);
    for (const { status, body } of answers) {
      expect(status).to.equal(200);
      expect(body).to.deep.equal(answers[0]!.body);
    }
    expect(answers.filter(({ headers }) => headers.get('idempotency-replayed') === null)).to.have.length(1);
  });

  it('gives the same answer again however the client orders the fields', async () => {
    const key = randomUUID();
    const first = await put(key, 'P3D');
    const { clock, ...rest } = policy('P3D');
    const again = await call(api.url, 'PUT', '/admin/timeout-policies/supply-requisition/department-leader', { ...rest, clock }, { cookie, 'idempotency-key': key });
    expect([again.status, again.body]).to.deep.equal([first.status, first.body]);
  });

  it('is refused for another body, and for another object', async () => {
    const key = randomUUID();
    await put(key, 'P4D');
    const before = await versions();
    for (const answer of [await put(key, 'P5D'), await put(key, 'P4D', 'service-centre-director')]) {
      expect(answer.status).to.equal(422);
      expect(answer.body.code).to.equal('idempotency-key-reused');
    }
    expect(await versions()).to.equal(before);
    expect((await put(key, 'P4D')).status).to.equal(200);
  });

  it('keeps a hash of the request that nobody without the secret can compare with a guess', async () => {
    const key = randomUUID();
    await put(key, 'P6D');
    const { clock, due, escalate, expire, remind } = policy('P6D');
    const said = JSON.stringify({ body: { clock, due, escalate, expire, remind }, params: { step: 'department-leader', type: 'supply-requisition' }, query: {} });
    const { request_hash: hash } = await api.database.db('idempotency').where({ key }).first('request_hash');
    expect(hash.equals(api.deps.seal.index(said, 'idempotency.content')), 'what was hashed').to.equal(true);
    for (const algorithm of ['sha256', 'sha512', 'sha1', 'md5']) expect(hash.equals(createHash(algorithm).update(said).digest()), algorithm).to.equal(false);
  });

  it('belongs to one person', async () => {
    const other = await cookieOf('boss2');
    const key = randomUUID();
    const [mine, theirs] = [await put(key, 'P6D'), await put(key, 'P7D', 'department-leader', other)];
    expect([mine.status, theirs.status]).to.deep.equal([200, 200]);
    expect(theirs.body.version).to.equal(mine.body.version + 1);
  });

  it('gives a refusal again, too: fifty at once get one and the same', async () => {
    const key = randomUUID();
    const answers = await Promise.all(Array.from({ length: 50 }, () => put(key, 'P1D', 'no-such-step')));
    for (const { status, body, headers } of answers) {
      expect(status).to.equal(404);
      expect(headers.get('content-type')).to.match(/^application\/problem\+json/);
      expect(body).to.deep.equal(answers[0]!.body);
    }
  });

  it('is free again after a 400, so that the corrected form can be sent with it', async () => {
    const key = randomUUID();
    expect((await put(key, 'tomorrow')).status).to.equal(400);
    expect((await put(key, 'P8D')).status).to.equal(200);
  });

  it('must be one line of visible characters', async () => {
    for (const key of [' ', 'a b', 'x'.repeat(201), 'é']) {
      const answer = await put(key, 'P1D');
      expect(answer.status).to.equal(400);
      expect(answer.body.errors[0]).to.include({ path: 'Idempotency-Key', in: 'header' });
    }
  });

  it('is forgotten after a day', async () => {
    const { db } = api.database;
    const key = randomUUID();
    await put(key, 'P9D');
    await db('idempotency').where({ key }).update({ at: db.raw(`now() - interval '25 hours'`) });
    expect(await deleteOldIdempotencyKeys(db)).to.equal(1);
  });
});
