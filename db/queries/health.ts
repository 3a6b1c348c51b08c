import { readdir } from 'node:fs/promises';
import type { Db } from '../connect.ts';

const migrations = new URL('../migrations/', import.meta.url);

/** Whether PostgreSQL answers and has every migration of this build. Rejects when it does not answer. */
export async function isMigrated(db: Db): Promise<boolean> {
  const expected = (await readdir(migrations)).filter((name) => name.endsWith('.ts'));
  const done = new Set(await db('migration').pluck<string[]>('name'));
  return expected.every((name) => done.has(name));
}
