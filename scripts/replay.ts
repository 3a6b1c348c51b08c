import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { replayHistory } from '../worker/replay.ts';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('Usage: npm run replay -- FILE [FILE …], each a history that an auditor has downloaded.');
  process.exit(2);
}
Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined), telemetryOptions: { logging: { filter: 'OFF' } } });
let failed = 0;
for (const file of files) {
  try {
    const { events, error } = await replayHistory(await readFile(file, 'utf8'), join(process.env.HOUQIN_DATA ?? 'data', 'cache'));
    console.log(error ? `DIFFERS    ${file}: ${error.message.split('\n')[0]}` : `same       ${file}: ${events} events replay to the same commands`);
    if (error) failed += 1;
  } catch (error) {
    console.log(`no history ${file}: ${(error as Error).message}. Download it again from the case's audit page.`);
    failed += 1;
  }
}
process.exit(failed === 0 ? 0 : 1);
