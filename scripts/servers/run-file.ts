import { existsSync, linkSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readJson, writeJson } from './json-file.ts';
import { endRecorded, isRecordedAlive, processStart, type ProcessRecord } from './own-process.ts';
import { StartUpError } from './start-up-error.ts';

/** Who holds a data folder. */
export interface RunFile extends ProcessRecord {
  doing: string;
  ending?: boolean;
}

const runFileName = 'run.json';

/** The right to a data folder. */
export interface FolderHold {
  /** Tells the next one that waiting is worth while. */
  aboutToEnd(): void;
  giveBack(): void;
}

/**
 * Takes the data folder for this process. A holder that was killed does not count, one that is about to end is waited
 * for. Throws StartUpError while another process holds it.
 */
export async function holdFolder(dataDir: string, doing: string): Promise<FolderHold> {
  const file = path.join(dataDir, runFileName);
  const record: RunFile = { pid: process.pid, started: processStart(process.pid) ?? '', doing };
  // Who was started by an npm that is just gone needs a moment to notice it.
  const patience = Date.now() + 1_500;
  for (;;) {
    if (tryToCreate(file, record)) {
      return {
        aboutToEnd: () => {
          try {
            writeJson(file, { ...record, ending: true } satisfies RunFile);
          } catch {
            // A full disk must not keep anyone from stopping.
          }
        },
        giveBack: () => rmSync(file, { force: true }),
      };
    }
    const holder = holderOf(dataDir);
    if (!holder) {
      rmSync(file, { force: true });
    } else if (holder.ending || Date.now() < patience) {
      await sleep(100);
    } else {
      throw new StartUpError(
        `The data folder ${dataDir} is in use: ${holder.doing} (process ${holder.pid}).`,
        `stop that one first (Ctrl-C, or kill ${holder.pid}), or use another folder (HOUQIN_DATA=… PORT=… npm start).`,
      );
    }
  }
}

// By a link, so that the file is never seen without its content.
function tryToCreate(file: string, record: RunFile): boolean {
  const draft = `${file}.${process.pid}`;
  writeJson(draft, record);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** The living holder of a data folder. */
export function holderOf(dataDir: string): RunFile | undefined {
  const record = readJson<RunFile>(path.join(dataDir, runFileName));
  return isRecordedAlive(record) ? record : undefined;
}

/** Where the process of one of our own services is recorded. */
export function recordFileOf(dataDir: string, service: string): string {
  return path.join(dataDir, 'run', `${service}.json`);
}

/**
 * Ends, in the stop order, whatever a killed parent left running on this data folder: first our own services, then
 * Temporal, PostgreSQL last. Only processes recorded there, by pid and start time. Returns the names of those that it
 * ended.
 */
export async function endLeftovers(dataDir: string): Promise<string[]> {
  const ended: string[] = [];
  const end = async (name: string, file: string, signal: NodeJS.Signals, timeoutMs: number): Promise<void> => {
    if (existsSync(file) && await endRecorded(file, { signal, timeoutMs })) ended.push(name);
  };
  const services = listJson(path.join(dataDir, 'run'));
  await Promise.all(services.map(async (file) => await end(path.basename(file, '.json'), file, 'SIGTERM', 4_000)));
  await end('temporal', path.join(dataDir, 'temporal', 'process.json'), 'SIGTERM', 4_000);
  await end('postgres', path.join(dataDir, 'postgres', 'process.json'), 'SIGINT', 10_000);
  return ended;
}

function listJson(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => name.endsWith('.json')).map((name) => path.join(folder, name));
}
