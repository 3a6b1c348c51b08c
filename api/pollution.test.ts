import { expect } from 'chai';
import type { Answer } from '../test/person.ts';
import { nameOf, startStage, whoMay, type Fixture, type Stage } from '../test/stage.ts';
import { bodies } from '../test/valid-requests.ts';
import { endpoints } from './contract.ts';
import type { Endpoint } from './endpoint.ts';
import type { Thing, Who } from './permissions-expected.ts';

const jsonWrites = endpoints.filter(({ method, accepts }) => method !== 'get' && accepts === 'json');

/** Keys that have given objects of others members that nobody wrote; as JSON text, since an object literal would not keep `__proto__`. */
const POLLUTING = ['"__proto__":{"polluted":1}', '"constructor":{"prototype":{"polluted":1}}', '"prototype":{"polluted":1}', '"extra":1', '"toString":1', '"hasOwnProperty":1'];

/** Keys that are none, keys of objects themselves, and parameters twice: refused by every endpoint, by name, in every object of its body. */
describe('keys that do not belong (S21)', function () {
  this.timeout(120_000);
  let stage: Stage;
  let members: string;

  before(async () => {
    stage = await startStage();
    members = prototypes();
  });
  after(() => stage?.api.stop());
  afterEach(() => {
    expect(prototypes(), 'members of Object.prototype and its like').to.equal(members);
    expect(({} as Record<string, unknown>).polluted).to.equal(undefined);
  });

  for (const endpoint of jsonWrites) {
    it(`are refused by ${nameOf(endpoint)} in every object of its body`, async () => {
      const [thing, who] = whoMay(endpoint);
      const fixture = await stage.prepare(thing);
      const body = JSON.stringify(bodies[nameOf(endpoint)]!(thing, who));
      // The text is cut open behind each brace: so the key stands first in each of its objects, the nested ones too.
      const braces = [...body.matchAll(/\{/g)].map(({ index }) => index + 1);
      for (const at of braces) {
        for (const member of POLLUTING) {
          const rest = body.slice(at);
          const sent = `${body.slice(0, at)}${member}${rest.startsWith('}') ? '' : ','}${rest}`;
          const answer = await send(endpoint, fixture, thing, who, sent);
          expectNamed(answer, /^"(\w+)"/.exec(member)![1]!, `${nameOf(endpoint)} ${sent.slice(0, 200)}`);
        }
      }
    });
  }

  for (const endpoint of endpoints) {
    it(`are refused by ${nameOf(endpoint)} in its query, as are parameters given twice`, async () => {
      const [thing, who] = whoMay(endpoint);
      const fixture = await stage.prepare(thing);
      const own = Object.keys((endpoint.query as { shape?: object }).shape ?? {});
      const wrong: Record<string, string> = {
        '__proto__=1': '__proto__', '__proto__[polluted]=1': '__proto__[polluted]', 'constructor[prototype][polluted]=1': 'constructor[prototype][polluted]',
        'constructor.prototype.polluted=1': 'constructor.prototype.polluted', 'constructor=1': 'constructor', 'extra=1': 'extra', 'extra=1&extra=2': 'extra', '%5F_proto__=1': '__proto__',
        ...Object.fromEntries(own.map((name) => [`${name}=1&${name}=1`, name])),
        ...Object.fromEntries(own.map((name) => [`${name}=1&%${name.charCodeAt(0).toString(16)}${name.slice(1)}=2`, name])),
        ...Object.fromEntries(own.map((name) => [`${name}[]=1`, `${name}[]`])),
      };
      for (const [query, name] of Object.entries(wrong)) {
        const answer = await stage.ask(endpoint, fixture, thing, who, { query });
        expectNamed(answer, name, `${nameOf(endpoint)} ?${query}`);
      }
    });
  }

  it('are refused before anything of the write is done, and leave the process’s own objects alone', async () => {
    const requester = stage.sessions.get('requester')!;
    const { db } = stage.api.database;
    const count = async () => Number((await db('process').count('* as n'))[0]!.n);
    const had = await count();
    const form = '{"purpose":"x","lines":[{"itemId":"item-prepared","quantity":1,"__proto__":{"quantity":5}}]}';
    const answer = await raw('/processes', `{"type":"supply-requisition","form":${form}}`, requester.cookie);
    expect([answer.status, answer.body.errors[0].path]).to.deep.equal([400, 'form.lines.0.__proto__']);
    expect(await count()).to.equal(had);
  });

  it('in a browser’s own report are counted and thrown away', async () => {
    const answer = await raw('/csp-reports', '{"csp-report":{"extra":1,"constructor":{"prototype":{"polluted":1}}}}');
    expect(answer.status).to.equal(204);
  });

  function expectNamed({ status, body }: Answer, name: string, what: string): void {
    expect(status, what).to.equal(400);
    const named = body.errors.map(({ path }: { path: string }) => path) as string[];
    expect(named.some((path) => path === name || path.endsWith(`.${name}`)), `${what} names ${named.join(', ')}`).to.equal(true);
  }

  async function send(endpoint: Endpoint, fixture: Fixture, thing: Thing, who: Who, text: string): Promise<Answer> {
    return raw(stage.addressOf(endpoint, fixture, thing), text, stage.cookieOf(who), endpoint.method.toUpperCase());
  }

  async function raw(path: string, text: string, cookie?: string, method = 'POST'): Promise<Answer> {
    const { url } = stage.api;
    const response = await fetch(`${url}/api${path}`, {
      method, body: Buffer.from(text), headers: { origin: url, 'content-type': 'application/json', ...(cookie && { cookie }) },
    });
    const answer = await response.text();
    return { status: response.status, body: answer && JSON.parse(answer), headers: response.headers };
  }
});

function prototypes(): string {
  return [Object.prototype, Array.prototype, Function.prototype, String.prototype].map((each) => Reflect.ownKeys(each).map(String).join()).join(';');
}
