import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { expect } from 'chai';
import { createTestDatabase, type TestDatabase } from '../test/database.ts';
import { call, eventually } from '../test/person.ts';

describe('the API process', function () {
  this.timeout(60_000);
  let database: TestDatabase;
  let port: number;
  let child: ChildProcess | undefined;
  let output = '';

  before(async () => {
    database = await createTestDatabase();
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    ({ port } = probe.address() as AddressInfo);
    await new Promise((closed) => { probe.close(closed); });
  });
  afterEach(async () => {
    if (child?.exitCode === null && child.signalCode === null) {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
  });
  after(() => database.drop());

  const url = () => `http://127.0.0.1:${port}`;
  async function start(databaseUrl = database.url): Promise<void> {
    output = '';
    child = spawn(process.execPath, ['--import', 'tsx', 'api/main.ts'], {
      cwd: new URL('..', import.meta.url),
      env: {
        ...process.env, PORT: String(port), DATABASE_URL: databaseUrl, TEMPORAL_ADDRESS: '127.0.0.1:1', HOUQIN_DEMO: '0',
        HOUQIN_SECRET: randomBytes(32).toString('base64'),
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    child.stdout!.on('data', (data: Buffer) => { output += data; });
    await eventually('the API is ready', async () => {
      const ready = await fetch(`${url()}/api/health/ready`).catch(() => undefined);
      return ready?.status === 200;
    });
  }

  it('makes one administrator at the first start in production and shows the password once', async () => {
    await start();
    const [, password] = /as admin with the password ([\w-]{20})/.exec(output) ?? [];
    const answer = await call(url(), 'POST', '/login', { username: 'admin', password });
    expect(answer.status).to.equal(200);
    expect(answer.body.person.roles.map(({ id }: { id: string }) => id)).to.deep.equal(['process-administrator']);
    child!.kill('SIGTERM');
    expect(await once(child!, 'close')).to.deep.equal([0, null]);

    await start();
    expect(output).not.to.include('password');
  });

  it('finishes the requests that it has when it is told to stop, and takes no new ones', async () => {
    await start();
    const { db } = database;
    const lock = await db.transaction();
    // The login waits for this lock; so it is under way while the process stops.
    await lock.raw('LOCK TABLE login_attempt IN ACCESS EXCLUSIVE MODE');
    const slow = call(url(), 'POST', '/login', { username: 'admin', password: 'wrong' });
    await eventually('the login waits', async () => {
      const { rows } = await db.raw(`SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'login_attempt'::regclass`);
      return rows.length > 0;
    });
    child!.kill('SIGTERM');
    await eventually('no new connection', async () => (await fetch(`${url()}/api/health/live`).catch(() => undefined)) === undefined);
    await lock.rollback();
    expect((await slow).status).to.equal(401);
    expect(await once(child!, 'close')).to.deep.equal([0, null]);
  });

  it('answers while PostgreSQL is away, and is ready by itself when it is back', async () => {
    const line = await lineTo(database.url);
    await start(line.url);
    await line.cut();
    expect((await fetch(`${url()}/api/health/live`)).status).to.equal(200);
    expect((await fetch(`${url()}/api/health/ready`)).status).to.equal(503);
    const answer = await call(url(), 'POST', '/login', { username: 'admin', password: 'x' });
    expect([answer.status, answer.body.code]).to.deep.equal([503, 'database-away']);
    expect(answer.headers.get('retry-after')).to.equal('5');
    await line.mend();
    await eventually('ready again', async () => (await fetch(`${url()}/api/health/ready`)).status === 200);
    await line.cut();
  });

  it('starts before PostgreSQL does, and prepares the database when it comes', async () => {
    const line = await lineTo(database.url);
    await line.cut();
    const ready = start(line.url);
    await eventually('the API is alive', async () => (await fetch(`${url()}/api/health/live`).catch(() => undefined))?.status === 200);
    await line.mend();
    await ready;
    await line.cut();
  });
});

/** A way to the database that can be cut: what a stopped PostgreSQL looks like from here. */
async function lineTo(databaseUrl: string): Promise<{ url: string; cut(): Promise<void>; mend(): Promise<void> }> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const onward = connect(Number(target.port), target.hostname);
    for (const [one, other] of [[socket, onward], [onward, socket]] as const) {
      sockets.add(one);
      one.on('error', () => undefined).on('close', () => { sockets.delete(one); other.destroy(); });
      one.pipe(other);
    }
  });
  const listen = (at: number) => new Promise<void>((listening) => server.listen(at, '127.0.0.1', listening));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const url = new URL(databaseUrl);
  url.port = String(port);
  return {
    url: url.href,
    cut: () => new Promise((cut) => {
      server.close(() => cut());
      for (const socket of sockets) socket.destroy();
    }),
    mend: () => listen(port),
  };
}
