import { expect } from 'chai';
import { startApi, type TestApi } from '../test/api.ts';
import { PASSWORD } from '../test/person.ts';

describe('a write from another site', function () {
  this.timeout(20_000);
  let api: TestApi;
  let cookie: string;

  before(async () => {
    api = await startApi();
    await api.addPerson('boss', ['process-administrator']);
    const login = await send('/login', { body: JSON.stringify({ username: 'boss', password: PASSWORD }), origin: api.url, type: 'application/json' });
    cookie = login.headers.getSetCookie()[0]!.split(';')[0]!;
  });
  after(() => api.stop());

  const policy = JSON.stringify({ clock: 'business', due: 'P9D', remind: null, escalate: { after: 'P20D' }, expire: null });
  const target = '/admin/timeout-policies/supply-requisition/department-leader';

  interface Sent { method?: string; body?: string; origin?: string; type?: string; with?: Record<string, string> }
  const send = (path: string, { method = 'POST', body, origin, type, with: headers = {} }: Sent) => fetch(`${api.url}/api${path}`, {
    method, body: body === undefined ? undefined : Buffer.from(body),
    headers: { ...headers, ...(origin && { origin }), ...(type && { 'content-type': type }) },
  });
  const versions = async () => (await api.database.db('timeout_policy').count('* as n').first())?.n;

  const cases: [string, Sent, number, string][] = [
    ['without Origin', { type: 'application/json' }, 403, 'origin-needed'],
    ['with Origin null', { origin: 'null', type: 'application/json' }, 403, 'origin-needed'],
    ['of another host', { origin: 'https://evil.example', type: 'application/json' }, 403, 'origin-needed'],
    ['of another port', { origin: 'http://127.0.0.1:1', type: 'application/json' }, 403, 'origin-needed'],
    ['of a host that begins like ours', { origin: 'http://127.0.0.1.evil.example', type: 'application/json' }, 403, 'origin-needed'],
    ['with a Referer only', { type: 'application/json', with: { referer: 'http://127.0.0.1/' } }, 403, 'origin-needed'],
    ['as text/plain, which a form can send', { origin: 'own', type: 'text/plain' }, 415, 'content-type-not-supported'],
    ['as a form', { origin: 'own', type: 'application/x-www-form-urlencoded' }, 415, 'content-type-not-supported'],
    ['as multipart', { origin: 'own', type: 'multipart/form-data; boundary=x' }, 415, 'content-type-not-supported'],
    ['without a content type', { origin: 'own' }, 415, 'content-type-not-supported'],
    ['as JSON in another charset', { origin: 'own', type: 'application/json; charset=utf-16' }, 415, 'content-type-not-supported'],
    ['compressed', { origin: 'own', type: 'application/json', with: { 'content-encoding': 'gzip' } }, 415, 'content-type-not-supported'],
  ];
  for (const [name, sent, status, code] of cases) {
    it(`is refused ${name}, and changes nothing`, async () => {
      const before = await versions();
      const answer = await send(target, {
        method: 'PUT', body: policy, ...sent, origin: sent.origin === 'own' ? api.url : sent.origin, with: { cookie, ...sent.with },
      });
      expect(answer.status).to.equal(status);
      const problem = await answer.json() as Record<string, string>;
      expect(problem.code).to.equal(code);
      if (status === 403) expect(problem.detail).to.include(api.url);
      expect(await versions()).to.equal(before);
    });
  }

  it('cannot log somebody in either', async () => {
    const answer = await send('/login', { body: JSON.stringify({ username: 'boss', password: PASSWORD }), type: 'application/json' });
    expect(answer.status).to.equal(403);
    expect(answer.headers.getSetCookie()).to.deep.equal([]);
  });

  it('is never a GET: a GET changes nothing, so its path with another method is not there', async () => {
    const before = await versions();
    const answer = await send(target, { method: 'GET', with: { cookie } });
    expect(answer.status).to.equal(405);
    expect(answer.headers.get('allow')).to.equal('PUT');
    expect(await versions()).to.equal(before);
  });

  it('is not invited: no CORS header, whatever is asked', async () => {
    for (const method of ['OPTIONS', 'GET']) {
      const answer = await send('/me', { method, origin: 'https://evil.example', with: { 'access-control-request-method': 'POST', cookie } });
      expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).to.deep.equal([]);
    }
  });

  it('is told apart from one of our own pages', async () => {
    const before = Number(await versions());
    const answer = await send(target, { method: 'PUT', body: policy, origin: api.url, type: 'application/json; charset=utf-8', with: { cookie } });
    expect(answer.status).to.equal(200);
    expect(Number(await versions())).to.equal(before + 1);
  });

  it('leaves an audit event with the person, the route and the code', async () => {
    await send(target, { method: 'PUT', body: policy, type: 'application/json', with: { cookie } });
    const event = await api.database.db('audit_event').orderBy('seq', 'desc').first();
    expect(event).to.include({
      actor_id: 'person-boss', action: 'PUT /admin/timeout-policies/:type/:step', object: 'supply-requisition/department-leader',
      refused: true, code: 'origin-needed',
    });
  });
});
