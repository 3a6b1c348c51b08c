/** `npm run check`: types, lint, import rules, packages, generated files, docker files. The first failure ends it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs a command quietly; its output is shown when it fails. */
function run(command, args, env = {}) {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: root, encoding: 'utf8', env: { ...process.env, ...env }, maxBuffer: 64 << 20,
  });
  return { ok: status === 0, output: [stdout, stderr, error?.message].filter(Boolean).join('\n') };
}

const node = (script, ...args) => () => run(process.execPath, [path.join('node_modules', script), ...args]);

/** Parses docker-compose.yml with whichever docker compose is there, every required variable given a value. */
function compose() {
  const folder = mkdtempSync(path.join(tmpdir(), 'houqin-compose-'));
  const envFile = path.join(folder, 'env');
  const needed = readFileSync(path.join(root, 'docker-compose.yml'), 'utf8').matchAll(/\$\{(\w+):?\?/g);
  writeFileSync(envFile, [...new Set([...needed].map(([, name]) => `${name}=checked-not-used`))].join('\n'));
  try {
    for (const [command, ...first] of [['docker', 'compose'], ['docker-compose']]) {
      if (!run(command, [...first, 'version']).ok) continue;
      return run(command, [...first, '--env-file', envFile, '-f', 'docker-compose.yml', 'config', '-q']);
    }
    return { ok: true, note: 'not checked: no docker compose here' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const checks = [
  ['types', node('typescript/bin/tsc', '--noEmit')],
  ['types of the web', node('vue-tsc/bin/vue-tsc.js', '--noEmit', '-p', 'web/tsconfig.json')],
  ['lint and import rules', node('eslint/bin/eslint.js', '.', '--max-warnings', '0')],
  ['packages and their licences', () => run(process.execPath, ['--import=tsx', 'scripts/check/dependencies.ts'])],
  ['db/schema.md is fresh', () => run(process.execPath, ['--import=tsx', 'scripts/check/schema-report.ts'])],
  ['docker-compose.yml', compose],
];

if (!existsSync(path.join(root, 'node_modules'))) {
  console.error('node_modules is missing: run `npm ci` first.');
  process.exit(1);
}
for (const [name, check] of checks) {
  const started = Date.now();
  const { ok, output, note } = check();
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${note ?? `${seconds} s`})`);
  if (!ok) {
    console.error(output);
    process.exit(1);
  }
}
