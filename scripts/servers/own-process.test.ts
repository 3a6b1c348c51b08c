import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readJson, writeJson } from './json-file.ts';
import {
  endRecorded, isRecordedAlive, processStart, spawnOwn, type OwnProcess, type ProcessRecord,
} from './own-process.ts';
import { testFolder } from './test-folder.ts';

describe('a process of our own', () => {
  const { folder, remove } = testFolder('process');
  const started: OwnProcess[] = [];
  afterEach(async () => {
    for (const one of started.splice(0)) await one.kill();
  });
  after(remove);

  async function run(code: string, name = 'it'): Promise<OwnProcess> {
    const process_ = await spawnOwn({
      command: process.execPath, args: ['-e', code], env: process.env,
      logFile: path.join(folder, `${name}.log`), recordFile: path.join(folder, `${name}.json`),
    });
    started.push(process_);
    return process_;
  }

  it('is on record while it runs, and no longer', async () => {
    const one = await run('setInterval(() => {}, 1000)');
    const record = readJson<ProcessRecord>(path.join(folder, 'it.json'));
    expect(record?.pid).to.equal(one.pid);
    expect(isRecordedAlive(record)).to.equal(true);
    expect(await one.stop()).to.deep.equal({ code: null, signal: 'SIGTERM' });
    expect(isRecordedAlive(record)).to.equal(false);
    expect(existsSync(path.join(folder, 'it.json'))).to.equal(false);
  });

  it('is killed when it does not listen', async () => {
    const deaf = await run("process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000)");
    while (!readFileSync(path.join(folder, 'it.log'), 'utf8').includes('deaf')) await sleep(20);
    expect((await deaf.stop({ timeoutMs: 100 })).signal).to.equal('SIGKILL');
  });

  it('is ended by its record after its parent was killed', async () => {
    const one = await run('setInterval(() => {}, 1000)', 'left');
    expect(await endRecorded(path.join(folder, 'left.json'))).to.equal(true);
    expect((await one.exited).signal).to.equal('SIGTERM');
  });

  it('is never confused with a stranger who has got its pid', async () => {
    const stranger = await run('setInterval(() => {}, 1000)', 'stranger');
    const file = path.join(folder, 'old-record.json');
    writeJson(file, { pid: stranger.pid, started: 'another-boot/12345' } satisfies ProcessRecord);
    expect(await endRecorded(file)).to.equal(false);
    expect(processStart(stranger.pid)).not.to.equal(undefined);
    expect(existsSync(file)).to.equal(false);
  });

  it('keeps the log of the run before', async () => {
    await (await run("console.log('first')", 'twice')).exited;
    await (await run("console.log('second')", 'twice')).exited;
    expect(readFileSync(path.join(folder, 'twice.log'), 'utf8')).to.equal('second\n');
    expect(readFileSync(path.join(folder, 'twice.log.1'), 'utf8')).to.equal('first\n');
  });
});
