/** A stream of numbers that one seed gives again and again. */
export interface Random {
  /** From 0 up to but not 1. */
  next(): number;
  /** A whole number from `least` to `most`. */
  whole(least: number, most: number): number;
  /** True so often of 1. */
  chance(probability: number): boolean;
  one<T>(choices: readonly T[]): T;
  /** A stream of its own for somebody who draws beside the others. */
  fork(name: string): Random;
}

/** Mulberry32: small, and good enough to choose among ops. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    whole,
    chance: (probability) => next() < probability,
    one: (choices) => choices[whole(0, choices.length - 1)]!,
    fork: (name) => randomFrom([...name].reduce((hash, letter) => Math.imul(hash ^ letter.codePointAt(0)!, 0x01000193), seed ^ 0x811c9dc5)),
  };
}
