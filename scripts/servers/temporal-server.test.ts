import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { StartUpError } from './start-up-error.ts';
import { findTemporalServer, isAtLeast, serverHome } from './temporal-server.ts';
import { testFolder } from './test-folder.ts';

describe('the way to a Temporal server', () => {
  const { folder, remove } = testFolder('ways');
  const log = (): void => undefined;
  const bare = { PATH: path.join(folder, 'empty'), HOUQIN_CACHE: path.join(folder, 'cache') };
  after(remove);

  let made = 0;
  function program(name: string, script: string): NodeJS.ProcessEnv {
    const bin = path.join(folder, `bin-${made += 1}`);
    mkdirSync(bin);
    writeFileSync(path.join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return { ...bare, PATH: bin };
  }

  it('is TEMPORAL_ADDRESS before all others', async () => {
    const env = { ...bare, TEMPORAL_ADDRESS: 'temporal.example:7233' };
    expect(await findTemporalServer({ log, env })).to.deep.equal({ way: 'a', address: 'temporal.example:7233' });
  });

  it('is a server built earlier, kept outside the checkout under its version', async () => {
    const env = { ...bare, HOUQIN_CACHE: path.join(folder, 'filled') };
    mkdirSync(serverHome(env), { recursive: true });
    expect(await findTemporalServer({ log, env })).to.include({ way: 'b', store: 'postgres' });
    expect(serverHome(env)).to.match(/temporal-server-1\.\d+\.\d+-[0-9a-f]{12}-/);
  });

  it('is the program on the PATH when that one works', async () => {
    const env = program('temporal', 'echo temporal version 1.5.1');
    expect(await findTemporalServer({ log, env, order: ['b', 'c'] })).to.include({ way: 'c', store: 'sqlite' });
  });

  it('stays with the store that holds the workflows', async () => {
    const env = { ...program('temporal', 'exit 0'), TEMPORAL_ADDRESS: '' };
    const refusal: unknown = await findTemporalServer({ log, env, order: ['b', 'c', 'e'], store: 'postgres' })
      .catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StartUpError);
    expect((refusal as Error).message).to.contain('keeps its data in PostgreSQL').and.not.to.contain('(c)');
  });

  it('says why each way failed, and what to do', async () => {
    const refusal: unknown = await findTemporalServer({ log, env: bare, order: ['a', 'b', 'c', 'e'] })
      .catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StartUpError);
    const { message, remedy } = refusal as StartUpError;
    expect(message)
      .to.contain('(a) TEMPORAL_ADDRESS is not set; (b) no server built earlier; (c) no program "temporal"')
      .and.to.contain('(e) no Go on the PATH');
    expect(remedy).to.contain('install Go 1.26.8');
  });

  it('does not build with a Go that is too old', async () => {
    const env = program('go', 'echo go1.22.2');
    const refusal: unknown = await findTemporalServer({ log, env, order: ['e'] }).catch((error: unknown) => error);
    expect((refusal as Error).message).to.contain('Go is go1.22.2, needed is 1.26.8');
  });

  it('refuses a way that does not exist', async () => {
    const refusal: unknown = await findTemporalServer({ log, env: { ...bare, HOUQIN_TEMPORAL: 'x' } })
      .catch((error: unknown) => error);
    expect((refusal as StartUpError).remedy).to.contain('one of a, b, c, d, e');
  });

  it('compares versions by number', () => {
    const table: [string, boolean][] = [
      ['go1.26.8', true], ['go1.26.10', true], ['go1.27', true], ['go2.0', true],
      ['go1.26.7', false], ['go1.26', false], ['go1.9.9', false], ['devel', false],
    ];
    for (const [version, enough] of table) expect(isAtLeast(version, [1, 26, 8]), version).to.equal(enough);
  });
});
