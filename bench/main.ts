import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { connect } from '../db/connect.ts';
import { startSystem } from '../faults/system.ts';
import { login } from '../test/person.ts';
import { full, quick, type Bench } from './bench.ts';
import { clientFor } from './client.ts';
import { runPeer } from './peer.ts';
import { approvals } from './sections/approvals.ts';
import { flow } from './sections/flow.ts';
import { inbox } from './sections/inbox.ts';
import { printTable, type Result } from './table.ts';

// npm run bench -- [--full] [--only approvals,flow,inbox] [--scales 10000,1000000] [--peer FOLDER] [--json FILE]: a table for people, JSON for machines.
const { values: options } = parseArgs({
  options: {
    full: { type: 'boolean', default: false },
    only: { type: 'string' },
    scales: { type: 'string' },
    json: { type: 'string' },
    peer: { type: 'string' },
  },
});
const settings = { ...(options.full ? full : quick), ...(options.scales && { scales: options.scales.split(',').map(Number) }) };
const wanted = options.only?.split(',') ?? ['approvals', 'flow', 'inbox'];
const say = (text: string): void => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);

// Before our own servers start, so that each has the machine for itself.
const peer = options.peer === undefined ? undefined : await runPeer(options.peer, options.full, say);
const system = await startSystem('bench');
const db = connect(system.databaseUrl, 4);
try {
  const client = async (username: string) => clientFor(system.url, (await login(system.url, username)).cookie);
  const people = { requester: await client('requester'), leader: await client('leader'), director: await client('director') };
  const { body: { items: [{ id: item }] } } = await people.requester.get('/supply/items?limit=1');
  const bench: Bench = { settings, system, db, people, item, say };
  const result: Result & Record<string, unknown> = {
    host: { cores: cpus().length, node: process.version, load: loadavg() },
    settings,
    ...(wanted.includes('approvals') && { approvals: await approvals(bench) }),
    ...(wanted.includes('flow') && { flow: await flow(bench) }),
    ...(wanted.includes('inbox') && { inbox: await inbox(bench) }),
    ...(peer && { peer }),
  };
  printTable(result);
  if (options.json) writeFileSync(options.json, `${JSON.stringify(result, null, 2)}\n`);
} finally {
  await db.destroy();
  // By themselves, so that the profiler writes what it saw.
  await Promise.all([system.api.stop(), system.worker.stop()]);
  await system.stop();
}
