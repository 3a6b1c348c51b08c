/** What `npm run check` wants of the packages that are built upon: see docs/decisions/0023-dependencies.md. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const LOCKFILE = fileURLToPath(new URL('../../package-lock.json', import.meta.url));

/** Licences that a company may use inside its own house without asking; SPDX ids. */
const ALLOWED = new Set([
  '0BSD', 'Apache-2.0', 'BlueOak-1.0.0', 'BSD-2-Clause', 'BSD-3-Clause', 'CC-BY-4.0', 'ISC', 'MIT', 'MPL-2.0', 'OFL-1.1', 'PSF-2.0', 'Unlicense',
]);

/** What was looked at by a person: the package, and why it may stay. */
const LOOKED_AT = new Map([
  [/^@img\/sharp-(libvips-|wasm32$|win32-)/, 'LGPL-3.0-or-later: a library of its own that is loaded and can be replaced'],
  [/^(busboy|streamsearch)$/, 'MIT in its file LICENSE; package.json has the old form `licenses`'],
  [/^@darabonba\/typescript$/, 'Apache-2.0; package.json writes it out: Apache License 2.0'],
  [/^png-js$/, 'MIT in its file LICENSE; package.json says nothing'],
  [/^unionfs$/, 'Unlicense in its file LICENSE; package.json says nothing'],
]);

/** Two of these in one program do not know each other’s objects. */
const ONE_VERSION = [/^@temporalio\//, /^webpack$/, /^vue$/, /^zod$/, /^knex$/, /^pg$/];

/** Messages of Temporal are made by one protobufjs; gRPC’s reader of .proto files brings an older one of its own, which never meets them. */
const OWN_PROTOBUF = 'node_modules/@grpc/proto-loader/node_modules/protobufjs';

/** What we read of a package in package-lock.json. */
export interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly resolved?: string;
  readonly license?: string;
  readonly link?: boolean;
}

/** Whether an SPDX expression is allowed: one side of an OR, both of an AND. */
function isAllowed(expression: string): boolean {
  const text = expression.replace(/^\((.*)\)$/, '$1');
  if (text.includes(' OR ')) return text.split(' OR ').some(isAllowed);
  return text.split(' AND ').every((id) => ALLOWED.has(id.trim()));
}

/** What is wrong with a lockfile's packages, one sentence each; nothing when all is well. */
export function dependencyFaults(packages: Readonly<Record<string, LockedPackage>>): string[] {
  const faults: string[] = [];
  const versions = new Map<string, Set<string>>();
  for (const [place, { version, integrity, resolved, license, link }] of Object.entries(packages)) {
    if (place === '') continue;
    const name = place.replace(/^.*node_modules\//, '');
    if (link) faults.push(`${name} is a link, not a package.`);
    if (!/^sha512-/.test(integrity ?? '')) faults.push(`${place} has no sha512 integrity: anybody’s file would be taken.`);
    if (resolved !== undefined) faults.push(`${place} names a registry’s host (${resolved}): install with .npmrc’s omit-lockfile-registry-resolved.`);
    const reason = [...LOOKED_AT].find(([pattern]) => pattern.test(name));
    if (!reason && (!license || !isAllowed(license))) {
      faults.push(`${name} has the licence ${license ?? 'unknown'}, which nobody has looked at.`);
    }
    if (place !== OWN_PROTOBUF && (name === 'protobufjs' || ONE_VERSION.some((pattern) => pattern.test(name)))) {
      versions.set(name, (versions.get(name) ?? new Set()).add(version ?? 'none'));
    }
  }
  for (const [name, found] of versions) if (found.size > 1) faults.push(`${name} is there in ${found.size} versions: ${[...found].join(', ')}.`);
  const temporal = new Set([...versions].filter(([name]) => /^@temporalio\//.test(name)).flatMap(([, found]) => [...found]));
  if (temporal.size !== 1) faults.push(`The @temporalio packages have different versions: ${[...temporal].join(', ')}.`);
  for (const name of ['webpack', 'protobufjs', '@temporalio/worker']) if (!versions.has(name)) faults.push(`${name} is not in the lockfile: is this still the right list?`);
  return faults;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const faults = dependencyFaults((JSON.parse(readFileSync(LOCKFILE, 'utf8')) as { packages: Record<string, LockedPackage> }).packages);
  if (faults.length > 0) {
    console.error(faults.join('\n'));
    process.exitCode = 1;
  }
}
