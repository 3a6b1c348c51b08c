import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A run that went wrong once: it is done again, at small counts, whenever faults are tested. */
export interface KeptSeed {
  experiment: string;
  seed: number;
  /** The day of it, YYYY-MM-DD. */
  date: string;
  /** What went wrong, and what mended it. */
  what: string;
}

const FILE = fileURLToPath(new URL('./seeds.json', import.meta.url));

/** The seeds that are kept. */
export function keptSeeds(): KeptSeed[] {
  return JSON.parse(readFileSync(FILE, 'utf8')) as KeptSeed[];
}

/** Keeps one more, once. */
export function keepSeed(seed: KeptSeed): void {
  const kept = keptSeeds();
  if (kept.some((each) => each.experiment === seed.experiment && each.seed === seed.seed)) return;
  writeFileSync(FILE, `${JSON.stringify([...kept, seed], null, 2)}\n`);
}
