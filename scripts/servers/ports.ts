import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { readJson, writeJson } from './json-file.ts';

// Below every usual ephemeral range (Linux 32768+, macOS and IANA 49152+): no outgoing connection can take a stored
// port while its server is away for a restart.
const lowest = 12_000;
const highest = 32_000;

/** Whether a server could listen on this port now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return await new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A free loopback port that is not in `taken`; it is added to `taken`. */
export async function pickPort(taken: Set<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = randomInt(lowest, highest);
    if (taken.has(port) || !(await isPortFree(port))) continue;
    taken.add(port);
    return port;
  }
  throw new Error(`No free port found between ${lowest} and ${highest}.`);
}

/**
 * One port per name, picked free once and kept in `file`: Temporal's ring records stay "healthy" for 20 s, so a quick
 * restart must come back on the same ports. A stored port that someone else has taken since is picked anew.
 */
export async function storedPorts<Name extends string>(
  file: string, names: readonly Name[],
): Promise<Record<Name, number>> {
  const stored = readJson<Record<string, number>>(file) ?? {};
  const taken = new Set(Object.values(stored));
  const ports = {} as Record<Name, number>;
  for (const name of names) {
    const kept = stored[name];
    ports[name] = kept !== undefined && (await isPortFree(kept)) ? kept : await pickPort(taken);
  }
  if (names.some((name) => ports[name] !== stored[name])) writeJson(file, { ...stored, ...ports });
  return ports;
}
