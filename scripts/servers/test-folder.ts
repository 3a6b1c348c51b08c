import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A new folder for one test, below the root of `npm test` where there is one; `remove` deletes it. */
export function testFolder(name: string): { folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(process.env.HOUQIN_TEST_ROOT ?? tmpdir(), `houqin ${name} `));
  // PostgreSQL's user must pass through where we are root.
  if (process.getuid?.() === 0) chmodSync(folder, 0o711);
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
