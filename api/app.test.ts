import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { connect as openSocket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { expect } from 'chai';
import type { Express } from 'express';
import { startApi, type TestApi } from '../test/api.ts';
import type { Person } from '../test/person.ts';
import { createApp } from './app.ts';
import { endpoints } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import { fieldTexts, problems } from './errors.ts';

describe('the application', function () {
  this.timeout(30_000);
  let api: TestApi;
  let webRoot: string;
  let auditor: Person;

  before(async () => {
    webRoot = await mkdtemp(path.join(tmpdir(), 'houqin-web-'));
    await mkdir(path.join(webRoot, 'assets'));
    await writeFile(path.join(webRoot, 'index.html'), '<!doctype html><title>Houqin</title>');
    await writeFile(path.join(webRoot, 'assets', 'main-a1b2c3.js'), 'export {};');
    api = await startApi({ webRoot });
    auditor = await api.as('auditor', ['auditor']);
  });
  after(async () => {
    await api.stop();
    await rm(webRoot, { recursive: true });
  });

  describe('its routes', () => {
    interface Layer {
      handle: { stack?: Layer[]; endpoint?: Endpoint | 'method-not-allowed' };
      route?: { path: string; stack: (Layer & { method?: string })[] };
    }
    const layersOf = (app: Express): Layer[] => {
      const walk = (layers: Layer[]): Layer[] => layers.flatMap((layer) => [layer, ...walk(layer.handle.stack ?? [])]);
      return walk(app.router.stack as unknown as Layer[]);
    };

    it('are all declared: each has an access, schemas and a summary in both languages', () => {
      const routes = layersOf(createApp(api.deps)).flatMap(({ route }) => route ?? []);
      expect(routes.length).to.be.greaterThan(20);
      for (const route of routes) {
        for (const { handle, method } of route.stack) {
          const where = `${method ?? 'all'} ${route.path}`;
          const { endpoint } = handle;
          expect(endpoint, `${where} is not declared with endpoint()`).not.to.equal(undefined);
          if (endpoint === 'method-not-allowed' || endpoint === undefined) continue;
          expect(endpoints, `${where} is not in contract.ts`).to.include(endpoint);
          expect([endpoint.path, endpoint.method]).to.deep.equal([route.path, method]);
          expect(typeof endpoint.access === 'string' || endpoint.access.roles.length > 0, where).to.equal(true);
          expect([endpoint.params, endpoint.query, endpoint.body, endpoint.response].every((schema) => 'safeParse' in schema), where).to.equal(true);
          expect(endpoint.summary.zh && endpoint.summary.en, where).to.be.a('string').and.not.equal('');
        }
      }
    });

    it('implement the whole contract, each endpoint once', () => {
      const served = layersOf(createApp(api.deps)).flatMap(({ route }) => route?.stack ?? []).map(({ handle }) => handle.endpoint)
        .filter((endpoint) => typeof endpoint === 'object');
      expect(served.map((endpoint) => `${endpoint.method} ${endpoint.path}`).sort())
        .to.deep.equal(endpoints.map(({ method, path: at }) => `${method} ${at}`).sort());
      expect(new Set(served).size).to.equal(served.length);
    });

    it('would show one that was added behind the contract’s back', () => {
      const app = createApp(api.deps);
      app.get('/api/backdoor', () => undefined);
      const undeclared = layersOf(app).flatMap(({ route }) => route?.stack ?? []).filter(({ handle }) => handle.endpoint === undefined);
      expect(undeclared).to.have.length(1);
    });

    it('are public only where that was decided', () => {
      expect(endpoints.filter(({ access }) => access === 'public').map(({ path: at }) => at).sort())
        .to.deep.equal([
          '/asks/decide', '/asks/look', '/csp-reports', '/demo/phones', '/demo/phones/replies', '/entry/:app', '/entry/:app', '/health/live', '/health/ready',
          '/kiosk/enrolment', '/login', '/openapi.json', '/sms/aliyun/receipts', '/sms/aliyun/replies', '/sms/twilio/replies', '/sms/twilio/status',
          '/visit/cancel', '/visit/consent-withdrawal', '/visit/look', '/visit/phone-codes', '/visit/requests',
        ]);
    });

    it('answer 401 to a stranger before they look at anything else', async () => {
      for (const { method, path: at, access } of endpoints) {
        if (access === 'public') continue;
        const answer = await fetch(`${api.url}/api${at.replace(/:\w+/g, 'x')}`, {
          method: method.toUpperCase(), headers: { origin: api.url, 'content-type': 'application/json' },
          ...(method !== 'get' && { body: '{"unknown":' }),
        });
        expect(answer.status, `${method} ${at}`).to.equal(401);
      }
    });
  });

  describe('its headers', () => {
    const expected = {
      'content-security-policy': `default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; `
        + `base-uri 'none'; frame-ancestors 'none'; form-action 'self'; report-uri /api/csp-reports`,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
    };
    const classes: [string, string, RequestInit, number, string][] = [
      ['a success', '/api/health/live', {}, 200, 'no-store'],
      ['a raw answer', '/api/openapi.json', {}, 200, 'no-store'],
      ['a stranger', '/api/me', {}, 401, 'no-store'],
      ['an unknown endpoint', '/api/nothing', {}, 404, 'no-store'],
      ['a wrong method', '/api/me', { method: 'DELETE' }, 405, 'no-store'],
      ['a refused origin', '/api/login', { method: 'POST', body: '{}' }, 403, 'no-store'],
      ['a malformed address', '/api/tasks/%E0%A4%A', {}, 400, 'no-store'],
      ['an asset', '/assets/main-a1b2c3.js', {}, 200, 'public, max-age=31536000, immutable'],
      ['a page', '/', {}, 200, 'no-cache'],
      ['a page deep in the app', '/processes/supply-requisition-1', {}, 200, 'no-cache'],
      ['an asset of an older build', '/assets/main-old.js', {}, 404, ''],
    ];
    for (const [name, address, init, status, cache] of classes) {
      it(`stand on ${name}`, async () => {
        const answer = await fetch(`${api.url}${address}`, init);
        expect(answer.status).to.equal(status);
        for (const [header, value] of Object.entries(expected)) expect(answer.headers.get(header), header).to.equal(value);
        expect(answer.headers.get('cache-control') ?? '').to.equal(cache);
        expect(answer.headers.get('x-powered-by')).to.equal(null);
        expect(answer.headers.get('x-request-id')).to.match(/^[\da-f-]{36}$/);
        if (status >= 400) expect(answer.headers.get('content-type')).to.match(/^application\/problem\+json/);
      });
    }
  });

  describe('its assets', () => {
    const script = `${'export const words = 1;\n'.repeat(200)}`;
    const get = (coding: string, more: RequestInit = {}) => fetch(`${api.url}/assets/large-d4e5f6.js`, { ...more, headers: { 'accept-encoding': coding, ...more.headers } });

    before(async () => {
      const file = path.join(webRoot, 'assets', 'large-d4e5f6.js');
      await writeFile(file, script);
      await writeFile(`${file}.br`, brotliCompressSync(script));
      await writeFile(`${file}.gz`, gzipSync(script));
    });

    it('come compressed as the browser takes them, as the type that they are, and say that they differ', async () => {
      for (const [asked, coding] of [['gzip, deflate, br', 'br'], ['gzip', 'gzip'], ['br;q=0, gzip', 'gzip'], ['identity', null]] as const) {
        const answer = await get(asked);
        expect(answer.status, asked).to.equal(200);
        expect(answer.headers.get('content-encoding'), asked).to.equal(coding);
        expect(answer.headers.get('content-type'), asked).to.equal('text/javascript; charset=utf-8');
        expect(answer.headers.get('cache-control'), asked).to.equal('public, max-age=31536000, immutable');
        expect(answer.headers.get('vary'), asked).to.equal('Accept-Encoding');
        expect(Number(answer.headers.get('content-length')) < script.length, asked).to.equal(coding !== null);
        expect(await answer.text(), asked).to.equal(script);
      }
    });

    it('have an ETag for each form, by which a browser asks again', async () => {
      const tags = await Promise.all(['br', 'gzip', 'identity'].map(async (coding) => (await get(coding)).headers.get('etag')!));
      expect(new Set(tags).size).to.equal(3);
      // Not by fetch, which forbids its answer to come from a cache when a tag is given.
      const status = await new Promise((resolve, reject) => {
        request(`${api.url}/assets/large-d4e5f6.js`, { headers: { 'accept-encoding': 'br', 'if-none-match': tags[0]! } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        }).once('error', reject).end();
      });
      expect(status).to.equal(304);
    });

    it('come as they are where there is no compressed form', async () => {
      const answer = await fetch(`${api.url}/assets/main-a1b2c3.js`, { headers: { 'accept-encoding': 'br' } });
      expect([answer.status, answer.headers.get('content-encoding'), answer.headers.get('vary')]).to.deep.equal([200, null, 'Accept-Encoding']);
    });
  });

  describe('what it cannot take', () => {
    const write = (body: string | Buffer, headers = {}) => fetch(`${api.url}/api/login`, {
      method: 'POST', body: typeof body === 'string' ? Buffer.from(body) : body, headers: { origin: api.url, 'content-type': 'application/json', ...headers },
    });
    const problemOf = async (answer: Response) => await answer.json() as Record<string, any>;

    it('is explained in the caller’s language, Chinese unless English is preferred', async () => {
      const detail = async (language?: string) =>
        (await problemOf(await fetch(`${api.url}/api/me`, { headers: language === undefined ? {} : { 'accept-language': language } }))).title;
      expect(await detail()).to.equal('请先登录');
      expect(await detail('*')).to.equal('请先登录');
      expect(await detail('en-GB,en;q=0.9')).to.equal('Please log in');
      expect(await detail('zh-CN,zh;q=0.9,en;q=0.8')).to.equal('请先登录');
      expect(await detail('fr, en;q=0.7, zh;q=0.3')).to.equal('Please log in');
      expect(await detail('en;q=0,,;;,q=1')).to.equal('请先登录');
    });

    it('is explained in the person’s own language once that is known', async () => {
      await api.database.db('person').where({ username: 'auditor' }).update({ locale: 'en' });
      expect((await auditor.get('/notices?limit=0')).body.errors).to.deep.equal([{ in: 'query', path: 'limit', message: 'limit: must be at least 1.' }]);
      await api.database.db('person').where({ username: 'auditor' }).update({ locale: 'zh-CN' });
      expect((await auditor.get('/notices?limit=0')).body.errors).to.deep.equal([{ in: 'query', path: 'limit', message: 'limit：须至少 1。' }]);
    });

    it('is named field by field', async () => {
      const problem = await problemOf(await write('{"username":"","extra":1,"more":2}', { 'accept-language': 'en' }));
      expect(problem).to.include({ type: 'urn:houqin:problem:invalid-input', code: 'invalid-input', status: 400 });
      expect(problem.errors).to.deep.equal([
        { in: 'body', path: 'username', message: 'username: must not be empty.' },
        { in: 'body', path: 'password', message: 'password: must be text.' },
        { in: 'body', path: 'extra', message: 'extra: is not a known field: remove it.' },
        { in: 'body', path: 'more', message: 'more: is not a known field: remove it.' },
      ]);
    });

    const bodies: [string, string | Buffer, number, string, string?][] = [
      ['broken JSON', '{"username":', 400, 'invalid-json'],
      ['bytes that are not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), 400, 'invalid-json'],
      ['a list', '[]', 400, 'invalid-input', 'body'],
      ['null', 'null', 400, 'invalid-input', 'body'],
      ['NUL in a text', '{"username":"a\\u0000b","password":"x"}', 400, 'invalid-input', 'username'],
      ['half a character', '{"username":"x","password":"\\ud83d"}', 400, 'invalid-input', 'password'],
      ['__proto__', '{"username":"x","password":"y","__proto__":{"roles":["auditor"]}}', 400, 'invalid-input', '__proto__'],
      ['constructor', '{"username":"x","password":"y","constructor":{}}', 400, 'invalid-input', 'constructor'],
      ['a deep nest', `{"username":${'['.repeat(5_000)}${']'.repeat(5_000)}}`, 400, 'invalid-input', 'username.0.0'],
      ['too much', JSON.stringify({ username: 'x'.repeat(300_000) }), 413, 'too-large'],
      ['nothing', '', 400, 'invalid-input', 'username'],
    ];
    for (const [name, body, status, code, field] of bodies) {
      it(`${name} in a body: ${status} ${code}`, async () => {
        const answer = await write(body);
        expect(answer.status).to.equal(status);
        const problem = await problemOf(answer);
        expect(problem.code).to.equal(code);
        if (field) {
          expect(problem.errors[0].path).to.equal(field);
          expect(problem.errors[0].message).to.include(field);
        }
      });
    }

    const queries: [string, string, string][] = [
      ['an unknown name', 'colour=red', 'colour'],
      ['a repeated name', 'limit=1&limit=2', 'limit'],
      ['a list in brackets', 'limit[]=1', 'limit[]'],
      ['__proto__', '__proto__=1', '__proto__'],
      ['NUL', 'cursor=%00', 'cursor'],
      ['a limit of words', 'limit=many', 'limit'],
      ['a limit without end', 'limit=1000000000', 'limit'],
      ['a cursor that is none', 'cursor=nonsense', 'cursor'],
      ['a cursor of another list', `cursor=${Buffer.from('["x",1]').toString('base64url')}`, 'cursor'],
      ['a cursor with NUL', `cursor=${Buffer.from('["\\u0000"]').toString('base64url')}`, 'cursor'],
    ];
    for (const [name, query, field] of queries) {
      it(`${name} in a query`, async () => {
        const answer = await auditor.get(`/notices?${query}`);
        expect(answer.status).to.equal(400);
        expect(answer.body.errors[0]).to.include({ in: 'query', path: field });
      });
    }

    it('broken percent-encoding in query and path', async () => {
      for (const at of ['/notices?cursor=%E0%A4%A', '/notices?%FF=1', '/tasks/%C0%80']) {
        const answer = await auditor.get(at);
        expect([answer.status, answer.body.code], at).to.deep.equal([400, 'invalid-address']);
      }
    });

    it('addresses that would leave the web’s folder', async () => {
      const { port } = new URL(api.url);
      const raw = (target: string) => new Promise<string>((resolve, reject) => {
        let received = '';
        const socket = openSocket(Number(port), '127.0.0.1', () => socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
        socket.on('data', (data) => { received += data; }).on('close', () => resolve(received)).on('error', reject);
      });
      const targets = ['/../../package.json', '/..%2f..%2fpackage.json', '/assets/..%2f..%2fpackage.json', '/assets/%2e%2e/%2e%2e/package.json', '/%00.js',
        '/assets/..%5c..%5cpackage.json', '//etc/passwd.txt', '/.env.js'];
      for (const target of targets) {
        const answer = await raw(target);
        expect(answer, target).to.match(/^HTTP\/1\.1 (400|404) /).and.to.include('application/problem+json');
        expect(answer).not.to.include('"houqin"');
      }
    });

    it('other addresses and methods of a path', async () => {
      for (const at of ['/Me', '/me/', '//me', '/me/x', '']) expect((await auditor.get(at)).body.code, at).to.equal('no-such-endpoint');
      const answer = await fetch(`${api.url}/api/notices`, { method: 'PATCH' });
      expect([answer.status, answer.headers.get('allow')]).to.deep.equal([405, 'GET, HEAD']);
    });

    it('an actor of the caller’s own making: rights come from the session alone', async () => {
      const nobody = await api.as('nobody');
      const headers = { 'x-user': 'auditor', 'x-actor-id': 'person-auditor', authorization: 'Bearer auditor' };
      expect((await nobody.post('/notices/read', { actorId: 'person-auditor' })).body.errors[0].path).to.equal('actorId');
      const answer = await nobody.post('/notices/read', {}, headers);
      expect(answer.status).to.equal(200);
    });
  });

  describe('an error that nobody foresaw', () => {
    it('is an id for the caller and codes for the log, without a value of any row', async () => {
      const { db } = api.database;
      const person = await api.as('unlucky');
      await db.raw(`ALTER TABLE notice RENAME COLUMN read_at TO gone`);
      try {
        const answer = await person.get('/notices?unread=true');
        expect(answer.status).to.equal(500);
        expect(Object.keys(answer.body).sort()).to.deep.equal(['code', 'detail', 'instance', 'status', 'title', 'type']);
        const id = answer.headers.get('x-request-id')!;
        expect(answer.body.instance).to.equal(`urn:uuid:${id}`);
        expect(answer.body.detail).to.include(id);
        expect(JSON.stringify(answer.body)).not.to.match(/select|read_at|column|node_modules|\.ts/i);
        const line = api.log.find((each) => each.includes(id) && each.includes('request failed'))!;
        expect(JSON.parse(line)).to.have.nested.property('error.code', '42703');
      } finally {
        await db.raw(`ALTER TABLE notice RENAME COLUMN gone TO read_at`);
      }
    });

    it('never writes bodies, cookies, passwords or queries into the log', async () => {
      await fetch(`${api.url}/api/login?secret-query=1`, {
        method: 'POST', body: JSON.stringify({ username: 'secret-name', password: 'secret-word' }),
        headers: { origin: api.url, 'content-type': 'application/json', cookie: 'houqin_session=secret-cookie' },
      });
      expect(api.log.length).to.be.greaterThan(10);
      expect(api.log.join('')).not.to.match(/secret-|houqin-demo/);
    });
  });

  describe('its health', () => {
    it('is alive, and ready though Temporal is away', async () => {
      expect(await (await fetch(`${api.url}/api/health/live`)).json()).to.deep.equal({ status: 'ok', demo: true });
      const ready = await fetch(`${api.url}/api/health/ready`);
      expect([ready.status, await ready.json()]).to.deep.equal([200, { status: 'degraded', degraded: ['temporal'] }]);
    });

    it('is not ready without PostgreSQL, says so, and is still alive', async () => {
      const away = await startApi();
      await away.database.drop();
      try {
        const ready = await fetch(`${away.url}/api/health/ready`);
        expect([ready.status, await ready.json()]).to.deep.equal([503, { status: 'down', degraded: ['postgresql', 'temporal'] }]);
        expect((await fetch(`${away.url}/api/health/live`)).status).to.equal(200);
      } finally {
        await away.stop();
      }
    });

    it('is not ready before the last migration', async () => {
      const { db } = api.database;
      const [row] = await db('migration').orderBy('id', 'desc').limit(1);
      await db('migration').where({ id: row.id }).delete();
      expect((await fetch(`${api.url}/api/health/ready`)).status).to.equal(503);
      await db('migration').insert(row);
    });
  });

  describe('a report on the content security policy', () => {
    it('is counted, from any page, and kept small', async () => {
      const before = api.deps.counters.cspReports;
      const report = (size: number) => fetch(`${api.url}/api/csp-reports`, {
        method: 'POST', headers: { 'content-type': 'application/csp-report' },
        body: JSON.stringify({ 'csp-report': { 'blocked-uri': `inline${'x'.repeat(size)}` } }),
      });
      expect((await report(10)).status).to.equal(204);
      expect(api.deps.counters.cspReports).to.equal(before + 1);
      expect((await report(20_000)).status).to.equal(413);
      expect(api.deps.counters.cspReports).to.equal(before + 1);
    });
  });

  it('survives requests that are not HTTP', async () => {
    const { port } = new URL(api.url);
    for (const text of ['GARBAGE\r\n\r\n', 'GET /api/me HTTP/1.1\r\nContent-Length: -1\r\n\r\n', 'POST /api/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: x\r\n\r\n']) {
      const answer = await new Promise<string>((resolve, reject) => {
        let received = '';
        const socket = openSocket(Number(port), '127.0.0.1', () => socket.write(text));
        socket.on('data', (data) => { received += data; }).on('close', () => resolve(received)).on('error', reject);
      });
      expect(answer).to.match(/^HTTP\/1\.1 4\d\d /);
    }
    expect((await fetch(`${api.url}/api/health/live`)).status).to.equal(200);
  });

  it('has both languages for every problem and every field’s text, with the same parameters', () => {
    const names = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
    for (const [code, { title, detail }] of Object.entries(problems)) {
      for (const text of [title, detail]) {
        expect(text.zh, code).to.match(/\p{Script=Han}/u);
        expect(text.en, code).to.match(/^[^\p{Script=Han}]+$/u);
        expect(names(text.zh), code).to.deep.equal(names(text.en));
      }
    }
    for (const [key, { zh, en }] of Object.entries(fieldTexts)) {
      expect(zh, key).to.match(/\p{Script=Han}/u);
      expect(names(zh), key).to.deep.equal(names(en));
    }
  });
});
