import path from 'node:path';
import { StartUpError } from '../servers/start-up-error.ts';
import { madeAt, restoreData } from './copy-folder.ts';
import { say } from './progress.ts';
import { withStoppedFolder } from './stopped-folder.ts';

/** `npm run restore -- DIR`: the data folder as it was; what it is now is moved aside, not deleted. */
export async function main([source]: string[]): Promise<void> {
  await withStoppedFolder('restoring', (folder) => {
    if (source === undefined) throw new StartUpError('From where?', 'npm run restore -- FOLDER');
    const place = path.resolve(source);
    const aside = restoreData(place, folder);
    say(`Restored ${folder} as it was at ${madeAt(place)}.`);
    if (aside) say(`What was there before is in ${aside}.`);
  });
}
