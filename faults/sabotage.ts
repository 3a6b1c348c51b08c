import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../scripts/servers/places.ts';
import { readJson } from '../scripts/servers/json-file.ts';
import { isGood } from './print.ts';
import type { Outcome } from './run-experiment.ts';

/** A protection that is taken out of a copy of the source, and the experiment in which that must be seen. */
interface Sabotage {
  name: string;
  experiment: string;
  /** Instead of the quick count, where it takes more to meet it. */
  count?: number;
  /** File, what stands there exactly once, and what stands there instead. */
  patches: readonly (readonly [file: string, before: string, after: string])[];
}

const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'the conditional update of a decision, with the lock, the look and the trigger that stand behind it',
    experiment: 'F19',
    count: 30,
    patches: [
      ['db/queries/decisions.ts', `
      WHERE task.id = :taskId AND task.process_id = :processId AND task.state = 'open' AND (locked.status = 'running' OR task.after_end)
        AND (task.assignee_id = :personId
          OR task.assignee_id IS NULL AND task.candidates && :principals::text[] AND NOT :personId = ANY (task.excluded))`, `
      WHERE task.id = :taskId AND task.process_id = :processId AND (locked.status = 'running' OR task.after_end)`],
      ['db/queries/decisions.ts', 'WHERE id = :processId FOR UPDATE', 'WHERE id = :processId'],
      ['db/migrations/0001-foundation.ts', "WHEN (OLD.state <> 'open')", "WHEN (OLD.state = 'closed')"],
    ],
  },
  {
    name: 'the order of the outbox: the newest message of a process goes first',
    experiment: 'F6',
    patches: [['db/queries/outbox.ts', 'SELECT min(id) FROM outbox', 'SELECT max(id) FROM outbox']],
  },
  {
    name: 'the key of an effect: a reservation does not look whether it was made',
    experiment: 'F1',
    patches: [
      ['db/queries/stock.ts', '  if (before) return before.result as ReservationResult;\n', ''],
      [
        'db/queries/stock.ts', 'result: JSON.stringify(result), applied_at: trx.fn.now(),\n  });',
        "result: JSON.stringify(result), applied_at: trx.fn.now(),\n  }).onConflict('key').ignore();",
      ],
    ],
  },
];

/**
 * Takes the protections out one by one, each in a copy of the source, and does a quick experiment there: the checker must turn red each time.
 * Answers whether it did.
 */
export async function sabotage(seed: number): Promise<boolean> {
  const caught: boolean[] = [];
  for (const each of SABOTAGES) caught.push(await tryOne(each, seed));
  console.log(caught.every(Boolean) ? 'Each of them was seen.' : 'At least one was NOT seen.');
  return caught.every(Boolean);
}

async function tryOne({ name, experiment, count, patches }: Sabotage, seed: number): Promise<boolean> {
  const copy = mkdtempSync(path.join(tmpdir(), 'houqin-sabotage-'));
  try {
    copySource(copy);
    for (const [file, before, after] of patches) {
      const place = path.join(copy, file);
      const source = readFileSync(place, 'utf8');
      if (source.split(before).length !== 2) throw new Error(`${file} does not hold once: ${before}`);
      writeFileSync(place, source.replace(before, () => after));
    }
    console.log(`Taken out: ${name}; ${experiment} with seed ${seed}`);
    const out = path.join(copy, 'outcome.json');
    await runIn(copy, ['--only', experiment, '--counts', 'quick', '--seed', String(seed), '--no-keep', '--out', out, ...(count ? ['--count', String(count)] : [])]);
    const [outcome] = readJson<{ outcomes: Outcome[] }>(out)?.outcomes ?? [];
    if (!outcome) throw new Error('the experiment has left no outcome');
    const invariants = [...new Set(outcome.violations.map(({ invariant }) => invariant))];
    console.log(isGood(outcome)
      ? '  NOT seen\n'
      : `  seen by ${invariants.join(', ') || 'the experiment itself'} (${outcome.violations.length} violations, ${outcome.wrong.length} wrong)\n${
        [...outcome.violations.slice(0, 3).map(({ invariant, id, text }) => `    ${invariant} ${id}: ${text}`),
          ...outcome.wrong.slice(0, 3).map((text) => `    ${text}`)].join('\n')}\n`);
    return !isGood(outcome);
  } finally {
    rmSync(copy, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** What git knows of and what stands beside it uncommitted; packages are linked. */
function copySource(to: string): void {
  const { stdout } = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: projectRoot, encoding: 'utf8', maxBuffer: 64 << 20 });
  for (const file of stdout.split('\n').filter(Boolean)) {
    if (file.startsWith('docs/') || file.endsWith('.test.ts')) continue;
    mkdirSync(path.dirname(path.join(to, file)), { recursive: true });
    cpSync(path.join(projectRoot, file), path.join(to, file), { dereference: false, force: true });
  }
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(to, 'node_modules'));
}

function runIn(folder: string, args: string[]): Promise<number | null> {
  const child = spawn(process.execPath, ['--import', 'tsx', path.join(folder, 'faults', 'main.ts'), ...args], {
    cwd: folder, stdio: ['ignore', 'ignore', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  });
}
