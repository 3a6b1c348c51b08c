/** Figures of one row: milliseconds, sorted. */
export interface Percentiles {
  n: number;
  p50: number;
  p95: number;
  p99: number;
  max: number;
}

/** The percentiles of some samples in milliseconds; NaN without samples. */
export function percentiles(samples: readonly number[]): Percentiles {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN);
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: round(sorted.at(-1) ?? Number.NaN) };
}

/** The middle one of some figures; of two, the higher. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}

/** Runs `work` `count` times by `concurrency` clients, each beginning the next one when it has finished one. */
export async function closedLoop(count: number, concurrency: number, work: (i: number) => Promise<unknown>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: concurrency }, async () => {
    for (let i = next++; i < count; i = next++) await work(i);
  }));
}

/** The same for so many seconds; answers each one's milliseconds. */
export async function forSeconds(seconds: number, concurrency: number, work: (i: number) => Promise<unknown>): Promise<number[]> {
  const samples: number[] = [];
  const end = performance.now() + seconds * 1_000;
  let next = 0;
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (performance.now() < end) {
      const i = next++;
      samples.push(await timed(() => work(i)));
    }
  }));
  return samples;
}

/** To two significant places after the point for what is small, to one for what is not. */
export function round(value: number): number {
  const places = Math.abs(value) < 10 ? 100 : 10;
  return Math.round(value * places) / places;
}
