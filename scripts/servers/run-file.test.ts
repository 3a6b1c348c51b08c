import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { writeJson } from './json-file.ts';
import { processStart, spawnOwn } from './own-process.ts';
import { endLeftovers, holderOf, holdFolder, recordFileOf, type RunFile } from './run-file.ts';
import { StartUpError } from './start-up-error.ts';
import { testFolder } from './test-folder.ts';

describe('the run file', () => {
  let folder: string;
  let remove: () => void;
  beforeEach(() => { ({ folder, remove } = testFolder('run file')); });
  afterEach(() => remove());

  it('lets one process have the data folder and tells the second who has it', async () => {
    const hold = await holdFolder(folder, 'Houqin at a test');
    const refusal = await holdFolder(folder, 'the second').catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(StartUpError);
    expect((refusal as Error).message).to.contain('Houqin at a test').and.to.contain(String(process.pid));
    hold.giveBack();
    (await holdFolder(folder, 'the next')).giveBack();
  });

  it('does not count a holder that was killed, even when a stranger has its pid', async () => {
    const gone = spawnSync(process.execPath, ['-e', '']).pid;
    writeJson(path.join(folder, 'run.json'), { pid: gone, started: 'x', doing: 'gone' } satisfies RunFile);
    (await holdFolder(folder, 'the next')).giveBack();
    writeJson(path.join(folder, 'run.json'), { pid: process.ppid, started: 'x', doing: 'gone' } satisfies RunFile);
    (await holdFolder(folder, 'the one after')).giveBack();
  });

  it('does not count a file that a full disk has cut short', async () => {
    writeFileSync(path.join(folder, 'run.json'), '{"pid": 1');
    expect(holderOf(folder)).to.equal(undefined);
    (await holdFolder(folder, 'the next')).giveBack();
  });

  it('waits for a holder that is about to end', async () => {
    const hold = await holdFolder(folder, 'the first');
    hold.aboutToEnd();
    setTimeout(() => hold.giveBack(), 1_700);
    const next = await holdFolder(folder, 'the next');
    expect(holderOf(folder)?.doing).to.equal('the next');
    next.giveBack();
  });

  it('ends what was left running, and nothing else', async () => {
    mkdirSync(path.join(folder, 'run'));
    const start = async (name: string, recordFile?: string): Promise<{ pid: number; kill(): Promise<unknown> }> =>
      await spawnOwn({
        command: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'], env: process.env,
        logFile: path.join(folder, `${name}.log`), recordFile,
      });
    const worker = await start('worker', recordFileOf(folder, 'worker'));
    const stranger = await start('stranger');
    writeJson(recordFileOf(folder, 'api'), { pid: stranger.pid, started: 'an earlier time' });
    try {
      expect(await endLeftovers(folder)).to.deep.equal(['worker']);
      expect(processStart(worker.pid)).to.equal(undefined);
      expect(processStart(stranger.pid)).not.to.equal(undefined);
    } finally {
      await stranger.kill();
    }
  });
});
