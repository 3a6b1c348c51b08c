import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect } from 'chai';
import { StartUpError } from '../servers/start-up-error.ts';
import { testFolder } from '../servers/test-folder.ts';
import { copyData, restoreData } from './copy-folder.ts';

describe('a back-up', () => {
  let folder: string;
  let remove: () => void;
  let data: string;

  beforeEach(() => {
    ({ folder, remove } = testFolder('back-up'));
    data = path.join(folder, 'data');
    for (const place of ['postgres/pgdata/base', 'temporal', 'run', 'logs', 'files/ab']) {
      mkdirSync(path.join(data, place), { recursive: true });
    }
    const files = [
      'secret', 'postgres/pgdata/base/1.log', 'postgres/process.json', 'run/api.json', 'logs/api.log', 'files/ab/abcd.jpg',
    ];
    for (const file of files) writeFileSync(path.join(data, file), file);
  });
  afterEach(() => remove());

  it('brings back all that is kept, and moves aside what was there', () => {
    copyData(data, path.join(folder, 'copy'));
    writeFileSync(path.join(data, 'secret'), 'lost');
    const aside = restoreData(path.join(folder, 'copy'), data)!;
    for (const file of ['secret', 'postgres/pgdata/base/1.log', 'files/ab/abcd.jpg']) {
      expect(readFileSync(path.join(data, file), 'utf8')).to.equal(file);
    }
    expect(readFileSync(path.join(aside, 'secret'), 'utf8')).to.equal('lost');
    for (const file of ['postgres/process.json', 'run', 'logs', 'houqin-backup.json']) {
      expect(existsSync(path.join(data, file)), file).to.equal(false);
    }
  });

  it('never overwrites another one, nor takes any folder for one', () => {
    copyData(data, path.join(folder, 'copy'));
    expect(() => copyData(data, path.join(folder, 'copy'))).to.throw(StartUpError, 'not empty');
    expect(() => restoreData(path.join(data, 'temporal'), data)).to.throw(StartUpError, 'no back-up');
    expect(readdirSync(folder).sort()).to.deep.equal(['copy', 'data']);
  });
});
