import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import sharp from 'sharp';
import { seedContracts } from '../db/seeds/contracts.ts';
import { seedDemoCompany } from '../db/seeds/demo-company.ts';
import { processTypes } from '../workflows/contracts.ts';
import { createTestDatabase, type TestDatabase } from '../test/database.ts';
import { leanMemory } from '../scripts/startup/services.ts';
import { eventually, login, type Person } from '../test/person.ts';
import { photoForm } from '../test/photos.ts';

const MiB = 1_048_576;
/** What everything here may add to the process's memory: a body that was kept whole would be a hundred. */
const MOST_GROWTH_MIB = 150;

/** One client that wants more than its share, against a real API process; the others are answered all the while. */
describe('one greedy client (S33)', function () {
  this.timeout(120_000);
  let database: TestDatabase;
  let child: ChildProcess;
  let port: number;
  let person: Person;
  let atRest: number;

  before(async () => {
    database = await createTestDatabase();
    await seedContracts(database.db, Object.values(processTypes).map(({ contract }) => contract));
    await seedDemoCompany(database.url);
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    ({ port } = probe.address() as AddressInfo);
    await new Promise((closed) => { probe.close(closed); });
    child = spawn(process.execPath, ['--import', 'tsx', 'api/main.ts'], {
      cwd: new URL('..', import.meta.url),
      env: {
        ...process.env, ...leanMemory, PORT: String(port), DATABASE_URL: database.url, TEMPORAL_ADDRESS: '127.0.0.1:1', HOUQIN_DEMO: '1',
        HOUQIN_SECRET: randomBytes(32).toString('base64'),
      },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await eventually('the API is ready', async () => (await fetch(`${url()}/api/health/ready`).catch(() => undefined))?.status === 200);
    person = await login(url(), 'auditor');
    // What an hour of ordinary use takes is no growth.
    for (let n = 0; n < 150; n += 1) await Promise.all(Array.from({ length: 10 }, () => person.get('/processes?view=all')));
    atRest = rss();
  });
  after(async () => {
    child?.kill('SIGKILL');
    if (child?.exitCode === null) await once(child, 'close');
    await database?.drop();
  });
  afterEach(async function () {
    expect(child.exitCode, 'the process lives').to.equal(null);
    expect((await person.get('/me')).status).to.equal(200);
    const grown = rss() - atRest;
    console.log(`        memory: ${atRest.toFixed(0)} MiB at rest, ${grown >= 0 ? '+' : ''}${grown.toFixed(0)} MiB now`);
    expect(grown, 'MiB more than at rest').to.be.below(MOST_GROWTH_MIB);
  });

  const url = () => `http://127.0.0.1:${port}`;
  // Elsewhere than on Linux only the answers are looked at.
  const rss = (): number => process.platform === 'linux' ? Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))![1]) / 1_024 : 0;

  /** Asks as somebody else does, all the while that `work` runs. How long that takes is printed, not judged: others use this machine. */
  async function others<T>(work: () => Promise<T>): Promise<T> {
    const times: number[] = [];
    const statuses = new Set<number>();
    let going = true;
    const asking = (async () => {
      while (going || times.length < 20) {
        const began = performance.now();
        statuses.add((await person.get(times.length % 2 === 0 ? '/tasks' : '/processes?view=all')).status);
        times.push(performance.now() - began);
      }
    })();
    const result = await work().finally(() => { going = false; });
    await asking;
    times.sort((a, b) => a - b);
    const at = (part: number) => times[Math.floor(times.length * part)]!.toFixed(0);
    console.log(`        meanwhile ${times.length} other requests: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, slowest ${times.at(-1)!.toFixed(0)} ms`);
    expect([...statuses]).to.deep.equal([200]);
    return result;
  }

  it('with 200 connections that send drop by drop is let go of, and holds nobody up', async () => {
    const heads = [
      'GET /api/me HTTP/1.1\r\nHost: x\r\n',
      `POST /api/login HTTP/1.1\r\nHost: x\r\nOrigin: ${url()}\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n`,
    ];
    const dropOf = new Map<Socket, string>();
    const sockets = Array.from({ length: 200 }, (_, n) => {
      const socket = connect(port, '127.0.0.1').on('error', () => undefined).on('data', () => undefined);
      socket.write(heads[n % 2]!);
      dropOf.set(socket, n % 2 === 0 ? 'X-A: b\r\n' : ' ');
      return socket;
    });
    const dripping = setInterval(() => { for (const socket of sockets) if (socket.writable) socket.write(dropOf.get(socket)!); }, 1_000);
    try {
      await others(async () => {
        // 10 s for a head and 30 s for all of a request, looked at every 5 s.
        await Promise.race([Promise.all(sockets.map(async (socket) => socket.closed || once(socket, 'close'))), delay(60_000)]);
      });
    } finally {
      clearInterval(dripping);
    }
    const left = sockets.filter((socket) => !socket.closed).length;
    for (const socket of sockets) socket.destroy();
    expect(left, 'connections still open').to.equal(0);
  });

  it('with 100 MB of JSON, told before or in chunks, is refused before it is read', async () => {
    await others(async () => {
      for (const declared of [true, false]) {
        const { status, sent } = await upload('/api/processes', 100 * MiB, declared);
        expect(status).to.be.oneOf([413, undefined]);
        console.log(`        ${declared ? 'declared' : 'in chunks'}: ${status ?? 'cut off'} after ${(sent / MiB).toFixed(1)} MiB were sent`);
        expect(sent).to.be.below(20 * MiB);
      }
    });
  });

  it('with forty photos of 12 million pixels at once gets some of them in, one after the other', async () => {
    const noise = sharp({ create: { width: 4_000, height: 3_000, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 25 } } });
    const photo = await noise.jpeg({ quality: 80 }).toBuffer();
    expect(photo.length).to.be.within(3 * MiB, 10 * MiB);
    const statuses = await others(() => Promise.all(Array.from({ length: 40 }, async () => (await person.post('/files', photoForm(photo))).status)));
    const taken = statuses.filter((status) => status === 201).length;
    console.log(`        ${taken} of 40 photos of ${(photo.length / MiB).toFixed(1)} MiB taken, the others asked to come again`);
    expect(taken).to.be.above(0);
    expect(statuses.every((status) => [201, 429].includes(status))).to.equal(true);
  });

  it('with lists of a million entries is refused, and with as many as fit is answered', async () => {
    await others(async () => {
      const million = JSON.stringify({ ids: new Array(1_000_000).fill(1) });
      expect(await statusOf('/notices/read', million)).to.equal(413);
      const fits = 120_000;
      for (const [path, body] of [
        ['/notices/read', { ids: new Array(fits).fill(1) }], ['/notices/read', new Array(fits).fill(0)],
        ['/tasks/decisions', { ids: new Array(fits / 2).fill('x'), outcome: 'approved' }],
        ['/processes', { type: 'supply-requisition', form: { purpose: 'x', lines: new Array(fits / 4).fill({}) } }],
        ['/processes', { type: 'supply-requisition', form: Object.fromEntries(Array.from({ length: 18_000 }, (_, i) => [`k${i}`, 1])) }],
        ['/processes', { type: 'supply-requisition', form: { purpose: 'x'.repeat(250_000), lines: [] } }],
      ] as const) {
        expect(await statusOf(path, JSON.stringify(body)), path).to.equal(400);
      }
      expect(await statusOf('/notices/read', '['.repeat(250_000))).to.equal(400);
    });
  });

  it('with texts that keep a bad pattern busy is answered like anybody', async () => {
    const admin = await login(url(), 'admin');
    const storekeeper = await login(url(), 'storekeeper');
    const hostile = ['a'.repeat(50_000) + '!', '1'.repeat(50_000) + 'x', ' '.repeat(50_000) + 'x', 'P' + '1D'.repeat(20_000), '-'.repeat(50_000), '1 '.repeat(25_000) + 'x', '2026-01-01T'.repeat(4_000), ',"'.repeat(20_000), '\n'.repeat(50_000)];
    await others(async () => {
      for (const text of hostile) {
        const answers = await Promise.all([
          admin.post('/admin/people', { username: text, name: text, departmentId: text, phone: text, title: text }),
          admin.put('/admin/timeout-policies/supply-requisition/department-leader', { due: text, remind: { first: text, every: text, times: 3 }, escalate: text, expire: { after: text, outcome: text } }),
          admin.post('/admin/announcements', { title: text, body: text, shownFrom: text }),
          storekeeper.post('/supply/items', { code: text, name: text, category: text, unit: text, priceFen: 1, photo: text }),
          storekeeper.post('/supply/items/import', { csv: text, dryRun: true }),
          person.post('/me/password', { current: 'x', password: text.slice(0, 200) }),
        ]);
        for (const { status } of answers) expect(status).to.be.within(400, 499);
        for (const query of ['/processes?q=', '/people?q=', '/search?q=', '/supply/items?q=', '/tasks?cursor=', '/statistics/supply?from=']) {
          expect((await person.get(query + encodeURIComponent(text.slice(0, 3_000)))).status, query).to.be.within(200, 499);
        }
        // As headers, too: a language, a cookie, a key.
        for (const name of ['accept-language', 'cookie', 'idempotency-key', 'content-type']) {
          const value = text.replaceAll('\n', ';').slice(0, 12_000);
          const { status } = await fetch(`${url()}/api/processes`, { method: 'POST', headers: { origin: url(), [name]: value }, body: '{}' });
          expect(status, name).to.be.within(400, 499);
        }
      }
    });
  });

  it('that asks for page 1e9, for everything at once, or far behind the end gets no more than a page', async () => {
    await others(async () => {
      for (const path of ['/processes?view=all', '/tasks?', '/notices?', '/audit/events?', '/announcements?', '/supply/items?', '/people?q=']) {
        for (const limit of ['1000000000', '101', '1e9', '-1', '0', '99999999999999999999', '0x7fffffff', 'Infinity', 'NaN']) {
          expect((await person.get(`${path}&limit=${limit}`)).status, `${path} ${limit}`).to.equal(400);
        }
        for (const extra of ['page=1000000000', 'offset=1000000000', 'per_page=1000000000']) {
          expect((await person.get(`${path}&${extra}`)).status, `${path} ${extra}`).to.equal(400);
        }
      }
      const deep = Buffer.from(JSON.stringify(['1000-01-01 00:00:00+00', 'x', 'newest'])).toString('base64url');
      const { status, body } = await person.get(`/processes?view=all&cursor=${deep}`);
      expect(status === 400 || body.items.length <= 20).to.equal(true);
    });
  });

  it('that opens 200 streams gets twenty, and when it leaves is forgotten', async () => {
    const open = () => Promise.all(Array.from({ length: 200 }, () => new Promise<{ status: number; socket: Socket }>((resolve, reject) => {
      request(`${url()}/api/events`, { headers: { cookie: person.cookie }, agent: false }, (response) => {
        response.on('error', () => undefined).on('data', () => undefined);
        resolve({ status: response.statusCode!, socket: response.socket });
      }).once('error', reject).end();
    })));
    await others(async () => {
      const streams = await open();
      expect(streams.filter(({ status }) => status === 200)).to.have.length(20);
      expect(streams.filter(({ status }) => status === 429)).to.have.length(180);
      for (const { socket } of streams) socket.destroy();
      const again = await eventually('a place is free', async () => {
        const more = await open();
        for (const { socket } of more) socket.destroy();
        return more.some(({ status }) => status === 200);
      });
      expect(again).to.equal(true);
    });
  });

  async function statusOf(path: string, text: string): Promise<number> {
    const response = await fetch(`${url()}/api${path}`, {
      method: 'POST', body: text, headers: { origin: url(), cookie: person.cookie, 'content-type': 'application/json' },
    });
    await response.arrayBuffer();
    return response.status;
  }

  /** Sends until the server answers or lets go, at most `bytes`; says how much went out. The answer may be lost on the way of so much. */
  async function upload(path: string, bytes: number, declared: boolean): Promise<{ status: number | undefined; sent: number }> {
    const chunk = Buffer.alloc(64 * 1_024, 0x20);
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    let answer = '';
    socket.on('data', (data) => { answer += data.toString(); });
    const length = declared ? `Content-Length: ${bytes}` : 'Transfer-Encoding: chunked';
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nOrigin: ${url()}\r\nCookie: ${person.cookie}\r\nContent-Type: application/json\r\n${length}\r\n\r\n`);
    let sent = 0;
    while (sent < bytes && answer === '' && !socket.destroyed) {
      if (!declared) socket.write(`${chunk.length.toString(16)}\r\n`);
      const goesOn = socket.write(chunk);
      if (!declared) socket.write('\r\n');
      sent += chunk.length;
      // With one drop at a time the answer is seen when it comes.
      if (!goesOn) await Promise.race([once(socket, 'drain').catch(() => undefined), once(socket, 'close').catch(() => undefined), delay(5_000)]);
      else await delay(0);
    }
    if (!socket.closed) await Promise.race([once(socket, 'close').catch(() => undefined), delay(5_000)]);
    socket.destroy();
    return { status: answer === '' ? undefined : Number(answer.split(' ')[1]), sent };
  }
});
