import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { dependencyFaults, type LockedPackage } from './dependencies.ts';

const lockfile = fileURLToPath(new URL('../../package-lock.json', import.meta.url));

describe('the packages that are built upon (S31)', () => {
  const { packages } = JSON.parse(readFileSync(lockfile, 'utf8')) as { packages: Record<string, LockedPackage> };
  const integrity = 'sha512-x';

  /** What is said of the real lockfile with one package more. */
  const faultsWith = (place: string, added: LockedPackage) => dependencyFaults({ ...packages, [`node_modules/${place}`]: added });

  it('are whole, licensed as we allow, and one version each where two would not know each other', () => {
    expect(dependencyFaults(packages)).to.deep.equal([]);
  });

  const planted: [what: string, place: string, added: LockedPackage, fault: RegExp][] = [
    ['a licence that nobody has looked at', 'new', { version: '1.0.0', integrity, license: 'AGPL-3.0-only' }, /new has the licence AGPL-3.0-only/],
    ['no licence', 'new', { version: '1.0.0', integrity }, /new has the licence unknown/],
    ['one that is only half allowed', 'new', { version: '1.0.0', integrity, license: '(MIT AND GPL-3.0-only)' }, /GPL-3.0-only/],
    ['no integrity', 'new', { version: '1.0.0', license: 'MIT' }, /no sha512 integrity/],
    ['an old hash', 'new', { version: '1.0.0', integrity: 'sha1-x', license: 'MIT' }, /no sha512 integrity/],
    ['a registry’s host', 'new', { version: '1.0.0', integrity, license: 'MIT', resolved: 'somewhere/new.tgz' }, /registry’s host/],
    ['a link', 'new', { link: true, integrity, license: 'MIT' }, /is a link/],
    ['a second version of a @temporalio package', 'x/node_modules/@temporalio/common', { version: '1.0.0', integrity, license: 'MIT' }, /@temporalio\/common is there in 2 versions/],
    ['a second webpack', 'x/node_modules/webpack', { version: '4.0.0', integrity, license: 'MIT' }, /webpack is there in 2 versions/],
    ['a second protobufjs for Temporal’s messages', '@temporalio/proto/node_modules/protobufjs', { version: '7.0.0', integrity, license: 'MIT' }, /protobufjs is there in 2 versions/],
  ];
  for (const [what, place, added, fault] of planted) {
    it(`are refused with ${what}`, () => {
      expect(faultsWith(place, added).join('\n')).to.match(fault);
    });
  }

  it('may offer a choice of licences of which one is allowed', () => {
    expect(faultsWith('new', { version: '1.0.0', integrity, license: '(MIT OR GPL-3.0-only)' })).to.deep.equal([]);
  });
});
