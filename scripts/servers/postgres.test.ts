import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { processStart } from './own-process.ts';
import { startPostgres, withClient, type Postgres } from './postgres.ts';
import { testFolder } from './test-folder.ts';

describe('our PostgreSQL', () => {
  const { folder, remove } = testFolder('postgres');
  const lines: string[] = [];
  let postgres: Postgres;

  async function start(): Promise<Postgres> {
    return await startPostgres({
      dataDir: path.join(folder, 'it'), log: (line) => lines.push(line), settings: { shared_buffers: '32MB' },
    });
  }

  async function value(url: string, query: string): Promise<unknown> {
    return await withClient(url, async (client) => {
      const { rows } = await client.query<Record<string, unknown>>(query);
      return rows[0] && Object.values(rows[0])[0];
    });
  }

  before(async function () {
    this.timeout(60_000);
    postgres = await start();
  });
  after(async () => {
    await postgres.stop();
    remove();
  });

  it('writes UTF-8 whatever the environment says, and to the disk before it says so', async () => {
    const url = await postgres.createDatabase('text', 'writer');
    expect(await value(url, 'show server_encoding')).to.equal('UTF8');
    expect(await value(url, "select upper('ä') || length('后勤')")).to.equal('Ä2');
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      expect(await value(url, `show ${setting}`)).to.equal('on');
    }
  });

  it('listens on loopback only and asks everyone for a password', async () => {
    expect(await value(postgres.adminUrl, 'show listen_addresses')).to.equal('127.0.0.1');
    const guess = new URL(postgres.adminUrl);
    guess.password = 'postgres';
    const refusal: unknown = await value(guess.href, 'select 1').catch((error: unknown) => error);
    expect(refusal).to.be.an('error').with.property('code', '28P01');
    expect(await value(postgres.adminUrl, "select left(rolpassword, 13) from pg_authid where rolname = 'postgres'"))
      .to.equal('SCRAM-SHA-256');
  });

  it('shows no password among the processes, and keeps it in files that others cannot read', async () => {
    const url = await postgres.createDatabase('secret', 'keeper');
    const secrets = [postgres.adminUrl, url].map((one) => new URL(one).password);
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      const line = existsSync(`/proc/${pid}/cmdline`) ? readFileSync(`/proc/${pid}/cmdline`, 'utf8') : '';
      for (const secret of secrets) expect(line).not.to.contain(secret);
    }
    expect(statSync(path.join(folder, 'it', 'roles.json')).mode & 0o077).to.equal(0);
  });

  it('gives a database to its role alone', async () => {
    const mine = await postgres.createDatabase('mine', 'me');
    const other = new URL(await postgres.createDatabase('other', 'another'));
    expect(await value(mine, 'select current_user')).to.equal('me');
    other.pathname = '/mine';
    const refusal: unknown = await value(other.href, 'select 1').catch((error: unknown) => error);
    expect(refusal).to.be.an('error').with.property('code', '42501');
  });

  it('survives kill -9 with every commit, on the same port', async function () {
    this.timeout(60_000);
    const url = await postgres.createDatabase('durable', 'durable');
    await value(url, 'create table row (n int)');
    await value(url, 'insert into row select generate_series(1, 1000)');
    const before = postgres;
    await postgres.kill();
    postgres = await start();
    expect(postgres.port).to.equal(before.port);
    expect(await value(url, 'select count(*)::int from row')).to.equal(1000);
  });

  it('is ended and started again when a killed parent has left it running', async () => {
    const orphan = postgres;
    postgres = await start();
    expect(processStart(orphan.pid)).to.equal(undefined);
    expect(lines.join()).to.contain('still running');
    expect(await value(postgres.url('durable'), 'select count(*)::int from row')).to.equal(1000);
  });
});
