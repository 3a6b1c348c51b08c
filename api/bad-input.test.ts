import { randomBytes, randomUUID } from 'node:crypto';
import { expect } from 'chai';
import fc from 'fast-check';
import { z } from 'zod';
import { contract as requisition } from '../workflows/supply-requisition/contract.ts';
import { startApi, type TestApi } from '../test/api.ts';
import { call, PASSWORD } from '../test/person.ts';
import { endpoints } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import { hashOfToken } from './kiosk.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
type JsonSchema = Record<string, any>;

const roles = {
  stranger: undefined,
  requester: [],
  storekeeper: ['storekeeper'],
  'front-desk': ['front-desk'],
  'process-administrator': ['process-administrator'],
  auditor: ['auditor'],
  dispatcher: ['dispatcher'],
  repairer: ['repairer'],
} as const;
const everyRole = ['service-centre-director', 'storekeeper', 'front-desk', 'process-administrator', 'auditor', 'dispatcher', 'repairer'];

/** What has broken other people's servers. */
const nasty = fc.constantFrom<Json>(
  '', ' ', '\0', 'a\0b', '\ud800', '\u202e', '💩'.repeat(200), 'x'.repeat(5_000), '../../etc/passwd', '%00', '%E0%A4%A', `'; DROP TABLE task;--`, '$1', '?', ':name',
  '{{7*7}}', '<script>alert(1)</script>', '=1+1', '__proto__', 'constructor', 'toString', 'null', 'NaN', '-1', '1e309', '0x10', '2026-02-30', '9999-12-31T23:59:59Z', 'P99999999D',
  null, true, 0, -0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -1e308, [], {}, [[]], [null], { length: -1 },
);
const anyJson = fc.oneof(nasty, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<Json>);

/** Values that a schema takes, mostly; where it says too little, anything. */
function fitting(schema: JsonSchema): fc.Arbitrary<Json> {
  if (schema.const !== undefined) return fc.constant(schema.const as Json);
  if (schema.enum) return fc.constantFrom(...(schema.enum as Json[]));
  const options = (schema.anyOf ?? schema.oneOf) as JsonSchema[] | undefined;
  if (options) return fc.oneof(...options.map(fitting));
  switch (schema.type) {
    case 'object': {
      const properties = Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
      return fc.record(Object.fromEntries(properties.map(([name, member]) => [name, fitting(member)])), {
        requiredKeys: (schema.required ?? []) as string[],
      }) as fc.Arbitrary<Json>;
    }
    case 'array': return fc.array(fitting((schema.items ?? {}) as JsonSchema), { minLength: schema.minItems ?? 0, maxLength: 3 });
    case 'integer': return fc.integer({ min: Math.max(schema.minimum ?? 0, -1_000), max: Math.min(schema.maximum ?? 1_000, 1_000) });
    case 'number': return fc.double({ noNaN: true, noDefaultInfinity: true });
    case 'boolean': return fc.boolean();
    case 'null': return fc.constant(null);
    case 'string': return text(schema);
    default: return anyJson;
  }
}

function text(schema: JsonSchema): fc.Arbitrary<string> {
  if (schema.format === 'date') return fc.constantFrom('2026-10-01', '2026-02-28');
  if (schema.format === 'date-time') return fc.constant('2026-10-01T00:00:00Z');
  return fc.oneof(fc.constantFrom('P1D', 'PT4H', '08:30', 'approved', 'item-fuzz', 'file-1'), fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.min(schema.maxLength ?? 50, 50) }));
}

/** The same value with one place of it, anywhere, put wrong. */
function spoilt(value: Json): fc.Arbitrary<Json> {
  if (Array.isArray(value) && value.length > 0) {
    return fc.oneof(anyJson, fc.nat(value.length - 1).chain((at) => spoilt(value[at]!).map((bad) => value.map((each, index) => (index === at ? bad : each)))));
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0) {
    return fc.oneof(
      anyJson,
      fc.constantFrom(...Object.keys(value)).chain((name) => spoilt(value[name]!).map((bad) => ({ ...value, [name]: bad }))),
      fc.string({ minLength: 1 }).map((name) => ({ ...value, [name]: 1 })),
      fc.constantFrom(...Object.keys(value)).map((name) => Object.fromEntries(Object.entries(value).filter(([key]) => key !== name))),
    );
  }
  return anyJson;
}

const inputOf = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });

