import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

const workflows = fileURLToPath(new URL('../workflows', import.meta.url));
const lockfile = fileURLToPath(new URL('../package-lock.json', import.meta.url));

/** The path of the workflows' bundle, made anew in `cacheDir` when a source or a dependency has changed. */
export async function workflowBundle(cacheDir: string, workflowsPath = join(workflows, 'index.ts')): Promise<string> {
  const path = join(cacheDir, `workflows-${await fingerprint(workflowsPath)}.cjs`);
  if (await readFile(path).then(() => true, () => false)) return path;

  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('WARN') });
  await mkdir(cacheDir, { recursive: true });
  // Two workers may start at once: each writes a whole file, the last one wins.
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, code);
  await rename(draft, path);
  return path;
}

/** The fingerprint of the sources and dependencies that a bundle made by `workflowBundle` holds. */
export function fingerprintOf(bundlePath: string): string {
  return /^workflows-(.+)\.cjs$/.exec(basename(bundlePath))?.[1] ?? basename(bundlePath);
}

async function fingerprint(workflowsPath: string): Promise<string> {
  const hash = createHash('sha256').update(workflowsPath).update(await readFile(workflowsPath)).update(await readFile(lockfile));
  const names = (await readdir(workflows, { recursive: true }))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts')).sort();
  for (const name of names) hash.update(name).update(await readFile(join(workflows, name)));
  return hash.digest('hex').slice(0, 16);
}
