/** Runs mocha over the files given (default: every *.test.ts of the project) and writes what it counted. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import Mocha from 'mocha';
import { writeJson } from '../servers/json-file.ts';
import { projectRoot } from '../servers/places.ts';

const skipped = new Set(['node_modules', 'data', 'dist', 'coverage']);

function testFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.name.startsWith('.') || skipped.has(entry.name)) return [];
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) return testFiles(place);
      return entry.name.endsWith('.test.ts') ? [place] : [];
    });
}

const [result, ...files] = process.argv.slice(2);
if (result === undefined) throw new Error('usage: mocha-run.ts RESULT-FILE [FILES]');

const mocha = new Mocha({
  ui: 'bdd', reporter: 'spec', timeout: 30_000, color: process.stdout.isTTY, forbidOnly: files.length === 0,
});
const chosen = files.length > 0 ? files.map((name) => path.resolve(name)) : testFiles(projectRoot);
for (const file of chosen) mocha.addFile(file);
await mocha.loadFilesAsync();
const runner = mocha.run((failures) => {
  writeJson(result, { passed: runner.stats?.passes ?? 0, failed: failures });
  // A handle that a test forgot must not hold the run open.
  process.exit(failures === 0 ? 0 : 1);
});
