/** Prints a line; a terminal that was closed is no reason to fail. */
export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs one phase of the start and prints its line with its time. */
export async function phase<T>(name: string, work: () => Promise<T>, detail?: (result: T) => string): Promise<T> {
  const began = performance.now();
  const result = await work();
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`  ${name.padEnd(12)} ${`${seconds} s`.padStart(7)}  ${detail?.(result) ?? ''}`.trimEnd());
  return result;
}
