import { expect } from 'chai';
import { createWrites } from './writes.ts';

describe('writes', () => {
  let now = 0;
  const advance = (ms: number): void => { now += ms; };

  it('are many while more than eight are under way', () => {
    const writes = createWrites(() => now);
    for (let i = 0; i < 8; i += 1) writes.begin();
    expect(writes.many()).to.equal(false);
    writes.begin();
    expect(writes.many()).to.equal(true);
    writes.end();
    expect(writes.many()).to.equal(false);
  });

  it('are many while ten were answered within a tenth of a second, and no longer', () => {
    const writes = createWrites(() => now);
    const answer = (): void => { writes.begin(); writes.end(); };
    for (let i = 0; i < 9; i += 1) { answer(); advance(5); }
    expect(writes.many()).to.equal(false);
    answer();
    expect(writes.many()).to.equal(true);
    advance(60);
    expect(writes.many(), 'the first of the ten is out of sight').to.equal(false);
  });

  it('of a person who clicks fast are not many', () => {
    const writes = createWrites(() => now);
    for (let i = 0; i < 100; i += 1) {
      writes.begin();
      advance(8);
      writes.end();
      expect(writes.many()).to.equal(false);
      advance(100);
    }
  });
});
