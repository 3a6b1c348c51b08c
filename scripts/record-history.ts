import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectTemporal } from '../api/temporal.ts';
import { processTypes } from '../workflows/contracts.ts';

// Keeps the history of a finished process as a golden one: from then on every build must replay it.
const [processId, name] = process.argv.slice(2);
const { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace = 'houqin' } = process.env;
if (!processId || !name || !address) {
  console.error('Usage: TEMPORAL_ADDRESS=host:port npm run record-history -- PROCESS_ID NAME, NAME being what the process shows (such as returned-twice).');
  process.exit(2);
}
const type = Object.keys(processTypes).find((each) => processId.startsWith(`${each}-`));
if (!type) throw new Error(`no process type begins ${processId}: ${Object.keys(processTypes).join(', ')}`);
const folder = fileURLToPath(new URL(`../workflows/${type}/histories`, import.meta.url));
if ((await readdir(folder)).includes(`${name}.json`)) throw new Error(`${type}/histories/${name}.json is there; released histories are never edited`);

const temporal = connectTemporal({ address, namespace });
const history = await temporal.history(processId);
await temporal.close();
if (history === undefined) throw new Error(`Temporal has no history of ${processId}`);
await writeFile(join(folder, `${name}.json`), `${history}\n`);
console.log(`workflows/${type}/histories/${name}.json: ${JSON.parse(history).events.length} events`);