describe('bad input', function () {
  this.timeout(240_000);
  let api: TestApi;
  let known: Record<string, string>;
  const cookies = new Map<string, string>();
  let kioskCookie: string;

  before(async () => {
    api = await startApi();
    for (const [name, own] of Object.entries(roles)) if (own) await api.addPerson(`fuzz-${name}`, own);
    await api.addPerson('fuzz-everybody', everyRole);
    const token = randomBytes(32).toString('base64url');
    await api.database.db('kiosk').insert({ id: 'kiosk-fuzz', name: '一号机', place: '大厅', token_hash: hashOfToken(token), created_by: 'person-fuzz-everybody' });
    kioskCookie = `houqin_kiosk=${token}`;
    known = await somethingToActOn();
  });
  after(() => api.stop());

  /** One running case with an open task for everybody, and an item, so that good ids lead into the database. */
  async function somethingToActOn(): Promise<Record<string, string>> {
    const { db } = api.database;
    const processId = `supply-requisition-${randomUUID()}`;
    const taskId = `${processId}.department-leader.1`;
    const form = JSON.stringify({ purpose: '测试', lines: [{ itemId: 'item-fuzz', quantity: 2 }] });
    await db('item').insert({ id: 'item-fuzz', code: 'FUZZ', name: '笔', category: '文具', unit: '支', price_fen: 100 });
    await db('process').insert({
      id: processId, number: 'LY-FUZZ', type: requisition.type, title: '测试', requester_id: 'person-fuzz-requester', department_id: 'dept-test',
    });
    await db('process_form').insert({ process_id: processId, version: 1, form, hash: 'x', created_by: 'person-fuzz-requester' });
    await db('task').insert({
      id: taskId, process_id: processId, step: 'department-leader', n: 1, outcomes: ['approved', 'rejected', 'returned'],
      candidates: ['role:auditor', 'role:process-administrator'], opened_at: new Date(), policy_version: 1, calendar_version: 1,
    });
    await db('announcement').insert({ id: 'announcement-fuzz', title: '测试', body: '测试', state: 'published', published_at: new Date() });
    await api.addPerson('fuzz-target');
    await db('place').insert({ id: 'place-fuzz', kind: 'building', name: '测试楼', code: 'FUZZ22' });
    return {
      '/tasks/': taskId, '/processes/': processId, '/audit/processes/': processId, '/supply/items/': 'item-fuzz', '/announcements/': 'announcement-fuzz',
      '/admin/announcements/': 'announcement-fuzz', '/admin/people/': 'person-fuzz-target', '/admin/departments/': 'dept-test', '/admin/roles/': 'auditor', '/admin/places/': 'place-fuzz',
      type: requisition.type, step: 'department-leader',
    };
  }

  async function cookieOf(name: string): Promise<string> {
    // Sessions end by logging out, which is one of the things tried.
    const cookie = cookies.get(name);
    if (cookie && (await call(api.url, 'GET', '/me', undefined, { cookie })).status === 200) return cookie;
    // So does the room for logins from this address, by the logins that were tried.
    await api.database.db('login_attempt').delete();
    const answer = await call(api.url, 'POST', '/login', { username: `fuzz-${name}`, password: PASSWORD });
    expect(answer.status).to.equal(200);
    const fresh = answer.headers.getSetCookie()[0]!.split(';')[0]!;
    cookies.set(name, fresh);
    return fresh;
  }

  interface Sent { params: Record<string, string>; query: [string, string][]; body: string | undefined }

  async function send({ method, path, accepts }: Endpoint, { params, query, body }: Sent, cookie?: string): Promise<{ status: number; type: string; problem: any }> {
    const address = path.replace(/:(\w+)/g, (_, name: string) => params[name] ?? 'x');
    const search = query.map((pair) => pair.join('=')).join('&');
    const type = accepts === 'multipart' ? 'multipart/form-data; boundary=x' : 'application/json';
    const stop = new AbortController();
    const response = await fetch(`${api.url}/api${address}${search && `?${search}`}`, {
      method: method.toUpperCase(), signal: stop.signal,
      headers: { origin: api.url, 'content-type': type, ...(cookie && { cookie }) },
      ...(method !== 'get' && body !== undefined && { body: Buffer.from(body) }),
    });
    const contentType = response.headers.get('content-type') ?? '';
    // An event stream would not end.
    if (contentType.startsWith('text/event-stream')) stop.abort();
    const text = stop.signal.aborted ? '' : await response.text();
    return { status: response.status, type: contentType, problem: response.status >= 400 ? JSON.parse(text) : undefined };
  }

  function expectGoodManners({ status, type, problem }: Awaited<ReturnType<typeof send>>): void {
    expect(status, status >= 500 ? api.log.filter((line) => line.includes('request failed')).at(-1) : '').to.be.below(500);
    if (status < 400) return;
    expect(type).to.match(/^application\/problem\+json/);
    expect(problem).to.include.keys('type', 'title', 'status', 'detail');
    if (problem.code !== 'invalid-input') return;
    expect(problem.errors).to.be.an('array').with.length.greaterThan(0);
    for (const { path, message } of problem.errors) {
      expect(path).to.be.a('string').and.not.equal('');
      expect(message).to.be.a('string').and.not.equal('');
    }
  }

  /** Parameters that lead to something, and their schemas take. */
  function goodParams({ path, params }: Endpoint): Record<string, string> {
    const area = Object.keys(known).filter((prefix) => prefix.startsWith('/') && path.startsWith(prefix)).at(-1);
    const values = Object.fromEntries([...path.matchAll(/:(\w+)/g)].map(([, name = '']) => [name, known[name] ?? (area && known[area]) ?? randomUUID()]));
    expect(params.safeParse(values).success, `no good parameters for ${path}`).to.equal(true);
    return values;
  }

  const encoded = (value: Json): string => encodeURIComponent(typeof value === 'string' ? value.replace(/[\ud800-\udfff]/g, '') : JSON.stringify(value)) || '%00';

  for (const endpoint of endpoints) {
    const name = `${endpoint.method.toUpperCase()} ${endpoint.path}`;

    it(`never breaks ${name}, whoever sends it`, async () => {
      const body = fitting(inputOf(endpoint.body));
      const queryNames = Object.keys((inputOf(endpoint.query).properties ?? {}) as object);
      const wrongBody = fc.oneof(
        { weight: 6, arbitrary: body.chain(spoilt).map((value) => JSON.stringify(value)) },
        { weight: 2, arbitrary: body.map((value) => JSON.stringify(value)) },
        { weight: 1, arbitrary: fc.string() },
        { weight: 1, arbitrary: fc.constantFrom('', '{"__proto__":{"a":1}}', '{"constructor":{"prototype":{"a":1}}}', '[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]', '1e999') },
      );
      const good = goodParams(endpoint);
      const wrong = fc.record({
        params: fc.record(Object.fromEntries(Object.entries(good).map(([key, value]) =>
          [key, fc.oneof({ weight: 3, arbitrary: fc.constant(value) }, { weight: 1, arbitrary: nasty.map(encoded) })]))),
        query: fc.oneof(
          { weight: 2, arbitrary: fc.constant<[string, string][]>([]) },
          { weight: 3, arbitrary: fc.array(fc.tuple(fc.constantFrom(...queryNames, 'x', '__proto__'), nasty.map(encoded)), { maxLength: 3 }) },
          { weight: 1, arbitrary: fc.constant<[string, string][]>([['%FF', '%C0%80']]) },
        ),
        body: wrongBody,
      });
      const runs = endpoint.method === 'get' && Object.keys(good).length + queryNames.length === 0 ? 2 : 14;
      for (const [role, own] of Object.entries(roles)) {
        await fc.assert(fc.asyncProperty(wrong, async (sent) => {
          const cookie = endpoint.access === 'kiosk' ? kioskCookie : own && await cookieOf(role);
          expectGoodManners(await send(endpoint, sent as Sent, cookie));
        }), { numRuns: own ? runs : 2 });
      }
    });

    it(`is named by ${name}: unknown and repeated fields`, async () => {
      const cookie = endpoint.access === 'public' ? undefined : endpoint.access === 'kiosk' ? kioskCookie : await cookieOf('everybody');
      const params = goodParams(endpoint);
      const paths = (answer: Awaited<ReturnType<typeof send>>): string[] => {
        expectGoodManners(answer);
        expect(answer.status).to.equal(400);
        return answer.problem.errors.map((error: { path: string }) => error.path);
      };
      expect(paths(await send(endpoint, { params, query: [['no-such-name', '1']], body: '{}' }, cookie))).to.include('no-such-name');
      expect(paths(await send(endpoint, { params, query: [['q', '1'], ['q', '2']], body: '{}' }, cookie))).to.deep.equal(['q']);
      expect(paths(await send(endpoint, { params, query: [['__proto__', '1']], body: '{}' }, cookie))).to.deep.equal(['__proto__']);
      if (endpoint.method === 'get' || endpoint.accepts !== 'json') return;

      expect(paths(await send(endpoint, { params, query: [], body: '{"no-such-field":1}' }, cookie))).to.include('no-such-field');
      expect(paths(await send(endpoint, { params, query: [], body: '{"__proto__":{}}' }, cookie))).to.deep.equal(['__proto__']);
      const required = (inputOf(endpoint.body).required ?? []) as string[];
      if (required.length > 0) expect(paths(await send(endpoint, { params, query: [], body: '{}' }, cookie))).to.include.members(required);
      for (const [field, schema] of Object.entries((inputOf(endpoint.body).properties ?? {}) as Record<string, JsonSchema>)) {
        const value = schema.type === 'string' ? 'a\0b' : ['\0'];
        const [first] = paths(await send(endpoint, { params, query: [], body: JSON.stringify({ [field]: value }) }, cookie));
        expect(first?.split('.')[0]).to.equal(field);
      }
    });
  }
});
