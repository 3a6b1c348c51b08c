import { generateKeyPairSync, randomBytes, randomUUID, type KeyObject } from 'node:crypto';
import { expect } from 'chai';
import { SignJWT, UnsecuredJWT } from 'jose';
import { startApi, type TestApi } from '../test/api.ts';
import { call, type Answer } from '../test/person.ts';
import { hours } from '../test/visits.ts';
import { ConfigError, readConfig } from './config.ts';

const pem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }) as string;
const secret = randomBytes(32).toString('base64url');
const pairs = {
  ed: generateKeyPairSync('ed25519'),
  rsa: generateKeyPairSync('rsa', { modulusLength: 2_048 }),
  ec: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
};

function settings(name: string, key: string): NodeJS.ProcessEnv {
  const prefix = `HOUQIN_ENTRY_${name.toUpperCase()}`;
  return { [`${prefix}_KEY`]: key, [`${prefix}_ISSUER`]: `https://${name}.test`, [`${prefix}_TITLE_ZH`]: 'I国网', [`${prefix}_TITLE_EN`]: 'I-SG' };
}

const env: NodeJS.ProcessEnv = {
  HOUQIN_ENTRY_APPS: 'ed,rsa,ec,shared',
  // One of them on one line, as a file of settings has it.
  ...settings('ed', pem(pairs.ed.publicKey).replaceAll('\n', '\\n')), ...settings('rsa', pem(pairs.rsa.publicKey)), ...settings('ec', pem(pairs.ec.publicKey)),
  ...settings('shared', secret),
};

const now = (): number => Math.floor(Date.now() / 1_000);
const COLLEAGUE = { name: '诸葛明', phone: '15411113333', branch: '朝阳供电公司' };

