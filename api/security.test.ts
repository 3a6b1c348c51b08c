import { randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { startApi, type TestApi } from '../test/api.ts';
import { call, type Answer, type Person } from '../test/person.ts';
import { PREPARED_ITEM, putDecision, putItem, putProcess, putTask } from '../test/prepared.ts';
import { endpoints } from './contract.ts';
import { isFromPages, type Endpoint } from './endpoint.ts';
import { hashOfToken } from './kiosk.ts';

/** Those that some endpoint asks for. */
const EVERY_ROLE = [...new Set(endpoints.flatMap(({ access }) => (typeof access === 'object' && 'roles' in access ? access.roles : [])))];
const nameOf = ({ method, path }: Endpoint): string => `${method.toUpperCase()} ${path}`;

const reads = endpoints.filter(({ method, path }) => method === 'get' && path !== '/events');
const writes = endpoints.filter(({ method }) => method !== 'get');

/** What every endpoint must keep to, whichever it is: made from the contract, so that a new one is looked at without a word. */
describe('every endpoint', function () {
  this.timeout(60_000);
  let api: TestApi;
  let boss: Person;
  const roles = new Map<string, Person>();
  let process: string;
  let task: string;
  const PLANTED = 'planted-secret-4711';

  before(async () => {
    api = await startApi();
    const { db } = api.database;
    await seedDemoCompany(api.database.url);
    await putItem(db);
    const person = await api.as('boss', EVERY_ROLE);
    // In the browser of a kiosk, too.
    const token = randomBytes(32).toString('base64url');
    await db('kiosk').insert({ id: 'kiosk-here', name: '一号机', place: '大厅', token_hash: hashOfToken(token), created_by: 'person-boss', last_seen_at: db.fn.now() });
    boss = { ...person, cookie: `${person.cookie}; houqin_kiosk=${token}` };
    for (const role of ['nobody', ...EVERY_ROLE]) roles.set(role, await api.as(`the-${role}`, role === 'nobody' ? [] : [role]));
    process = await putProcess(db, 'person-the-nobody');
    task = await putTask(db, process, 'department-leader');
    await putDecision(db, task, 'person-boss', 'approved');
    await putTask(db, process, 'service-centre-director');
  });
  after(() => api?.stop());

  /** The address of an endpoint about what is there. */
  function addressOf({ path, params }: Pick<Endpoint, 'path' | 'params'>): string {
    const known = [process, PREPARED_ITEM, 'announcement-demo-stocktake', 'person-yang-guang', 'dept-marketing', 'place-main', 'storekeeper'];
    const id = path.startsWith('/tasks/') ? task : path.startsWith('/admin/roles/') ? 'storekeeper'
      : known.find((each) => !path.includes('/:id') || params.safeParse({ id: each }).success) ?? process;
    return path.replace(':id', id).replace(':type', 'supply-requisition').replace(':step', 'department-leader').replace(/:\w+/g, 'unknown');
  }

  describe('from another site (S8)', () => {
    let before: string;

    beforeEach(async () => { before = await everything(); });

    async function refused(endpoint: Endpoint, headers: Record<string, string>, body: string, status: number): Promise<void> {
      const answer = await fetch(`${api.url}/api${addressOf(endpoint)}`, {
        method: endpoint.method.toUpperCase(), headers: { cookie: boss.cookie, ...headers }, body: Buffer.from(body),
      });
      expect(answer.status, nameOf(endpoint)).to.equal(status);
    }

    // A report is sent by browsers themselves and changes a counter only; where a file is sent, its own test looks.
    const guarded = writes.filter(({ accepts }) => accepts === 'json');

    it('takes no write without Origin, with another one, or with Origin null', async () => {
      for (const endpoint of writes.filter(({ accepts }) => isFromPages(accepts))) {
        await refused(endpoint, { 'content-type': 'application/json' }, '{}', 403);
        await refused(endpoint, { 'content-type': 'application/json', origin: 'https://evil.example' }, '{}', 403);
        await refused(endpoint, { 'content-type': 'application/json', origin: 'null' }, '{}', 403);
      }
      expect(await everything()).to.equal(before);
    });

    it('takes no write as text/plain or as a form, even from our own pages', async () => {
      for (const endpoint of guarded) {
        await refused(endpoint, { origin: api.url, 'content-type': 'text/plain' }, '{}', 415);
        await refused(endpoint, { origin: api.url, 'content-type': 'application/x-www-form-urlencoded' }, 'a=b', 415);
      }
      expect(await everything()).to.equal(before);
    });

    it('changes nothing by GET, and has no write under GET', async () => {
      for (const endpoint of reads) await boss.get(addressOf(endpoint));
      for (const endpoint of writes) {
        if (endpoints.some((each) => each.path === endpoint.path && each.method === 'get')) continue;
        // An address with a name in it may be another endpoint’s, which reads.
        const { status } = await boss.get(addressOf(endpoint));
        expect(status, nameOf(endpoint)).to.be.within(400, 405);
      }
      expect(await everything()).to.equal(before);
    });
  });

  describe('about its fields (S3)', () => {
    it('refuses a field that it does not know, in the body and in the query', async () => {
      for (const endpoint of writes.filter(({ accepts }) => accepts === 'json')) {
        const answer = await call(api.url, endpoint.method.toUpperCase(), addressOf(endpoint), { isAdmin: true }, { cookie: boss.cookie });
        expect(answer.status, nameOf(endpoint)).to.equal(400);
        expect(answer.body.errors.map(({ path }: { path: string }) => path), nameOf(endpoint)).to.include('isAdmin');
      }
      for (const endpoint of endpoints) {
        if (!isFromPages(endpoint.accepts)) continue;
        const body = endpoint.method === 'get' ? undefined : {};
        const answer = await call(api.url, endpoint.method.toUpperCase(), `${addressOf(endpoint)}?isAdmin=true`, body, { cookie: boss.cookie });
        expect(answer.status, nameOf(endpoint)).to.equal(400);
        expect(answer.body.errors.map(({ path }: { path: string }) => path), nameOf(endpoint)).to.include('isAdmin');
      }
    });

    it('gives nobody what belongs to nobody’s eyes: hashes, tokens, stored answers', async () => {
      const { db } = api.database;
      const secrets = [
        ...(await db('person').whereNotNull('password_hash').pluck('password_hash')) as string[],
        ...((await db('session').pluck('token_hash')) as Buffer[]).flatMap((hash) => [hash.toString('hex'), hash.toString('base64'), hash.toString('base64url')]),
        ...[...roles.values(), boss].map(({ cookie }) => cookie.split('=')[1]!),
        api.deps.config.secret, PLANTED,
      ];
      await db('idempotency').insert({
        person_id: 'person-boss', route: 'POST /processes', key: 'k', request_hash: Buffer.alloc(32), status: 201, body: { secret: PLANTED },
      });
      for (const [role, person] of [...roles, ['every role', boss] as const]) {
        for (const endpoint of reads) {
          const { body } = await person.get(addressOf(endpoint));
          const text = typeof body === 'string' ? body : JSON.stringify(body);
          for (const secret of secrets) expect(text.includes(secret), `${nameOf(endpoint)} shows ${role} ${secret.slice(0, 12)}…`).to.equal(false);
          if (endpoint.path === '/openapi.json') continue;
          // Administrators see which kind of password somebody has.
          const kinds = /"password":"(none|one-time|expired|own)"/g;
          expect(text.replace(kinds, ''), `${nameOf(endpoint)} as ${role}`).not.to.match(/"(password\w*|token\w*|secret|session\w*|cookie|hash_key|idempotencyKey)"/i);
        }
      }
    });

    it('shows a case in the same fields to whoever may see it, and its open fields hold only what was decided', async () => {
      const requester = roles.get('nobody')!;
      for (const path of [`/processes/${process}`, `/tasks/${task}`]) {
        const [mine, audited] = [(await requester.get(path)).body, (await roles.get('auditor')!.get(path)).body];
        expect(Object.keys(audited)).to.deep.equal(Object.keys(mine));
        expect(Object.keys(mine.timeline[0]).sort()).to.deep.equal(
          ['action', 'actor', 'actorKind', 'at', 'detail', 'onBehalfOf', 'outcome', 'seq', 'step', 'stepTitle', 'taskId', 'text', 'to']);
        // Ids, codes, quantities and instants: no words of anybody.
        const known = [
          'formHash', 'step', 'candidates', 'dueAt', 'note', 'n', 'at', 'policyVersion', 'calendarVersion', 'outcome', 'to', 'facts', 'commentId', 'count',
          'reserved', 'short', 'released', 'reason', 'issued', 'rest', 'remaining',
        ];
        for (const { action, detail } of mine.timeline) expect(known, `detail of ${action}`).to.include.members(Object.keys(detail));
      }
      for (const person of [requester, roles.get('auditor')!]) {
        const { body: { items } } = await person.get('/people?q=');
        for (const each of items) expect(Object.keys(each).sort()).to.deep.equal(['department', 'departmentEn', 'id', 'name', 'title']);
      }
    });
  });

  describe('in its headers (S19)', () => {
    const policy = `default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; object-src 'none'; base-uri 'none'; `
      + `frame-ancestors 'none'; form-action 'self'; report-uri /api/csp-reports`;
    const exact = {
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
      'cache-control': 'no-store',
    };

    function look(answer: Pick<Answer, 'headers'>, what: string): void {
      for (const [name, value] of Object.entries(exact)) expect(answer.headers.get(name), `${name} of ${what}`).to.equal(value);
      for (const name of ['x-powered-by', 'server', 'access-control-allow-origin']) expect(answer.headers.get(name), `${name} of ${what}`).to.equal(null);
    }

    it('has the exact ones on every read, whatever it produces, and as its type says', async () => {
      for (const endpoint of reads) {
        const answer = await boss.get(addressOf(endpoint));
        look(answer, nameOf(endpoint));
        const type = answer.headers.get('content-type') ?? '';
        if (answer.status >= 400) expect(type, nameOf(endpoint)).to.match(/^application\/problem\+json/);
        else if (endpoint.raw) expect(type.startsWith(endpoint.produces!), `${nameOf(endpoint)} is ${type}`).to.equal(true);
        else expect(type, nameOf(endpoint)).to.match(/^application\/json; charset=utf-8$/);
        expect(type, nameOf(endpoint)).not.to.match(/html|javascript|xml;|svg/);
      }
    });

    it('has them on a stream, on a file to keep, on a refusal and on an accepted write', async () => {
      const stream = await new Promise<Headers>((resolve, reject) => {
        const asked = httpRequest(`${api.url}/api/events`, { headers: { cookie: boss.cookie } }, (response) => {
          resolve(new Headers(response.headers as Record<string, string>));
          response.destroy();
        }).once('error', reject);
        asked.end();
      });
      look({ headers: stream }, 'GET /events');
      expect(stream.get('content-type')).to.equal('text/event-stream; charset=utf-8');
      const csv = await boss.get('/supply/items.csv');
      look(csv, 'CSV');
      expect(csv.headers.get('content-disposition')).to.match(/^attachment/);
      look(await boss.post('/notices/read'), 'a write');
      look(await boss.post('/notices/read', { unknown: 1 }), 'a refused write');
      look(await roles.get('nobody')!.get('/admin/calendar'), 'a forbidden read');
    });

    it('allows no inline script, no eval, no foreign source of anything that runs', () => {
      const directives = new Map(policy.split('; ').map((each) => each.split(' ')).map(([name, ...sources]) => [name, sources]));
      expect(directives.has('script-src')).to.equal(false);
      expect(directives.get('default-src')).to.deep.equal([`'self'`]);
      expect(policy).not.to.match(/unsafe-eval|https?:|\*/);
    });
  });

  describe('when rights change (S6)', () => {
    it('refuses the next call of whoever has lost the role, was made inactive, or was logged out elsewhere', async () => {
      const { db } = api.database;
      const office = reads.find(({ access }) => typeof access === 'object' && access.roles.includes('process-administrator'))!;
      const admin = await api.as('leaving', ['process-administrator']);
      expect((await admin.get(addressOf(office))).status).to.equal(200);
      await db('person_role').where({ person_id: 'person-leaving' }).delete();
      expect((await admin.get(addressOf(office))).status).to.equal(403);
      await db('person').where({ id: 'person-leaving' }).update({ active: false });
      expect((await admin.get('/me')).status).to.equal(401);
      expect((await admin.post('/notices/read')).status).to.equal(401);
    });
  });

  describe('about its session (S7)', () => {
    it('has 256 bits of it, never the same twice, none alike in any place', async () => {
      const tokens: string[] = [];
      for (let i = 0; i < 40; i += 1) {
        const { headers } = await call(api.url, 'POST', '/login', { username: 'the-nobody', password: 'houqin-demo' });
        tokens.push(headers.getSetCookie()[0]!.split(';')[0]!.split('=')[1]!);
      }
      expect(new Set(tokens).size).to.equal(tokens.length);
      const bytes = tokens.map((token) => Buffer.from(token, 'base64url'));
      for (const each of bytes) expect(each.length).to.equal(32);
      // 40 draws of one of 256: a place that has fewer than 20 different values is no draw.
      for (let at = 0; at < 32; at += 1) expect(new Set(bytes.map((each) => each[at])).size, `byte ${at}`).to.be.above(20);
    });
  });

  /** Every row of every table that a write could change. */
  async function everything(): Promise<string> {
    const { db } = api.database;
    const tables = ['process', 'task', 'comment', 'copy', 'outbox', 'item', 'stock_movement', 'timeout_policy', 'business_calendar', 'notice', 'person', 'person_role', 'department', 'place'];
    return JSON.stringify(await Promise.all(tables.map(async (table) => (await db(table).select()).map((row) => JSON.stringify(row)).sort())));
  }
});
