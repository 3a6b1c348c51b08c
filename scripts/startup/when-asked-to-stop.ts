import { parentOf } from '../servers/own-process.ts';

/**
 * Calls `stop` with the reason when someone wants this process to end: Ctrl-C, SIGTERM, a closed terminal, or the end
 * of the npm that started it (a signal to npm reaches its shell, and often not us).
 */
export function whenAskedToStop(stop: (reason: string) => void, env: NodeJS.ProcessEnv = process.env): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  // The terminal may be gone while we stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
  if (env.npm_lifecycle_event === undefined) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  const timer = setInterval(() => {
    if (process.ppid === shell && parentOf(shell) === npm) return;
    clearInterval(timer);
    stop('npm has ended');
  }, 250);
  timer.unref();
}
