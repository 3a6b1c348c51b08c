import { randomUUID } from 'node:crypto';
import { access, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Problem } from '../errors.ts';

/** A photo lies there twice: as it is shown large, and small. */
export type Size = 'photo' | 'thumbnail';

/** Where bytes lie under their hash: equal ones lie there once. */
export interface FileStore {
  /** The folder that everything lies below. */
  readonly folder: string;
  /** Where the bytes of a hash lie, below `folder`. */
  placeOf(sha256: string, size: Size): string;
  /** Writes what is not there yet, durable when it returns. Throws 507 when the disk is full. */
  write(sha256: string, size: Size, bytes: Buffer): Promise<void>;
  remove(sha256: string): Promise<void>;
  /** Removes what a crash left half written, a day later. */
  removeDrafts(): Promise<void>;
}

const DRAFTS = 'drafts';
const DAY_MS = 86_400_000;
const FULL = new Set(['ENOSPC', 'EDQUOT']);

/** The store below a data folder. The folder is made when the first photo comes. */
export function createFileStore(dataDir: string): FileStore {
  const folder = path.join(dataDir, 'files');
  const drafts = path.join(folder, DRAFTS);
  const placeOf = (sha256: string, size: Size): string => path.join(sha256.slice(0, 2), `${sha256}${size === 'photo' ? '' : `.${size}`}.jpg`);

  async function write(sha256: string, size: Size, bytes: Buffer): Promise<void> {
    const place = path.join(folder, placeOf(sha256, size));
    if (await exists(place)) return;
    const draft = path.join(drafts, randomUUID());
    try {
      for (const each of [drafts, path.dirname(place)]) await mkdir(each, { recursive: true, mode: 0o700 });
      const handle = await open(draft, 'wx', 0o600);
      try {
        await handle.writeFile(bytes);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(draft, place);
      for (const each of [path.dirname(place), folder]) await syncFolder(each);
    } catch (error) {
      await rm(draft, { force: true });
      throw FULL.has(String((error as NodeJS.ErrnoException).code)) ? new Problem('disk-full') : error;
    }
  }

  return {
    folder,
    placeOf,
    write,
    async remove(sha256) {
      for (const size of ['photo', 'thumbnail'] as const) await rm(path.join(folder, placeOf(sha256, size)), { force: true });
    },
    async removeDrafts() {
      for (const name of await readdir(drafts).catch(() => [])) {
        const draft = path.join(drafts, name);
        const found = await stat(draft).catch(() => undefined);
        if (found && found.mtimeMs < Date.now() - DAY_MS) await rm(draft, { force: true });
      }
    },
  };
}

async function exists(place: string): Promise<boolean> {
  return access(place).then(() => true, () => false);
}

/** A name is durable when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
