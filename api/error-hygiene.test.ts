import { once } from 'node:events';
import { connect } from 'node:net';
import { expect } from 'chai';
import { leaks } from '../test/leaks.ts';
import { nameOf, startStage, whoMay, type Stage } from '../test/stage.ts';
import { endpoints } from './contract.ts';

type Locale = 'zh-CN' | 'en';
const LOCALES: readonly Locale[] = ['zh-CN', 'en'];
const STANDARD = ['type', 'code', 'title', 'status', 'detail', 'instance', 'errors', 'retryAfter', 'allow'];
/** Who is asked about needs these; all else can be broken. */
const FOR_THE_SESSION = ['session', 'person', 'department', 'person_role'];

interface Raw {
  status: number;
  headers: Map<string, string>;
  body: string;
}

/** Whatever goes wrong, the caller gets words, a code and an id; the rest is for the log. */
describe('an error’s answer (S32)', function () {
  this.timeout(120_000);
  let stage: Stage;

  before(async () => { stage = await startStage(); });
  after(() => stage?.api.stop());

  function looksClean(answer: Raw, locale: Locale, what: string): Record<string, any> {
    expect(answer.headers.get('content-type'), what).to.match(/^application\/problem\+json/);
    for (const phrase of leaks) expect(answer.body, what).not.to.match(phrase);
    const problem = JSON.parse(answer.body);
    expect(Object.keys(problem).filter((key) => !STANDARD.includes(key)), what).to.deep.equal([]);
    expect(problem.status, what).to.equal(answer.status);
    expect(problem.instance, what).to.equal(`urn:uuid:${answer.headers.get('x-request-id')}`);
    expect(/[\u4e00-\u9fff]/.test(problem.title), `${what}: ${problem.title}`).to.equal(locale === 'zh-CN');
    expect(/[\u4e00-\u9fff]/.test(problem.detail), `${what}: ${problem.detail}`).to.equal(locale === 'zh-CN');
    return problem;
  }

  async function speak(locale: Locale): Promise<void> {
    await stage.api.database.db('person').update({ locale });
  }

  describe('on the wire', () => {
    const json = 'Content-Type: application/json';

    /** Sends bytes as they are and reads until the server ends the connection. */
    async function send(text: string | Buffer): Promise<Raw> {
      const socket = connect(Number(new URL(stage.api.url).port), '127.0.0.1');
      const chunks: Buffer[] = [];
      socket.on('data', (data) => chunks.push(data)).on('error', () => undefined);
      socket.write(text);
      await once(socket, 'close');
      const [head = '', ...rest] = Buffer.concat(chunks).toString().split('\r\n\r\n');
      const [first = '', ...lines] = head.split('\r\n');
      const body = rest.join('\r\n\r\n');
      const isChunked = /transfer-encoding: chunked/i.test(head);
      return {
        status: Number(first.split(' ')[1]),
        headers: new Map(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 2)])),
        // One chunk or none: its length stands before it.
        body: isChunked ? /^[1-9a-f][0-9a-f]*\r\n([^]*)\r\n0\r\n/.exec(body)?.[1] ?? '' : body,
      };
    }

    function request(line: string, headers: string[], locale: Locale, body: Buffer | string = '', who: 'admin' | 'anonymous' = 'admin'): Buffer {
      const cookie = who === 'admin' ? [`Cookie: ${stage.sessions.get('admin')!.cookie}`] : [];
      const all = ['Host: x', 'Connection: close', `Origin: ${stage.api.url}`, `Accept-Language: ${locale}`, ...cookie, ...headers];
      return Buffer.concat([Buffer.from(`${line} HTTP/1.1\r\n${all.join('\r\n')}\r\n\r\n`, 'latin1'), Buffer.from(body)]);
    }

    const withLength = (body: Buffer | string): string[] => [json, `Content-Length: ${Buffer.byteLength(body)}`];
    const deep = `{"type":"x","form":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`;
    const deeper = '['.repeat(120_000);
    const badUtf8 = Buffer.from([0x22, 0xc3, 0x28, 0x22]);
    const large = `"${'x'.repeat(300 * 1024)}"`;

    const cases: [what: string, line: string, headers: string[], body: string | Buffer, status: number][] = [
      ['JSON cut short', 'POST /api/processes', withLength('{"type":'), '{"type":', 400],
      ['JSON with a comment', 'POST /api/processes', withLength('{/**/}'), '{/**/}', 400],
      ['a number of no end', 'POST /api/processes', withLength('{"type":1e999}'), '{"type":1e999}', 400],
      ['bytes that are no UTF-8', 'POST /api/processes', withLength(badUtf8), badUtf8, 400],
      ['UTF-16', 'POST /api/processes', withLength(Buffer.from('{}', 'utf16le')), Buffer.from('{}', 'utf16le'), 400],
      ['forty levels', 'POST /api/processes', withLength(deep), deep, 400],
      ['a hundred thousand levels', 'POST /api/processes', withLength(deeper), deeper, 400],
      ['300 KiB', 'POST /api/processes', withLength(large), large, 413],
      ['300 KiB in chunks', 'POST /api/processes', [json, 'Transfer-Encoding: chunked'], `${large.length.toString(16)}\r\n${large}\r\n0\r\n\r\n`, 413],
      ['text/plain', 'POST /api/processes', ['Content-Type: text/plain', 'Content-Length: 2'], '{}', 415],
      ['no type', 'POST /api/processes', ['Content-Length: 2'], '{}', 415],
      ['another charset', 'POST /api/processes', ['Content-Type: application/json; charset=gbk', 'Content-Length: 2'], '{}', 415],
      ['a compressed body', 'POST /api/processes', [json, 'Content-Encoding: gzip', 'Content-Length: 2'], '{}', 415],
      ['percent and no digits', 'GET /api/processes/%ZZ', [], '', 400],
      ['an overlong zero', 'GET /api/processes/%C0%80', [], '', 400],
      ['half a surrogate pair', 'GET /api/processes/%ED%A0%80', [], '', 400],
      ['such a query', 'GET /api/processes?q=%FF', [], '', 400],
      ['a zero byte', 'GET /api/processes/%00', [], '', 400],
      ['a way out', 'GET /api/..%2f..%2fpackage.json', [], '', 404],
      ['a way out of the files', 'GET /assets/..%2f..%2f..%2fpackage.json', [], '', 404],
      ['no such page of the API', 'GET /api/no-such', [], '', 404],
      ['DELETE', 'DELETE /api/processes', [], '', 405],
      ['OPTIONS', 'OPTIONS /api/processes', [], '', 405],
      ['TRACE', 'TRACE /api/processes', [], '', 405],
      ['another method’s GET', 'GET /api/login', [], '', 405],
    ];

    for (const [what, line, headers, body, status] of cases) {
      it(`to ${what} says what is wrong, in both languages, and nothing of the inside`, async () => {
        for (const locale of LOCALES) {
          await speak(locale);
          const answer = await send(request(line, headers, locale, body));
          expect(answer.status, `${what}: ${answer.body}`).to.equal(status);
          looksClean(answer, locale, what);
        }
      });
    }

    it('has no body to HEAD, and HEAD says what GET says', async () => {
      for (const path of ['/api/me', '/api/no-such', '/api/processes/%ZZ', '/api/processes']) {
        const [head, get] = [await send(request(`HEAD ${path}`, [], 'en')), await send(request(`GET ${path}`, [], 'en'))];
        expect([head.status, head.body, head.headers.get('content-type')], path).to.deep.equal([get.status, '', get.headers.get('content-type')]);
      }
    });

    it('to what is not even HTTP is a bare status, and the next request is answered', async () => {
      const bare = [
        'NONSENSE\r\n\r\n', 'GET / HTTP/9.9\r\n\r\n', 'GET /api/me HTTP/1.1\r\n\r\n', `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: x\r\n\r\n`,
        `GET / HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(5_000)}\r\n`, 'GET / HTTP/1.1\r\nHost: x\r\nBad Header: y\r\n\r\n',
        // One request that two servers would cut differently.
        `POST /api/login HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x`,
        `POST /api/login HTTP/1.1\r\nHost: x\r\n${json}\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}`,
        `POST /api/login HTTP/1.1\r\nHost: x\r\n${json}\r\nTransfer-Encoding: gzip, chunked, identity\r\n\r\n{}`,
      ];
      for (const text of bare) {
        const answer = await send(text);
        expect(answer.status, text.slice(0, 60)).to.be.oneOf([400, 431]);
        expect(answer.body, text.slice(0, 60)).to.equal('');
      }
      expect((await send(request('GET /api/me', [], 'en'))).status).to.equal(200);
    });

    it('to a body that breaks off is nobody’s to read, and the process goes on', async () => {
      for (let n = 0; n < 20; n += 1) {
        const socket = connect(Number(new URL(stage.api.url).port), '127.0.0.1').on('error', () => undefined);
        socket.write(request('POST /api/processes', [json, 'Content-Length: 5000'], 'en', '{"type":'));
        await once(socket, 'connect');
        setTimeout(() => socket.destroy(), 20);
        await once(socket, 'close');
      }
      expect((await send(request('GET /api/me', [], 'en'))).status).to.equal(200);
      expect(stage.api.log.filter((line) => line.includes('request failed'))).to.deep.equal([]);
    });
  });

  describe('when the database breaks under it', () => {
    // These log in anew each time, or stay open.
    const asked = endpoints.filter(({ path }) => !['/events', '/login', '/logout'].includes(path));
    const away = (name: string) => `${name}_away`;
    let renamed: string[];

    async function rename(from: (name: string) => string, to: (name: string) => string): Promise<void> {
      for (const name of renamed) await stage.api.database.db.raw('ALTER TABLE ?? RENAME TO ??', [from(name), to(name)]);
    }

    it('is the same everywhere: an id and what to do, in both languages, and the log has the id', async () => {
      const { db } = stage.api.database;
      const tables = await db('pg_tables').where({ schemaname: 'public' }).pluck('tablename') as string[];
      renamed = tables.filter((name) => !FOR_THE_SESSION.includes(name));
      for (const locale of LOCALES) {
        await speak(locale);
        let broken = 0;
        for (const endpoint of asked) {
          const [thing, who] = whoMay(endpoint);
          const fixture = await stage.prepare(thing);
          await rename((name) => name, away);
          try {
            const { status, headers, body } = await stage.ask(endpoint, fixture, thing, who, { headers: { 'accept-language': locale } });
            if (status < 400 || (status === 503 && endpoint.path === '/health/ready')) continue;
            const raw = { status, headers: new Map(headers.entries()), body: JSON.stringify(body) };
            const problem = looksClean(raw, who === 'anonymous' ? 'zh-CN' : locale, nameOf(endpoint));
            if (status !== 500) continue;
            broken += 1;
            expect([problem.code, problem.detail.includes(headers.get('x-request-id'))], nameOf(endpoint)).to.deep.equal(['internal-error', true]);
            expect(stage.api.log.some((line) => line.includes('request failed') && line.includes(headers.get('x-request-id')!)), nameOf(endpoint)).to.equal(true);
          } finally {
            await rename(away, (name) => name);
          }
        }
        expect(broken, 'endpoints that broke').to.be.above(50);
      }
    });

    it('says no more when there is no connection at all', async () => {
      await stage.api.database.db.destroy();
      for (const endpoint of asked.filter(({ access }) => access !== 'public')) {
        const [thing, who] = whoMay(endpoint);
        const { status, headers, body } = await stage.ask(endpoint, { process: 'x', task: 'x.y.1' }, thing, who, { headers: { 'accept-language': 'en' } });
        expect(status, nameOf(endpoint)).to.be.oneOf([500, 503]);
        looksClean({ status, headers: new Map(headers.entries()), body: JSON.stringify(body) }, 'en', nameOf(endpoint));
      }
    });
  });
});