describe('Entry by ticket', function () {
  this.timeout(30_000);
  let api: TestApi;
  before(async () => {
    api = await startApi({ env });
    for (const name of ['amy', 'ben', 'gone', 'fresh']) await api.addPerson(name);
    await api.database.db('person').where({ username: 'gone' }).update({ active: false });
    await api.database.db('person').where({ username: 'fresh' }).update({ one_time_password_until: api.database.db.raw(`now() - interval '1 day'`) });
  });
  after(() => api.stop());
  // Every refusal counts against the one address from which all of this comes.
  beforeEach(() => api.database.db('login_attempt').delete());

  const payload = (more: object = {}): Record<string, unknown> =>
    ({ iss: 'https://ed.test', aud: 'houqin', sub: 'amy', jti: randomUUID(), iat: now(), exp: now() + 120, ...more });
  const signed = (more: object = {}, key: KeyObject | Uint8Array = pairs.ed.privateKey, alg = 'EdDSA'): Promise<string> =>
    new SignJWT(payload(more)).setProtectedHeader({ alg }).sign(key);
  const enter = (ticket: string, app = 'ed', headers = {}): Promise<Answer> => call(api.url, 'POST', `/entry/${app}`, { ticket }, headers);
  const cookieOf = ({ headers }: Answer): string => headers.getSetCookie().map((each) => each.split(';')[0]).join('; ');
  const sessions = async (): Promise<number> => Number((await api.database.db('session').count('* as n').first())!.n);

  const ways: [string, KeyObject | Uint8Array, string][] = [
    ['ed', pairs.ed.privateKey, 'EdDSA'], ['rsa', pairs.rsa.privateKey, 'RS256'], ['ec', pairs.ec.privateKey, 'ES256'], ['shared', Buffer.from(secret), 'HS256'],
  ];
  for (const [app, key, alg] of ways) {
    it(`logs in whoever ${app} (${alg}) vouches for, in a session like that of a login`, async () => {
      const answer = await enter(await signed({ iss: `https://${app}.test` }, key, alg), app);
      expect([answer.status, answer.body.person?.username]).to.eql([200, 'amy']);
      expect((await call(api.url, 'GET', '/me', undefined, { cookie: cookieOf(answer) })).body.username).to.equal('amy');
      const line = await api.database.db('audit_event').where({ action: 'login', actor_id: 'person-amy' }).orderBy('seq', 'desc').first();
      expect([line.refused, line.detail]).to.eql([false, { app }]);
    });
  }

  it('says the app’s name, and 404 where none is set up', async () => {
    expect((await call(api.url, 'GET', '/entry/ed')).body).to.eql({ title: { zh: 'I国网', en: 'I-SG' } });
    expect((await call(api.url, 'GET', '/entry/other')).status).to.equal(404);
    expect((await enter(await signed(), 'other')).status).to.equal(404);
  });

  const wrong: Record<string, () => string | Promise<string>> = {
    'no ticket at all': () => 'hello',
    'without a signature': () => new UnsecuredJWT(payload()).encode(),
    'HS256 with our public key as the secret': () => signed({}, Buffer.from(pem(pairs.ed.publicKey)), 'HS256'),
    'another app’s key': () => signed({}, pairs.rsa.privateKey, 'RS256'),
    'a stranger’s key': () => signed({}, generateKeyPairSync('ed25519').privateKey),
    'another issuer': () => signed({ iss: 'https://rsa.test' }),
    'another audience': () => signed({ aud: 'somebody' }),
    'an exp that is too far': () => signed({ exp: now() + 301 }),
    'an exp before its iat': () => signed({ iat: now(), exp: now() - 5 }),
    'expired': () => signed({ iat: now() - 200, exp: now() - 60 }),
    'an iat of the future': () => signed({ iat: now() + 60, exp: now() + 120 }),
    'no jti': () => signed({ jti: undefined }),
    'no exp': () => signed({ exp: undefined }),
    'no sub': () => signed({ sub: undefined }),
    'a person who is deactivated': () => signed({ sub: 'gone', ...COLLEAGUE }),
    'nobody of ours and no name': () => signed({ sub: 'nobody' }),
    'nobody of ours and a phone that is none': () => signed({ sub: 'nobody', ...COLLEAGUE, phone: '12' }),
  };
  it('answers everything that is wrong alike, and notes it without saying of whom', async () => {
    const before = await sessions();
    const details = new Set<string>();
    for (const [what, make] of Object.entries(wrong)) {
      const answer = await enter(await make());
      expect([answer.status, answer.body.code, cookieOf(answer)], what).to.eql([401, 'entry-refused', '']);
      details.add(answer.body.detail);
    }
    expect(details.size).to.equal(1);
    expect(await sessions()).to.equal(before);
    const lines = await api.database.db('audit_event').where({ code: 'entry-refused' });
    expect(lines).to.have.length(Object.keys(wrong).length);
    for (const line of lines) expect([line.refused, line.object, line.detail]).to.eql([true, null, { app: 'ed' }]);
    expect(api.log.join()).not.to.include(COLLEAGUE.name).and.not.to.include(COLLEAGUE.phone);
  });

  it('takes HS256 with an RSA public key for no signature either', async () => {
    expect((await enter(await signed({ iss: 'https://rsa.test' }, Buffer.from(pem(pairs.rsa.publicKey)), 'HS256'), 'rsa')).status).to.equal(401);
  });

  it('lets a clock be half a minute wrong', async () => {
    expect((await enter(await signed({ iat: now() + 20, exp: now() + 200 }))).status).to.equal(200);
    expect((await enter(await signed({ iat: now() - 320 + 20, exp: now() - 5 }))).status).to.equal(200);
  });

  it('lets a ticket in once, also when it comes twenty times at once', async () => {
    const before = await sessions();
    const ticket = await signed();
    const answers = await Promise.all(Array.from({ length: 20 }, () => enter(ticket)));
    expect(answers.map(({ status }) => status).sort()).to.eql([200, ...Array.from({ length: 19 }, () => 401)]);
    expect(await sessions()).to.equal(before + 1);
    expect((await enter(ticket)).status).to.equal(401);
  });

  it('needs the Origin of a page of ours', async () => {
    expect((await enter(await signed(), 'ed', { origin: 'https://evil.test' })).status).to.equal(403);
  });

  it('stops an address after fifty failures, and no other', async () => {
    const tries = await Promise.all(Array.from({ length: 50 }, () => enter('x')));
    expect(new Set(tries.map(({ status }) => status))).to.eql(new Set([401]));
    const answer = await enter(await signed());
    expect([answer.status, answer.body.code]).to.eql([429, 'too-many-logins']);
    await api.database.db('login_attempt').update({ address: '10.9.9.9' });
    expect((await enter(await signed())).status).to.equal(200);
  });

  it('ends the session that was there before', async () => {
    const ben = await api.as('ben');
    const answer = await enter(await signed(), 'ed', { cookie: ben.cookie });
    expect(answer.status).to.equal(200);
    expect((await ben.get('/me')).status).to.equal(401);
  });

  it('lets in whoever has a one-time password, which is not asked for', async () => {
    const answer = await enter(await signed({ sub: 'fresh' }));
    const cookie = cookieOf(answer);
    expect(answer.body.person.mustChangePassword).to.equal(false);
    expect((await call(api.url, 'GET', '/me', undefined, { cookie })).body.mustChangePassword).to.equal(false);
    expect((await call(api.url, 'GET', '/tasks?limit=5', undefined, { cookie })).status).to.equal(200);
  });

  describe('of a colleague of another branch', () => {
    const ask = (more: object): Promise<Answer> => call(api.url, 'POST', '/visit/requests', {
      visitor: {}, host: { name: '人 amy', department: '测试部' }, purpose: 'business', party: 1, ...hours(1, 2), ...more,
    });
    const arrive = async (): Promise<{ proof: string }> => {
      const answer = await enter(await signed({ sub: 'P0099', ...COLLEAGUE }));
      expect([answer.status, cookieOf(answer)]).to.eql([200, '']);
      return answer.body.colleague;
    };

    it('asks for one visit with the proof, without a code', async () => {
      const { proof, ...shown } = await arrive();
      expect(JSON.stringify(shown)).not.to.include('诸葛明').and.not.to.include(COLLEAGUE.phone);
      const kept = JSON.stringify(await api.database.db('entry_proof').select());
      for (const secretly of [proof, COLLEAGUE.phone, COLLEAGUE.name]) expect(kept).not.to.include(secretly);
      const answer = await ask({ proof });
      expect(answer.status, JSON.stringify(answer.body)).to.equal(201);
      const visit = await api.database.db('visit').orderBy('asked_at', 'desc').first();
      expect([visit.way, visit.company, visit.host_id]).to.eql(['colleague', COLLEAGUE.branch, 'person-amy']);
      const again = await ask({ proof });
      expect([again.status, again.body.code]).to.eql([422, 'entry-proof-over']);
      expect(await api.database.db('entry_proof')).to.eql([]);
    });

    it('asks once, also when twenty do it at once', async () => {
      const { proof } = await arrive();
      const answers = await Promise.all(Array.from({ length: 20 }, () => ask({ proof })));
      expect(answers.filter(({ status }) => status === 201)).to.have.length(1);
    });

    it('cannot give another name or phone, and has not lost the proof by it', async () => {
      const { proof } = await arrive();
      for (const visitor of [{ name: '别人' }, { phone: '15422224444' }, { name: COLLEAGUE.name }]) {
        const answer = await ask({ proof, visitor });
        expect([answer.status, answer.body.errors[0].path]).to.eql([400, `visitor.${Object.keys(visitor)[0]}`]);
      }
      expect((await ask({ proof, ...hours(3, 2) })).status).to.equal(400);
      expect((await ask({ proof })).status).to.equal(201);
    });

    it('needs the code or the proof, not both and not none', async () => {
      const { proof } = await arrive();
      for (const body of [{}, { proof, code: '123456' }]) {
        const answer = await ask(body);
        expect([answer.status, answer.body.errors[0].path]).to.eql([400, 'code']);
      }
      expect((await ask({ code: '123456' })).body.errors.map(({ path }: { path: string }) => path)).to.eql(['visitor.name', 'visitor.phone']);
    });

    it('has half an hour', async () => {
      const { proof } = await arrive();
      await api.database.db('entry_proof').update({ expires_at: api.database.db.raw(`expires_at - interval '30 minutes'`) });
      expect((await ask({ proof })).body.code).to.equal('entry-proof-over');
    });
  });

  describe('and its settings', () => {
    const refusal = (changes: NodeJS.ProcessEnv): string => {
      try {
        readConfig({ DATABASE_URL: 'postgres://a:b@127.0.0.1/c', TEMPORAL_ADDRESS: '127.0.0.1:1', HOUQIN_SECRET: randomBytes(32).toString('base64url'), ...env, ...changes });
      } catch (error) {
        expect(error).to.be.instanceOf(ConfigError);
        return (error as Error).message;
      }
      throw new Error('accepted');
    };
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });

    const bad: [string, NodeJS.ProcessEnv, RegExp][] = [
      ['a short secret', { HOUQIN_ENTRY_SHARED_KEY: 'aB3$'.repeat(7) }, /^HOUQIN_ENTRY_SHARED_KEY.*32 characters.*openssl/],
      ['a secret without variety', { HOUQIN_ENTRY_SHARED_KEY: 'ab'.repeat(20) }, /^HOUQIN_ENTRY_SHARED_KEY.*variety/],
      ['no key', { HOUQIN_ENTRY_ED_KEY: '' }, /^HOUQIN_ENTRY_ED_KEY is not set/],
      ['no issuer', { HOUQIN_ENTRY_ED_ISSUER: '' }, /^HOUQIN_ENTRY_ED_ISSUER is not set/],
      ['a private key', { HOUQIN_ENTRY_ED_KEY: pairs.ed.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string }, /private key/],
      ['a key of another curve', { HOUQIN_ENTRY_EC_KEY: pem(p384.publicKey) }, /^HOUQIN_ENTRY_EC_KEY is no public key that can be used/],
      ['a broken key', { HOUQIN_ENTRY_EC_KEY: '-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----' }, /no public key that can be used/],
      ['a short RSA key', { HOUQIN_ENTRY_RSA_KEY: pem(generateKeyPairSync('rsa', { modulusLength: 1_024 }).publicKey) }, /2048 bits/],
      ['a setting of no app', { HOUQIN_ENTRY_YDT_KEY: secret }, /^HOUQIN_ENTRY_YDT_KEY belongs to no app/],
      ['a name that is none', { HOUQIN_ENTRY_APPS: 'I国网' }, /^HOUQIN_ENTRY_APPS names/],
    ];
    for (const [what, changes, words] of bad) it(`refuse to start with ${what}`, () => expect(refusal(changes)).to.match(words));
  });
});
