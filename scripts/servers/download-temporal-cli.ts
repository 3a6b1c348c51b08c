/**
 * Lets the SDK download Temporal's command-line program into the folder given as the argument: it has no call for the
 * download alone, so its dev server is started once and stopped again. A program of its own, so that it can be given a
 * time limit.
 */
import { createRequire } from 'node:module';
import { Runtime } from '@temporalio/worker';

const { version } = createRequire(import.meta.url)('@temporalio/worker/package.json') as { version: string };
const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: download-temporal-cli.ts FOLDER');

const runtime = Runtime.instance();
const server = await runtime.createEphemeralServer({
  type: 'dev-server',
  exe: {
    type: 'cached-download', downloadDir: folder, version: 'default', ttl: 10 * 365 * 86_400_000,
    sdkName: 'sdk-typescript', sdkVersion: version,
  },
  namespace: 'default', ip: '127.0.0.1', port: null, uiPort: null, dbFilename: null, ui: false,
  log: { format: 'pretty', level: 'error' },
  extraArgs: [],
});
await runtime.shutdownEphemeralServer(server);
