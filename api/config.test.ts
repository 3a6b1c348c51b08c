import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { expect } from 'chai';
import { ConfigError, readConfig } from './config.ts';

describe('the settings', () => {
  const good = (): NodeJS.ProcessEnv => ({
    DATABASE_URL: 'postgres://houqin:x@127.0.0.1:5432/houqin', TEMPORAL_ADDRESS: '127.0.0.1:7233', HOUQIN_SECRET: randomBytes(32).toString('base64'),
  });
  const refusal = (changes: NodeJS.ProcessEnv): string => {
    try {
      readConfig({ ...good(), ...changes });
    } catch (error) {
      expect(error).to.be.instanceOf(ConfigError);
      return (error as Error).message;
    }
    throw new Error(`accepted: ${JSON.stringify(changes)}`);
  };

  it('have defaults for everything but the servers and the secret', () => {
    expect(readConfig(good())).to.deep.include({
      host: '127.0.0.1', port: 8100, temporalNamespace: 'houqin', publicUrl: 'http://127.0.0.1:8100', demo: false, secureCookies: true,
      trustedProxies: 0, origins: ['http://127.0.0.1:8100', 'http://localhost:8100'],
    });
  });

  const weak = {
    'is missing': undefined,
    'is empty': '',
    'is short': 'aB3$'.repeat(7),
    'is a sample': 'change-me-change-me-change-me-change-me',
    'is another sample': 'please-CHANGEME-before-production-0123456789',
    'is a third': 'your-secret-key-your-secret-key-0001',
    'is the product’s name': 'houqin-houqin-houqin-houqin-houqin-1',
    'is one character': 'x'.repeat(64),
    'has few characters': 'abcabcbbacbacbacbaacbcabcabcbbacacbb',
    'repeats itself': 'aZ3$9kQp'.repeat(5),
    'counts': '0123456789abcdefghijklmnopqrstuvwxyz',
  };
  for (const [how, secret] of Object.entries(weak)) {
    it(`are refused when HOUQIN_SECRET ${how}`, () => {
      const message = refusal({ HOUQIN_SECRET: secret });
      expect(message).to.match(/^HOUQIN_SECRET .*openssl rand/);
      if (secret) expect(message).not.to.include(secret);
    });
  }

  it('take any random secret of 32 characters and more', () => {
    for (let n = 0; n < 2_000; n += 1) {
      for (const secret of [randomBytes(32).toString('base64'), randomBytes(24).toString('base64url'), randomBytes(24).toString('hex')]) {
        expect(readConfig({ ...good(), HOUQIN_SECRET: secret }).secret).to.equal(secret);
      }
    }
  });

  it('keep the demo and its public passwords on this machine', () => {
    expect(refusal({ HOUQIN_DEMO: '1', HOST: '0.0.0.0' })).to.match(/HOUQIN_DEMO=1.*HOST is 0\.0\.0\.0/);
    expect(refusal({ HOUQIN_DEMO: '1', HOST: '192.168.1.5' })).to.match(/HOST/);
    expect(refusal({ HOUQIN_DEMO: '1', DATABASE_URL: 'postgres://a:b@db.example.cn/houqin' })).to.match(/DATABASE_URL/);
    expect(readConfig({ ...good(), HOUQIN_DEMO: '1' }).demo).to.equal(true);
  });

  it('let no password go over plain http in production', () => {
    expect(refusal({ HOUQIN_PUBLIC_URL: 'http://houqin.example.cn' })).to.match(/HOUQIN_PUBLIC_URL.*https/);
    expect(readConfig({ ...good(), HOUQIN_PUBLIC_URL: 'https://houqin.example.cn/' })).to.deep.include({ publicUrl: 'https://houqin.example.cn' });
  });

  it('are refused by name when they are not what they should be, without repeating a password', () => {
    const cases: NodeJS.ProcessEnv[] = [
      { PORT: 'x' }, { PORT: '0' }, { PORT: '70000' }, { DATABASE_URL: '' }, { DATABASE_URL: 'mysql://u:hidden@h/d' }, { DATABASE_URL: 'hidden' },
      { TEMPORAL_ADDRESS: '' }, { HOUQIN_PUBLIC_URL: 'houqin' }, { HOUQIN_DEMO: 'yes' }, { HOUQIN_TRUST_PROXY: 'true' },
    ];
    for (const changes of cases) {
      const message = refusal(changes);
      expect(message.startsWith(Object.keys(changes)[0]!), message).to.equal(true);
      expect(message).not.to.include('hidden');
    }
  });

  it('end the process with code 78 and one sentence before anything is started', async function () {
    this.timeout(20_000);
    const { HOUQIN_SECRET: _secret, ...env } = { ...process.env, ...good() };
    const child = spawn(process.execPath, ['--import', 'tsx', 'api/main.ts'], { cwd: new URL('..', import.meta.url), env, stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, err] = ['', ''];
    child.stdout.on('data', (data: Buffer) => { out += data; });
    child.stderr.on('data', (data: Buffer) => { err += data; });
    const [code] = await once(child, 'close') as [number];
    expect(code).to.equal(78);
    expect(out).to.equal('');
    expect(err.trim().split('\n')).to.have.length(1);
    expect(err).to.match(/^HOUQIN_SECRET is not set/);
  });
});
