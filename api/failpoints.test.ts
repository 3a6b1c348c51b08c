import { randomBytes } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { workerConfig } from '../worker/config.ts';
import { readConfig } from './config.ts';

const env = {
  DATABASE_URL: 'postgres://houqin:x@127.0.0.1:1/houqin', TEMPORAL_ADDRESS: '127.0.0.1:1', HOUQIN_SECRET: randomBytes(32).toString('base64url'),
  HOUQIN_FAILPOINTS: 'api.after_commit@3,worker.after_effect:issueStock@1',
};

describe('fail-points', () => {
  it('are refused by API and worker outside of tests', () => {
    expect(() => readConfig(env)).to.throw('HOUQIN_FAILPOINTS');
    expect(() => workerConfig(env)).to.throw('HOUQIN_FAILPOINTS');
  });

  it('are none unless they are asked for', () => {
    expect([...readConfig({ ...env, HOUQIN_FAILPOINTS: '' }).failpoints]).to.eql([]);
    expect([...workerConfig({ ...env, HOUQIN_FAILPOINTS: undefined }).failpoints]).to.eql([]);
  });

  it('are read with the pass at which they end the process', () => {
    const wanted = [['api.after_commit', 3], ['worker.after_effect:issueStock', 1]];
    expect([...readConfig({ ...env, HOUQIN_TEST: '1' }).failpoints]).to.eql(wanted);
    expect([...workerConfig({ ...env, HOUQIN_TEST: '1' }).failpoints]).to.eql(wanted);
    expect(() => readConfig({ ...env, HOUQIN_TEST: '1', HOUQIN_FAILPOINTS: 'api.after_commit' })).to.throw('NAME@PASS');
  });

  it('end the process at that pass, without a farewell', function () {
    this.timeout(20_000);
    const script = `
      import { armFailpoints, failpoint } from ${JSON.stringify(new URL('./failpoints.ts', import.meta.url).href)};
      armFailpoints(new Map([['here', 2]]));
      process.on('exit', () => console.log('exit'));
      for (const pass of [1, 2, 3]) { console.log(pass); failpoint('elsewhere', 'here'); }`;
    const { stdout, signal } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { encoding: 'utf8' });
    expect({ stdout, signal }).to.eql({ stdout: '1\n2\n', signal: 'SIGKILL' });
  });
});
