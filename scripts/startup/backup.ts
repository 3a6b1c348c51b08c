import { existsSync } from 'node:fs';
import path from 'node:path';
import { StartUpError } from '../servers/start-up-error.ts';
import { copyData } from './copy-folder.ts';
import { say } from './progress.ts';
import { withStoppedFolder } from './stopped-folder.ts';

/** `npm run backup -- DIR`: both databases in one consistent copy, which two dumps would not be. */
export async function main([target]: string[]): Promise<void> {
  await withStoppedFolder('a back-up', (folder) => {
    if (target === undefined) throw new StartUpError('Where to?', 'npm run backup -- FOLDER');
    if (!existsSync(folder)) {
      throw new StartUpError(`There is no data folder ${folder}.`, 'start Houqin once, or set HOUQIN_DATA.');
    }
    const place = path.resolve(target);
    if (`${place}${path.sep}`.startsWith(`${folder}${path.sep}`)) {
      throw new StartUpError(
        'The back-up cannot lie inside the data folder.', 'name a folder outside it, best on another disk.',
      );
    }
    copyData(folder, place);
    say(`Backed up ${folder} to ${place}. It holds the secret and all personal data: keep it as safe as the original.`);
  });
}
