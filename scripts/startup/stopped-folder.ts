import { existsSync } from 'node:fs';
import { dataDir } from '../servers/places.ts';
import { endLeftovers, holdFolder, holderOf } from '../servers/run-file.ts';
import { explain, StartUpError } from '../servers/start-up-error.ts';
import { say } from './progress.ts';

/**
 * Runs `work` on the data folder while nothing else does; what a killed start left running is ended properly first.
 * Explains an error and ends with a code for the shell.
 */
export async function withStoppedFolder(doing: string, work: (folder: string) => void): Promise<void> {
  try {
    const folder = dataDir();
    const holder = holderOf(folder);
    if (holder) {
      throw new StartUpError(
        `Houqin is running (${holder.doing}, process ${holder.pid}); ${doing} needs it stopped.`,
        'stop it with Ctrl-C, then run this again.',
      );
    }
    const ended = existsSync(folder) ? await endLeftovers(folder) : [];
    if (ended.length > 0) say(`An earlier start was killed; ended what it left running: ${ended.join(', ')}.`);
    const hold = existsSync(folder) ? await holdFolder(folder, doing) : undefined;
    try {
      work(folder);
    } finally {
      hold?.giveBack();
    }
  } catch (error) {
    say(explain(error));
    process.exitCode = 1;
  }
}
