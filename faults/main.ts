/** `npm run faults`: breaks a whole Houqin of its own in every way that reliability §5 names, and checks what is left. See docs/faults.md. */
import '../test/quiet.ts';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { workflowBundle } from '../worker/bundle.ts';
import { Driver } from './driver.ts';
import type { Experiment, Size } from './experiments/experiment.ts';
import { experiments } from './experiments/index.ts';
import { OpLog } from './op-log.ts';
import { isGood, paragraph, table } from './print.ts';
import { randomFrom } from './random.ts';
import { runExperiment, type Outcome } from './run-experiment.ts';
import { sabotage } from './sabotage.ts';
import { keepSeed, keptSeeds } from './seeds.ts';
import { startSystem, type System } from './system.ts';

const USAGE = `npm run faults -- [--only F1,F5] [--seed N] [--counts full|quick] [--count N] [--out FILE.json] [--no-keep] | --sabotage
  ${experiments.map(({ id, title }) => `${id.padEnd(4)} ${title}`).join('\n  ')}`;

const { values } = parseArgs({
  options: {
    'only': { type: 'string' }, 'seed': { type: 'string' }, 'counts': { type: 'string', default: 'full' }, 'count': { type: 'string' }, 'out': { type: 'string' },
    'no-keep': { type: 'boolean', default: false }, 'sabotage': { type: 'boolean', default: false }, 'help': { type: 'boolean', default: false },
  },
});
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9));
const chosen = values.only ? experiments.filter(({ id }) => values.only!.split(',').includes(id)) : experiments;
const isSize = (text: string): text is Size => text === 'full' || text === 'quick';
if (values.help || !isSize(values.counts) || !Number.isSafeInteger(seed) || chosen.length !== (values.only?.split(',').length ?? chosen.length)) {
  console.log(USAGE);
  process.exit(values.help ? 0 : 2);
}
if (values.sabotage) process.exit(await sabotage(seed) ? 0 : 1);

const size: Size = values.counts;
const system = await startSystem('faults');
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void system.stop().finally(() => process.exit(130)));
}
const outcomes: Outcome[] = [];
let isFresh = true;
try {
  console.log(`${chosen.length} experiments with seed ${seed}, ${size} counts, in ${system.folder}\n`);
  const count = values.count ? Number(values.count) : undefined;
  for (const experiment of chosen) outcomes.push(await stageFor(experiment, seed, size, count));
  const again = keptSeeds().filter(({ experiment }) => chosen.some(({ id }) => id === experiment));
  for (const kept of again) {
    console.log(`Once more: ${kept.what} (${kept.date})`);
    outcomes.push(await stageFor(chosen.find(({ id }) => id === kept.experiment)!, kept.seed, 'quick'));
  }
} finally {
  await system.stop();
}
console.log(`${table(outcomes)}\n`);
const bad = outcomes.filter((outcome) => !isGood(outcome));
console.log(bad.length === 0 ? 'No violation.' : `Violations in ${bad.map(({ id }) => id).join(', ')}.`);
process.exit(bad.length === 0 ? 0 : 1);

/** One experiment in a system without a past, with an op log of its own. */
async function stageFor(experiment: Experiment, draws: number, counts: Size, count?: number): Promise<Outcome> {
  if (!isFresh) await system.renew();
  isFresh = false;
  const place = await placeIn(system, experiment.id, draws, counts);
  try {
    const outcome = await runExperiment(experiment, place, { seed: draws, size: counts, count });
    console.log(`${paragraph(outcome)}\n`);
    // After each: an hour's figures are not lost with the machine.
    if (values.out) writeFileSync(values.out, `${JSON.stringify({ seed, size, at: new Date(), outcomes: [...outcomes, outcome] }, null, 1)}\n`);
    if (!isGood(outcome) && !values['no-keep']) {
      const [first] = [...outcome.violations.map(({ invariant, text }) => `${invariant}: ${text}`), ...outcome.wrong];
      keepSeed({ experiment: experiment.id, seed: draws, date: new Date().toISOString().slice(0, 10), what: first!.slice(0, 300) });
    }
    return outcome;
  } finally {
    place.log.close();
  }
}

async function placeIn(where: System, name: string, draws: number, counts: Size) {
  const log = new OpLog(path.join(where.folder, `ops-${name}-${Date.now()}.jsonl`));
  const random = randomFrom(draws).fork(`people of ${name}`);
  const driver = new Driver({ url: where.url, log, random, phones: where, ...(counts === 'full' ? { pace: 400, stock: 20 } : {}) });
  await driver.prepare();
  return { system: where, driver, log, bundle: await workflowBundle(where.cacheDir) };
}
